"""The nouns of the corpus: a case (one documented practice of one place) and its entries (one question, one answer).

Values only; reading them from files is `content.library`'s work.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case happened.

    Attributes:
        city: the name members read, as short as they say it (咸宁, 武汉汉阳区).
        within: larger places it lies in, nearest first (谷城 lies in 襄阳, 湖北).
        aliases: other names of the same place.
    """

    city: str
    within: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of this very place; the larger places are not among them."""
        return (self.city, *self.aliases)


@dataclass(frozen=True, slots=True)
class Source:
    """The document a case was written from: a file name and the first and last line (counted from 1, both included)."""

    file: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Case:
    """One documented practice.

    Attributes:
        as_of: the latest year or date the document states ("2019", "2018-10"); empty when it states none.
        aliases: other names members use for the practice itself.
    """

    id: str
    title: str
    place: Place
    source: Source
    as_of: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of the practice, the title first."""
        return (self.title, *self.aliases)


@dataclass(frozen=True, slots=True)
class Entry:
    """One question members ask about a case, with its answer.

    Attributes:
        question: the standard question; unique in the corpus, so that sending it always finds this entry.
        phrasings: other ways to ask it.
        answer: what the member reads, plain text.
        lines: ranges of source lines (first, last) that prove the answer.
        keywords: words that should find this entry although nobody would phrase a question with them.
        related: ids of entries a member may ask next; empty means: whatever follows in the file.
        overview: whether it is the first entry of its case, the one that says what the case is about.
        valid_from: first day it may be answered; None = always was.
        valid_to: last day it may be answered; None = has no end.
        review_by: day by which an editor should look at it again.
        path: the file it was read from; not part of what it is.
        line: the line there.
    """

    id: str
    case: Case
    question: str
    phrasings: tuple[str, ...]
    answer: str
    lines: tuple[tuple[int, int], ...]
    keywords: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    overview: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    review_by: date | None = None
    path: Path = field(default=Path(), compare=False, repr=False)
    line: int = field(default=0, compare=False, repr=False)

    def is_valid(self, day: date) -> bool:
        """Whether the entry may be answered on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    @property
    def wordings(self) -> tuple[str, ...]:
        """The standard question and every phrasing."""
        return (self.question, *self.phrasings)


@dataclass(frozen=True, slots=True)
class Family:
    """Cases that share a name or a theme.

    Attributes:
        name: what members call it.
        words: other words for it.
        cases: ids of its cases, the most typical first.
        overview: the entry that says which places do it; None when nobody wrote one.
        namesakes: the cases bear the same name, so that an answer about one should mention the others.
    """

    id: str
    name: str
    words: tuple[str, ...]
    cases: tuple[str, ...]
    overview: Entry | None = None
    namesakes: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every word for it."""
        return (self.name, *self.words)
