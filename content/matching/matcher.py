"""Search the corpus for what a member wrote: normalise, find candidates, measure, score."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from content.entries import Entry
from content.matching.features import Measured, fit, measure, names_of
from content.matching.index import Index
from content.matching.scorer import CERTAIN, Confidence, Cutoffs, Scorer
from content.matching.spread import spread
from content.matching.terms import Flags, Floats, Longs

MOST_CASES: Final = 5  # offered when a question fits several
NONE: Final = Confidence()


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
        question: the normalised question, misheard words put right.
        matches: best first.
        chances: how likely the first match answers the question; certain when it is a wording to the letter.
        named: the place names in the question.
        elsewhere: the question names a place, and it is not the first match's.
        vague: how likely the corpus has an answer, and several cases fit alike, 0..1.
        several: when that is likely, one match a case; empty when it is not.
        shared: the name several cases share, if the question says one.
        overview: what is known of them together, if there is such an entry.
    """

    question: str
    matches: tuple[Match, ...] = ()
    chances: Confidence = NONE
    named: frozenset[str] = frozenset()
    elsewhere: bool = False
    vague: float = 0.0
    several: tuple[Match, ...] = ()
    shared: str = ""
    overview: Entry | None = None

    @property
    def confidence(self) -> float:
        """How likely the first match alone answers the question, 0..1."""
        return self.chances.one


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The candidates of a question in order."""

    measured: Measured
    scores: Floats
    order: Longs


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

    def search(
        self, text: str, limit: int = 8, within: Collection[str] | None = None, *, as_new: bool = False
    ) -> Search:
        """The entries a member's text may mean; at most `limit` matches.

        Args:
            within: ids of cases; only their entries are looked at. None = all.
            as_new: the text itself does not count among the messages known to be out of scope; for learning from them.

        A question about a place that is not the best match's is searched once more without the place, so that the
        answer can be: that is another place's practice.
        """
        question = self.index.normalise(text)
        if self.index.exact(question) is None:
            question = self.index.repaired(question)
        allowed = None if within is None else self.index.entries_of(within)
        found = self._find(question, limit, allowed, as_new=as_new)
        if not found.elsewhere:
            return found
        without = self._find(self._without(question, found.named), limit, allowed, as_new=as_new)
        return replace(without, question=question, named=found.named, elsewhere=True) if without.matches else found

    @staticmethod
    def _without(question: str, names: Iterable[str]) -> str:
        for name in sorted(names, key=len, reverse=True):
            question = question.replace(name, "")
        return question

    def _find(self, question: str, limit: int, within: Flags | None, *, as_new: bool) -> Search:
        exact = self.index.exact(question)
        if exact is not None and (within is None or within[exact[0]]):
            number, wording = exact
            return Search(question, (Match(self.index.entries[number], 0.0, wording),), CERTAIN)
        ranked = self._rank(question, within, as_new=as_new)
        if ranked is None:
            return Search(question)
        chances = self.scorer.confidence(fit(ranked.measured, ranked.scores, self.index))
        ground = self.index.grounds[self.index.case_of[ranked.measured.numbers[ranked.order[0]]]]
        named = ranked.measured.named
        found = Search(question, self._matches(ranked, limit), chances, named, ground.conflicts(named))
        return found if within is not None else self._with_several(found, ranked)

    def _rank(self, question: str, within: Flags | None, *, as_new: bool = False) -> _Ranked | None:
        measured = measure(question, self.index, within, as_new=as_new)
        if not len(measured.numbers):
            return None
        scores = self.scorer.scores(measured.features)
        return _Ranked(measured, scores, np.argsort(-scores, kind="stable"))

    def _matches(self, ranked: _Ranked, limit: int | None = None) -> tuple[Match, ...]:
        names = names_of(self.index)
        measured = ranked.measured
        return tuple(
            Match(
                self.index.entries[measured.numbers[at]],
                float(ranked.scores[at]),
                self.index.originals[measured.closest[at]],
                tuple(zip(names, map(float, measured.features[at]), strict=True)),
            )
            for at in ranked.order[:limit]
        )

    def _with_several(self, found: Search, ranked: _Ranked) -> Search:
        """The search, with one match a case when the question seems to fit several."""
        kin = self.index.families.named_in(found.question)
        row = spread(
            found.question, kin, ranked.measured, ranked.scores, self.index, (found.chances.one, found.chances.possible)
        )
        vague = self.scorer.several(row)
        if vague < self.cutoffs.several:
            return replace(found, vague=vague)
        shared = kin.named_in(found.question) if kin else ""
        kin = kin or self.index.families.of_overview(found.matches[0].entry)
        if kin is None:
            return replace(found, vague=vague, several=self._one_a_case(self._matches(ranked)))
        inner = self._rank(found.question, self.index.entries_of(kin.cases))
        matches = self._one_a_case(self._matches(inner) if inner else ())
        several = self._completed(matches, kin.cases)
        return replace(found, vague=vague, several=several, shared=shared, overview=kin.overview)

    def _one_a_case(self, matches: Iterable[Match]) -> tuple[Match, ...]:
        """The best match of each case, families aside."""
        best: dict[str, Match] = {}
        for match in matches:
            if match.entry.case.id not in self.index.families.overviews:
                best.setdefault(match.entry.case.id, match)
        return tuple(best.values())[:MOST_CASES]

    def _completed(self, matches: tuple[Match, ...], cases: Sequence[str]) -> tuple[Match, ...]:
        """The matches, and the overviews of cases without one."""
        found = {match.entry.case.id for match in matches}
        rest = (self.index.overview_of[case] for case in cases if case not in found and case in self.index.overview_of)
        return (*matches, *(Match(entry, -math.inf, entry.question) for entry in rest))[:MOST_CASES]
