"""Which texts count as alike, and how they fall into groups."""

from hypothesis import given
from hypothesis import strategies as st

from content import likeness

TEXTS = st.lists(st.text("党日支部每月一次", min_size=1, max_size=8), max_size=12)
LEAST = st.integers(1, 100)


def test_texts_that_differ_in_one_character_of_ten_are_alike_and_unlike_ones_are_not() -> None:
    texts = ["支部主题党日多久搞一次", "村里的路是谁修的", "支部主题党日多久办一次"]

    assert list(likeness.pairs(texts, 90)) == [(2, 0)]
    assert list(likeness.pairs(texts, 95)) == []


def test_no_texts_have_no_pairs() -> None:
    assert list(likeness.pairs([], 90)) == []
    assert likeness.groups([], 90) == []


def test_pairs_are_found_across_blocks_whatever_the_number_of_texts() -> None:
    many = [f"第{number}条：{chr(0x4E00 + number * 7) * 6}" for number in range(1100)]

    assert list(likeness.pairs(["党费怎么交才对", *many, "党费怎样交才对"], 85)) == [(1101, 0)]


@given(TEXTS, LEAST)
def test_every_pair_comes_once_later_before_earlier_and_equal_texts_always(texts: list[str], least: int) -> None:
    found = list(likeness.pairs(texts, least))

    assert all(later > earlier for later, earlier in found)
    assert len(found) == len(set(found))
    equal = {(i, j) for i, one in enumerate(texts) for j, other in enumerate(texts[:i]) if one == other}
    assert equal <= set(found)


def test_a_text_joins_the_first_group_whose_beginner_it_is_like_even_when_it_is_like_another_member() -> None:
    """甲 and 丙 are each like 乙 and not like each other: 丙 does not come to 甲 by way of 乙."""
    texts = ["一二三四五六", "一二三四五七", "一二三四八七"]

    assert likeness.groups(texts, 80) == [[0, 1], [2]]


@given(TEXTS, LEAST)
def test_groups_hold_every_text_once_and_each_member_is_like_the_one_that_began_it(
    texts: list[str], least: int
) -> None:
    alike = set(likeness.pairs(texts, least))

    found = likeness.groups(texts, least)

    assert sorted(number for group in found for number in group) == list(range(len(texts)))
    assert all((member, group[0]) in alike for group in found for member in group[1:])
    assert not {(later[0], earlier[0]) for later in found for earlier in found} & alike
