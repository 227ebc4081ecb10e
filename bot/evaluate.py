"""Score labelled questions (`eval FILE…`) through the real handlers. The labels are read here and nowhere else.

A file is JSON lines of one of three forms: a question the corpus answers (`q`, `must`), a message it must not
answer (`q`, `type`), or a dialogue (`turns` of `q` and `must`); an ambiguous question carries `cases` instead of
`must`.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.talk import Conversation
from content.entries import Entry
from content.text import fold
from handlers.answer import source_line
from handlers.layout import visible
from handlers.messages import Memory, Outcome
from handlers.services import Services


class Mark(StrEnum):
    """How well a message was handled."""

    RIGHT = "right"  # the reply holds the facts asked for
    TAP = "tap"  # one of the choices offered leads to them
    REFUSED = "refused"  # no answer, or only other choices
    WRONG = "wrong"  # an answer with other facts: the worst


@dataclass(frozen=True, slots=True)
class Scored:
    """One message and what became of it."""

    id: str
    group: str
    style: str
    kind: str
    question: str
    mark: Mark
    outcome: str
    reply: str
    milliseconds: float


class BadLabels(Exception):
    """A line of a labels file cannot be read. The message names file and line."""


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a labels file. Raises BadLabels."""
    rows = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadLabels(f"{path}: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadLabels(f"{path}:{number}: {error}") from error
        if not isinstance(row, dict) or not ("turns" in row or "q" in row):
            raise BadLabels(f"{path}:{number}: neither `q` nor `turns`")
        rows.append(row)
    return rows


def score(rows: Sequence[dict[str, Any]], services: Services, clock: Callable[[], datetime]) -> Iterator[Scored]:
    """Put every message to the handlers, each question as a new member, a dialogue's turns as one."""
    for row in rows:
        talk = Conversation(services, clock)
        for number, turn in enumerate(row.get("turns", [row])):
            yield _score_turn(row, number, turn, talk, services, clock)


def _score_turn(
    row: dict[str, Any],
    number: int,
    turn: dict[str, Any],
    talk: Conversation,
    services: Services,
    clock: Callable[[], datetime],
) -> Scored:
    started = perf_counter()
    reply = talk.say(turn["q"]).reply
    elapsed = (perf_counter() - started) * 1000
    text = visible(reply.text)
    if "cases" in turn:
        mark = _mark_ambiguous(text, turn["cases"])
    elif "must" in turn:
        mark = _mark_question(reply.outcome, text, turn["must"], talk.memory, services, clock)
    else:
        mark = Mark.WRONG if reply.outcome is Outcome.ANSWER else Mark.RIGHT
    in_dialogue = "turns" in row
    identity = f"{row.get('id', '?')}.{number + 1}" if in_dialogue else str(row.get("id", "?"))
    group = str(turn.get("type") or ("dialogue" if in_dialogue else "ambiguous" if "cases" in turn else "question"))
    style = ("first turn" if number == 0 else "later turn") if in_dialogue else str(turn.get("style", ""))
    return Scored(identity, group, style, str(turn.get("kind", "")), turn["q"], mark, reply.outcome, text, elapsed)


def _mark_question(
    outcome: Outcome,
    text: str,
    must: list[list[str]],
    memory: Memory,
    services: Services,
    clock: Callable[[], datetime],
) -> Mark:
    if outcome is Outcome.CHOICES:
        return (
            Mark.TAP
            if any(holds(_tapped(choice.says, services, clock), must) for choice in memory.choices)
            else Mark.REFUSED
        )
    if holds(text, must):
        return Mark.RIGHT
    return Mark.WRONG if outcome is Outcome.ANSWER else Mark.REFUSED


def _tapped(says: str, services: Services, clock: Callable[[], datetime]) -> str:
    return visible(Conversation(services, clock).say(says).reply.text)


def _mark_ambiguous(text: str, cases: list[dict[str, Any]]) -> Mark:
    spoken = fold(text)
    named = [case for case in cases if any(fold(name) in spoken for name in (case["case"], *case.get("alias", [])))]
    return Mark.RIGHT if len(named) >= 2 else Mark.REFUSED


def holds(text: str, must: list[list[str]]) -> bool:
    """Whether the text holds one of the strings of every group, both sides folded.

    >>> holds("每月一次，5500多个支部", [["一次", "一回"], ["5500"]])
    True
    """
    return _stand_in(fold(text), must)


def _stand_in(folded: str, must: list[list[str]]) -> bool:
    return all(any(fold(wanted) in folded for wanted in group) for group in must)


@dataclass(frozen=True, slots=True)
class Reached:
    """A labelled question, and the ids of the entries whose answers hold its facts, whatever a matcher would find."""

    id: str
    question: str
    entry_ids: tuple[str, ...]


def ceiling(rows: Sequence[dict[str, Any]], services: Services) -> list[Reached]:
    """For every question and every turn of a dialogue that has `must`: which entries would answer it.

    An entry counts with what a member sees of it: the answer, the question it answers, and the source line.
    """
    shown = [(entry.id, _shown(entry, services)) for entry in services.library.all_entries]
    turns = [
        (f"{row.get('id', '?')}.{number}" if "turns" in row else str(row.get("id", "?")), turn)
        for row in rows
        for number, turn in enumerate(row.get("turns", [row]), 1)
        if "must" in turn
    ]
    return [
        Reached(name, turn["q"], tuple(entry_id for entry_id, text in shown if _stand_in(text, turn["must"])))
        for name, turn in turns
    ]


def _shown(entry: Entry, services: Services) -> str:
    return fold("\n".join([entry.answer, entry.question, source_line(entry, services.phrases)]))


@dataclass(frozen=True)
class Summary:
    """Counts over some of the scored messages."""

    name: str
    counts: Counter[Mark]

    @property
    def total(self) -> int:
        """How many messages."""
        return self.counts.total()

    def share(self, mark: Mark) -> float:
        """The share of a mark, 0..1."""
        return self.counts[mark] / self.total if self.total else 0.0


def summaries(scored: Sequence[Scored]) -> list[Summary]:
    """One summary a group, and within it one a style and one a kind; groups with a single style or kind are not split
    by it.
    """
    found = []
    for group in dict.fromkeys(item.group for item in scored):
        members = [item for item in scored if item.group == group]
        found.append(Summary(group, Counter(item.mark for item in members)))
        for attribute in ("style", "kind"):
            values = list(dict.fromkeys(getattr(item, attribute) for item in members))
            if len(values) > 1:
                for value in sorted(values):
                    marks = Counter(item.mark for item in members if getattr(item, attribute) == value)
                    found.append(Summary(f"  {attribute}: {value}", marks))
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
