"""How characters are read: Mandarin syllables without tones. The only importer of pypinyin.

Dictation and keyboards confuse characters of the same reading, so two texts are also compared by their readings. Of a
character with several readings the most common one counts on both sides; that is wrong now and then, but wrong alike.
"""

import functools
import unicodedata
from collections.abc import Mapping
from typing import Final

_FIRST_CODE: Final = 0xE000  # private use: never in folded text
_ALIKE: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"))  # initials that southern speakers mix up


def _plain(reading: str) -> str:
    """A reading without its tone; retroflex and dental initials, l- and n-, -n and -ng count as alike."""
    letters = _toneless(reading)
    for initial, alike in _ALIKE:
        if letters.startswith(initial):
            letters = alike + letters[len(initial) :]
            break
    return letters.removesuffix("g") if letters.endswith("ng") else letters


@functools.cache
def _dictionary() -> Mapping[int, str]:
    """A character's code point -> its readings, the common one first. Loaded when first asked: it weighs 57 MiB, and
    processes that only send search nothing.
    """
    from pypinyin.pinyin_dict import pinyin_dict  # noqa: PLC0415

    return pinyin_dict


@functools.cache
def _codes() -> dict[str, str]:
    """Common reading of a character, as written in the dictionary -> one made-up character for its syllable."""
    written = {readings.split(",")[0] for readings in _dictionary().values()}
    numbers = {syllable: number for number, syllable in enumerate(sorted(set(map(_plain, written))))}
    return {reading: chr(_FIRST_CODE + numbers[_plain(reading)]) for reading in written}


@functools.cache
def _coded(char: str) -> str:
    readings = _dictionary().get(ord(char))
    return _codes()[readings.split(",")[0]] if readings else char


def can_be_read(char: str, written: str) -> bool:
    """Whether a syllable, with or without its tone, is a reading of the character.

    >>> can_be_read("務", "wù"), can_be_read("長", "zhang"), can_be_read("元", "chang")
    (True, True, False)
    """
    readings = _dictionary().get(ord(char), "").split(",")
    return _toneless(written) in map(_toneless, readings)


def _toneless(written: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", written) if not unicodedata.combining(c))


def reading(text: str) -> str:
    """The text with one made-up character in the place of each syllable: equal readings give equal strings.

    >>> reading("主题党日") == reading("主体档日"), reading("党日") == reading("党费"), reading("7")
    (True, False, '7')
    """
    return "".join(map(_coded, text))
