"""Which documents hold a term, and how much of a question's weight each document covers.

Documents and terms are numbered; numpy adds up. One flat array of documents, sorted by term, holds all postings,
so that millions of them cost four bytes each.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from content.matching.terms import SINGLE, Asked, Floats, Ints, Longs, Vocabulary, rarity


def pairs(rows: Iterable[Sequence[int]]) -> tuple[Ints, Ints]:
    """The document number and the term number of every posting, from each document's term numbers."""
    found: list[int] = []
    sizes: list[int] = []
    for row in rows:
        found.extend(row)
        sizes.append(len(row))
    documents = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    return documents, np.array(found, dtype=np.int32)


def united(documents: Ints, found: Ints, groups: Ints) -> tuple[Ints, Ints]:
    """The postings of groups of documents: each term of a group once, by group."""
    keys = np.unique(groups[documents].astype(np.int64) * (int(found.max(initial=0)) + 1) + found)
    both = np.divmod(keys, int(found.max(initial=0)) + 1)
    return both[0].astype(np.int32), both[1].astype(np.int32)


class Postings:
    """Term -> documents that hold it, with the term's rarity among them.

    Args:
        documents: the document of each posting.
        found: its term; no pair twice.
        count: how many documents there are.
        vocabulary: complete; later terms are not known here.
    """

    def __init__(self, documents: Ints, found: Ints, count: int, vocabulary: Vocabulary) -> None:
        order = np.lexsort((documents, found))
        self._documents = documents[order]
        held = np.bincount(found, minlength=len(vocabulary))
        self._bounds = np.concatenate([[0], np.cumsum(held)])
        self._count = count
        self.weights = rarity(float(count), held.astype(np.float32)) * vocabulary.worth()
        self._unseen = float(rarity(float(count), 0.0))

    def total(self, asked: Asked) -> float:
        """The weight of a question's terms; those no document holds weigh most."""
        return float(self.weights[asked.known].sum()) + self.unknown(asked)

    def unknown(self, asked: Asked) -> float:
        """The weight of the terms the corpus does not have."""
        return self._unseen * (asked.unknown_pairs + SINGLE * asked.unknown_singles)

    def share(self, asked: Asked) -> Floats:
        """For each document, the share of the question's weight it covers."""
        return self.covered(asked) / max(self.total(asked), 1e-9)

    def covered(self, asked: Asked, weights: Floats | None = None) -> Floats:
        """For each document, the weight of the question's terms it holds; weighed by other weights if given."""
        weights = self.weights if weights is None else weights
        places, sizes = self._stretches(asked.known)
        found = np.repeat(weights[asked.known], sizes)
        return np.bincount(self._documents[places], found, self._count).astype(np.float32)

    def held(self, asked: Asked, chosen: Ints) -> Floats:
        """For some documents (rows) the weight of each of the question's known terms, 0 where they do not hold it."""
        places, sizes = self._stretches(asked.known)
        found = np.repeat(self.weights[asked.known], sizes)
        return _table(self._documents[places], found, sizes, chosen, self._count)

    def lacking(self, asked: Asked, document: int) -> Floats:
        """The weights of the question's known terms that a document does not hold."""
        places, sizes = self._stretches(asked.known)
        owners = np.repeat(np.arange(len(sizes)), sizes)
        mine = owners[self._documents[places] == document]
        return self.weights[np.delete(asked.known, mine)]

    def totals(self) -> Floats:
        """For each document, the weight of all its terms."""
        every = np.repeat(self.weights, np.diff(self._bounds))
        return np.bincount(self._documents, every, self._count).astype(np.float32)

    def _stretches(self, known: Ints) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Where the postings of these terms stand, and how many each term has."""
        return stretches(self._bounds, known)


class GroupedPostings:
    """Documents in groups: how much of what a question shares with a whole group each document of it covers.

    What is rare within a group tells its documents apart, however common it is elsewhere.

    Args:
        documents: the document of each posting.
        found: its term.
        groups: the group of each document, from 0.
        vocabulary: complete.
    """

    def __init__(self, documents: Ints, found: Ints, groups: Ints, vocabulary: Vocabulary) -> None:
        self._groups = groups
        self._group_count = int(groups.max(initial=-1)) + 1
        order = np.lexsort((documents, found))
        self._documents, by_term = documents[order], found[order]
        keys = by_term.astype(np.int64) * self._group_count + groups[self._documents]
        unique, places, held = np.unique(keys, return_inverse=True, return_counts=True)
        term_of, group_of = np.divmod(unique, self._group_count)
        sizes = np.bincount(groups, minlength=self._group_count)[group_of]
        weights = rarity(sizes.astype(np.float32), held.astype(np.float32)) * vocabulary.worth()[term_of]
        self._weights: Floats = weights[places]
        self._bounds = np.concatenate([[0], np.cumsum(np.bincount(by_term, minlength=len(vocabulary)))])
        self._held_by_group, self._group_weights = group_of.astype(np.int32), weights
        self._group_bounds = np.concatenate([[0], np.cumsum(np.bincount(term_of, minlength=len(vocabulary)))])

    def share(self, asked: Asked) -> Floats:
        """For each document, its share of the weight its group shares with the question; 0 where the group shares
        none.
        """
        at, _ = stretches(self._bounds, asked.known)
        covered = np.bincount(self._documents[at], self._weights[at], len(self._groups)).astype(np.float32)
        at, _ = stretches(self._group_bounds, asked.known)
        totals = np.bincount(self._held_by_group[at], self._group_weights[at], self._group_count).astype(np.float32)
        total = totals[self._groups]
        return shares(covered, total)

    def held(self, asked: Asked, chosen: Ints) -> tuple[Floats, Floats]:
        """For some documents (rows) the weight of each of the question's known terms within their groups: where they
        hold it, and where their group does.
        """
        places, sizes = stretches(self._bounds, asked.known)
        own = _table(self._documents[places], self._weights[places], sizes, chosen, len(self._groups))
        groups, row_of = np.unique(self._groups[chosen], return_inverse=True)
        places, sizes = stretches(self._group_bounds, asked.known)
        held = self._held_by_group[places]
        by_group = _table(held, self._group_weights[places], sizes, groups, self._group_count)
        return own, by_group[row_of]


def shares(covered: Floats, total: Floats) -> Floats:
    """What is covered of each total; 0 where there is nothing to cover."""
    return np.divide(covered, total, out=np.zeros_like(covered), where=total > 0)


def _table(documents: Ints, values: Floats, sizes: Longs, chosen: Ints, count: int) -> Floats:
    """Rows for the chosen documents, a column a term: the value of each posting, 0 where there is none.

    Args:
        documents: of the postings, term after term.
        values: of the postings.
        sizes: how many each term has.
        count: of all documents.
    """
    row_of = np.full(count, -1, dtype=np.int32)
    row_of[chosen] = np.arange(len(chosen))
    rows = row_of[documents]
    kept = rows >= 0
    terms = np.repeat(np.arange(len(sizes)), sizes)
    table = np.zeros((len(chosen), len(sizes)), dtype=np.float32)
    table[rows[kept], terms[kept]] = values[kept]
    return table


def stretches(bounds: npt.NDArray[np.int64], chosen: Ints) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The places of several stretches of a flat array, one after the other, and their sizes.

    Stretch n goes from bounds[n] to bounds[n + 1].

    >>> stretches(np.array([0, 2, 2, 5]), np.array([0, 2]))[0].tolist()
    [0, 1, 2, 3, 4]
    """
    firsts = bounds[chosen]
    sizes = bounds[chosen + 1] - firsts
    before = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum())) + np.repeat(firsts - before, sizes), sizes
