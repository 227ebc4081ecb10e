"""Whether a message goes on about the cases just talked of. Pure; the weights are learnt by `make train`.

The message is searched twice: alone, and among the entries of those cases. Neither search can tell by itself: a short
"who comes?" fits many cases badly and the remembered one well enough, a new question fits its own case much better.
"""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from content.cues import Cues
from content.matching import BadWeights, Index, Search
from content.matching.features import MEANT
from content.matching.meaning import FOLDER
from content.matching.scorer import ALONE, Logistic
from content.matching.terms import Floats

NAMES: Final = (
    "inside",  # log odds that the best entry of the cases answers
    "inside_of_two",  # that the best two do
    "inside_possible",  # that they answer at all
    "outside",  # that the best entry of the corpus answers, when it is not one of the cases
    "outside_possible",  # that the corpus answers at all
    "same",  # the best entry of the corpus is one of the cases, and how sure that is
    "behind",  # how far the best entry of the cases scores behind the best of the corpus
    "other_place",  # a place is named where none of the cases happened
    "this_place",  # a place of the cases is named
    "length",  # of the question
    "refers",  # it points back
    "opens",  # it begins as questions do that go on
    "ends",  # it ends so
    "case",  # what the best entry of the cases shows: share of the question its case covers
    "asked",
    "overlap",
    "aspect",
    "case_less",  # and how much less than the best entry of the corpus
    "asked_less",
    "answered_less",
    "overlap_less",
)
COMPARED: Final = ("case", "asked", "answered", "overlap")
FARTHEST: Final = 12.0
_SUREST: Final = 1e-4


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, _SUREST), 1 - _SUREST)
    return math.log(bounded / (1 - bounded))


def measure(alone: Search, inside: Search, cases: Collection[str], index: Index, cues: Cues) -> Floats:
    """One row of numbers, by NAMES and, when the search goes by meaning as well, MEANT.

    Args:
        alone: the message searched in the whole corpus.
        inside: searched among the entries of the cases.
        cases: their ids.
    """
    same = bool(alone.matches) and alone.matches[0].entry.case.id in cases
    best, here = _features(alone), _features(inside)
    odds = _log_odds(alone.confidence)
    row = [
        _log_odds(inside.chances.one),
        _log_odds(inside.chances.two),
        _log_odds(inside.chances.possible),
        0.0 if same else odds,
        _log_odds(alone.chances.possible),
        max(odds + 5, 0.0) if same else 0.0,
        0.0 if same else _behind(alone, inside),
        *_places(alone.named, cases, index),
        math.log1p(len(inside.question)),
        *map(float, cues.goes_on(inside.question)),
        *(here.get(name, 0.0) for name in ("case", "asked", "overlap", "aspect")),
        *(here.get(name, 0.0) - best.get(name, 0.0) for name in COMPARED),
    ]
    if index.meanings:
        row += [here.get(name, 0.0) - best.get(name, 0.0) for name in MEANT]
    return np.array(row, dtype=np.float32)


def names_of(index: Index) -> tuple[str, ...]:
    """The names of the numbers `measure` makes with this index."""
    return _names(meaning=bool(index.meanings))


def _names(*, meaning: bool) -> tuple[str, ...]:
    return NAMES + tuple(f"{name}_less" for name in MEANT) if meaning else NAMES


def _features(search: Search) -> Mapping[str, float]:
    return dict(search.matches[0].features) if search.matches else {}


def _behind(alone: Search, inside: Search) -> float:
    if not alone.matches:
        return 0.0
    if not inside.matches or alone.confidence == 1.0:
        return FARTHEST
    return min(max(alone.matches[0].score - inside.matches[0].score, 0.0), FARTHEST)


def _places(named: frozenset[str], cases: Collection[str], index: Index) -> tuple[float, float]:
    grounds = [index.grounds[number] for number, case in enumerate(index.cases) if case in cases]
    other = bool(grounds) and all(ground.conflicts(named) for ground in grounds)
    return float(other), float(any(ground.agrees(named) for ground in grounds))


@dataclass(frozen=True, slots=True)
class Bands:
    """Where the bands lie; probabilities.

    Attributes:
        sure: from here the best entry of the cases is the answer.
        sure_of_two: from here the best two are the answer together.
        possible: from here they are worth offering.
    """

    sure: float
    sure_of_two: float
    possible: float


@dataclass(frozen=True)
class Following:
    """The learnt sums.

    Attributes:
        one: how likely the best entry of the remembered cases answers the message.
        two: how likely the best two of them do together.
    """

    one: Logistic
    two: Logistic
    bands: Bands


def load(encoder: str = ALONE, folder: Path = FOLDER) -> Following:
    """Read what was learnt with that encoder. Raises BadWeights when it does not fit this version."""
    path = folder / f"following-{encoder}.json"
    names = _names(meaning=encoder != ALONE)
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        one, two = (_logistic(data[name], names) for name in ("one", "two"))
        return Following(one, two, Bands(**data["bands"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadWeights(f"{path}: {type(error).__name__} {error}; run `make train`") from error


def _logistic(data: Mapping[str, Any], names: tuple[str, ...]) -> Logistic:
    weights = data["weights"]
    if set(weights) != set(names):
        raise ValueError(f"weights for {sorted(set(weights) ^ set(names))} do not fit")
    return Logistic(np.array([weights[name] for name in names], dtype=np.float32), float(data["bias"]))
