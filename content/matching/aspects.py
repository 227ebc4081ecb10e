"""What a question is after: who, why, since when, how many … Told by the words in it; which words is data."""

from collections.abc import Sequence

import numpy as np

from content.matching.terms import Floats


class Aspects:
    """The aspects a question can be after.

    Args:
        words: pairs of an aspect's name and the folded words that show it.
    """

    def __init__(self, words: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        self.names = tuple(name for name, _ in words)
        self._words = tuple(found for _, found in words)

    def of(self, text: str) -> Floats:
        """One number an aspect: 1 where a word of it stands in the folded text, else 0."""
        return np.array([any(word in text for word in words) for words in self._words], dtype=np.float32)
