"""Spoil questions the way phones and people do: homophones, a dropped character, traditional script, filler. Seeded."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import opencc

from content.matching.readings import reading

OPENINGS: Final = ("那个", "我想问一下", "你好请问", "同志啊", "就是说", "哎我问你", "麻烦问下")
ENDINGS: Final = ("来着", "呢谢谢", "啊麻烦了", "你给我说说", "帮我看看", "谢谢您了")


class Spoiler:
    """Makes noisy copies of questions.

    Args:
        texts: where homophones are taken from; characters nobody uses would be no honest noise.
        seed: the same seed gives the same noise.
    """

    def __init__(self, texts: Iterable[str], seed: int) -> None:
        self._chance = random.Random(seed)
        counts: dict[str, int] = defaultdict(int)
        for text in texts:
            for char in text:
                counts[char] += 1
        self._alike: dict[str, list[str]] = defaultdict(list)
        for char in sorted(counts):
            if counts[char] >= 3 and "\u4e00" <= char <= "\u9fff":
                self._alike[reading(char)].append(char)
        self._to_traditional = opencc.OpenCC("s2t").convert

    def homophone(self, text: str) -> str:
        """One or two characters replaced by others that sound alike."""
        for _ in range(2 if len(text) > 12 else 1):
            places = [i for i, char in enumerate(text) if len(self._alike.get(reading(char), ())) > 1]
            if places:
                at = self._chance.choice(places)
                others = [char for char in self._alike[reading(text[at])] if char != text[at]]
                text = text[:at] + self._chance.choice(others) + text[at + 1 :]
        return text

    def dropped(self, text: str) -> str:
        """One character missing."""
        if len(text) < 5:
            return text
        at = self._chance.randrange(len(text))
        return text[:at] + text[at + 1 :]

    def traditional(self, text: str) -> str:
        """In traditional characters."""
        return str(self._to_traditional(text))

    def filler(self, text: str) -> str:
        """With an opening and an ending that say nothing, and without punctuation."""
        plain = "".join(char for char in text if char.isalnum() or char == " ")
        return self._chance.choice(OPENINGS) + plain + self._chance.choice(ENDINGS)

    def gibberish(self, count: int) -> list[str]:
        """Messages that say nothing, long and short: characters at random, or one over and over."""
        characters = sorted(char for chars in self._alike.values() for char in chars)
        made = []
        for number in range(count):
            size = self._chance.choice((3, 6, 12, 30, 90))
            pool = (characters, "asdfghjklqwertyuiop", "0123456789的了吧呢", [self._chance.choice(characters)])[
                number % 4
            ]
            made.append("".join(self._chance.choice(pool) for _ in range(size)))
        return made

    @property
    def kinds(self) -> dict[str, Callable[[str], str]]:
        """Every kind of noise by name."""
        return {
            "homophone": self.homophone,
            "dropped": self.dropped,
            "traditional": self.traditional,
            "filler": self.filler,
        }

    def one_of_each(self, texts: Sequence[str]) -> list[tuple[str, str]]:
        """For each text one noisy copy, the kinds taking turns: (kind, text)."""
        kinds = list(self.kinds.items())
        return [(kinds[i % len(kinds)][0], kinds[i % len(kinds)][1](text)) for i, text in enumerate(texts)]
