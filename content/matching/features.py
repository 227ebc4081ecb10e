"""What is measured of a question and each entry it may mean. A feature is a plain number; its worth is learnt."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from content.matching.index import Index
from content.matching.postings import Floats, Ints, Postings
from content.matching.readings import reading
from content.matching.terms import terms

CANDIDATES: Final = 32
FEATURES: Final = (
    "asked",  # share of the question's weight that the entry's wordings and names cover
    "answered",  # the same with the words of its answer
    "wordings",  # the same as `asked`, weighed by how rare terms are among all wordings: spoken filler weighs little
    "case",  # share of the question that the entry's whole case covers
    "within_case",  # share of what the question has in common with the case that this entry covers
    "spoken",  # like `asked`, by readings: survives homophones
    "overlap",  # best wording: twice the shared weight over both weights
    "ratio",  # best wording: rapidfuzz ratio
    "spoken_ratio",  # best wording: rapidfuzz ratio of the readings
    "contained",  # best wording: share of its weight that stands in the question
    "typical",  # mean over the wordings of overlap and ratio: the entry as a whole is about this
    "right_place",  # the question names the place of the case
    "other_place",  # the question names another place
    "aspect",  # share of the aspects asked for that the entry's wordings ask for too
    "aspect_missed",  # aspects the entry is asked for and this question is not
    "overview",  # the entry is the overview of its case
)

FIT: Final = (  # how well the best candidate fits the question as a whole; measured for it alone
    "lead",  # of its score over the next entry's
    "lead_over_other_cases",  # of its score over the next case's
    "weight",  # of the question: short ones say little
    "uncovered",  # weight of the question that the entry does not cover
    "uncovered_by_case",  # weight that its whole case does not cover
    "strongest_uncovered",  # the rarest term of the question that the entry lacks
    "unknown",  # share of the question's weight that no entry knows
)
MOST_LEAD: Final = 8.0  # a lead greater than this says no more


@dataclass(frozen=True, slots=True)
class Measured:
    """The candidates of a question.

    Attributes:
        numbers: entry numbers in the index.
        features: one row a candidate, one column a feature.
        closest: for each candidate, the number of the wording that came closest.
        named: place names the question holds.
        weights: the question's terms and how much each tells.
    """

    numbers: Ints
    features: Floats
    closest: Ints
    named: frozenset[str]
    weights: Mapping[str, float]


def measure(question: str, index: Index) -> Measured:
    """Find the entries a normalised question may mean and measure them."""
    found = terms(question)
    by_rarity_of_wordings = index.by_wording.weights(found)
    weights = index.by_answered.weights(found)
    answered = _share(index.by_answered, weights)
    numbers = _best(answered, CANDIDATES)
    named = index.places.named_in(question)
    if not len(numbers):
        return Measured(numbers, np.empty((0, len(FEATURES)), dtype=np.float32), numbers, named, weights)
    cases = index.case_of[numbers]
    wordings, closest = _measure_wordings(question, by_rarity_of_wordings, numbers, index)
    columns = [
        _share(index.by_asked, index.by_asked.weights(found))[numbers],
        answered[numbers],
        _share(index.by_asked, by_rarity_of_wordings)[numbers],
        _share(index.by_case, index.by_case.weights(found))[cases],
        index.within_case.share(found)[numbers],
        _share(index.by_spoken, index.by_spoken.weights(terms(reading(question))))[numbers],
        *wordings,
        *_measure_places(named, cases, index),
        *_measure_aspects(question, numbers, index),
        index.overview[numbers],
    ]
    return Measured(numbers, np.stack(columns, axis=1).astype(np.float32), closest, named, weights)


def _share(postings: Postings, weights: Mapping[str, float]) -> Floats:
    """For each document, the share of the total weight it covers."""
    return postings.covered(weights) / max(sum(weights.values()), 1e-9)


def _best(scores: Floats, count: int) -> Ints:
    """The numbers of the highest scores above zero, ascending."""
    count = min(count, len(scores))
    best = np.argpartition(-scores, count - 1)[:count] if count else np.empty(0, dtype=np.int64)
    return np.sort(best[scores[best] > 0]).astype(np.int32)


def _measure_wordings(
    question: str, weights: Mapping[str, float], numbers: Ints, index: Index
) -> tuple[list[Floats], Ints]:
    """The features that look at single wordings, and the number of each candidate's closest wording."""
    firsts, lasts = index.starts[numbers], index.starts[numbers + 1]
    bounds = np.concatenate([[0], np.cumsum(lasts - firsts)[:-1]])
    chosen = np.concatenate([np.arange(a, b, dtype=np.int32) for a, b in zip(firsts, lasts, strict=True)])
    shared = index.by_wording.covered(weights)[chosen]
    own = index.wording_weights[chosen]
    overlap = 2 * shared / (own + sum(weights.values()))
    ratio = _ratios(question, [index.wordings[number] for number in chosen])
    spoken = _ratios(reading(question), [index.readings[number] for number in chosen])
    closeness = 0.6 * overlap + 0.4 * ratio
    best = [np.maximum.reduceat(values, bounds) for values in (overlap, ratio, spoken, shared / own)]
    typical = np.add.reduceat(closeness, bounds) / (lasts - firsts)
    return [*best, typical], chosen[_first_of_each(closeness, bounds, lasts - firsts)]


def _first_of_each(values: Floats, bounds: Ints, sizes: Ints) -> Ints:
    """For each stretch of the values, the place of its first greatest."""
    greatest = np.repeat(np.maximum.reduceat(values, bounds), sizes)
    places = np.flatnonzero(values == greatest)
    return places[np.searchsorted(places, bounds)].astype(np.int32)


def _ratios(question: str, wordings: list[str]) -> Floats:
    """Rapidfuzz's normalised indel similarity of the question and each wording, 0..1."""
    ratios: Floats = process.cdist([question], wordings, scorer=fuzz.ratio, dtype=np.float32)[0] / 100
    return ratios


def _measure_places(named: frozenset[str], cases: Ints, index: Index) -> tuple[Floats, Floats]:
    grounds = [index.grounds[case] for case in cases]
    right = np.array([ground.agrees(named) for ground in grounds], dtype=np.float32)
    other = np.array([ground.conflicts(named) for ground in grounds], dtype=np.float32)
    return right, other


def _measure_aspects(question: str, numbers: Ints, index: Index) -> tuple[Floats, Floats]:
    asked = index.aspects.of(question)
    shares = index.aspect_shares[numbers]
    agreeing: Floats = shares @ asked / max(float(asked.sum()), 1.0)
    missed: Floats = (shares * (1 - asked)).sum(axis=1)
    return agreeing, missed


def fit(measured: Measured, scores: Floats, index: Index) -> Floats:
    """The best candidate's features and how well it fits: one row, features first, then FIT."""
    order = np.argsort(-scores, kind="stable")
    best = order[0]
    number = int(measured.numbers[best])
    case = index.case_of[number]
    others = index.case_of[measured.numbers[order]] != case
    weights = measured.weights
    lacking = [weight for term, weight in weights.items() if not index.by_answered.holds(term, number)]
    foreign = [weight for term, weight in weights.items() if not index.by_case.holds(term, int(case))]
    unknown = [weight for term, weight in weights.items() if not index.by_answered.knows(term)]
    total = sum(weights.values())
    row = [
        _lead(scores[best], scores[order[1:]]),
        _lead(scores[best], scores[order[others]]),
        math.log1p(total),
        math.log1p(sum(lacking)),
        math.log1p(sum(foreign)),
        max(lacking, default=0.0),
        sum(unknown) / max(total, 1e-9),
    ]
    return np.concatenate([measured.features[best], np.array(row, dtype=np.float32)])


def _lead(best: float, others: Floats) -> float:
    """How far the best score is ahead of the others, at most MOST_LEAD."""
    return min(float(best - others[0]), MOST_LEAD) if len(others) else MOST_LEAD
