"""Cut folded text into terms: its characters and its pairs of neighbouring characters.

Chinese needs no word list this way, and a typo spoils at most three terms.
"""

import math
from itertools import pairwise
from typing import Final

SINGLE: Final = 0.5  # what a lone character weighs beside a pair


def terms(text: str) -> set[str]:
    """Every character and every pair of neighbours.

    >>> sorted(terms("党日"))
    ['党', '党日', '日']
    """
    return {*text, *map("".join, pairwise(text))}


def rarity(term: str, documents: int, holding: int) -> float:
    """How much a term tells: its inverse document frequency, smoothed; half for a lone character.

    >>> rarity("党日", 100, 1) > rarity("党员", 100, 50) > rarity("党", 100, 50) > 0
    True
    """
    idf = math.log1p((documents - holding + 0.5) / (holding + 0.5))
    return idf * SINGLE if len(term) == 1 else idf
