"""What the features are worth: weights learnt by `make train`, kept as readable JSON with the bands they were
calibrated for.

Two sums: `score` ranks the candidates of one question; `confidence` says, as a probability, whether the best one
(or the best two of one case together) answers it. Only the confidence is compared with fixed limits.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from content.matching.features import FEATURES, FIT, MEANT
from content.matching.meaning import FOLDER, BadWeights
from content.matching.terms import Floats

ALONE: Final = "none"  # the name of the weights for matching without an encoder


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Where the bands lie, on the scale of the confidence (a probability).

    Attributes:
        sure: from here the best match is the answer.
        sure_of_two: from here the best two of one case are the answer together.
        possible: from here the matches are worth offering.
    """

    sure: float
    sure_of_two: float
    possible: float


@dataclass(frozen=True)
class Scorer:
    """Weights and bands of one way to search."""

    score_weights: Floats
    one: "Logistic"
    two: "Logistic"
    cutoffs: Cutoffs

    def scores(self, features: Floats) -> Floats:
        """One number a candidate; only differences between the candidates of one question mean anything."""
        return features @ self.score_weights

    def confidence(self, fit: Floats) -> tuple[float, float]:
        """How likely the best candidate answers the question, and how likely the best two of its case do together.

        Args:
            fit: the best candidate's row, as `features.fit` makes it.
        """
        return self.one(fit), self.two(fit)


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
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        one, two = (
            Logistic(_row(data[name]["weights"], features + FIT), float(data[name]["bias"])) for name in ("one", "two")
        )
        return Scorer(_row(data["score"], features), one, two, Cutoffs(**data["cutoffs"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadWeights(f"{path}: {type(error).__name__} {error}; run `make train`") from error


def _row(named: Mapping[str, float], names: Sequence[str]) -> Floats:
    if set(named) != set(names):
        raise ValueError(f"weights for {sorted(set(named) ^ set(names))} do not fit")
    return np.array([named[name] for name in names], dtype=np.float32)
