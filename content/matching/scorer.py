"""What the features are worth: weights learnt by `make train`, kept as readable JSON with the bands they were
calibrated for.

One sum, `score`, ranks the candidates of one question. The others are probabilities: that the best one (or the best
two or three of one case together) answers it, that the corpus has an answer at all, and that several cases fit. Only
these are compared with fixed limits.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from content.matching.features import FEATURES, MEANT, names_of_fit
from content.matching.meaning import FOLDER, BadWeights
from content.matching.spread import SPREAD
from content.matching.terms import Floats

OF_BEST: Final = ("one", "two", "three", "possible")  # probabilities told by the best candidate's row
ALONE: Final = "none"  # the name of the weights for matching without an encoder


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Where the bands lie; all are probabilities.

    Attributes:
        sure: from this confidence the best match is the answer.
        sure_of_two: from here the best two of one case are the answer together.
        sure_of_three: from here the best three are.
        likely: from here the best match is told although other cases fit too, which are offered beside it.
        answerable: from here the corpus surely has an answer; below it there are only choices.
        possible: from here the corpus may have one, and matches are worth offering.
        several: from here the question fits several cases.
        surely_several: from here it does, however little `possible` thinks of the best of them.
    """

    sure: float
    sure_of_two: float
    sure_of_three: float
    likely: float
    answerable: float
    possible: float
    several: float
    surely_several: float


@dataclass(frozen=True, slots=True)
class Confidence:
    """Probabilities about the best match of a search.

    Attributes:
        one: it answers the question.
        two: the best two of its case answer it together.
        three: the best three do.
        possible: the corpus has an answer at all.
    """

    one: float = 0.0
    two: float = 0.0
    three: float = 0.0
    possible: float = 0.0


CERTAIN: Final = Confidence(1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Scorer:
    """Weights and bands of one way to search."""

    score_weights: Floats
    one: "Logistic"
    two: "Logistic"
    three: "Logistic"
    possible: "Logistic"
    several: "Logistic"
    cutoffs: Cutoffs

    def scores(self, features: Floats) -> Floats:
        """One number a candidate; only differences between the candidates of one question mean anything."""
        return features @ self.score_weights

    def confidence(self, fit: Floats) -> Confidence:
        """What to think of the best candidate.

        Args:
            fit: its row, as `features.fit` makes it.
        """
        return Confidence(self.one(fit), self.two(fit), self.three(fit), self.possible(fit))


@dataclass(frozen=True)
class Logistic:
    """A probability from a weighted sum."""

    weights: Floats
    bias: float

    def __call__(self, row: Floats) -> float:
        """The probability, 0..1."""
        return 1 / (1 + math.exp(-float(row @ self.weights) - self.bias))


def load(encoder: str = ALONE, folder: Path = FOLDER) -> Scorer:
    """Read the weights trained with that encoder. Raises BadWeights when they were trained for other features."""
    path = folder / f"{encoder}.json"
    features = FEATURES if encoder == ALONE else FEATURES + MEANT
    of_fit = names_of_fit(encoder=encoder != ALONE)
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        one, two, three, possible = (_logistic(data[name], of_fit) for name in OF_BEST)
        several = _logistic(data["several"], SPREAD)
        cutoffs = Cutoffs(**data["cutoffs"])
        return Scorer(_row(data["score"], features), one, two, three, possible, several, cutoffs)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadWeights(f"{path}: {type(error).__name__} {error}; run `make train`") from error


def _logistic(data: Mapping[str, Any], names: Sequence[str]) -> Logistic:
    return Logistic(_row(data["weights"], names), float(data["bias"]))


def _row(named: Mapping[str, float], names: Sequence[str]) -> Floats:
    if set(named) != set(names):
        raise ValueError(f"weights for {sorted(set(named) ^ set(names))} do not fit")
    return np.array([named[name] for name in names], dtype=np.float32)
