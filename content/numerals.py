"""Whole numbers written in Chinese or Arabic numerals. Pure."""

from typing import Final

DIGITS: Final = dict(zip("〇零一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
UNITS: Final = {"十": 10, "百": 100, "千": 1000}
CHARACTERS: Final = "".join(DIGITS) + "".join(UNITS)


def whole(numeral: str) -> int:
    """The number, below ten thousand, of some CHARACTERS or of Arabic digits; 0 of nothing.

    >>> whole("二十一"), whole("十"), whole("二〇一九"), whole("15")
    (21, 10, 2019, 15)
    """
    if not any(unit in numeral for unit in UNITS):
        return int("".join(str(DIGITS.get(c, c)) for c in numeral) or "0")
    total, digit = 0, 0
    for char in numeral:
        if char in DIGITS:
            digit = DIGITS[char]
        else:
            total += (digit or 1) * UNITS[char]
            digit = 0
    return total + digit
