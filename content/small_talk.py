"""Greetings, thanks, swearing and the like, and what to say to them. Read from `smalltalk.yaml`; never a corpus
answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from content.files import ContentError, Sheet
from content.text import Normaliser, fold


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of small talk.

    Attributes:
        says: whole messages of this kind, folded and stripped of politeness.
        contains: folded words that mark a message as this kind when the corpus has no answer to it.
        reply: what the bot says.
    """

    name: str
    says: frozenset[str]
    contains: tuple[str, ...]
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

    def hinted(self, text: str) -> str | None:
        """The reply when some word marks the message as small talk; ask only after the corpus had no answer."""
        spoken = fold(text)
        return next((topic.reply for topic in self.topics if any(word in spoken for word in topic.contains)), None)

    def named(self, name: str) -> str:
        """The reply of that topic. Raises KeyError when there is none."""
        return next(topic.reply for topic in self.topics if topic.name == name)


def load(path: Path, normalise: Normaliser, needed: Iterable[str] = ("emoji",)) -> SmallTalk:
    """Read `smalltalk.yaml`; `needed` topics must be there. Raises ContentError with every problem found."""
    sheet = Sheet(path)
    root = sheet.root()
    topics = []
    for name, node in sheet.mapping(root, needed, optional=None).items():
        values = sheet.mapping(node, ("reply",), ("says", "contains"))
        says = sheet.texts(values.get("says"))
        contains = sheet.texts(values.get("contains"))
        spoken = frozenset({fold(text) for text in says} | {normalise(text) for text in says}) - {""}
        topics.append(Topic(name, spoken, tuple(filter(None, map(fold, contains))), sheet.text(values.get("reply"))))
    if sheet.problems:
        raise ContentError(sheet.problems)
    return SmallTalk(tuple(topics), normalise)
