"""What folding and normalising do to text, and what they never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.text import Normaliser, fold, is_only_emoji, printable, simplify

NORMALISE = Normaliser(heads=["请问", "我想问一下"], tails=["谢谢", "呢", "啊"], anywhere=["那个啥"])
HAN = st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF))


@given(st.text() | HAN)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text() | HAN)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert NORMALISE(NORMALISE(text)) == NORMALISE(text)


@given(st.text(st.characters(categories=["Cs", "Cc", "Cf", "Lo", "Nd"])))
def test_whatever_is_typed_becomes_text_that_utf8_can_carry(text: str) -> None:
    fold(text).encode()
    printable(text).encode()


def test_width_script_case_and_punctuation_do_not_matter() -> None:
    assert fold("黨代表「聯繫日」，Ｗｈｅｎ？") == fold("党代表联系日 when")


def test_decimal_points_are_kept_and_full_stops_are_not() -> None:
    assert fold("7.36亿. 1.0版。") == "7.36亿1.0版"


def test_politeness_is_stripped_from_both_ends_and_the_middle() -> None:
    assert NORMALISE("请问，我想问一下，主题党日那个啥多久一次啊？谢谢") == "主题党日多久一次"


def test_politeness_alone_keeps_its_text() -> None:
    assert NORMALISE("谢谢") == "谢谢"
    assert NORMALISE("请问") == "请问"


def test_emoji_alone_are_told_from_punctuation_alone() -> None:
    assert is_only_emoji("👍👍")
    assert is_only_emoji("[微笑][鲜花]")
    assert not is_only_emoji("。。。")
    assert not is_only_emoji("好👍")
    assert not is_only_emoji("")


@pytest.mark.parametrize(
    ("line", "simplified"),
    [
        ("著力建設服務型黨組織", "着力建设服务型党组织"),
        ("說明覆蓋情況", "说明覆盖情况"),
        ("發現並著手解決問題", "发现并着手解决问题"),
    ],
)
def test_a_traditional_line_is_simplified_word_by_word_with_the_spellings_of_taiwan(line: str, simplified: str) -> None:
    assert simplify(line) == simplified


@pytest.mark.parametrize("line", ["效果显著，说明覆盖", "乾隆年间的老房子", "李瞭望同志", ""])
def test_a_simplified_line_stays_as_it_is_though_its_characters_could_be_traditional_ones(line: str) -> None:
    assert simplify(line) == line


def test_of_a_simplified_line_only_its_traditional_characters_change() -> None:
    assert (
        simplify("效果显著，鄉村振兴关键在人才，说明覆盖面已经足够大")
        == "效果显著，乡村振兴关键在人才，说明覆盖面已经足够大"
    )


@given(st.text("着著说說明覆盖蓋党黨员員，。ab1", max_size=20))
def test_simplifying_keeps_the_length_so_that_places_in_a_line_stay_what_they_are(line: str) -> None:
    assert len(simplify(line)) == len(line)
