"""Which documents hold a term, and how much of a question's weight each document covers.

Documents are numbered; numpy adds up. Scales to millions of postings: one array of numbers a term.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from content.matching.terms import rarity

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


class Postings:
    """Term -> numbers of the documents that hold it, with the term's rarity among them.

    Args:
        documents: the terms of each document, in the order of their numbers.
    """

    def __init__(self, documents: Iterable[Iterable[str]]) -> None:
        listed = list(documents)
        count = self.documents = len(listed)
        gathered = _gather(listed)
        self._holders = {term: np.asarray(numbers, dtype=np.int32) for term, numbers in gathered.items()}
        self._rarity = {term: rarity(term, count, len(numbers)) for term, numbers in gathered.items()}

    def weight(self, term: str) -> float:
        """The rarity of a term; of one no document holds, the rarity it would have."""
        known = self._rarity.get(term)
        return rarity(term, self.documents, 0) if known is None else known

    def weights(self, found: Iterable[str]) -> dict[str, float]:
        """The rarity of each term."""
        return {term: self.weight(term) for term in found}

    def covered(self, weights: Mapping[str, float]) -> Floats:
        """For each document, the total weight of those terms it holds."""
        held = [term for term in weights if term in self._holders]
        numbers = [self._holders[term] for term in held]
        shares = np.repeat([weights[term] for term in held], [len(found) for found in numbers])
        return add_up(numbers, [shares], self.documents)

    def knows(self, term: str) -> bool:
        """Whether any document holds a term."""
        return term in self._holders

    def holds(self, term: str, document: int) -> bool:
        """Whether a document holds a term."""
        numbers = self._holders.get(term)
        if numbers is None:
            return False
        at = int(np.searchsorted(numbers, document))
        return at < len(numbers) and int(numbers[at]) == document

    def totals(self) -> Floats:
        """For each document, the weight of all its terms."""
        return self.covered(self._rarity)


def _gather(documents: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    """Term -> numbers of the documents that hold it, ascending."""
    gathered: dict[str, list[int]] = {}
    for number, found in enumerate(documents):
        for term in found:
            gathered.setdefault(term, []).append(number)
    return gathered


class GroupedPostings:
    """Documents in groups: how much of what a question shares with a whole group each document of it covers.

    What is rare within a group tells its documents apart, however common it is elsewhere.

    Args:
        documents: the terms of each document.
        groups: the group number of each document.
    """

    def __init__(self, documents: Sequence[Iterable[str]], groups: Ints) -> None:
        self._groups = groups
        group_of = groups.tolist()
        sizes = Counter(group_of)
        self._count = max(sizes) + 1
        self._by_document: dict[str, tuple[Ints, Floats]] = {}
        self._by_group: dict[str, tuple[Ints, Floats]] = {}
        for term, holders in _gather(documents).items():
            counts = Counter(group_of[number] for number in holders)
            weights = {group: rarity(term, sizes[group], count) for group, count in counts.items()}
            by_document = [weights[group_of[number]] for number in holders]
            self._by_document[term] = np.array(holders, dtype=np.int32), np.array(by_document, dtype=np.float32)
            self._by_group[term] = (
                np.array(list(weights), dtype=np.int32),
                np.array(list(weights.values()), dtype=np.float32),
            )

    def share(self, found: Iterable[str]) -> Floats:
        """For each document, its share of the weight its group shares with these terms; 0 where the group shares
        none.
        """
        known = [term for term in found if term in self._by_document]
        covered = self._add_up(known, self._by_document, len(self._groups))
        total = self._add_up(known, self._by_group, self._count)[self._groups]
        return np.divide(covered, total, out=np.zeros_like(covered), where=total > 0)

    @staticmethod
    def _add_up(known: Sequence[str], postings: Mapping[str, tuple[Ints, Floats]], count: int) -> Floats:
        pairs = [postings[term] for term in known]
        return add_up([numbers for numbers, _ in pairs], [weights for _, weights in pairs], count)


def add_up(numbers: Sequence[Ints], weights: Sequence[Floats], count: int) -> Floats:
    """For each number below `count`, the sum of the weights that stand beside it."""
    if not numbers:
        return np.zeros(count, dtype=np.float32)
    return np.bincount(np.concatenate(numbers), np.concatenate(weights), count).astype(np.float32)
