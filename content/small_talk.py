"""Greetings, thanks, swearing and the like, cries for help too, and what to say to them. Read from `smalltalk.yaml`;
never a corpus answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from content.files import ContentError, Sheet
from content.text import Normaliser, fold

Sign = tuple[tuple[str, ...], ...]
"""Groups of folded words; a message bears the sign when a word of every group is in it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of small talk.

    Attributes:
        says: whole messages of this kind, folded and stripped of politeness.
        at_once: signs of a message that must not be searched for at all (despair, a report on somebody).
        contains: signs that mark a message as this kind when the corpus has no answer to it.
        reply: what the bot says.
    """

    name: str
    says: frozenset[str]
    at_once: tuple[Sign, ...]
    contains: tuple[Sign, ...]
    reply: str


@dataclass(frozen=True)
class SmallTalk:
    """All topics, in file order; the first that fits wins."""

    topics: tuple[Topic, ...]
    _normalise: Normaliser

    def whole(self, text: str) -> str | None:
        """The reply when the message as a whole is small talk."""
        spoken = {fold(text), self._normalise(text)} - {""}
        return next((topic.reply for topic in self.topics if not spoken.isdisjoint(topic.says)), None)

    def at_once(self, text: str) -> str | None:
        """The reply to what must reach neither the search nor the editors."""
        spoken = self._normalise(text)
        return next((topic.reply for topic in self.topics if _bears_any(spoken, topic.at_once)), None)

    def hinted(self, text: str) -> str | None:
        """The reply when some sign marks the message as small talk; ask only after the corpus had no answer."""
        spoken = fold(text)
        return next((topic.reply for topic in self.topics if _bears_any(spoken, topic.contains)), None)

    def named(self, name: str) -> str:
        """The reply of that topic. Raises KeyError when there is none."""
        return next(topic.reply for topic in self.topics if topic.name == name)


def _bears_any(spoken: str, signs: Iterable[Sign]) -> bool:
    return any(all(any(word in spoken for word in words) for words in sign) for sign in signs)


def load(path: Path, normalise: Normaliser, needed: Iterable[str] = ("emoji",)) -> SmallTalk:
    """Read `smalltalk.yaml`; `needed` topics must be there. Raises ContentError with every problem found."""
    sheet = Sheet(path)
    root = sheet.root()
    topics = []
    for name, node in sheet.mapping(root, needed, optional=None).items():
        values = sheet.mapping(node, ("reply",), ("says", "at_once", "contains"))
        says = sheet.texts(values.get("says"))
        spoken = frozenset({fold(text) for text in says} | {normalise(text) for text in says}) - {""}
        at_once, contains = (tuple(map(_sign, sheet.texts(values.get(key)))) for key in ("at_once", "contains"))
        topics.append(Topic(name, spoken, at_once, contains, sheet.text(values.get("reply"))))
    if sheet.problems:
        raise ContentError(sheet.problems)
    return SmallTalk(tuple(topics), normalise)


def _sign(text: str) -> Sign:
    """Read "我要/我想 + 举报": what stands between the plusses must all be there, of what slashes part, one is enough.

    >>> _sign("我要/我想 + 举报")
    (('我要', '我想'), ('举报',))
    """
    return tuple(tuple(filter(None, map(fold, words.split("/")))) for words in text.split("+"))
