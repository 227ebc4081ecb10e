"""The search and the decision, on small corpora made for the purpose."""

from dataclasses import astuple, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.entries import Case, Entry, Family, Place, Source
from content.language import Language
from content.matching import (
    Answer,
    BadWeights,
    Choices,
    Confidence,
    Cutoffs,
    Elsewhere,
    Index,
    Match,
    Matcher,
    Miss,
    Search,
    Several,
    decide,
    scorer,
)
from content.text import Normaliser
from handlers.services import Services

CUTOFFS = Cutoffs(
    sure=0.9,
    sure_of_two=0.8,
    sure_of_three=0.75,
    likely=0.6,
    answerable=0.2,
    possible=0.2,
    several=0.5,
    surely_several=0.7,
)
LANGUAGE = Language(Normaliser(), {}, {}, (("how_often", ("多久",)),), regions=("上海",), before_regions=("去",))


def entry(
    entry_id: str, question: str, *phrasings: str, city: str = "某地", title: str = "某事", case: str = ""
) -> Entry:
    of = Case(case or entry_id, title, Place(city), Source("a.txt", 1, 2))
    return Entry(entry_id, of, question, phrasings, "答案。", ((1, 2),), overview=True)


def matcher(*entries: Entry) -> Matcher:
    return Matcher(Index(entries, LANGUAGE), scorer.load())


def test_a_wording_to_the_letter_is_certain_whatever_its_punctuation_and_script() -> None:
    found = matcher(entry("a", "主题党日多久一次？"), entry("b", "党费怎么交？")).search("主題黨日 多久一次")

    assert ([match.entry.id for match in found.matches], found.confidence) == (["a"], 1.0)


def test_a_near_wording_comes_first_and_is_never_quite_certain() -> None:
    found = matcher(entry("a", "主题党日多久一次？"), entry("b", "党费怎么交？")).search("主题党日隔多久搞一次")

    assert found.matches[0].entry.id == "a"
    assert found.confidence < 1


def test_a_homophone_finds_what_was_meant() -> None:
    found = matcher(entry("a", "主题党日多久一次？"), entry("b", "主任下村几天？")).search("主体档日多久一次")

    assert found.matches[0].entry.id == "a"


def test_nothing_in_common_is_no_match_at_all() -> None:
    assert matcher(entry("a", "主题党日多久一次？")).search("xyz").matches == ()
    assert matcher(entry("a", "主题党日多久一次？")).search("").matches == ()


def test_equal_scores_are_ordered_by_id_so_that_answers_never_flicker() -> None:
    twins = [entry(name, f"主题党日问{name}") for name in "ba"]

    assert [match.entry.id for match in matcher(*twins).search("主题党日问").matches] == ["a", "b"]


def test_the_order_of_the_entries_does_not_matter() -> None:
    entries = [entry("a", "主题党日多久一次？"), entry("b", "党费怎么交？"), entry("c", "第一书记到村几天？")]

    assert matcher(*entries).search("书记到村") == matcher(*reversed(entries)).search("书记到村")


FAMILY = Family("family", "红色引擎", ("引擎工程",), ("a", "b"), entry("family", "哪些地方有红色引擎？", city="各地"))


def family_matcher(*more: Entry) -> Matcher:
    entries = [
        entry("a", "武汉红色引擎怎么搞？", "武汉的红色引擎工程", title="红色引擎", city="武汉"),
        entry("b", "贫困村引擎靠什么？", "十堰怎么推动贫困村", title="贫困村引擎", city="十堰"),
        entry("c", "宜都的磁铁支部怎么搞？", title="磁铁支部", city="宜都"),
        *more,
    ]
    overview = replace(FAMILY.overview or entries[0], case=Case("family", "红色引擎", Place("各地"), Source("", 0, 0)))
    family = replace(FAMILY, overview=overview)
    return Matcher(Index([*entries, overview], LANGUAGE, families=[family]), scorer.load())


@pytest.mark.parametrize("question", ["红色引擎", "引擎工程", "红色引擎怎么搞"])
def test_a_name_a_family_shares_means_each_of_its_cases_once(question: str) -> None:
    found = family_matcher().search(question)

    assert {match.entry.id for match in found.several} == {"a", "b"}
    assert found.overview
    assert found.overview.id == "family"


def test_with_the_place_or_with_a_wording_to_the_letter_one_case_is_meant() -> None:
    assert family_matcher().search("武汉的红色引擎工程是怎么建设的").several == ()
    assert family_matcher().search("贫困村引擎靠什么").several == ()


def test_the_bare_name_of_a_case_means_its_overview() -> None:
    cases = matcher(entry("a", "这是怎么回事？", title="磁铁支部"), entry("b", "那是怎么回事？", title="三安行动"))

    found = cases.search("三安行动")
    assert (found.matches[0].entry.id, found.confidence) == ("b", 1.0)


def test_a_name_two_cases_share_means_neither_for_certain() -> None:
    cases = matcher(
        entry("a", "武汉的是怎么回事？", title="红色引擎", city="武汉"),
        entry("b", "十堰的是怎么回事？", title="红色引擎", city="十堰"),
    )

    assert cases.search("红色引擎").confidence < 1


def test_a_search_within_some_cases_finds_nothing_outside_them() -> None:
    cases = matcher(entry("a", "主题党日多久一次？"), entry("b", "联系日多久一次？"), entry("c", "党费多久交一次？"))

    def found(text: str, within: set[str]) -> list[str]:
        return [match.entry.id for match in cases.search(text, within=within).matches]

    assert found("主题党日多久一次", {"b"}) == ["b"]
    assert found("多久一次", {"a", "c"}) == ["a", "c"]
    assert found("多久一次", set()) == []
    assert found("多久一次", {"nobody"}) == []
    assert cases.search("主题党日多久一次", within={"a"}).confidence == 1


@pytest.mark.parametrize(
    ("question", "elsewhere"),
    [
        ("咸宁的联系日是哪一天", False),
        ("荆门的联系日是哪一天", True),
        ("上海的联系日是哪一天", True),
        ("联系日是哪一天", False),
        ("去上海的人联系日是哪一天", False),
        ("咸宁和荆门的联系日是哪一天", False),
    ],
)
def test_a_question_that_names_another_place_is_known_to_do_so(question: str, elsewhere: bool) -> None:
    cases = matcher(
        entry("a", "咸宁的联系日定在哪天？", "联系日是哪天", city="咸宁"),
        entry("b", "荆门的积分多久公示？", city="荆门"),
    )

    found = cases.search(question)
    assert found.matches[0].entry.id == "a"
    assert found.elsewhere is elsewhere


def test_a_larger_place_around_the_case_is_no_other_place() -> None:
    inner = entry("a", "一报告两评议是什么？", city="谷城")
    inner = replace(inner, case=replace(inner.case, place=Place("谷城", within=("襄阳", "湖北"))))
    outer = entry("b", "三安行动是什么？", city="襄阳")

    assert not matcher(inner, outer).search("襄阳的一报告两评议").elsewhere


def matches(cases: str = "abcd") -> tuple[Match, ...]:
    return tuple(Match(entry(f"{n}", "问", case=case), -n, "问") for n, case in enumerate(cases))


def found(
    one: float, two: float = 0.0, three: float = 0.0, possible: float = 1.0, *, elsewhere: bool = False, cases: str = ""
) -> Search:
    named = frozenset({"上海"}) if elsewhere else frozenset[str]()
    return Search("问", matches(cases or "abcd"), Confidence(one, two, three, possible), named, elsewhere)


@pytest.mark.parametrize(
    ("search", "kind"),
    [
        (found(0.95), Answer),
        (found(0.85), Choices),
        (found(0.1), Choices),
        (found(0.95, possible=0.1), Miss),
        (found(0.95, elsewhere=True), Elsewhere),
        (found(0.95, possible=0.1, elsewhere=True), Miss),
        (Search("问"), Miss),
    ],
)
def test_only_high_confidence_in_the_right_place_is_an_answer(search: Search, kind: type) -> None:
    assert isinstance(decide(search, CUTOFFS), kind)


@pytest.mark.parametrize(
    ("search", "told"),
    [
        (found(0.95, 0.96, 0.97, cases="aabaa"), "0"),
        (found(0.5, 0.85, 0.9, cases="abaab"), "02"),
        (found(0.5, 0.7, 0.78, cases="abaab"), "023"),
        (found(0.5, 0.7, 0.78, cases="abab"), "02"),
    ],
)
def test_the_fewest_entries_of_one_case_that_surely_answer_are_told_together(search: Search, told: str) -> None:
    verdict = decide(search, CUTOFFS)

    assert isinstance(verdict, Answer)
    assert "".join(match.entry.id for match in (verdict.match, *verdict.also)) == told


def test_what_scores_far_behind_is_not_told_beside_the_answer() -> None:
    near, far = (replace(match, score=score) for match, score in zip(matches("aa"), (-6.9, -7.1), strict=True))
    best = replace(near, score=0.0)

    verdict = decide(replace(found(0.5, 0.85, 0.9), matches=(best, far)), CUTOFFS)
    assert verdict == Answer(best)
    assert decide(replace(found(0.5, 0.85, 0.9), matches=(best, near)), CUTOFFS) == Answer(best, (near,))


def test_cases_that_surely_fit_alike_are_offered_although_none_of_them_looks_like_the_answer() -> None:
    doubtful = replace(found(0.5), chances=Confidence(one=0.1, possible=0.1), several=matches("abc"))

    assert decide(replace(doubtful, vague=0.8), CUTOFFS) == Several(matches("abc"))
    assert isinstance(decide(replace(doubtful, vague=0.6), CUTOFFS), Miss)


def test_a_question_that_fits_several_cases_asks_which_is_meant() -> None:
    several = matches("abc")

    assert decide(replace(found(0.5), several=several), CUTOFFS) == Several(several)
    assert decide(replace(found(0.5), several=several[:1]), CUTOFFS) == Choices(found(0.5).matches[:3])


def test_a_likely_answer_to_such_a_question_comes_with_what_the_other_cases_have() -> None:
    several = matches("abc")

    assert decide(replace(found(0.65), several=several), CUTOFFS) == Answer(several[0], elsewhere=several[1:])


def test_at_most_three_choices_are_offered_best_first() -> None:
    verdict = decide(found(0.5), CUTOFFS)

    assert isinstance(verdict, Choices)
    assert [match.entry.id for match in verdict.matches] == ["0", "1", "2"]


def test_weights_of_another_version_are_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    path.write_text('{"score": {"unheard_of": 1.0}}', encoding="utf-8")

    with pytest.raises(BadWeights, match="make train"):
        scorer.load(folder=tmp_path)


UNRELATED = st.text("qwxyz", min_size=2, max_size=8)


@settings(max_examples=40, deadline=None)
@given(wording=UNRELATED, name=UNRELATED)
def test_an_unrelated_entry_never_changes_a_sure_answer(wording: str, name: str) -> None:
    entries = [
        entry("a", "咸宁的主题党日多久一次？", "主题党日隔多长时间搞一回", city="咸宁", title="主题党日"),
        entry("b", "荆门的党费怎么交？", "党费 交法", city="荆门", title="党费"),
        entry("c", "远安的第一书记到村几天？", "第一书记一个月下来几趟", city="远安", title="第一书记"),
    ]
    more = entry("zz", f"{wording}？", city=f"q{name}", title=f"w{name}")

    for asked in ("咸宁主题党日多久搞一次", "远安第一书记到村几天呢", "荆门党费怎么交法"):
        before, after = matcher(*entries).search(asked), matcher(*entries, more).search(asked)
        assert after.matches[0].entry.id == before.matches[0].entry.id


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=80), decoded=st.sampled_from(["utf-8", "gb18030", "utf-16-le", "latin-1"]))
def test_any_bytes_are_survived(services: Services, raw: bytes, decoded: str) -> None:
    text = raw.decode(decoded, "surrogateescape" if decoded == "utf-8" else "replace")

    decide(services.matcher.search(text), services.matcher.cutoffs)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=80) | st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=60))
def test_whatever_is_asked_the_confidence_is_a_probability(services: Services, text: str) -> None:
    search = services.matcher.search(text)

    assert all(0 <= chance <= 1 for chance in (*astuple(search.chances), search.vague))
    assert len(search.matches) <= 8
