"""Which terms documents hold, and how much of a question's weight each document covers.

Documents and terms are numbered; numpy adds up. Flat arrays hold everything, so that millions of terms cost four bytes
each, and no step of building them needs more than a block of them besides. Candidates are found by term (`Postings`);
all else is asked of a few documents only (`Holdings`), so that it takes as long in a corpus of a million phrasings as
in one of a thousand.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from content.matching.terms import SINGLE, Asked, Flags, Floats, Ints, Longs, Vocabulary, rarity

BLOCK: Final = 1 << 20  # terms looked at together while the index is built
READ: Final = 1_000_000  # postings read for one question, of its rarest terms; more than a small corpus has


@dataclass(frozen=True, slots=True)
class Rows:
    """The terms of every document, none twice: those of document n are terms[bounds[n]:bounds[n + 1]]."""

    terms: Ints
    bounds: Longs

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def blocks(self) -> Iterator[tuple[Ints, Ints]]:
        """Stretches of the terms and, for each term in them, its document."""
        first = 0
        while first < len(self):
            last = int(np.searchsorted(self.bounds, self.bounds[first] + BLOCK, side="right")) - 1
            last = max(last, first + 1)
            sizes = np.diff(self.bounds[first : last + 1])
            owners = np.repeat(np.arange(first, last, dtype=np.int32), sizes)
            yield self.terms[self.bounds[first] : self.bounds[last]], owners
            first = last

    def holders(self, size: int) -> Longs:
        """How many documents hold each term of a vocabulary of that size."""
        counts = np.zeros(size, dtype=np.int64)
        for found, _ in self.blocks():
            counts += np.bincount(found, minlength=size)
        return counts


class Collected:
    """Rows in the making."""

    def __init__(self) -> None:
        self._terms = array("i")
        self._bounds = array("q", [0])

    def add(self, found: Iterable[int]) -> None:
        """The terms of the next document, none twice."""
        self._terms.extend(found)
        self._bounds.append(len(self._terms))

    def rows(self) -> Rows:
        """All documents so far; nothing can be added any more."""
        return Rows(np.frombuffer(self._terms, dtype=np.int32), np.frombuffer(self._bounds, dtype=np.int64))


def united(rows: Rows, groups: Ints) -> tuple[Rows, Ints]:
    """The terms of groups of documents, each once; and beside each, how many documents of the group hold it.

    Args:
        groups: the group of each document, from 0, none empty.
    """
    order = np.argsort(groups, kind="stable")
    bounds = _bounds(groups, int(groups.max(initial=-1)) + 1)
    together, holders = Collected(), array("i")
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        places, _ = stretches(rows.bounds, order[first:last])
        found, counts = np.unique(rows.terms[places], return_counts=True)
        together.add(found.tolist())
        holders.extend(counts.tolist())
    return together.rows(), np.frombuffer(holders, dtype=np.int32)


class Holdings:
    """Document -> terms it holds, with the rarity of each term among the documents.

    Args:
        vocabulary: complete; later terms are not known here.

    Attributes:
        weights: of each term.
    """

    def __init__(self, rows: Rows, vocabulary: Vocabulary) -> None:
        self.rows = rows
        self.holders = rows.holders(len(vocabulary))
        count = float(len(rows))
        self.weights: Floats = rarity(count, self.holders.astype(np.float32)) * vocabulary.worth()
        self._unseen = float(rarity(count, 0.0))

    def __len__(self) -> int:
        return len(self.rows)

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
        _, rows, columns = _meetings(self.rows, asked, chosen)
        return np.bincount(rows, self.weights[asked.known[columns]], len(chosen)).astype(np.float32)

    def held(self, asked: Asked, chosen: Ints) -> Floats:
        """For some documents (rows) the weight of each of the question's known terms, 0 where they do not hold it."""
        _, rows, columns = _meetings(self.rows, asked, chosen)
        return _table(rows, columns, self.weights[asked.known[columns]], (len(chosen), len(asked.known)))

    def lacking(self, asked: Asked, document: int) -> Floats:
        """The weights of the question's known terms that a document does not hold."""
        mine = self.rows.terms[self.rows.bounds[document] : self.rows.bounds[document + 1]]
        return self.weights[np.setdiff1d(asked.known, mine, assume_unique=True)]

    def totals(self) -> Floats:
        """For each document, the weight of all its terms."""
        sums = np.zeros(len(self), dtype=np.float32)
        for found, owners in self.rows.blocks():
            if not len(owners):  # a document without a single term
                continue
            first, last = int(owners[0]), int(owners[-1]) + 1
            sums[first:last] = np.bincount(owners - first, self.weights[found])
        return sums


class Postings:
    """Term -> documents that hold it."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._bounds = np.concatenate([[0], np.cumsum(holdings.holders)])
        self._documents = np.empty(len(holdings.rows.terms), dtype=np.int32)
        free = self._bounds[:-1].copy()
        for found, owners in holdings.rows.blocks():
            order = np.argsort(found, kind="stable")
            present, counts = np.unique(found, return_counts=True)
            before = np.cumsum(counts) - counts
            places = np.arange(len(found)) + np.repeat(free[present] - before, counts)
            self._documents[places] = owners[order]
            free[present] += counts

    def best(self, asked: Asked, count: int, within: Flags | None = None) -> Ints:
        """The numbers of at most `count` documents that cover most of a question's weight, ascending.

        The rarest terms are read first; what is common says little, and is left out once READ postings are read.
        """
        covered = self._covered(self._rarest(asked))
        if within is not None:
            covered *= within
        count = min(count, len(covered))
        best = np.argpartition(covered, len(covered) - count)[len(covered) - count :]
        return np.sort(best[covered[best] > 0]).astype(np.int32)

    def _rarest(self, asked: Asked) -> Ints:
        rising = asked.known[np.argsort(self._holdings.holders[asked.known], kind="stable")]
        read = np.cumsum(self._holdings.holders[rising])
        return rising[: max(int(np.searchsorted(read, READ, side="right")), 1)]

    def _covered(self, known: Ints) -> Floats:
        places, sizes = stretches(self._bounds, known)
        weights = np.repeat(self._holdings.weights[known], sizes)
        return np.bincount(self._documents[places], weights, len(self._holdings)).astype(np.float32)


class GroupedHoldings:
    """Documents in groups: how much of what a question shares with a whole group each document of it covers.

    What is rare within a group tells its documents apart, however common it is elsewhere.

    Args:
        rows: of the documents.
        groups: the group of each document, from 0.
        of_groups: their rows, and how many documents of the group hold each term (`united`).
        vocabulary: complete.
    """

    def __init__(self, rows: Rows, groups: Ints, of_groups: tuple[Rows, Ints], vocabulary: Vocabulary) -> None:
        self._rows, self._groups = rows, groups
        self._group_rows, holders = of_groups
        self._sizes = np.bincount(groups).astype(np.float32)
        self._holders = holders.astype(np.min_scalar_type(int(holders.max(initial=0))))
        self._worth = vocabulary.worth()

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
        groups, row_of = np.unique(self._groups[chosen], return_inverse=True)
        places, rows, columns = _meetings(self._group_rows, asked, groups)
        weights = rarity(self._sizes[groups][rows], self._holders[places]) * self._worth[asked.known[columns]]
        of_group = _table(rows, columns, weights, (len(groups), size))[row_of]
        _, rows, columns = _meetings(self._rows, asked, chosen)
        return _table(rows, columns, of_group[rows, columns], (len(chosen), size)), of_group


def shares(covered: Floats, total: Floats) -> Floats:
    """What is covered of each total; 0 where there is nothing to cover."""
    return np.divide(covered, total, out=np.zeros_like(covered), where=total > 0)


def _bounds(owners: npt.NDArray[np.integer[Any]], count: int) -> Longs:
    """Where the stretch of each owner begins in an array sorted by owner, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))]).astype(np.int64)


def _meetings(rows: Rows, asked: Asked, chosen: Ints | Longs) -> tuple[Longs, Longs, Ints]:
    """Where chosen documents hold terms of a question: places in the array of terms, numbers within `chosen`, numbers
    within the question's known terms.
    """
    places, sizes = stretches(rows.bounds, chosen)
    columns = asked.columns[rows.terms[places]]
    met = np.flatnonzero(columns >= 0)
    owners = np.repeat(np.arange(len(sizes)), sizes)
    return places[met], owners[met], columns[met]


def _table(rows: Longs, columns: Ints, values: Floats, shape: tuple[int, int]) -> Floats:
    table = np.zeros(shape, dtype=np.float32)
    table[rows, columns] = values
    return table


def stretches(bounds: Longs, chosen: Ints | Longs) -> tuple[Longs, Longs]:
    """The places of several stretches of a flat array, one after the other, and their sizes.

    Stretch n goes from bounds[n] to bounds[n + 1].

    >>> stretches(np.array([0, 2, 2, 5]), np.array([0, 2]))[0].tolist()
    [0, 1, 2, 3, 4]
    """
    firsts = bounds[chosen]
    sizes = bounds[chosen + 1] - firsts
    before = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum())) + np.repeat(firsts - before, sizes), sizes
