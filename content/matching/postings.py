"""Which terms documents hold, and how much of a question's weight each document covers.

Documents and terms are numbered; numpy adds up. Flat arrays hold all postings, so that millions of them cost four bytes
each. Candidates are found by term (`Postings`); everything else is asked of a few documents only (`Holdings`), so that
it takes as long in a corpus of a million phrasings as in one of a thousand.
"""

from collections.abc import Iterable, Sequence
from typing import Any

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
    """Term -> documents that hold it.

    Args:
        documents: the document of each posting.
        found: its term; no pair twice.
        holdings: the same the other way round.
    """

    def __init__(self, documents: Ints, found: Ints, holdings: "Holdings") -> None:
        order = np.lexsort((documents, found))
        self._documents = documents[order]
        self._bounds = _bounds(found, len(holdings.weights))
        self._holdings = holdings

    def share(self, asked: Asked) -> Floats:
        """For every document, the share of the question's weight it covers."""
        places, sizes = stretches(self._bounds, asked.known)
        found = np.repeat(self._holdings.weights[asked.known], sizes)
        covered = np.bincount(self._documents[places], found, len(self._holdings))
        return (covered / max(self._holdings.total(asked), 1e-9)).astype(np.float32)


class Holdings:
    """Document -> terms it holds, with the rarity of each term among the documents.

    Args:
        documents: the document of each posting.
        found: its term; no pair twice.
        count: how many documents there are.
        vocabulary: complete; later terms are not known here.

    Attributes:
        weights: of each term.
    """

    def __init__(self, documents: Ints, found: Ints, count: int, vocabulary: Vocabulary) -> None:
        self._terms = found[np.argsort(documents, kind="stable")]
        self._bounds = _bounds(documents, count)
        held = np.bincount(found, minlength=len(vocabulary)).astype(np.float32)
        self.weights: Floats = rarity(float(count), held) * vocabulary.worth()
        self._unseen = float(rarity(float(count), 0.0))

    def __len__(self) -> int:
        return len(self._bounds) - 1

    def total(self, asked: Asked) -> float:
        """The weight of a question's terms; those no document holds weigh most."""
        return float(self.weights[asked.known].sum()) + self.unknown(asked)

    def unknown(self, asked: Asked) -> float:
        """The weight of the terms the corpus does not have."""
        return self._unseen * (asked.unknown_pairs + SINGLE * asked.unknown_singles)

    def share(self, asked: Asked, chosen: Ints) -> Floats:
        """For each of some documents, the share of the question's weight it covers."""
        return self.covered(asked, chosen) / max(self.total(asked), 1e-9)

    def covered(self, asked: Asked, chosen: Ints | Longs) -> Floats:
        """For each of some documents, the weight of the question's terms it holds."""
        _, rows, columns = _meetings(self._terms, self._bounds, asked, chosen)
        return np.bincount(rows, self.weights[asked.known[columns]], len(chosen)).astype(np.float32)

    def held(self, asked: Asked, chosen: Ints) -> Floats:
        """For some documents (rows) the weight of each of the question's known terms, 0 where they do not hold it."""
        _, rows, columns = _meetings(self._terms, self._bounds, asked, chosen)
        return _table(rows, columns, self.weights[asked.known[columns]], (len(chosen), len(asked.known)))

    def lacking(self, asked: Asked, document: int) -> Floats:
        """The weights of the question's known terms that a document does not hold."""
        mine = self._terms[self._bounds[document] : self._bounds[document + 1]]
        return self.weights[np.setdiff1d(asked.known, mine, assume_unique=True)]

    def totals(self) -> Floats:
        """For each document, the weight of all its terms."""
        owners = np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self._bounds))
        return np.bincount(owners, self.weights[self._terms], len(self)).astype(np.float32)


class GroupedHoldings:
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
        count = int(groups.max(initial=-1)) + 1
        order = np.argsort(documents, kind="stable")
        documents, self._terms = documents[order], found[order]
        self._bounds = _bounds(documents, len(groups))
        keys = groups[documents].astype(np.int64) * len(vocabulary) + self._terms
        unique, places, held = np.unique(keys, return_inverse=True, return_counts=True)
        group_of, term_of = np.divmod(unique, max(len(vocabulary), 1))
        sizes = np.bincount(groups, minlength=count)[group_of]
        weights = rarity(sizes.astype(np.float32), held.astype(np.float32)) * vocabulary.worth()[term_of]
        self._weights: Floats = weights[places]
        self._group_terms, self._group_weights = term_of.astype(np.int32), weights
        self._group_bounds = _bounds(group_of, count)

    def share(self, asked: Asked, chosen: Ints) -> Floats:
        """For each of some documents, its share of the weight its group shares with the question; 0 where the group
        shares none.
        """
        own, of_group = self.held(asked, chosen)
        return shares(own.sum(axis=1), of_group.sum(axis=1))

    def held(self, asked: Asked, chosen: Ints) -> tuple[Floats, Floats]:
        """For some documents (rows) the weight of each of the question's known terms within their groups: where they
        hold it, and where their group does.
        """
        size = len(asked.known)
        places, rows, columns = _meetings(self._terms, self._bounds, asked, chosen)
        own = _table(rows, columns, self._weights[places], (len(chosen), size))
        groups, row_of = np.unique(self._groups[chosen], return_inverse=True)
        places, rows, columns = _meetings(self._group_terms, self._group_bounds, asked, groups)
        return own, _table(rows, columns, self._group_weights[places], (len(groups), size))[row_of]


def shares(covered: Floats, total: Floats) -> Floats:
    """What is covered of each total; 0 where there is nothing to cover."""
    return np.divide(covered, total, out=np.zeros_like(covered), where=total > 0)


def _bounds(owners: npt.NDArray[np.integer[Any]], count: int) -> Longs:
    """Where the stretch of each owner begins in an array sorted by owner, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))]).astype(np.int64)


def _meetings(terms: Ints, bounds: Longs, asked: Asked, chosen: Ints | Longs) -> tuple[Longs, Longs, Ints]:
    """Where chosen documents hold terms of a question: places in the array of terms, numbers within `chosen`, numbers
    within the question's known terms.
    """
    places, sizes = stretches(bounds, chosen)
    columns = asked.columns[terms[places]]
    met = np.flatnonzero(columns >= 0)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    return places[met], rows[met], columns[met]


def _table(rows: Longs, columns: Ints, values: Floats, shape: tuple[int, int]) -> Floats:
    table = np.zeros(shape, dtype=np.float32)
    table[rows, columns] = values
    return table


def stretches(
    bounds: npt.NDArray[np.int64], chosen: Ints | Longs
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The places of several stretches of a flat array, one after the other, and their sizes.

    Stretch n goes from bounds[n] to bounds[n + 1].

    >>> stretches(np.array([0, 2, 2, 5]), np.array([0, 2]))[0].tolist()
    [0, 1, 2, 3, 4]
    """
    firsts = bounds[chosen]
    sizes = bounds[chosen + 1] - firsts
    before = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum())) + np.repeat(firsts - before, sizes), sizes
