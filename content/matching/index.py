"""The corpus as numbers: built once, then only read."""

from collections.abc import Collection, Iterable, Sequence
from itertools import chain

import numpy as np

from content.entries import Case, Entry, Family, Place
from content.language import Language
from content.matching.aspects import Aspects
from content.matching.families import Families
from content.matching.meaning import Encoder, Meanings, Space
from content.matching.outside import Outside
from content.matching.places import Ground, Places
from content.matching.postings import Collected, GroupedHoldings, Holdings, Postings, united
from content.matching.readings import reading
from content.matching.repair import Repairs
from content.matching.terms import Flags, Floats, Ints, Vocabulary, terms
from content.matching.texts import Lookup, Texts


class Index:
    """Everything about the entries that does not depend on the question.

    Entries are numbered by id, wordings by entry; a case has the number of its first entry's appearance.

    Args:
        encoder: with it and its space, meaning is measured as well.
        families: cases that share a name; their overviews are among the entries.

    Attributes:
        names: of each case: what it and its places are called, normalised.
        wordings: every wording, normalised; those of entry n are numbers starts[n] to starts[n + 1].
        readings: the same, as they are spoken.
        repaired: undoes the homophones in a normalised question.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        language: Language,
        encoder: Encoder | None = None,
        space: Space | None = None,
        families: Sequence[Family] = (),
    ) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.id))
        self.normalise = language.normalise
        self.aspects = Aspects(language.asks)
        self.families = Families(families, self.normalise)
        places = (entry.case.place for entry in self.entries if entry.case.source.file)
        self.places = Places(places, language.regions, language.before_regions)
        self._number_wordings()
        self._number_cases()
        self._post_terms()
        self._count_aspects()
        self._lookup = Lookup(self.wordings)
        self._bare_names = self._names_of_overviews()
        self.repaired = self._repairs(language.plain)
        self.shared = np.array([not entry.case.source.file for entry in self.entries])  # overviews of families
        self.overview_of = {entry.case.id: entry for entry in self.entries if entry.overview}
        self.overview = np.array([entry.overview for entry in self.entries], dtype=np.float32)
        self.meanings = self._meanings(encoder, space) if encoder and space and entries else None
        self.outside = Outside(list(map(self.normalise, language.outside)), self.meanings)

    def entries_of(self, cases: Collection[str]) -> Flags:
        """For each entry, whether it belongs to one of the cases with these ids."""
        chosen = np.array([case in cases for case in self.cases], dtype=np.bool_)
        return np.asarray(chosen[self.case_of], dtype=np.bool_)

    def exact(self, question: str) -> tuple[int, str] | None:
        """The entry a normalised question asks for to the letter, and the wording or name as it was written."""
        wording = self._lookup.first(question)
        if wording is None:
            return self._bare_names.get(question)
        return int(np.searchsorted(self.starts, wording, side="right")) - 1, self.originals[wording]

    def _number_wordings(self) -> None:
        self.originals = tuple(wording for entry in self.entries for wording in entry.wordings)
        self.wordings = Texts(map(self.normalise, self.originals))
        self.readings = Texts(map(reading, self.wordings))
        counts = [len(entry.wordings) for entry in self.entries]
        self.starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    def _number_cases(self) -> None:
        numbers: dict[str, int] = {}
        case_of = [numbers.setdefault(entry.case.id, len(numbers)) for entry in self.entries]
        self.case_of: Ints = np.array(case_of, dtype=np.int32)
        self.cases = tuple(numbers)
        firsts = {int(case): number for number, case in reversed(list(enumerate(case_of)))}
        grounds: dict[Place, Ground] = {}
        places = [self.entries[firsts[case]].case.place for case in range(len(numbers))]
        self.grounds = [grounds.setdefault(place, self.places.ground(place)) for place in places]
        self.names = [self._names_of(self.entries[firsts[case]].case) for case in range(len(numbers))]

    def _post_terms(self) -> None:
        """Views of the corpus: wordings, what entries are asked by, what they answer, how they sound, whole cases."""
        self.vocabulary, self.sounds = Vocabulary(), Vocabulary()
        of_wordings, asked, answered, spoken = Collected(), Collected(), Collected(), Collected()
        for number, (case, entry) in enumerate(self._with_cases()):
            names = [*self.names[case], *map(self.normalise, entry.keywords)]
            own, sounds = (
                set(self._terms_of(names, self.vocabulary)),
                set(self._terms_of(map(reading, names), self.sounds)),
            )
            for wording in range(self.starts[number], self.starts[number + 1]):
                found = self.vocabulary.add(terms(self.wordings[wording]))
                of_wordings.add(found)
                own.update(found)
                sounds.update(self.sounds.add(terms(self.readings[wording])))
            asked.add(own)
            spoken.add(sounds)
            answered.add(own.union(self._terms_of([self.normalise(entry.answer)], self.vocabulary)))
        self.by_wording = Holdings(of_wordings.rows(), self.vocabulary)
        self.wording_weights = self.by_wording.totals()
        self.by_asked = Holdings(asked.rows(), self.vocabulary)
        self.by_answered = Holdings(answered.rows(), self.vocabulary)
        self.found_by = Postings(self.by_answered)
        self.by_spoken = Holdings(spoken.rows(), self.sounds)
        of_cases = united(self.by_answered.rows, self.case_of)
        self.by_case = Holdings(of_cases[0], self.vocabulary)
        self.within_case = GroupedHoldings(self.by_answered.rows, self.case_of, of_cases, self.vocabulary)

    def _repairs(self, plain: Iterable[str]) -> Repairs:
        answers = (self.normalise(entry.answer) for entry in self.entries)
        names = (name for names in self.names for name in names)
        return Repairs(chain(self.wordings, answers), [*names, *self.families.names], plain)

    def _names_of(self, case: Case) -> list[str]:
        place = case.place
        return [self.normalise(name) for name in (*case.names, *place.names, *place.within)]

    def _with_cases(self) -> Iterable[tuple[int, Entry]]:
        return zip(self.case_of.tolist(), self.entries, strict=True)

    def _meanings(self, encoder: Encoder, space: Space) -> Meanings:
        return Meanings(encoder, space, self.wordings, self.starts, [entry.answer for entry in self.entries])

    @staticmethod
    def _terms_of(texts: Iterable[str], vocabulary: Vocabulary) -> list[int]:
        return vocabulary.add(set().union(*map(terms, texts)))

    def _count_aspects(self) -> None:
        """For each entry, the share of its wordings that are after each aspect."""
        each = np.empty((len(self.wordings), len(self.aspects.names)), dtype=np.float32)
        for number, wording in enumerate(self.wordings):
            each[number] = self.aspects.of(wording)
        sums = np.add.reduceat(each, self.starts[:-1], axis=0)
        self.aspect_shares: Floats = (sums / np.diff(self.starts)[:, None]).astype(np.float32)

    def _names_of_overviews(self) -> dict[str, tuple[int, str]]:
        """The bare name of a case means its overview, unless other cases share the name."""
        names: dict[str, set[tuple[int, str]]] = {}
        for number, entry in enumerate(self.entries):
            if entry.overview:
                for name in entry.case.names:
                    names.setdefault(self.normalise(name), set()).add((number, name))
        return {
            name: next(iter(found))
            for name, found in names.items()
            if len(found) == 1 and name not in self.families.names
        }
