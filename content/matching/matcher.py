"""Find the entries a question may mean and score them, with rapidfuzz at the core.

A candidate's score is an absolute number in [0, 1]: how much of the question the entry covers (weighted by
rarity), and how close its best wording is (weighted overlap and rapidfuzz's indel ratio). The decision what to do
with it is `decide`'s.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from rapidfuzz import fuzz

from content.entries import Entry
from content.matching.places import Places
from content.matching.terms import Rarity, terms

CANDIDATES: Final = 24
COVERED: Final = 0.40  # weights of the score's parts; they sum to 1
OVERLAP: Final = 0.35
RATIO: Final = 0.25
ELSEWHERE: Final = 0.70  # factor when the question names a place that is not the case's


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that may be meant.

    Attributes:
        score: 0..1; 1 only when the question is one of the entry's wordings to the letter (after normalising).
        wording: the wording that came closest.
        parts: what the score was made of, by name, for those who ask why.
    """

    entry: Entry
    score: float
    wording: str
    parts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked, as understood, and the matches, best first."""

    question: str
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class _Wording:
    original: str
    folded: str
    terms: frozenset[str]
    weight: float


class Matcher:
    """Searches a fixed set of entries. Immutable after construction and safe to share between threads.

    Args:
        entries: the corpus; ties between equal scores are broken by entry id, so answers never flicker.
        normalise: folds a text and strips politeness.
    """

    def __init__(self, entries: Sequence[Entry], normalise: Callable[[str], str]) -> None:
        self._entries = tuple(sorted(entries, key=lambda entry: entry.id))
        self._normalise = normalise
        self._places = Places(entry.case.place for entry in self._entries)
        documents = [self._document(entry) for entry in self._entries]
        self._rarity = Rarity(documents)
        self._documents = documents
        self._wordings = [self._prepare(entry) for entry in self._entries]
        self._exact = self._index_exact()
        self._postings = self._index_postings()

    def _document(self, entry: Entry) -> frozenset[str]:
        names = (*entry.case.names, *entry.case.place.names, *entry.case.place.within)
        return frozenset().union(*(terms(self._normalise(text)) for text in (*entry.wordings, *entry.keywords, *names)))

    def _prepare(self, entry: Entry) -> tuple[_Wording, ...]:
        prepared = []
        for wording in entry.wordings:
            folded = self._normalise(wording)
            found = terms(folded)
            prepared.append(_Wording(wording, folded, found, self._rarity.total(found)))
        return tuple(prepared)

    def _index_exact(self) -> dict[str, tuple[int, str]]:
        exact: dict[str, tuple[int, str]] = {}
        for number, wordings in enumerate(self._wordings):
            for wording in wordings:
                exact.setdefault(wording.folded, (number, wording.original))
        return exact | {name: found for name, found in self._case_names().items() if name not in exact}

    def _case_names(self) -> dict[str, tuple[int, str]]:
        """The bare name of a case means its overview, unless two cases share the name."""
        found: dict[str, set[tuple[int, str]]] = {}
        for number, entry in enumerate(self._entries):
            if entry.overview:
                for name in entry.case.names:
                    found.setdefault(self._normalise(name), set()).add((number, name))
        return {name: next(iter(numbers)) for name, numbers in found.items() if len(numbers) == 1}

    def _index_postings(self) -> dict[str, np.ndarray]:
        postings: dict[str, list[int]] = {}
        for number, document in enumerate(self._documents):
            for term in document:
                postings.setdefault(term, []).append(number)
        return {term: np.asarray(numbers, dtype=np.int32) for term, numbers in postings.items()}

    def search(self, text: str, limit: int = 8) -> Search:
        """Score the entries for a member's text, best first; at most `limit` matches, none with a score of 0."""
        question = self._normalise(text)
        if not question:
            return Search(question, ())
        if question in self._exact:
            number, wording = self._exact[question]
            exact = Match(self._entries[number], 1.0, wording, (("exact", 1.0),))
            others = (match for match in self._ranked(question) if match.entry is not exact.entry)
            return Search(question, (exact, *others)[:limit])
        return Search(question, tuple(self._ranked(question)[:limit]))

    def _ranked(self, question: str) -> list[Match]:
        asked = terms(question)
        weight = self._rarity.total(asked)
        if not weight:
            return []
        named = self._places.named_in(question)
        matches = [self._score(number, question, asked, weight, named) for number in self._candidates(asked)]
        return sorted(matches, key=lambda match: (-match.score, match.entry.id))

    def _candidates(self, asked: frozenset[str]) -> list[int]:
        """The entries that cover most of the question's weight."""
        covered = np.zeros(len(self._entries), dtype=np.float32)
        for term in sorted(asked):
            if (numbers := self._postings.get(term)) is not None:
                covered[numbers] += self._rarity[term]
        count = min(CANDIDATES, len(covered))
        best = np.argpartition(-covered, count - 1)[:count]
        return [int(number) for number in best if covered[number] > 0]

    def _score(self, number: int, question: str, asked: frozenset[str], weight: float, named: frozenset[str]) -> Match:
        entry = self._entries[number]
        covered = self._rarity.total(asked & self._documents[number]) / weight
        closest, closeness, overlap, ratio = self._wordings[number][0], -1.0, 0.0, 0.0
        for wording in self._wordings[number]:
            shared = self._rarity.total(asked & wording.terms)
            this_overlap = 2 * shared / (weight + wording.weight)
            this_ratio = fuzz.ratio(question, wording.folded) / 100
            this = OVERLAP * this_overlap + RATIO * this_ratio
            if this > closeness:
                closest, closeness, overlap, ratio = wording, this, this_overlap, this_ratio
        elsewhere = self._places.conflict(named, entry.case.place)
        score = min(0.999, COVERED * covered + closeness) * (ELSEWHERE if elsewhere else 1.0)
        parts = (("covered", covered), ("overlap", overlap), ("ratio", ratio), ("elsewhere", float(elsewhere)))
        return Match(entry, score, closest.original, parts)
