"""The parts of the search, each for itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.entries import Place
from content.matching.places import Places
from content.matching.postings import GroupedHoldings, Holdings, Postings, pairs, stretches, united
from content.matching.readings import reading
from content.matching.repair import Repairs
from content.matching.terms import SINGLE, Ints, Vocabulary, rarity, terms

SHORT = st.text("甲乙丙丁", min_size=1, max_size=4)
DOCUMENTS = st.lists(SHORT, min_size=1, max_size=6)


def every(documents: list[str]) -> Ints:
    return np.arange(len(documents), dtype=np.int32)


@given(st.text("主题党日咸宁一二三", max_size=20))
def test_a_text_has_its_characters_and_neighbouring_pairs_as_terms(text: str) -> None:
    assert terms(text) == {text[i:j] for i in range(len(text)) for j in (i + 1, i + 2) if j <= len(text)}


@given(st.integers(1, 1000), st.data())
def test_a_rarer_term_weighs_more_and_every_term_weighs_something(documents: int, data: st.DataObject) -> None:
    fewer, more = sorted(data.draw(st.tuples(st.integers(0, documents), st.integers(0, documents))))

    assert rarity(documents, fewer) >= rarity(documents, more) > 0


@given(DOCUMENTS, SHORT)
def test_what_a_document_covers_is_the_weight_of_the_terms_it_holds(documents: list[str], question: str) -> None:
    vocabulary = Vocabulary()
    found = pairs([vocabulary.add(terms(document)) for document in documents])
    holdings = Holdings(*found, len(documents), vocabulary)
    asked = vocabulary.asked(question)

    held = [terms(document) for document in documents]
    holders = {term: sum(term in found for found in held) for term in terms(question)}
    weight = {t: float(rarity(len(documents), n)) * (1.0 if len(t) == 2 else SINGLE) for t, n in holders.items()}
    expected = [sum(weight[term] for term in terms(question) & found) for found in held]
    total = sum(weight.values())
    assert np.allclose(holdings.covered(asked, every(documents)), expected, atol=1e-4)
    assert np.allclose(holdings.held(asked, every(documents)).sum(axis=1), expected, atol=1e-4)
    assert np.allclose(holdings.covered(asked, every(documents)[::-2]), expected[::-2], atol=1e-4)
    assert np.isclose(holdings.total(asked), total, atol=1e-3)
    assert np.allclose(holdings.share(asked, every(documents)), np.array(expected) / total, atol=1e-4)
    assert np.allclose(Postings(*found, holdings).share(asked), np.array(expected) / total, atol=1e-4)
    for number, covered in enumerate(expected):
        missing = float(holdings.lacking(asked, number).sum()) + holdings.unknown(asked)
        assert np.isclose(covered + missing, total, atol=1e-3)


@given(DOCUMENTS, st.data())
def test_a_group_holds_what_its_documents_hold_each_term_once(documents: list[str], data: st.DataObject) -> None:
    groups = data.draw(st.lists(st.integers(0, 2), min_size=len(documents), max_size=len(documents)))
    vocabulary = Vocabulary()
    found = pairs([vocabulary.add(terms(document)) for document in documents])

    by_group, term_numbers = united(*found, np.array(groups, dtype=np.int32))

    expected = {
        (group, number)
        for group, document in zip(groups, documents, strict=True)
        for number in vocabulary.add(terms(document))
    }
    together = list(zip(by_group.tolist(), term_numbers.tolist(), strict=True))
    assert len(together) == len(expected)
    assert set(together) == expected


@given(DOCUMENTS, SHORT, st.data())
def test_the_share_within_a_group_is_of_what_the_group_holds_at_all(
    documents: list[str], question: str, data: st.DataObject
) -> None:
    drawn = data.draw(st.lists(st.integers(0, 2), min_size=len(documents), max_size=len(documents)))
    groups = np.unique(drawn, return_inverse=True)[1].astype(np.int32)
    vocabulary = Vocabulary()
    found = pairs([vocabulary.add(terms(document)) for document in documents])

    shares = GroupedHoldings(*found, groups, vocabulary).share(vocabulary.asked(question), every(documents))

    asked = terms(question)
    for number, document in enumerate(documents):
        group = set().union(*(terms(other) for other, g in zip(documents, groups, strict=True) if g == groups[number]))
        assert -1e-6 <= shares[number] <= 1.0001
        if not asked & terms(document):
            assert shares[number] == 0
        elif asked & terms(document) == asked & group:
            assert np.isclose(shares[number], 1, atol=1e-4)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.data())
def test_stretches_are_laid_one_after_the_other(sizes: list[int], data: st.DataObject) -> None:
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    chosen = sorted(data.draw(st.sets(st.integers(0, len(sizes) - 1))))

    places, found = stretches(bounds, np.array(chosen, dtype=np.int32))

    assert places.tolist() == [place for n in chosen for place in range(bounds[n], bounds[n + 1])]
    assert found.tolist() == [sizes[n] for n in chosen]


def test_texts_that_sound_alike_have_one_reading() -> None:
    assert reading("支部主题党日") == reading("只部主体档日")
    assert reading("湖南") == reading("弗兰") or reading("南") == reading("兰")
    assert reading("党日") != reading("党费")


@given(st.text(max_size=30))
def test_a_reading_is_as_long_as_its_text(text: str) -> None:
    assert len(reading(text)) == len(text)


PLACES = Places(
    [Place("武汉", ("湖北",), ("武汉市",)), Place("武汉汉阳区", ("武汉", "湖北"), ("汉阳",)), Place("咸宁", ("湖北",))],
    others=["上海", "襄汉"],
    before_others=["去"],
)


def test_the_longest_name_counts_and_not_those_inside_it() -> None:
    assert PLACES.named_in("武汉汉阳区的红色物业") == {"武汉汉阳区"}
    assert PLACES.named_in("武汉市和咸宁") == {"武汉市", "咸宁"}
    assert PLACES.named_in("红色物业") == frozenset()


def test_another_place_counts_unless_it_is_a_mere_circumstance() -> None:
    assert PLACES.named_in("上海的红色物业") == {"上海"}
    assert PLACES.named_in("去上海学红色物业") == frozenset()


def test_a_place_agrees_with_itself_and_what_lies_around_it_and_does_not_conflict_with_what_lies_in_it() -> None:
    wuhan, hanyang, xianning = (
        Place("武汉", ("湖北",), ("武汉市",)),
        Place("武汉汉阳区", ("武汉", "湖北"), ("汉阳",)),
        Place("咸宁", ("湖北",)),
    )

    assert PLACES.ground(hanyang).agrees(frozenset({"武汉"}))
    assert PLACES.ground(xianning).agrees(frozenset({"湖北"}))
    assert not PLACES.ground(wuhan).conflicts(frozenset({"汉阳"}))
    assert PLACES.ground(xianning).conflicts(frozenset({"汉阳"}))
    assert PLACES.ground(wuhan).conflicts(frozenset({"上海"}))
    assert not PLACES.ground(wuhan).conflicts(frozenset())


REPAIRS = Repairs(
    ["主题党日多久一次", "党日活动", "党日", "流动党员怎么管", "流动党员", "流动人口"], names=["红色引擎"]
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("流洞党员怎么管", "流动党员怎么管"),
        ("红色饮擎", "红色引擎"),
        ("红涩引擎是什么", "红色引擎是什么"),
    ],
)
def test_what_sounds_like_a_word_of_the_corpus_and_is_none_becomes_it(said: str, meant: str) -> None:
    assert REPAIRS(said) == meant


@pytest.mark.parametrize("said", ["主题党日多久一次", "红色银行", "留洞", "", "abc", "流"])
def test_words_as_they_are_stay(said: str) -> None:
    assert REPAIRS(said) == said


def test_characters_said_every_day_are_never_misheard() -> None:
    texts = ["红色风筝"] * 4

    assert Repairs(texts, names=["风筝"])("奉争") == "风筝"
    assert Repairs(texts, names=["风筝"], plain=["奉"])("奉争") == "奉争"


@given(st.text(max_size=30))
def test_a_repair_never_changes_the_length_nor_the_sound(said: str) -> None:
    assert reading(REPAIRS(said)) == reading(said)
