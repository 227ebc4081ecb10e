"""Words by which a message shows that it goes on from the last one, compares two practices or asks two things at once.
Read from `conversation.yaml`.
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from content.files import ContentError, Sheet
from content.text import fold

KINDS = ("referring", "opening", "ending", "filler", "comparing", "between", "joining")


@dataclass(frozen=True)
class Cues:
    """The words by kind, folded, longest first.

    Attributes:
        referring: point back at what was said (they, in it).
        opening: what a question that goes on begins with (and, what if).
        ending: what it ends with.
        filler: ask nothing by themselves beside the name of a place (and … then?).
        comparing: show that two practices are to be compared.
        between: what stands between the names of the practices compared.
        joining: stand between two questions of one message.
    """

    referring: tuple[str, ...]
    opening: tuple[str, ...]
    ending: tuple[str, ...]
    filler: tuple[str, ...]
    comparing: tuple[str, ...]
    between: tuple[str, ...]
    joining: tuple[str, ...]

    def goes_on(self, text: str) -> tuple[bool, bool, bool]:
        """Whether the message points back, begins and ends as questions do that go on from the last answer."""
        folded = fold(text)
        return (
            any(word in folded for word in self.referring),
            folded.startswith(self.opening),
            folded.endswith(self.ending),
        )

    def asks_nothing(self, text: str, names: Iterable[str]) -> bool:
        """Whether nothing is asked in the message besides the names in it.

        >>> cues = Cues((), (), (), ("那", "呢"), (), (), ())
        >>> cues.asks_nothing("那荆门呢", ["荆门"]), cues.asks_nothing("荆门多久一次", ["荆门"])
        (True, False)
        """
        return not without(text, [*names, *self.filler])

    def compares(self, text: str) -> bool:
        """Whether the message compares."""
        folded = fold(text)
        return any(word in folded for word in self.comparing)

    def topic(self, text: str, names: Iterable[str]) -> str:
        """What is left of a comparison without the places compared: what they are compared in."""
        return without(without(text, [*names, *self.comparing]), self.between)


def without(text: str, words: Iterable[str]) -> str:
    """The folded text without any of the words, longer ones taken out first."""
    any_of = _any_of(tuple(words))
    return any_of.sub("", fold(text)) if any_of else fold(text)


@functools.lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str] | None:
    ordered = sorted({fold(word) for word in words} - {""}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, ordered))) if ordered else None


def load(path: Path) -> Cues:
    """Read `conversation.yaml`. Raises ContentError."""
    sheet = Sheet(path)
    nodes = sheet.mapping(sheet.root(), KINDS)
    words = {kind: sheet.texts(nodes.get(kind)) for kind in KINDS}
    if sheet.problems:
        raise ContentError(sheet.problems)
    longest_first = {
        kind: tuple(sorted(filter(None, map(fold, some)), key=len, reverse=True)) for kind, some in words.items()
    }
    return Cues(**longest_first)
