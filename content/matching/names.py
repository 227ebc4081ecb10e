"""What is left of a question once the names of a case are taken out. Pure text."""

from collections.abc import Sequence
from typing import Final

LEAST: Final = 3  # characters in a row of a longer name that stand for the name


def without_names(question: str, names: Sequence[str]) -> list[str]:
    """The pieces of a folded question between the stretches that name something.

    >>> without_names("海安风筝工作法怎么管流动党员", ["海安", "风筝磁铁工作法"])
    ['风筝', '怎么管流动党员']
    """
    pieces = [""]
    at = 0
    every, short = "\n".join(names), tuple(name for name in names if 0 < len(name) < LEAST)
    while at < len(question):
        may_name = question[at : at + LEAST] in every or question.startswith(short, at)
        named = max((_shared(question, at, name) for name in names), default=0) if may_name else 0
        if named:
            pieces.append("")
        else:
            pieces[-1] += question[at]
        at += named or 1
    return [piece for piece in pieces if piece]


def _shared(question: str, at: int, name: str) -> int:
    """How many characters from there on stand in a row in the name; 0 when they are too few to mean it."""
    size = min(len(name), LEAST)
    if not size or question[at : at + size] not in name or len(question) < at + size:
        return 0
    while at + size < len(question) and question[at : at + size + 1] in name:
        size += 1
    return size
