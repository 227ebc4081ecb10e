"""Undo homophones: a stretch of a question that nobody wrote before, but sounds like a word of the corpus, becomes that
word.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from content.matching.readings import reading
from content.matching.texts import Lookup, Texts
from content.text import is_word, words

LONGEST: Final = 6  # characters of a word, or of two words that follow each other
LEAST: Final = 3  # how often a word of two characters stands in the corpus before others are taken for it
LITTLE: Final = 80  # so many of the characters that stand alone most often are words of their own, never misheard
MOST: Final = 3  # characters put right; where more would have to be, it is no homophone


class Repairs:
    """What the words of the corpus sound like.

    Args:
        texts: normalised.
        names: of cases, places and families, normalised; taken as words whole.
        plain: characters members say every day and the corpus hardly has; never misheard either.
    """

    def __init__(self, texts: Iterable[str], names: Iterable[str], plain: Iterable[str] = ()) -> None:
        counts: Counter[str] = Counter()
        alone: Counter[str] = Counter()
        pairs: set[str] = set()
        for text in texts:
            found = words(text)
            counts.update(word for word in found if 1 < len(word) <= LONGEST)
            alone.update(word for word in found if len(word) == 1)
            together = (one + two for one, two in pairwise(found) if min(len(one), len(two)) > 1)
            counts.update(pair for pair in together if len(pair) <= LONGEST)
            pairs.update(map("".join, pairwise(text)))
        counts.update({name: LEAST for name in names if 1 < len(name) <= LONGEST})
        self._pairs = frozenset(pairs)
        self._little = frozenset(plain).union(char for char, _ in alone.most_common(LITTLE))
        often = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        self._words = Texts(word for word, count in often if len(word) > 2 or count >= LEAST)
        self._by_reading = Lookup(Texts(map(reading, self._words)))

    def __call__(self, question: str) -> str:
        """The question with what was misheard put right; usually the question itself."""
        known = [one + two in self._pairs for one, two in pairwise(question)]
        if all(known):
            return question
        put_right = self._put_right(question, known)
        changed = sum(one != other for one, other in zip(question, put_right, strict=True))
        return put_right if changed <= MOST else question

    def _put_right(self, question: str, known: list[bool]) -> str:
        open_ = self._open(question)
        sounds = reading(question)
        at = 0
        while at < len(question) - 1:
            for end in range(min(len(question), at + LONGEST), at + 1, -1):
                word = self._sounding(sounds[at:end]) if any(open_[at:end]) else ""
                if word and _misheard(open_[at:end], question[at:end], word, known[at : end - 1]):
                    question = question[:at] + word + question[end:]
                    at = end - 1
                    break
            at += 1
        return question

    def _open(self, question: str) -> list[bool]:
        """For each character, whether it may be put right: it is part of no word and no word of its own."""
        settled = _settled(question)
        return [not fixed and char not in self._little for char, fixed in zip(question, settled, strict=True)]

    def _sounding(self, sounds: str) -> str:
        """The word with this reading; empty when there is none."""
        number = self._by_reading.first(sounds)
        return "" if number is None else self._words[number]


def _misheard(open_: list[bool], said: str, word: str, known: list[bool]) -> bool:
    """Whether every character that differs may be put right and stands beside none it was ever seen beside."""
    differs = [number for number, (one, other) in enumerate(zip(said, word, strict=True)) if one != other]
    return bool(differs) and all(open_[at] and not any(known[max(at - 1, 0) : at + 1]) for at in differs)


def _settled(question: str) -> list[bool]:
    """For each character, whether it is part of a word of two characters or more."""
    return [len(word) > 1 and is_word(word) for word in words(question) for _ in word]
