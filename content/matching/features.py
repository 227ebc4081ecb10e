"""What is measured of a question and each entry it may mean. A feature is a plain number; its worth is learnt."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from content.matching.index import Index
from content.matching.meaning import Meanings
from content.matching.names import without_names
from content.matching.outside import OUTSIDE, OUTSIDE_MEANT
from content.matching.postings import shares, stretches
from content.matching.readings import reading
from content.matching.terms import Asked, Flags, Floats, Ints, Longs

CANDIDATES: Final = 32  # found by characters
CANDIDATES_BY_MEANING: Final = 16  # and besides, when there is an encoder
FEATURES: Final = (
    "asked",  # share of the question's weight that the entry's wordings and names cover
    "answered",  # the same with the words of its answer
    "wordings",  # the same as `asked`, weighed by how rare terms are among all wordings: spoken filler weighs little
    "case",  # share of the question that the entry's whole case covers
    "within_case",  # share of what the question has in common with the case that this entry covers
    "rest",  # like `within_case`, of what is left of the question without the names of the case
    "rest_asked",  # share of that rest that the entry's wordings cover
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
    "bare",  # the same, the more the less is left of the question without the names of the case
)

MEANT: Final = (  # measured besides when there is an encoder
    "meant",  # best wording: closeness of its vector
    "meant_typical",  # mean over the wordings
    "meant_by_answer",  # closeness of the answer's vector
    "meant_by_case",  # best wording of the case among the candidates
)

FIT: Final = (  # how well the best candidate fits the question as a whole; measured for it alone
    "odds",  # share of the best entry in the candidates' chances: how sure the ranking is, as log odds
    "odds_of_case",  # the same of its whole case
    "lead",  # of its score over the next entry's
    "lead_over_other_cases",  # of its score over the next case's
    "weight",  # of the question: short ones say little
    "uncovered",  # weight of the question that the entry does not cover
    "uncovered_by_case",  # weight that its whole case does not cover
    "strongest_uncovered",  # the rarest term of the question that the entry lacks
    "unknown",  # share of the question's weight that no entry knows
    *OUTSIDE,
)
MOST_LEAD: Final = 8.0  # a lead greater than this says no more
LITTLE_LEFT: Final = 6.0  # weight left of a question at which asking for the whole case becomes unlikely


@dataclass(frozen=True, slots=True)
class Measured:
    """The candidates of a question.

    Attributes:
        numbers: entry numbers in the index.
        features: one row a candidate, one column a feature.
        closest: for each candidate, the number of the wording that came closest.
        named: place names the question holds.
        asked: the question's terms.
        outside: how close the question comes to what is known to be out of scope, as `Outside.closeness`.
    """

    numbers: Ints
    features: Floats
    closest: Ints
    named: frozenset[str]
    asked: Asked
    outside: Floats


def measure(question: str, index: Index, within: Flags | None = None, *, as_new: bool = False) -> Measured:
    """Find the entries a normalised question may mean and measure them.

    Args:
        within: for each entry, whether it may be a candidate; None = all may.
        as_new: the question itself does not count among the messages known to be out of scope; for learning from them.
    """
    asked = index.vocabulary.asked(question)
    named = index.places.named_in(question)
    vector = index.meanings.asked(question) if index.meanings else None
    outside = index.outside.closeness(question, vector, as_new=as_new)
    numbers = _candidates(asked, vector, index, within)
    if not len(numbers):
        return Measured(numbers, np.empty((0, len(names_of(index))), dtype=np.float32), numbers, named, asked, outside)
    cases = index.case_of[numbers]
    wordings, closest = _measure_wordings(question, asked, numbers, index)
    rests = _rests(question, numbers, index)
    left = {pieces: index.vocabulary.asked_of(pieces) for pieces in set(rests.values())}
    weights = {pieces: index.by_asked.total(rest) for pieces, rest in left.items()}
    counted = {pieces: np.isin(asked.known, rest.known, assume_unique=True) for pieces, rest in left.items()}
    remaining = [rests[case] for case in cases.tolist()]
    totals = np.array([weights[pieces] for pieces in remaining], dtype=np.float32)
    counts = np.array([counted[pieces] for pieces in remaining], dtype=np.float32)
    covered, *of_case = _measure_terms(asked, counts, totals, numbers, index)
    columns = [
        covered,
        index.by_answered.share(asked, numbers),
        *of_case,
        index.by_spoken.share(index.sounds.asked(reading(question)), numbers),
        *wordings,
        *_measure_places(named, cases, index),
        *_measure_aspects(question, numbers, index),
        index.overview[numbers],
        _measure_bareness(totals, numbers, index),
    ]
    if index.meanings and vector is not None:
        columns += _measure_meaning(vector, index.meanings, numbers, index)
    return Measured(numbers, np.stack(columns, axis=1).astype(np.float32), closest, named, asked, outside)


def names_of(index: Index) -> tuple[str, ...]:
    """The names of the features measured with this index."""
    return FEATURES + MEANT if index.meanings else FEATURES


def names_of_fit(*, encoder: bool) -> tuple[str, ...]:
    """The names of the columns of `fit`, with an encoder or without one."""
    return (*FEATURES, *MEANT, *FIT, *OUTSIDE_MEANT) if encoder else FEATURES + FIT


def _candidates(asked: Asked, vector: Floats | None, index: Index, within: Flags | None) -> Ints:
    """The entries that share most with the question, by characters and, with an encoder, by meaning."""
    numbers = index.found_by.best(asked, CANDIDATES, within)
    if index.meanings and vector is not None and len(asked.known):
        numbers = np.union1d(numbers, index.meanings.nearest(vector, CANDIDATES_BY_MEANING, within)).astype(np.int32)
    return numbers


def _measure_wordings(question: str, asked: Asked, numbers: Ints, index: Index) -> tuple[list[Floats], Ints]:
    """The features that look at single wordings, and the number of each candidate's closest wording."""
    chosen, sizes = stretches(index.starts, numbers)
    firsts = np.cumsum(sizes) - sizes
    shared = index.by_wording.covered(asked, chosen)
    own = index.wording_weights[chosen]
    overlap = 2 * shared / (own + index.by_wording.total(asked))
    ratio = _ratios(question, index.wordings.at(chosen.tolist()))
    spoken = _ratios(reading(question), index.readings.at(chosen.tolist()))
    closeness = 0.6 * overlap + 0.4 * ratio
    best = [np.maximum.reduceat(values, firsts) for values in (overlap, ratio, spoken, shared / own)]
    typical = np.add.reduceat(closeness, firsts) / sizes
    return [*best, typical], chosen[_first_of_each(closeness, firsts, sizes)].astype(np.int32)


def _first_of_each(values: Floats, bounds: Longs, sizes: Longs) -> Longs:
    """For each stretch of the values, the place of its first greatest."""
    greatest = np.repeat(np.maximum.reduceat(values, bounds), sizes)
    places = np.flatnonzero(values == greatest)
    return places[np.searchsorted(places, bounds)]


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


def _rests(question: str, numbers: Ints, index: Index) -> dict[int, tuple[str, ...]]:
    """What is left of the question without the names of each candidate's case, by case."""
    return {case: tuple(without_names(question, index.names[case])) for case in set(index.case_of[numbers].tolist())}


def _measure_terms(asked: Asked, counted: Floats, totals: Floats, numbers: Ints, index: Index) -> list[Floats]:
    """What the candidates cover of the question's terms: all of them, all weighed by their rarity among wordings; what
    their cases cover; what the candidates cover of those shared with the case; and of what the question says besides
    the names of the case, of those shared with the case and of all.

    Args:
        counted: for each candidate (rows) and known term of the question, whether it is left without the names.
        totals: for each candidate, the weight of all that is left.
    """
    held = index.by_asked.held(asked, numbers)
    own, of_case = index.within_case.held(asked, numbers)
    by_rarity = (held > 0) @ index.by_wording.weights[asked.known]
    by_case = (of_case > 0) @ index.by_case.weights[asked.known]
    return [
        held.sum(axis=1) / max(index.by_asked.total(asked), 1e-9),
        by_rarity / max(index.by_wording.total(asked), 1e-9),
        by_case / max(index.by_case.total(asked), 1e-9),
        shares(own.sum(axis=1), of_case.sum(axis=1)),
        shares((own * counted).sum(axis=1), (of_case * counted).sum(axis=1)),
        shares((held * counted).sum(axis=1), totals),
    ]


def _measure_bareness(left: Floats, numbers: Ints, index: Index) -> Floats:
    """For each overview among the candidates: how little of the question is left without the names of its case.

    Args:
        left: the weight of what is left, for each candidate.
    """
    return np.asarray(index.overview[numbers] * np.exp(-left / LITTLE_LEFT), dtype=np.float32)


def _measure_meaning(vector: Floats, meanings: Meanings, numbers: Ints, index: Index) -> list[Floats]:
    chosen, sizes = stretches(index.starts, numbers)
    firsts = np.cumsum(sizes) - sizes
    closeness = meanings.to_wordings(vector, chosen)
    best = np.maximum.reduceat(closeness, firsts)
    _, case_of = np.unique(index.case_of[numbers], return_inverse=True)
    by_case = np.full(case_of.max() + 1, -np.inf, dtype=np.float32)
    np.maximum.at(by_case, case_of, best)
    typical = np.add.reduceat(closeness, firsts) / sizes
    return [best, typical, meanings.to_answers(vector, numbers), by_case[case_of]]


def fit(measured: Measured, scores: Floats, index: Index) -> Floats:
    """The best candidate's features and how well it fits: one row, columns as `names_of_fit`."""
    order = np.argsort(-scores, kind="stable")
    best = order[0]
    number = int(measured.numbers[best])
    case = index.case_of[number]
    others = index.case_of[measured.numbers[order]] != case
    asked = measured.asked
    lacking, foreign = index.by_answered.lacking(asked, number), index.by_case.lacking(asked, int(case))
    unknown = index.by_answered.unknown(asked)
    chances = np.exp(scores[order] - scores[best])
    chances /= chances.sum()
    row = [
        _log_odds(chances[0]),
        _log_odds(chances[~others].sum()),
        _lead(scores[best], scores[order[1:]]),
        _lead(scores[best], scores[order[others]]),
        math.log1p(index.by_answered.total(asked)),
        math.log1p(float(lacking.sum()) + unknown),
        math.log1p(float(foreign.sum()) + index.by_case.unknown(asked)),
        float(lacking.max(initial=0.0)),
        unknown / max(index.by_answered.total(asked), 1e-9),
        *measured.outside.tolist(),
    ]
    return np.concatenate([measured.features[best], np.array(row, dtype=np.float32)])


def _log_odds(share: float) -> float:
    return math.log((share + 0.005) / (1.005 - share))


def _lead(best: float, others: Floats) -> float:
    """How far the best score is ahead of the others, at most MOST_LEAD."""
    return min(float(best - others[0]), MOST_LEAD) if len(others) else MOST_LEAD
