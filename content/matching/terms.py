"""Cut folded text into terms: its characters and its pairs of neighbouring characters; and number the terms.

Chinese needs no word list this way, and a typo spoils at most three terms.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
SINGLE: Final = 0.5  # what a lone character weighs beside a pair


def terms(text: str) -> set[str]:
    """Every character and every pair of neighbours.

    >>> sorted(terms("党日"))
    ['党', '党日', '日']
    """
    return {*text, *map("".join, pairwise(text))}


@dataclass(frozen=True)
class Asked:
    """The terms of a question.

    Attributes:
        known: numbers of those the corpus has, ascending.
        unknown_singles: how many of one character it has not.
        unknown_pairs: how many of two.
        size: of the vocabulary.
    """

    known: Ints
    unknown_singles: int
    unknown_pairs: int
    size: int

    @functools.cached_property
    def columns(self) -> Ints:
        """For each term of the vocabulary its number within `known`, or -1."""
        found = np.full(self.size, -1, dtype=np.int32)
        found[self.known] = np.arange(len(self.known))
        return found


class Vocabulary:
    """Numbers for terms, from 0, in order of first appearance. Grows while the index is built, then only read."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, found: Iterable[str]) -> list[int]:
        """The numbers of terms, new ones given where needed."""
        numbers = self._numbers
        return [numbers.setdefault(term, len(numbers)) for term in found]

    def asked(self, text: str) -> Asked:
        """The terms of a question."""
        return self.asked_of((text,))

    def asked_of(self, pieces: Iterable[str]) -> Asked:
        """The terms of the pieces of a question."""
        known, singles, pairs = [], 0, 0
        for term in set().union(*map(terms, pieces)):
            number = self._numbers.get(term)
            if number is not None:
                known.append(number)
            elif len(term) == 1:
                singles += 1
            else:
                pairs += 1
        return Asked(np.array(sorted(known), dtype=np.int32), singles, pairs, len(self))

    def worth(self) -> Floats:
        """For each term, what its length makes it worth."""
        return np.array([SINGLE if len(term) == 1 else 1.0 for term in self._numbers], dtype=np.float32)


def rarity(documents: float | Floats, holding: float | Floats) -> Floats:
    """How much a term of two characters tells: its inverse document frequency, smoothed.

    >>> bool(rarity(100, 1) > rarity(100, 50) > 0)
    True
    """
    return np.log1p((documents - np.asarray(holding, dtype=np.float32) + 0.5) / (holding + 0.5)).astype(np.float32)
