"""What keeps things going whatever dies: reminders without progress are queued again, done ones closed. The queue only
makes it faster; emptied, it loses nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from scheduler.reminders import Ledger, Notice

IDLE: Final = timedelta(seconds=30)  # without progress for so long, a reminder is looked after
PAGE: Final = 50  # members, about; a page takes some seconds, and the last ones end at about the same time


class Queue(Protocol):
    """Hands reminders to whoever sends them. May lose them, and may hand them out twice."""

    def put(self, keys: Sequence[str]) -> None:
        """Queue a page of reminders by their keys."""

    def waiting(self) -> int:
        """Pages nobody has taken yet."""


def pages(notices: Sequence[Notice], counts: Sequence[int]) -> list[list[str]]:
    """Reminders in pages of about PAGE members each, by key. The soonest of no use more come first, else in an order
    that differs from round to round, so that the last branch is not always the last. A page is of one activity: what
    stops it must not stop the other.

    Args:
        counts: members of each notice; those with none are left out.
    """
    made: list[list[str]] = []
    filling: dict[str, list[str]] = {}
    sizes: Counter[str] = Counter()
    for notice, count in sorted(zip(notices, counts, strict=True), key=lambda pair: _turn(pair[0])):
        if count <= 0:
            continue
        activity_id = notice.reminder.meeting.activity_id
        if activity_id not in filling:  # the page's place is that of its first reminder, however long it takes to fill
            made.append(filling.setdefault(activity_id, []))
        filling[activity_id].append(notice.reminder.key)
        sizes[activity_id] += count
        if sizes[activity_id] >= PAGE:
            del filling[activity_id], sizes[activity_id]
    return made


def _turn(notice: Notice) -> tuple[datetime, bytes]:
    return notice.until - notice.ahead, hashlib.sha256(notice.reminder.key.encode()).digest()


@dataclass(frozen=True)
class Sweeper:
    """Looks after what made no progress. Several may do so at once."""

    ledger: Ledger
    queue: Queue

    def sweep(self, now: datetime) -> int:
        """Age, skip, close and queue again what needs it. How many reminders are still to be sent.

        Args:
            now: the real clock.
        """
        notices = self.ledger.stale(now, IDLE)
        counts = self.ledger.sweep(notices, now, IDLE)
        if not self.queue.waiting():
            for page in pages(notices, counts):
                self.queue.put(page)
        return sum(count > 0 for count in counts)
