"""Figures are read the same whatever way they are written."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from content.figures import figures, values

UNITS = ("", "十", "百", "千")
TEXT = st.text("〇零一二三四五六七八九十百千万亿点分之两第个年月0123456789.,%％，余 ", max_size=24)


def read(text: str) -> list[str]:
    return [f"{found.value.normalize():f}" for found in figures(text)]


def section(number: int, digits: str) -> str:
    """A number below ten thousand as it is spoken, with a zero wherever places are skipped."""
    spoken, skipped = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            spoken += (digits[0] if skipped and spoken else "") + digits[digit] + UNITS[place]
        skipped = not digit
    return spoken


def spoken(number: int, digits: str = "零一二三四五六七八九") -> str:
    """A number below a hundred million in Chinese numerals."""
    high, low = divmod(number, 10_000)
    if not high:
        return section(low, digits).removeprefix(digits[1]) if 10 <= low < 20 else section(low, digits)
    gap = digits[0] if 0 < low < 1000 else ""
    return spoken(high, digits) + "万" + gap + section(low, digits)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.48万亿元", ["1480000000000"]),
        ("14800亿元", ["1480000000000"]),
        ("一点五亿", ["150000000"]),
        ("80%", ["80"]),
        ("８０％", ["80"]),
        ("百分之八十", ["80"]),
        ("百分之九十二点五", ["92.5"]),
        ("五千余名", ["5000"]),
        ("1,200", ["1200"]),
        ("１，２００", ["1200"]),
        ("12,345,678", ["12345678"]),
        ("1,20", ["1", "20"]),
        ("二〇一九年", ["2019"]),
        ("二零一九年十一月", ["2019", "11"]),
        ("２０１９年", ["2019"]),
        ("三分之二", ["0.667"]),
        ("三个", ["3"]),
        ("两次，十天", ["2", "10"]),
        ("2.0版", ["2"]),
        ("五六个", []),
        ("五六万元", []),
        ("第一书记", []),
        ("一个", []),
        ("三会一课", []),
        ("万亿", []),
        ("没有数", []),
    ],
)
def test_what_is_a_figure_and_what_it_is_worth(text: str, expected: list[str]) -> None:
    assert read(text) == expected


def test_figures_come_in_the_order_of_the_text_and_as_they_are_written() -> None:
    assert [found.text for found in figures("十天里5200人、三分之二，共80%")] == ["十", "5200", "三分之二", "80%"]


def test_numerals_that_count_nothing_prove_figures_all_the_same() -> None:
    assert {Decimal(1), Decimal(3)} <= values("三会一课")
    assert values("五六个") == frozenset()


@given(st.integers(10, 9_999) | st.integers(1, 9_999).map(lambda number: number * 10_000))
def test_a_number_in_chinese_numerals_is_worth_the_same_as_in_digits(number: int) -> None:
    assert read(spoken(number)) == read(str(number)) == [str(number)]
    assert read(spoken(number, "〇一二三四五六七八九")) == [str(number)]


@given(st.integers(10_001, 99_999_999))
@example(35_000)
@example(10_500)
def test_a_number_in_chinese_numerals_may_go_on_behind_its_ten_thousands(number: int) -> None:
    assert read(spoken(number)) == read(str(number)) == [str(number)]


@pytest.mark.parametrize(("text", "expected"), [("5千元", ["5000"]), ("3千万元", ["30000000"]), ("百分之80", ["80"])])
def test_a_unit_behind_or_before_digits_is_part_of_one_figure(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("text", ["二三百人", "四五十人", "三四千元", "几十条", "数百人"])
def test_a_number_that_is_only_about_is_no_figure(text: str) -> None:
    assert read(text) == []


@given(st.integers(0, 10**15))
def test_separators_and_wide_digits_change_no_value(number: int) -> None:
    wide = str(number).translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})

    assert read(f"{number:,}") == read(wide) == read(str(number)) == [str(number)]


@given(TEXT)
def test_any_text_can_be_read_and_proves_its_own_figures(text: str) -> None:
    assert {found.value for found in figures(text)} <= values(text)
