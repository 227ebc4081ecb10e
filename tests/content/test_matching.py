"""The search and the decision, on small corpora made for the purpose."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.entries import Case, Entry, Place, Source
from content.matching import Answer, Choices, Cutoffs, Match, Matcher, Miss, Search, decide
from content.text import Normaliser
from handlers.services import Services

CUTOFFS = Cutoffs(sure=0.5, margin=0.05, possible=0.3)


def entry(entry_id: str, question: str, *phrasings: str, city: str = "某地", title: str = "某事") -> Entry:
    case = Case(entry_id, title, Place(city), Source("a.txt", 1, 2))
    return Entry(entry_id, case, question, phrasings, "答案。", ((1, 2),), overview=True)


def matcher(*entries: Entry) -> Matcher:
    return Matcher(entries, Normaliser())


def test_a_wording_to_the_letter_scores_one_whatever_its_punctuation_and_script() -> None:
    found = matcher(entry("a", "主题党日多久一次？"), entry("b", "党费怎么交？")).search("主題黨日 多久一次")

    assert (found.matches[0].entry.id, found.matches[0].score) == ("a", 1.0)


def test_a_near_wording_scores_below_one_and_above_everything_else() -> None:
    found = matcher(entry("a", "主题党日多久一次？"), entry("b", "党费怎么交？")).search("主题党日隔多久搞一次")

    assert found.matches[0].entry.id == "a"
    assert 0.5 < found.matches[0].score < 1


def test_nothing_in_common_is_no_match_at_all() -> None:
    assert matcher(entry("a", "主题党日多久一次？")).search("xyz").matches == ()
    assert matcher(entry("a", "主题党日多久一次？")).search("").matches == ()


def test_equal_scores_are_ordered_by_id_so_that_answers_never_flicker() -> None:
    twins = [entry(name, f"主题党日问{name}") for name in "ba"]

    assert [match.entry.id for match in matcher(*twins).search("主题党日问").matches] == ["a", "b"]


def test_the_order_of_the_entries_does_not_matter() -> None:
    entries = [entry("a", "主题党日多久一次？"), entry("b", "党费怎么交？"), entry("c", "第一书记到村几天？")]

    assert matcher(*entries).search("书记到村") == matcher(*reversed(entries)).search("书记到村")


def test_the_bare_name_of_a_case_means_its_overview() -> None:
    cases = matcher(entry("a", "这是怎么回事？", title="磁铁支部"), entry("b", "那是怎么回事？", title="三安行动"))

    assert cases.search("三安行动").matches[0].entry.id == "b"


def test_a_name_two_cases_share_means_neither_for_certain() -> None:
    cases = matcher(
        entry("a", "武汉的是怎么回事？", title="红色引擎", city="武汉"),
        entry("b", "十堰的是怎么回事？", title="红色引擎", city="十堰"),
    )

    assert cases.search("红色引擎").matches[0].score < 1


def test_a_question_about_another_place_scores_lower() -> None:
    cases = matcher(
        entry("a", "咸宁的联系日定在哪天？", "联系日是哪天", city="咸宁"),
        entry("b", "荆门的积分多久公示？", city="荆门"),
    )

    here, there = (cases.search(question).matches[0] for question in ("咸宁的联系日是哪天", "荆门的联系日是哪天"))
    assert here.entry.id == there.entry.id == "a"
    assert there.score < here.score


@pytest.mark.parametrize(
    ("scores", "kind"),
    [
        ((0.9, 0.5), Answer),
        ((0.9, 0.87), Choices),
        ((0.45, 0.1), Choices),
        ((0.2, 0.1), Miss),
        ((1.0, 0.999), Answer),
        ((), Miss),
    ],
)
def test_only_a_high_score_with_a_clear_lead_is_an_answer(scores: tuple[float, ...], kind: type) -> None:
    matches = tuple(Match(entry(str(number), "问"), score, "问") for number, score in enumerate(scores))

    assert isinstance(decide(Search("问", matches), CUTOFFS), kind)


def test_at_most_three_choices_are_offered_and_none_below_the_cutoff() -> None:
    scores = (0.49, 0.48, 0.47, 0.46)
    matches = tuple(Match(entry(str(number), "问"), score, "问") for number, score in enumerate(scores))

    verdict = decide(Search("问", matches), CUTOFFS)
    assert isinstance(verdict, Choices)
    assert [match.score for match in verdict.matches] == [0.49, 0.48, 0.47]


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=80) | st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=60))
def test_whatever_is_asked_every_score_is_between_zero_and_one(services: Services, text: str) -> None:
    for match in services.matcher.search(text).matches:
        assert 0 < match.score <= 1
