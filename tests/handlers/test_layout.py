"""How replies look inside WeChat, and that they stay inside its limits."""

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from handlers import layout
from handlers.messages import Choice

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT, st.integers(min_value=4, max_value=400))
def test_splitting_loses_nothing_and_respects_the_room(text: str, room: int) -> None:
    head, rest = layout.split(text, room)

    assert head + rest == text
    assert layout.size(head) <= room
    assert bool(head) == bool(text)


def test_a_long_text_is_cut_after_a_sentence() -> None:
    assert layout.split("一二三。四五六。七八九。", 30) == ("一二三。四五六。", "七八九。")


def test_a_sentence_longer_than_the_room_is_cut_between_characters() -> None:
    assert layout.split("一二三四五六", 10) == ("一二三", "四五六")


@given(TEXT)
def test_tapping_a_link_says_exactly_what_it_should(says: str) -> None:
    link = layout.tappable(Choice("标签", says), 2)
    href = link.split('"')[1]

    query = parse_qs(urlsplit(href).query, keep_blank_values=True)
    assert href.startswith("weixin://bizmsgmenu?")
    assert query["msgmenucontent"] == [says]
    assert query["msgmenuid"] == ["2"]


def test_a_label_cannot_bring_tags_of_its_own() -> None:
    assert "<b>" not in layout.tappable(Choice("<b>粗</b>", "粗"))


def test_visible_text_is_what_the_member_reads() -> None:
    assert layout.visible(f"看 {layout.tappable(Choice('这里', '说'))} 吧") == "看 这里 吧"


@given(st.lists(TEXT, max_size=8), st.integers(min_value=0, max_value=200))
def test_as_many_lines_as_fit_are_kept_in_order(lines: list[str], room: int) -> None:
    kept = layout.fitting(lines, room)

    assert kept == lines[: len(kept)]
    assert sum(layout.size(line) + 1 for line in kept) <= room
