"""What tells whether a question fits several cases alike. Numbers only; their worth is learnt."""

import math
from typing import Final

import numpy as np

from content.matching.families import Kin
from content.matching.features import FEATURES, MOST_LEAD, Measured
from content.matching.index import Index
from content.matching.terms import Floats

SPREAD: Final = (
    "family",  # the question says a name that several cases share
    "of_family",  # and the best case is one of them
    "rest",  # weight of what else it says
    "only_family",  # share of its weight that the shared name makes up
    "weight",  # of the question
    "length",  # in characters
    "placed",  # it names a place
    "right_place",  # the one of the best case
    "own_name",  # characters of a name of the best case that nobody shares
    "lead_over_other_cases",  # of the best case's score over the next case's
    "cases_near",  # how many cases score nearly as well
    "overview_first",  # the best match is the overview of a family
    "overview_near",  # how close the score of the best such overview comes to the best, at most NEAR
    "covered",  # share of the question that the best case covers
    "rival",  # share of the question that another case than the best covers, over the best's
    "confidence",  # in the best match
    "possible",  # that the corpus answers it at all
)
CASE: Final = FEATURES.index("case")
NEAR: Final = 4.0  # behind the best score, in units of the score
MOST_OF_NAME: Final = 6  # characters


def spread(
    question: str, kin: Kin | None, measured: Measured, scores: Floats, index: Index, chances: tuple[float, float]
) -> Floats:
    """One row.

    Args:
        question: normalised.
        kin: the family it names.
        scores: of the candidates.
        chances: that the best one answers it, and that any does.
    """
    name = kin.named_in(question) if kin else ""
    weight = index.by_asked.total(index.vocabulary.asked(question))
    rest = index.by_asked.total(index.vocabulary.asked_of(question.split(name))) if kin else weight
    shared = index.shared[measured.numbers]
    best_of_case = _best_by_case(index.case_of[measured.numbers[~shared]], scores[~shared])
    best = max(best_of_case, key=lambda case: (best_of_case[case], -case), default=-1)
    ranked = sorted(best_of_case.values(), reverse=True)
    lead = min(ranked[0] - ranked[1], MOST_LEAD) if len(ranked) > 1 else MOST_LEAD
    row = [
        float(kin is not None),
        float(kin is not None and best >= 0 and index.cases[best] in kin.cases),
        math.log1p(rest) if kin else 0.0,
        1 - rest / max(weight, 1e-9),
        math.log1p(weight),
        math.log1p(len(question)),
        float(bool(measured.named)),
        float(best >= 0 and index.grounds[best].agrees(measured.named)),
        float(_own_name(question, index.names[best], index.families.names) if best >= 0 else 0),
        lead,
        math.log1p(sum(score > ranked[0] - NEAR for score in ranked)) if ranked else 0.0,
        float(shared[int(np.argmax(scores))]),
        max(NEAR + float(scores[shared].max(initial=-math.inf) - scores.max()), 0.0),
        *_coverage(index, measured, best),
        *chances,
    ]
    return np.array(row, dtype=np.float32)


def _best_by_case(cases: Floats, scores: Floats) -> dict[int, float]:
    best: dict[int, float] = {}
    for case, score in zip(cases.tolist(), scores.tolist(), strict=True):
        best[case] = max(score, best.get(case, -math.inf))
    return best


def _own_name(question: str, names: list[str], shared: frozenset[str]) -> int:
    """Characters of the longest of the names, not shared with others, that stands in the question."""
    return min(max((len(name) for name in names if name not in shared and name in question), default=0), MOST_OF_NAME)


def _coverage(index: Index, measured: Measured, best: int) -> tuple[float, float]:
    """The share of the question that the best case covers, and the most another candidate's does, as a share of
    that.
    """
    if best < 0:
        return 0.0, 1.0
    cases = index.case_of[measured.numbers]
    found = measured.features[:, CASE]
    own = float(found[cases == best][0])
    rivals = found[(cases != best) & ~index.shared[measured.numbers]]
    return own, float(rivals.max(initial=0)) / max(own, 1e-9)
