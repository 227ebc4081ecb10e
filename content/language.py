"""How members speak: politeness to strip, the words of each command, the ways to pick from a list. Read from
`synonyms.yaml`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from content.files import ContentError, Node, Sheet, read_lines
from content.text import Normaliser, fold, fold_width

COMMANDS: Final = ("help", "catalogue", "popular", "more", "useful", "useless", "privacy")
REMINDERS: Final = (  # what members may say about their branch and its reminders
    *("yes", "no", "bind", "my_branch", "unbind", "name"),
    *(
        "next",
        "next_meeting",
        "mine",
        "subscribe",
        "unsubscribe",
        "snooze",
        "snooze_hour",
        "snooze_evening",
        "snooze_morning",
    ),
    *("attend", "coming", "leave", "absent", "seen"),
    *("list", "move", "cancel", "resend", "exempt", "include"),
)
ACTIVITY: Final = "#"  # stands for the name of an activity in the words of a command
_TAKES_MORE: Final = frozenset({"yes", "bind", "name", "leave", "absent", "move", "exempt", "include"})
_LOOSELY_TAKES_MORE: Final = {"attend": "coming"}  # with a remark (参加，晚到一会) it counts for those reminded alone
_GLUED: Final = frozenset({"bind", "name", "move", "exempt", "include"})  # more may follow without a space between
_LOOSELY_GLUED: Final = {"leave": "absent"}  # said as one word (请假老伴住院) it counts for those reminded alone
_MIN_GLUED: Final = 2  # characters of a reason: 请假条 is none
MAX_WORDS: Final = 12  # characters of the longest words something may run into
_PAUSE = re.compile(r"[\s,，:：、。;；!！+＋~～—-]+")  # 请假＋出差 too


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a message about the branch or its reminders says.

    Attributes:
        command: one of REMINDERS.
        activity_id: the activity it names; empty = none.
        more: what follows the command's words, as typed: a code, a reason, a date; may be empty.
    """

    command: str
    activity_id: str = ""
    more: str = ""


@dataclass(frozen=True)
class Language:
    """What `synonyms.yaml` says.

    Attributes:
        normalise: folds a text and strips its politeness.
        commands: folded word -> command, one of COMMANDS.
        ordinals: folded way to say it -> position in a list, from 1.
        asks: what a question may be after (who, why, how many …), each with the folded words that show it.
        regions: names of places all over the country.
        outside: messages known to be about what the corpus does not answer, as they were written.
        before_regions: words that, before the name of a region, make it a mere circumstance ("went to").
        reminders: folded words -> what they say about the branch and its reminders.
        questions: words that make a question of what follows a command's words.
        not_names: how what follows "I am called" begins when it is no name.
        called: what stands between a surname and the given name ("I am a Wang, called Jianguo").
        plain: characters said every day that the corpus hardly has; never taken for misheard.
    """

    normalise: Normaliser
    commands: dict[str, str]
    ordinals: dict[str, int]
    asks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    regions: tuple[str, ...] = ()
    before_regions: tuple[str, ...] = ()
    reminders: Mapping[str, Spoken] = field(default_factory=dict)
    questions: tuple[str, ...] = ()
    not_names: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    called: tuple[str, ...] = ()

    @cached_property
    def _openings(self) -> tuple[str, ...]:
        """The words something may run into."""
        glued = {*_GLUED, *_LOOSELY_GLUED}
        return tuple(words for words, spoken in self.reminders.items() if spoken.command in glued)

    def command(self, text: str) -> str | None:
        """The command this message is, if it is one and nothing else."""
        return self.commands.get(fold(text))

    def spoken(self, text: str) -> Spoken | None:
        """What the message says about the branch and its reminders; None when it says nothing of the kind.

        The words must be the whole message, politeness aside; some commands take more behind a space or a comma
        ("请假 出差"), and a few directly ("绑定ABC123"): their handlers judge whether that makes sense.
        """
        whole = self.reminders.get(fold(text)) or self.reminders.get(self.normalise(text))
        if whole:
            return whole
        head, *rest = _PAUSE.split(text.strip(), maxsplit=1)
        opening = self.reminders.get(fold(head))
        if opening and rest and fold(rest[0]):
            if opening.command in _TAKES_MORE:
                return replace(opening, more=rest[0].strip())
            if opening.command in _LOOSELY_TAKES_MORE:
                return replace(opening, command=_LOOSELY_TAKES_MORE[opening.command], more=rest[0].strip())
        return self._glued(text.strip())

    def _glued(self, text: str) -> Spoken | None:
        """A command whose words run into what follows them; the longest words win."""
        if not fold(text).startswith(self._openings):
            return None
        for length in range(min(len(text) - 1, MAX_WORDS), 0, -1):
            opening, more = self.reminders.get(fold(text[:length])), text[length:].strip()
            if opening and opening.command in _GLUED and fold(more):
                return replace(opening, more=more)
            if opening and opening.command in _LOOSELY_GLUED and len(fold(more)) >= _MIN_GLUED:
                return replace(opening, command=_LOOSELY_GLUED[opening.command], more=more)
        return None

    def is_question(self, text: str) -> bool:
        """Whether what follows a command's words makes the message a question after all: a question mark, or words
        nobody gives a reason or a date with.
        """
        folded = fold(text)
        return "?" in fold_width(text) or any(word in folded for word in self.questions)

    def catalogue_of(self, text: str) -> str | None:
        """What follows the catalogue word ("目录 咸宁" -> "咸宁"), folded; None if the message does not begin with
        one.
        """
        first, _, rest = text.strip().partition(" ")
        return fold(rest) if rest and self.command(first) == "catalogue" else None

    def position(self, text: str) -> int | None:
        """Which item of the last list the message picks ("2", "２", "二", "第二个", "选2"), from 1; None if it picks
        none.
        """
        folded = fold(text)
        if folded in self.ordinals:
            return self.ordinals[folded]
        return int(folded) if re.fullmatch(r"[0-9]{1,2}", folded) and int(folded) > 0 else None


def of(folder: Path) -> Language:
    """The language of a folder of content. Raises ContentError."""
    return load(folder / "synonyms.yaml", folder / "regions.txt", folder / "outside.txt")


def load(path: Path, regions: Path | None = None, outside: Path | None = None) -> Language:
    """Read `synonyms.yaml`, and of plain lists (# begins a remark) `regions.txt`, a name a line, and `outside.txt`, a
    message a line. Raises ContentError.
    """
    sheet = Sheet(path)
    top = sheet.mapping(
        sheet.root(), ("politeness", "commands", "picking", "asks", "before_regions"), ("plain", "reminders")
    )
    politeness = sheet.mapping(top.get("politeness"), ("heads", "tails", "anywhere"))
    heads, tails, anywhere = (sheet.texts(politeness.get(key)) for key in ("heads", "tails", "anywhere"))
    command_nodes = sheet.mapping(top.get("commands"), COMMANDS)
    commands = {fold(word): name for name, node in command_nodes.items() for word in sheet.texts(node) if fold(word)}
    picking = sheet.mapping(top.get("picking"), ("numerals", "forms"))
    numerals, forms = (sheet.texts(picking.get(key)) for key in ("numerals", "forms"))
    asks = {name: sheet.texts(node) for name, node in sheet.mapping(top.get("asks"), optional=None).items()}
    after = sheet.mapping(top.get("reminders"), optional=None)
    reminders = _reminders(sheet, top.get("reminders"))
    questions, not_names, called = (sheet.texts(after.get(key)) for key in ("questions", "not_names", "called"))
    if sheet.problems:
        raise ContentError(sheet.problems)
    ordinals = {
        fold(form.replace("#", written)): number
        for form in forms
        for number, numeral in enumerate(numerals, 1)
        for written in (numeral, str(number))
    }
    folded = tuple((name, tuple(filter(None, map(fold, words)))) for name, words in asks.items())
    before = sheet.texts(top.get("before_regions"))
    plain = sheet.texts(top.get("plain"))
    normalise = Normaliser(heads, tails, anywhere)
    places, beyond = (read_lines(file) if file else () for file in (regions, outside))
    return Language(
        normalise, commands, ordinals, folded, places, before, reminders, questions, not_names, plain, beyond, called
    )


def _reminders(sheet: Sheet, node: Node | None) -> dict[str, Spoken]:
    """Folded words -> what they say. Words with the mark of an activity stand for one way to say it per name."""
    values = sheet.mapping(node, ("activities", "words", "questions", "not_names") if node else (), ("called",))
    names = {key: sheet.texts(names) for key, names in sheet.mapping(values.get("activities"), optional=None).items()}
    spoken: dict[str, Spoken] = {}
    for command, words in sheet.mapping(values.get("words"), (), REMINDERS).items():
        for word in sheet.texts(words):
            if ACTIVITY not in word:
                spoken[fold(word)] = Spoken(command)
                continue
            for activity_id, called in names.items():
                spoken |= {fold(word.replace(ACTIVITY, name)): Spoken(command, activity_id) for name in called}
    spoken.pop("", None)
    return spoken
