"""What is left of a question once the names of a case are taken out. Pure text."""

import functools
import re
from collections.abc import Sequence
from typing import Final

LEAST: Final = 3  # characters in a row of a longer name that stand for the name


def without_names(question: str, names: Sequence[str]) -> list[str]:
    """The pieces of a folded question between the stretches that name something.

    >>> without_names("海安风筝工作法怎么管流动党员", ["海安", "风筝磁铁工作法"])
    ['风筝', '怎么管流动党员']
    """
    heads = _heads(tuple(names))
    pieces = []
    at = 0
    while heads and (found := heads.search(question, at)):
        pieces.append(question[at : found.start()])
        at = found.start() + max(_shared(question, found.start(), name) for name in names)
    pieces.append(question[at:])
    return [piece for piece in pieces if piece]


@functools.lru_cache(maxsize=4096)
def _heads(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Finds where a stretch begins that stands for one of the names; None when there are none."""
    heads = {name[at : at + LEAST] for name in names for at in range(max(len(name) - LEAST + 1, 1))} - {""}
    return re.compile("|".join(map(re.escape, sorted(heads)))) if heads else None


def _shared(question: str, at: int, name: str) -> int:
    """How many characters from there on stand in a row in the name; 0 when they are too few to mean it."""
    size = min(len(name), LEAST)
    if not size or question[at : at + size] not in name or len(question) < at + size:
        return 0
    while at + size < len(question) and question[at : at + size + 1] in name:
        size += 1
    return size
