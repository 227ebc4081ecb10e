"""Messages known to be about what the corpus does not answer: what comes close to one of them likely is so too."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from content.matching.meaning import Meanings
from content.matching.postings import Collected, Holdings
from content.matching.terms import Floats, Vocabulary, terms

OUTSIDE: Final = ("outside",)  # twice the weight shared with the closest such message over both weights
OUTSIDE_MEANT: Final = ("outside_meant",)  # closeness in meaning of the closest one; with an encoder only


class Outside:
    """Known messages out of scope.

    Args:
        messages: normalised.
        meanings: places them beside the corpus; None = no encoder.
    """

    def __init__(self, messages: Sequence[str], meanings: Meanings | None = None) -> None:
        self._numbers = {message: number for number, message in enumerate(dict.fromkeys(filter(None, messages)))}
        self._vocabulary, rows = Vocabulary(), Collected()
        for message in self._numbers:
            rows.add(self._vocabulary.add(terms(message)))
        self._holdings = Holdings(rows.rows(), self._vocabulary)
        self._weights = self._holdings.totals()
        self._every = np.arange(len(self._numbers), dtype=np.int32)
        self._vectors = meanings.placed(list(self._numbers)).at(self._every) if meanings else None

    def closeness(self, question: str, vector: Floats | None = None, *, as_new: bool = False) -> Floats:
        """How close the closest message comes to a normalised question: one number by characters, with an encoder
        another by meaning.

        Args:
            vector: of the question (`Meanings.asked`).
            as_new: the question itself does not count; for learning from these very messages.
        """
        counts = np.ones(len(self._numbers), dtype=np.float32)
        if as_new and question in self._numbers:
            counts[self._numbers[question]] = 0
        found = [self._overlaps(question)]
        if self._vectors is not None and vector is not None:
            found.append(self._vectors @ vector)
        return np.array([(values * counts).max(initial=0) for values in found], dtype=np.float32)

    def closest(self, question: str) -> tuple[str, float]:
        """The message that comes closest by characters, and how close; nothing and 0 when none is known."""
        overlaps = self._overlaps(question)
        if not len(overlaps):
            return "", 0.0
        best = int(np.argmax(overlaps))
        return list(self._numbers)[best], float(overlaps[best])

    def _overlaps(self, question: str) -> Floats:
        asked = self._vocabulary.asked(question)
        shared = 2 * self._holdings.covered(asked, self._every)
        return shared / (self._weights + max(self._holdings.total(asked), 1e-9))
