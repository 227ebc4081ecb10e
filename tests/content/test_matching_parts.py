"""The parts of the search, each for itself."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.entries import Place
from content.matching import postings
from content.matching.meaning import Packed
from content.matching.places import Places
from content.matching.postings import Collected, GroupedHoldings, Holdings, Postings, Rows, stretches, united
from content.matching.readings import reading
from content.matching.repair import Repairs
from content.matching.terms import SINGLE, Ints, Vocabulary, rarity, terms
from content.matching.texts import Lookup, Texts

SHORT = st.text("甲乙丙丁", min_size=1, max_size=4)
DOCUMENTS = st.lists(st.text("甲乙丙丁", max_size=4), min_size=1, max_size=6)


def every(documents: list[str]) -> Ints:
    return np.arange(len(documents), dtype=np.int32)


def collected(documents: list[str], vocabulary: Vocabulary) -> Rows:
    rows = Collected()
    for document in documents:
        rows.add(vocabulary.add(terms(document)))
    return rows.rows()


@pytest.fixture(params=[3, postings.BLOCK], autouse=True)
def block(request: pytest.FixtureRequest) -> Iterator[None]:
    """Everything holds whatever stretches the terms are looked at in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "BLOCK", request.param)
        yield


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
    holdings = Holdings(collected(documents, vocabulary), vocabulary)
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
    assert np.allclose(
        holdings.totals(), [sum(holdings.weights[vocabulary.add(terms(found))]) for found in documents], atol=1e-4
    )
    for number, covered in enumerate(expected):
        missing = float(holdings.lacking(asked, number).sum()) + holdings.unknown(asked)
        assert np.isclose(covered + missing, total, atol=1e-3)


@given(DOCUMENTS, SHORT, st.data())
def test_the_documents_that_cover_most_are_found(documents: list[str], question: str, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(documents)))
    within = np.array(data.draw(st.lists(st.booleans(), min_size=len(documents), max_size=len(documents))))
    vocabulary = Vocabulary()
    holdings = Holdings(collected(documents, vocabulary), vocabulary)
    asked = vocabulary.asked(question)

    found = Postings(holdings).best(asked, count, within)

    covered = holdings.covered(asked, every(documents)) * within
    assert len(found) == min(count, int((covered > 0).sum()))
    assert np.allclose(sorted(covered[found]), sorted(covered[covered > 0])[-len(found) :] if len(found) else [])
    assert found.tolist() == sorted(found.tolist())


def test_common_terms_are_not_read_once_enough_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = ["甲乙", *["甲丙"] * 5]
    vocabulary = Vocabulary()
    found_by = Postings(Holdings(collected(documents, vocabulary), vocabulary))

    assert found_by.best(vocabulary.asked("甲乙"), 6).tolist() == list(range(6))
    monkeypatch.setattr(postings, "READ", 3)
    assert found_by.best(vocabulary.asked("甲乙"), 6).tolist() == [0]
    assert len(found_by.best(vocabulary.asked("丙"), 6)) == 5  # the rarest is read whatever it takes


@given(DOCUMENTS, st.data())
def test_a_group_holds_what_its_documents_hold_each_term_once(documents: list[str], data: st.DataObject) -> None:
    drawn = data.draw(st.lists(st.integers(0, 2), min_size=len(documents), max_size=len(documents)))
    groups = np.unique(drawn, return_inverse=True)[1].astype(np.int32)
    vocabulary = Vocabulary()
    rows = collected(documents, vocabulary)

    together, holders = united(rows, groups)

    assert len(together) == groups.max() + 1
    for group in range(len(together)):
        members = [terms(document) for document, of in zip(documents, groups, strict=True) if of == group]
        stretch = slice(together.bounds[group], together.bounds[group + 1])
        expected = {number: 0 for member in members for number in vocabulary.add(member)}
        for member in members:
            for number in vocabulary.add(member):
                expected[number] += 1
        assert dict(zip(together.terms[stretch].tolist(), holders[stretch].tolist(), strict=True)) == expected
        assert len(together.terms[stretch]) == len(expected)


@given(st.lists(st.text(max_size=4)), st.text(max_size=4))
def test_texts_in_one_buffer_are_the_texts(texts: list[str], other: str) -> None:
    kept = Texts(texts)
    lookup = Lookup(kept)

    assert list(kept) == texts
    assert [kept[-1]] == texts[-1:] if texts else not len(kept)
    assert [lookup.first(text) for text in texts] == [texts.index(text) for text in texts]
    assert lookup.first(other) == (texts.index(other) if other in texts else None)


@given(DOCUMENTS, SHORT, st.data())
def test_the_share_within_a_group_is_of_what_the_group_holds_at_all(
    documents: list[str], question: str, data: st.DataObject
) -> None:
    drawn = data.draw(st.lists(st.integers(0, 2), min_size=len(documents), max_size=len(documents)))
    groups = np.unique(drawn, return_inverse=True)[1].astype(np.int32)
    vocabulary = Vocabulary()
    rows = collected(documents, vocabulary)

    shares = GroupedHoldings(rows, groups, united(rows, groups), vocabulary).share(
        vocabulary.asked(question), every(documents)
    )

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


def test_a_place_of_the_corpus_is_not_cut_apart_by_another_that_seems_to_begin_before_it() -> None:
    places = Places([Place("武汉", ("湖北",))], others=["灵武", "武汉路"])

    assert places.named_in("发帖子不灵武汉怎么办") == {"武汉"}
    assert places.named_in("灵武怎么办") == {"灵武"}
    assert places.named_in("武汉路怎么办") == {"武汉路"}


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


def test_a_larger_place_said_before_another_one_does_not_make_that_one_ours() -> None:
    xianning = PLACES.ground(Place("咸宁", ("湖北",)))

    assert xianning.conflicts(frozenset({"湖北", "武汉"}))
    assert not xianning.agrees(frozenset({"湖北", "武汉"}))
    assert xianning.agrees(frozenset({"湖北", "咸宁"}))
    assert xianning.agrees(frozenset({"武汉", "咸宁"}))


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


VECTORS = st.lists(st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=3), min_size=1, max_size=8)


@given(VECTORS)
def test_packed_vectors_differ_by_no_more_than_half_a_step(rows: list[list[float]]) -> None:
    vectors = np.array(rows, dtype=np.float32)
    packed = Packed(len(rows), 3)
    packed.put(0, vectors[:1])
    packed.put(1, vectors[1:])

    step = np.abs(vectors).max(axis=1, keepdims=True) / 127
    assert (np.abs(packed.at(np.arange(len(rows))) - vectors) <= 0.51 * step + 1e-8).all()
    assert np.array_equal(packed.at(slice(0, 1)), packed.at(np.array([0])))
