"""Which texts are almost the same, character by character. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

_BLOCK: Final = 500


def pairs(texts: Sequence[str], least: int) -> Iterator[tuple[int, int]]:
    """Numbers (later, earlier) of texts that are alike.

    Args:
        least: rapidfuzz ratio from which two texts count as alike, 0..100.

    >>> list(pairs(["党费怎么交", "党费怎样交", "村里修路"], 75))
    [(1, 0)]
    """
    for first in range(0, len(texts), _BLOCK):
        some = texts[first : first + _BLOCK]
        ratios = process.cdist(some, texts, scorer=fuzz.ratio, score_cutoff=least, dtype=np.uint8)
        yield from ((first + int(at), int(other)) for at, other in np.argwhere(ratios) if first + at > other)


def groups(texts: Sequence[str], least: int) -> list[list[int]]:
    """The numbers of the texts in groups; each text joins the first earlier one that began a group and is alike.

    >>> groups(["党费怎么交", "村里修路", "党费怎样交"], 75)
    [[0, 2], [1]]
    """
    earlier: dict[int, list[int]] = {}
    for later, other in pairs(texts, least):
        earlier.setdefault(later, []).append(other)
    found: dict[int, list[int]] = {}
    for number in range(len(texts)):
        leader = next((other for other in earlier.get(number, ()) if other in found), number)
        found.setdefault(leader, []).append(number)
    return list(found.values())
