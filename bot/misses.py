"""Questions without an answer: what the store kept of them, in groups of like ones, for the editors to settle.

A question is settled when it became a phrasing or was dropped. The rows stay where they are, under the member's
pseudonym, so that they still go when the member unsubscribes; only their numbers are kept as settled.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.notes import MISSES
from bot.store import Store
from content import likeness

ALIKE: Final = 70  # rapidfuzz ratio of two questions, politeness taken off, that an editor would answer alike
NEAREST: Final = 3
SETTLED: Final = "bot:misses:settled"
UNDO: Final = "bot:misses:undo"
MAX_UNDO: Final = 100
UNDO_LASTS: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Miss:
    """One question that had no answer.

    Attributes:
        row: its number in the store; grows with time.
        who: the member's pseudonym.
        nearest: ids of the entries that came closest, closest first.
    """

    row: str
    who: str
    text: str
    at: datetime
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that are alike.

    Attributes:
        id: the same as long as the oldest of them is there.
        question: what most members wrote, the shortest of these.
        wordings: every different text, as `question` first.
        members: how many members asked, each counted once.
        times: how often they asked.
        last: when someone last did.
        nearest: ids of the entries that came closest, the most frequent first.
    """

    id: str
    question: str
    wordings: tuple[str, ...]
    members: int
    times: int
    last: datetime
    nearest: tuple[str, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done with a group. `entry_id` is empty when it was dropped; else `wording` became its phrasing."""

    rows: tuple[str, ...]
    entry_id: str = ""
    wording: str = ""


class Misses:
    """The rows of the store, oldest first. Editors' work: every method raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self) -> list[Miss]:
        """Those nobody has settled yet."""
        with self._store.commands() as client:
            rows: Any = client.xrange(MISSES)
            settled: Any = client.smembers(SETTLED)
        return [_miss(row, fields) for row, fields in rows if row not in settled]

    def settle(self, settled: Settled) -> None:
        """Take rows off the list, and remember how to put them back."""
        with self._store.commands() as client:
            there: Any = client.xrange(MISSES)
            marked: Any = client.smembers(SETTLED)
            gone = marked - {row for row, _ in there}
            pipe = client.pipeline()
            if gone:
                pipe.srem(SETTLED, *gone)
            pipe.sadd(SETTLED, *settled.rows)
            pipe.lpush(UNDO, json.dumps(asdict(settled)))
            pipe.ltrim(UNDO, 0, MAX_UNDO - 1)
            pipe.expire(UNDO, UNDO_LASTS)
            pipe.execute()

    def last(self) -> Settled | None:
        """What was settled last and not undone."""
        with self._store.commands() as client:
            raw: Any = client.lindex(UNDO, 0)
        if raw is None:
            return None
        kept = json.loads(raw)
        return Settled(**(kept | {"rows": tuple(kept["rows"])}))

    def reopen(self, settled: Settled) -> None:
        """Put the rows of what was settled last back on the list."""
        with self._store.commands() as client:
            pipe = client.pipeline()
            pipe.lrem(UNDO, 1, json.dumps(asdict(settled)))
            pipe.srem(SETTLED, *settled.rows)
            pipe.execute()


def _miss(row: str, fields: dict[str, str]) -> Miss:
    nearest = tuple(fields["nearest"].split())
    return Miss(row, fields["who"], fields["text"], datetime.fromisoformat(fields["at"]), nearest)


def grouped(misses: Sequence[Miss], normalise: Callable[[str], str]) -> list[Group]:
    """The questions in groups of like ones; those most members asked first, among equals the latest first.

    Args:
        misses: oldest first.
        normalise: takes width, script and politeness off a question.
    """
    asked: dict[str, list[Miss]] = defaultdict(list)
    for miss in misses:
        asked[normalise(miss.text)].append(miss)
    texts = list(asked)
    groups = [
        _group(texts[numbers[0]], [miss for number in numbers for miss in asked[texts[number]]])
        for numbers in likeness.groups(texts, ALIKE)
    ]
    return sorted(groups, key=lambda group: (-group.members, -group.last.timestamp(), group.id))


def _group(leader: str, misses: Sequence[Miss]) -> Group:
    members: dict[str, set[str]] = defaultdict(set)
    for miss in misses:
        members[miss.text].add(miss.who)
    wordings = sorted(members, key=lambda text: (-len(members[text]), len(text), text))
    nearest = Counter(entry_id for miss in misses for entry_id in miss.nearest)
    return Group(
        id=hashlib.sha256(leader.encode()).hexdigest()[:8],
        question=wordings[0],
        wordings=tuple(wordings),
        members=len({miss.who for miss in misses}),
        times=len(misses),
        last=max(miss.at for miss in misses),
        nearest=tuple(entry_id for entry_id, _ in nearest.most_common(NEAREST)),
        rows=tuple(miss.row for miss in misses),
    )
