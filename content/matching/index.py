"""The corpus as numbers: built once, then only read."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from content.entries import Case, Entry, Family, Place
from content.language import Language
from content.matching.aspects import Aspects
from content.matching.families import Families
from content.matching.meaning import Encoder, Meanings, Space
from content.matching.places import Ground, Places
from content.matching.postings import GroupedHoldings, Holdings, Postings, pairs, united
from content.matching.readings import reading
from content.matching.repair import Repairs
from content.matching.terms import Flags, Ints, Vocabulary, terms


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
        self.exact = self._exact_wordings()
        self.repaired = self._repairs(language.plain)
        self.shared = np.array([not entry.case.source.file for entry in self.entries])  # overviews of families
        self.overview_of = {entry.case.id: entry for entry in self.entries if entry.overview}
        self.overview = np.array([entry.overview for entry in self.entries], dtype=np.float32)
        self.meanings = self._meanings(encoder, space) if encoder and space and entries else None

    def entries_of(self, cases: Collection[str]) -> Flags:
        """For each entry, whether it belongs to one of the cases with these ids."""
        chosen = np.array([case in cases for case in self.cases], dtype=np.bool_)
        return np.asarray(chosen[self.case_of], dtype=np.bool_)

    def _number_wordings(self) -> None:
        self.originals = tuple(wording for entry in self.entries for wording in entry.wordings)
        self.wordings = tuple(map(self.normalise, self.originals))
        self.readings = tuple(map(reading, self.wordings))
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
        named = [[*self.names[case], *map(self.normalise, entry.keywords)] for case, entry in self._with_cases()]
        answers = [[self.normalise(entry.answer)] for entry in self.entries]
        of_wordings = pairs(self.vocabulary.add(terms(wording)) for wording in self.wordings)
        of_names = pairs(self._terms_of(texts, self.vocabulary) for texts in named)
        of_answers = pairs(self._terms_of(texts, self.vocabulary) for texts in answers)
        of_sounds = pairs(self.sounds.add(terms(spoken)) for spoken in self.readings)
        of_spoken_names = pairs(self._terms_of(map(reading, texts), self.sounds) for texts in named)

        entry_of = np.repeat(np.arange(len(self.entries), dtype=np.int32), np.diff(self.starts))
        each = np.arange(len(self.entries), dtype=np.int32)
        asked = _joined(united(*of_wordings, entry_of), of_names, each)
        answered = _joined(asked, of_answers, each)
        count = len(self.entries)
        self.by_wording = Holdings(*of_wordings, len(self.wordings), self.vocabulary)
        self.wording_weights = self.by_wording.totals()
        self.by_asked = Holdings(*asked, count, self.vocabulary)
        self.by_answered = Holdings(*answered, count, self.vocabulary)
        self.found_by = Postings(*answered, self.by_answered)
        self.by_spoken = Holdings(*_joined(united(*of_sounds, entry_of), of_spoken_names, each), count, self.sounds)
        self.by_case = Holdings(*united(*answered, self.case_of), len(self.cases), self.vocabulary)
        self.within_case = GroupedHoldings(*answered, self.case_of, self.vocabulary)

    def _repairs(self, plain: Iterable[str]) -> Repairs:
        answers = (self.normalise(entry.answer) for entry in self.entries)
        names = (name for names in self.names for name in names)
        return Repairs([*self.wordings, *answers], [*names, *self.families.names], plain)

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
        each = np.array([self.aspects.of(wording) for wording in self.wordings], dtype=np.float32)
        sums = np.add.reduceat(each, self.starts[:-1], axis=0)
        self.aspect_shares = (sums / np.diff(self.starts)[:, None]).astype(np.float32)

    def _exact_wordings(self) -> dict[str, tuple[int, str]]:
        """Normalised wording -> entry and the wording as written; the bare name of a case means its overview,
        unless other cases share the name.
        """
        exact: dict[str, tuple[int, str]] = {}
        names: dict[str, set[tuple[int, str]]] = {}
        for number, entry in enumerate(self.entries):
            for wording in range(self.starts[number], self.starts[number + 1]):
                exact.setdefault(self.wordings[wording], (number, self.originals[wording]))
            if entry.overview:
                for name in entry.case.names:
                    names.setdefault(self.normalise(name), set()).add((number, name))
        own = {
            name: next(iter(found))
            for name, found in names.items()
            if len(found) == 1 and name not in self.families.names
        }
        return own | exact


def _joined(one: tuple[Ints, Ints], other: tuple[Ints, Ints], each: Ints) -> tuple[Ints, Ints]:
    """The postings of both, no pair twice."""
    return united(np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]]), each)
