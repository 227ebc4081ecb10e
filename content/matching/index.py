"""The corpus as numbers: built once, then only read."""

from collections.abc import Sequence

import numpy as np

from content.entries import Entry, Place
from content.language import Language
from content.matching.aspects import Aspects
from content.matching.places import Ground, Places
from content.matching.postings import Floats, GroupedPostings, Ints, Postings
from content.matching.readings import reading
from content.matching.terms import terms


class Index:
    """Everything about the entries that does not depend on the question.

    Entries are numbered by id, wordings by entry; a case has the number of its first entry's appearance.

    Attributes:
        wordings: every wording, normalised; those of entry n are numbers starts[n] to starts[n + 1].
        readings: the same, as they are spoken.
    """

    def __init__(self, entries: Sequence[Entry], language: Language) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.id))
        self.normalise = language.normalise
        self.aspects = Aspects(language.asks)
        places = (entry.case.place for entry in self.entries)
        self.places = Places(places, language.regions, language.before_regions)
        self._number_wordings()
        self._number_cases()
        self._post_terms()
        self._count_aspects()
        self.exact = self._exact_wordings()
        self.overview = np.array([entry.overview for entry in self.entries], dtype=np.float32)

    def _number_wordings(self) -> None:
        self.originals = tuple(wording for entry in self.entries for wording in entry.wordings)
        self.wordings = tuple(map(self.normalise, self.originals))
        self.readings = tuple(map(reading, self.wordings))
        counts = [len(entry.wordings) for entry in self.entries]
        self.starts: Ints = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)

    def _number_cases(self) -> None:
        numbers: dict[str, int] = {}
        case_of = [numbers.setdefault(entry.case.id, len(numbers)) for entry in self.entries]
        self.case_of: Ints = np.array(case_of, dtype=np.int32)
        self.cases = tuple(numbers)
        firsts = {int(case): number for number, case in reversed(list(enumerate(case_of)))}
        grounds: dict[Place, Ground] = {}
        places = [self.entries[firsts[case]].case.place for case in range(len(numbers))]
        self.grounds = [grounds.setdefault(place, self.places.ground(place)) for place in places]

    def _wordings_of(self, number: int) -> tuple[str, ...]:
        return self.wordings[self.starts[number] : self.starts[number + 1]]

    def _names_of(self, entry: Entry) -> list[str]:
        place = entry.case.place
        return [self.normalise(name) for name in (*entry.case.names, *place.names, *place.within, *entry.keywords)]

    def _post_terms(self) -> None:
        """Views of the corpus: wordings, what entries are asked by, what they answer, how they sound, whole cases."""
        self.by_wording = Postings(map(terms, self.wordings))
        self.wording_weights: Floats = self.by_wording.totals()
        asked, answered, spoken = [], [], []
        for number, entry in enumerate(self.entries):
            texts = [*self._wordings_of(number), *self._names_of(entry)]
            asked.append(set().union(*map(terms, texts)))
            answered.append(asked[-1] | terms(self.normalise(entry.answer)))
            spoken.append(set().union(*(terms(reading(text)) for text in texts)))
        self.by_asked = Postings(asked)
        self.by_answered = Postings(answered)
        self.by_spoken = Postings(spoken)
        self.by_case = Postings(self._union_by_case(answered))
        self.within_case = GroupedPostings(answered, self.case_of)

    def _union_by_case(self, documents: Sequence[set[str]]) -> list[set[str]]:
        united: list[set[str]] = [set() for _ in self.cases]
        for case, found in zip(self.case_of, documents, strict=True):
            united[case] |= found
        return united

    def _count_aspects(self) -> None:
        """For each entry, the share of its wordings that are after each aspect."""
        each = np.array([self.aspects.of(wording) for wording in self.wordings], dtype=np.float32)
        sums = np.add.reduceat(each, self.starts[:-1], axis=0)
        self.aspect_shares = (sums / np.diff(self.starts)[:, None]).astype(np.float32)

    def _exact_wordings(self) -> dict[str, tuple[int, str]]:
        """Normalised wording -> entry and the wording as written; the bare name of a case means its overview,
        unless two cases share the name.
        """
        exact: dict[str, tuple[int, str]] = {}
        names: dict[str, set[tuple[int, str]]] = {}
        for number, entry in enumerate(self.entries):
            for wording in range(self.starts[number], self.starts[number + 1]):
                exact.setdefault(self.wordings[wording], (number, self.originals[wording]))
            if entry.overview:
                for name in entry.case.names:
                    names.setdefault(self.normalise(name), set()).add((number, name))
        own = {name: next(iter(found)) for name, found in names.items() if len(found) == 1}
        return own | exact
