"""Read the figures in a text: amounts, percentages, dates, counts, whatever way they are written. Pure."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from content.numerals import CHARACTERS, DIGITS, UNITS, whole
from content.text import fold_width

_LARGE: Final = {"万": 10**4, "亿": 10**8}
_ARABIC = re.compile(r"(?<![\d.])(?:百分之)?(\d+(?:\.\d+)?)([千百]?[万亿]*)%?")
_SECTION = re.compile(f"([{CHARACTERS}]+(?:点[{CHARACTERS}]+)?)([万亿]*)")
_CHINESE = re.compile(rf"(?<![\d几])(?<!数(?=[十百千]))(?!百分之\d)(百分之)?((?:{_SECTION.pattern})+)")
_SEPARATOR = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ABOUT = re.compile("[一二三四五六七八九两]{2,3}[十百千万亿]*")  # 五六 is five or six
_FRACTION = re.compile(f"([{CHARACTERS}]+)分之([{CHARACTERS}]+)")
_COUNTED: Final = (
    "个名家项条户人年月日天类级步种批所支处件期元次成倍分岁位座套场周届档大版章"  # after it, a numeral is a figure
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        text: as written.
        value: as a number; a percentage as its number (80 for 80 %).
    """

    text: str
    value: Decimal


def figures(text: str) -> list[Figure]:
    """The figures of a text, in order. Chinese numerals count when they are at least ten or count something.

    >>> [str(found.value) for found in figures("1.48万亿元，百分之八十，五千余名，三分之二，第一书记")]
    ['1480000000000.00', '80', '5000', '0.667']
    """
    text = _without_separators(text)
    found = [(match.start(), Figure(match[0], _arabic(match))) for match in _ARABIC.finditer(text)]
    fractions = list(_FRACTION.finditer(text))
    for match in fractions:
        value = Decimal(whole(match[2])) / Decimal(whole(match[1]) or 1)
        if match[1] != "百":
            found.append((match.start(), Figure(match[0], value.quantize(Decimal("0.001")))))
    taken = [match.span() for match in fractions if match[1] != "百"]
    for match in _CHINESE.finditer(text):
        if any(start <= match.start() < end for start, end in taken) or _ABOUT.fullmatch(match[2]):
            continue
        value = _chinese(match[2])
        if match[1] or value >= 10 or _counts(text, match):
            found.append((match.start(), Figure(match[0], value)))
    return [figure for _, figure in sorted(found, key=lambda pair: pair[0])]


def values(text: str) -> frozenset[Decimal]:
    """Every number of a text, numerals that count nothing included."""
    plain = _without_separators(text)
    bare = (_chinese(match[2]) for match in _CHINESE.finditer(plain) if not _ABOUT.fullmatch(match[2]))
    return frozenset(figure.value for figure in figures(plain)) | frozenset(bare)


def _without_separators(text: str) -> str:
    return _SEPARATOR.sub("", fold_width(text))


def _counts(text: str, match: re.Match[str]) -> bool:
    """Whether a numeral below ten counts something: two or more, with a counting word behind it."""
    following = text[match.end() : match.end() + 1]
    return _chinese(match[2]) >= 2 and bool(following) and following in _COUNTED


def _arabic(match: re.Match[str]) -> Decimal:
    return Decimal(match[1]) * _scale(match[2])


def _scale(units: str) -> Decimal:
    scale = Decimal(1)
    for unit in units:
        scale *= UNITS.get(unit) or _LARGE[unit]
    return scale


def _chinese(numeral: str) -> Decimal:
    """三万五千: a section of thousands and less with its unit, then smaller ones."""
    total, smallest = Decimal(0), Decimal(1)
    for section, units in _SECTION.findall(numeral):
        scale = _scale(units)
        larger = scale > smallest and total
        total = (total + _section(section)) * scale if larger else total + _section(section) * scale
        smallest = scale
    return total


def _section(numeral: str) -> Decimal:
    before, _, decimals = numeral.partition("点")
    value = Decimal(whole(before))
    return value + Decimal("0." + "".join(str(DIGITS.get(c, 0)) for c in decimals)) if decimals else value
