"""Clean the case documents, some of which were damaged on their way: pronunciations put into the text, traditional
script, characters that lost a byte. Used to verify the corpus against them; nothing a member reads comes from here
directly.

Pure: text in, text out, line by line, so that line numbers stay what they are.
"""

import contextlib
import math
import re
import unicodedata
from typing import Final

import rjieba

from content.matching.readings import can_be_read
from content.text import simplify

LOST: Final = "□"  # stands where characters cannot be restored
_PRONUNCIATION = re.compile(r"(?<=([\u3400-\u9fff]))\(([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêńň]{1,6})\)")
_LEFT_OVER = r"\?[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}\)"  # a pronunciation whose own character is gone
_LOST_CHARACTERS = re.compile(f"(?:{_LEFT_OVER})+")
_SHIFTED = re.compile(rf"(?:{_LEFT_OVER}|([?;]))([\u0080-\uffff]{{0,6}})([\x40-\x7e])(?![a-zA-Z0-9\u00c0-\u024f])")
_LEAD_BYTES: Final = range(0x81, 0xFF)
_CONTEXT: Final = 6  # characters on each side that must make sense with a repair
_SURE: Final = 0.2  # lead in _sense over the next best repair: what a character e times as frequent is worth


def clean(document: str) -> list[str]:
    """The lines of a document, cleaned: simplified, without pronunciations, repaired where that is certain.

    What cannot be restored is marked with LOST, so that nothing can be proven by it.
    """
    return [clean_line(line) for line in document.split("\n")]


def clean_line(line: str) -> str:
    """One line, cleaned.

    >>> clean_line("服務(wù)型黨組織,聯(lián)系制?h委帶頭")
    '服务型党组织,联系制。县委带头'
    """
    bare = _without_pronunciations(line)
    if bare != line or _is_traditional(line) or _LOST_CHARACTERS.search(line):  # only damaged lines lost bytes
        bare = _without_pronunciations(_SHIFTED.sub(lambda found: _repaired(found, bare), bare))
    line = bare
    line = _LOST_CHARACTERS.sub(LOST, line)
    return unicodedata.normalize("NFKC", simplify(line))


def _is_traditional(line: str) -> bool:
    """Whether more than a character in twenty differs in simplified script."""
    return sum(a != b for a, b in zip(line, simplify(line), strict=False)) * 20 > len(line)


def _without_pronunciations(line: str) -> str:
    """Take "(wù)" off 務(wù); brackets with anything else in them stay."""
    return _PRONUNCIATION.sub(lambda found: "" if can_be_read(found[1], found[2]) else found[0], line)


def _repaired(found: re.Match[str], line: str) -> str:
    """Undo the loss of one lead byte in GBK text.

    The bytes after it paired up wrongly until a trail byte in the ASCII range ended the run: "。縣" (A1A3 BF68)
    became "？h" (A3BF 68), later written "?h". Put each possible lead byte back and keep the reading that makes
    the best words; when no reading is clearly the best one, its first character is LOST.
    """
    mark, others, last = found.groups()
    try:
        rest = ({"?": "？", ";": "；"}.get(mark, "") + others).encode("gbk") + last.encode("ascii")
    except UnicodeEncodeError:
        return found[0]
    before, after = line[max(0, found.start() - _CONTEXT) : found.start()], line[found.end() : found.end() + _CONTEXT]
    readings = []
    for lead in _LEAD_BYTES:
        with contextlib.suppress(UnicodeDecodeError):
            readings.append((bytes([lead]) + rest).decode("gbk"))
    ranked = sorted(((_sense(before + reading + after), reading) for reading in readings), reverse=True)
    if not ranked or ranked[0][0] <= _sense(before + found[0] + after):
        return found[0]
    (sense, best), *rivals = ranked
    return best if not rivals or sense - rivals[0][0] >= _SURE else LOST + best[1:]


def _sense(text: str) -> float:
    """How much a text reads like language: frequent words count for it, long ones more, and so do sentence marks."""
    words = [word for word in rjieba.cut(simplify(text)) if rjieba.has_word(word)]
    worth = 5.0 * sum(text.count(mark) for mark in "。，")
    for word in words:
        often = math.log1p(rjieba.suggest_freq(word))
        worth += len(word) ** 2 + 0.4 * often if len(word) > 1 else 0.2 * often
    return worth
