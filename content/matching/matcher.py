"""Search the corpus for what a member wrote: normalise, find candidates, measure, score."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np

from content.entries import Entry
from content.matching.features import fit, measure, names_of
from content.matching.index import Index
from content.matching.scorer import Cutoffs, Scorer
from content.matching.terms import Flags


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that may be meant.

    Attributes:
        score: higher is better; comparable only within one search.
        wording: the wording that came closest.
        features: what was measured, by name, for those who ask why.
    """

    entry: Entry
    score: float
    wording: str
    features: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked, as understood, and what was found.

    Attributes:
        question: the normalised question.
        matches: best first.
        confidence: how likely the first match answers the question, 0..1; exactly 1 when it is a wording to the letter.
        confidence_of_two: how likely the first two matches of the first one's case answer it together.
        named: the place names in the question.
        elsewhere: the question names a place, and it is not the first match's.
    """

    question: str
    matches: tuple[Match, ...] = ()
    confidence: float = 0.0
    confidence_of_two: float = 0.0
    named: frozenset[str] = frozenset()
    elsewhere: bool = False


class Matcher:
    """Searches a fixed set of entries. Immutable after construction and safe to share between threads.

    Ties between equal scores are broken by entry id, so answers never flicker.
    """

    def __init__(self, index: Index, scorer: Scorer) -> None:
        self.index = index
        self.scorer = scorer

    @property
    def cutoffs(self) -> Cutoffs:
        """The bands the scorer was calibrated for."""
        return self.scorer.cutoffs

    def search(self, text: str, limit: int = 8, within: Collection[str] | None = None) -> Search:
        """The entries a member's text may mean; at most `limit` matches.

        Args:
            within: ids of cases; only their entries are looked at. None = all.

        A question about a place that is not the best match's is searched once more without the place, so that the
        answer can be: that is another place's practice.
        """
        question = self.index.normalise(text)
        allowed = None if within is None else self.index.entries_of(within)
        found = self._find(question, limit, allowed)
        if not found.elsewhere:
            return found
        without = self._find(self._without(question, found.named), limit, allowed)
        return replace(without, question=question, named=found.named, elsewhere=True) if without.matches else found

    @staticmethod
    def _without(question: str, names: Iterable[str]) -> str:
        for name in sorted(names, key=len, reverse=True):
            question = question.replace(name, "")
        return question

    def _find(self, question: str, limit: int, within: Flags | None) -> Search:
        exact = self.index.exact.get(question)
        if exact is not None and (within is None or within[exact[0]]):
            number, wording = exact
            return Search(question, (Match(self.index.entries[number], 0.0, wording),), 1.0, 1.0)
        measured = measure(question, self.index, within)
        if not len(measured.numbers):
            return Search(question)
        scores = self.scorer.scores(measured.features)
        order = np.argsort(-scores, kind="stable")
        names = names_of(self.index)
        matches = tuple(
            Match(
                self.index.entries[measured.numbers[at]],
                float(scores[at]),
                self.index.originals[measured.closest[at]],
                tuple(zip(names, map(float, measured.features[at]), strict=True)),
            )
            for at in order[:limit]
        )
        one, two = self.scorer.confidence(fit(measured, scores, self.index))
        ground = self.index.grounds[self.index.case_of[measured.numbers[order[0]]]]
        return Search(question, matches, one, two, measured.named, ground.conflicts(measured.named))
