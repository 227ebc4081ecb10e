"""Cut folded text into terms (characters and pairs of neighbouring characters) and weigh them by how rare they are.

Chinese needs no word list this way, and a typo spoils at most three terms.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

PAIR_WEIGHT: Final = 1.0
SINGLE_WEIGHT: Final = 0.5  # a lone character says less than a pair


def terms(text: str) -> frozenset[str]:
    """Every character and every pair of neighbours; runs of digits and Latin letters count character by character too.

    >>> sorted(terms("党日"))
    ['党', '党日', '日']
    """
    return frozenset(text) | frozenset(map("".join, pairwise(text)))


class Rarity:
    """How much a term tells: the inverse document frequency over the corpus, smoothed, times the weight of its
    length.
    """

    def __init__(self, document_terms: Iterable[Iterable[str]]) -> None:
        counts: Counter[str] = Counter()
        documents = 0
        for found in document_terms:
            counts.update(found)
            documents += 1
        self._weights = {term: self._weigh(term, documents, count) for term, count in counts.items()}
        self._unseen_pair = self._weigh("xx", documents, 0)
        self._unseen_single = self._weigh("x", documents, 0)

    @staticmethod
    def _weigh(term: str, documents: int, count: int) -> float:
        idf = math.log(1 + (documents - count + 0.5) / (count + 0.5))
        return idf * (SINGLE_WEIGHT if len(term) == 1 else PAIR_WEIGHT)

    def __getitem__(self, term: str) -> float:
        known = self._weights.get(term)
        if known is not None:
            return known
        return self._unseen_single if len(term) == 1 else self._unseen_pair

    @property
    def known(self) -> Mapping[str, float]:
        """Every term of the corpus with its weight."""
        return self._weights

    def total(self, found: Iterable[str]) -> float:
        """The weight of a set of terms."""
        return sum(self[term] for term in found)
