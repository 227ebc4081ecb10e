"""How alike two texts are in meaning, told by the vectors of a sentence encoder.

No encoder lives here: one is handed in, or none, and then the matcher goes by characters and sounds alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from content.matching.terms import Flags, Floats, Ints, Longs

FOLDER: Final = Path(__file__).with_name("weights")
BLOCK: Final = 1 << 12  # texts whose vectors are looked at together
STEPS: Final = 127  # of a packed number, either side of zero
OF_ANSWER: Final = 0.3  # what the answer counts beside the wordings when entries are looked for


class BadWeights(Exception):
    """A file of weights does not fit this version; train anew. The message says what is missing."""


class Encoder(Protocol):
    """Turns texts into vectors whose angles tell how alike the texts are in meaning."""

    @property
    def name(self) -> str:
        """Names the weights trained for it."""

    def corpus(self, texts: Sequence[str]) -> Floats:
        """One row a text of the corpus; may be kept on disk."""

    def question(self, text: str) -> Floats:
        """The vector of a member's question; never kept."""


@dataclass(frozen=True)
class Space:
    """A view of an encoder's vectors, learnt from the corpus by `make train`.

    In it the wordings of one entry lie close together and those of its neighbours apart.

    Attributes:
        middle: the mean vector of all wordings.
        stretch: from the encoder's dimensions to fewer, one column each.
        turn: takes a question to where its entry's wordings lie.
    """

    middle: Floats
    stretch: Floats
    turn: Floats

    def place(self, vectors: Floats) -> Floats:
        """Rows of length 1 in the space."""
        placed = (vectors - self.middle) @ self.stretch
        lengths = np.linalg.norm(placed, axis=1, keepdims=True)
        return np.asarray(placed / np.maximum(lengths, 1e-9), dtype=np.float32)

    def ask(self, vector: Floats) -> Floats:
        """Where a question looks for its entry."""
        asked: Floats = self.place(vector[None])[0] @ self.turn
        return asked

    def save(self, name: str) -> None:
        """Keep it beside the weights of the encoder of that name."""
        middle, stretch, turn = (part.astype(np.float16) for part in (self.middle, self.stretch, self.turn))
        np.savez_compressed(FOLDER / f"{name}.npz", middle=middle, stretch=stretch, turn=turn)


def load_space(name: str) -> Space:
    """The space learnt for the encoder of that name. Raises BadWeights when there is none of this version."""
    path = FOLDER / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as parts:
            return Space(*(parts[key].astype(np.float32) for key in ("middle", "stretch", "turn")))
    except (OSError, KeyError, ValueError) as error:
        raise BadWeights(f"{path}: {type(error).__name__} {error}; run `make train`") from error


class Packed:
    """Vectors, a byte a number: a quarter of the room, and angles that differ in the third decimal.

    Args:
        count: of vectors.
        dimensions: of each.
    """

    def __init__(self, count: int, dimensions: int) -> None:
        self._numbers = np.empty((count, dimensions), dtype=np.int8)
        self._steps: Floats = np.empty((count, 1), dtype=np.float32)

    def put(self, first: int, vectors: Floats) -> None:
        """Keep the vectors from the number `first` on."""
        rows = slice(first, first + len(vectors))
        self._steps[rows] = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9) / STEPS
        self._numbers[rows] = np.rint(vectors / self._steps[rows])

    def at(self, chosen: Longs | Ints | slice) -> Floats:
        """Some of the vectors."""
        vectors: Floats = self._numbers[chosen] * self._steps[chosen]
        return vectors


class Meanings:
    """The vectors of every wording and answer.

    Args:
        wordings: normalised; those of entry n are numbers starts[n] to starts[n + 1].
        answers: one an entry.
    """

    def __init__(
        self, encoder: Encoder, space: Space, wordings: Sequence[str], starts: Longs, answers: Sequence[str]
    ) -> None:
        self.encoder = encoder
        self._space = space
        self._wordings = self.placed(wordings)
        self._answers = self.placed(answers)
        self._around: Floats = np.empty((len(answers), space.stretch.shape[1]), dtype=np.float32)
        for first in range(0, len(answers), BLOCK):
            last = min(first + BLOCK, len(answers))
            own = self._wordings.at(slice(starts[first], starts[last]))
            sums = np.add.reduceat(own, starts[first:last] - starts[first], axis=0)
            middles = sums / np.diff(starts[first : last + 1])[:, None]
            self._around[first:last] = middles + OF_ANSWER * self._answers.at(slice(first, last))

    def placed(self, texts: Sequence[str]) -> Packed:
        """Where texts lie in the space."""
        found = Packed(len(texts), self._space.stretch.shape[1])
        for first in range(0, len(texts), BLOCK):
            found.put(first, self._space.place(self.encoder.corpus(texts[first : first + BLOCK])))
        return found

    def asked(self, question: str) -> Floats:
        """The vector of a normalised question."""
        return self._space.ask(self.encoder.question(question))

    def nearest(self, asked: Floats, count: int, within: Flags | None = None) -> Ints:
        """The numbers of the entries that lie closest; with `within`, only of those it marks."""
        closeness = self._around @ asked
        if within is not None:
            closeness = np.where(within, closeness, -np.inf)
            count = min(count, int(within.sum()))
        count = min(count, len(closeness))
        return np.argpartition(-closeness, count - 1)[:count].astype(np.int32) if count else np.empty(0, np.int32)

    def to_wordings(self, asked: Floats, chosen: Longs) -> Floats:
        """How close some wordings lie."""
        closeness: Floats = self._wordings.at(chosen) @ asked
        return closeness

    def to_answers(self, asked: Floats, numbers: Ints) -> Floats:
        """How close the answers of some entries lie."""
        closeness: Floats = self._answers.at(numbers) @ asked
        return closeness
