"""The parts of the search, each for itself."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from content.entries import Place
from content.matching.places import Places
from content.matching.postings import GroupedPostings, Postings
from content.matching.readings import reading
from content.matching.terms import rarity, terms

SHORT = st.text("甲乙丙丁", max_size=4)
DOCUMENTS = st.lists(st.frozensets(SHORT, max_size=5), min_size=1, max_size=6)


@given(st.text("主题党日咸宁一二三", max_size=20))
def test_a_text_has_its_characters_and_neighbouring_pairs_as_terms(text: str) -> None:
    assert terms(text) == {text[i:j] for i in range(len(text)) for j in (i + 1, i + 2) if j <= len(text)}


@given(st.integers(1, 1000), st.data())
def test_a_rarer_term_weighs_more_and_every_term_weighs_something(documents: int, data: st.DataObject) -> None:
    fewer, more = sorted(data.draw(st.tuples(st.integers(0, documents), st.integers(0, documents))))

    assert rarity("党日", documents, fewer) >= rarity("党日", documents, more) > 0


@given(DOCUMENTS, st.frozensets(SHORT, max_size=5))
def test_what_a_document_covers_is_the_weight_of_the_terms_it_holds(
    documents: list[frozenset[str]], asked: frozenset[str]
) -> None:
    postings = Postings(documents)
    weights = postings.weights(asked)

    expected = [sum(weights[term] for term in asked & held) for held in documents]
    assert np.allclose(postings.covered(weights), expected, atol=1e-4)
    for term in asked:
        assert [postings.holds(term, number) for number in range(len(documents))] == [
            term in held for held in documents
        ]
        assert postings.knows(term) == any(term in held for held in documents)


@given(DOCUMENTS, st.frozensets(SHORT, max_size=5), st.data())
def test_the_share_within_a_group_is_of_what_the_group_holds_at_all(
    documents: list[frozenset[str]], asked: frozenset[str], data: st.DataObject
) -> None:
    groups = np.array(sorted(data.draw(st.lists(st.integers(0, 2), min_size=len(documents), max_size=len(documents)))))
    groups = np.unique(groups, return_inverse=True)[1].astype(np.int32)

    shares = GroupedPostings(documents, groups).share(asked)

    for number, held in enumerate(documents):
        group = frozenset().union(*(other for other, g in zip(documents, groups, strict=True) if g == groups[number]))
        assert 0 <= shares[number] <= 1.0001
        if not asked & held:
            assert shares[number] == 0
        elif asked & held == asked & group:
            assert np.isclose(shares[number], 1, atol=1e-4)


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
