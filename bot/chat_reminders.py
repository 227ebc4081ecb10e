"""The ledger as the chat needs it: what became of a branch's reminders. Implements `handlers.book.Reminders`."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from bot.ledger import LedgerStore
from bot.roster_store import RosterStore
from bot.store import Store
from handlers.book import Reach, State
from scheduler.agenda import Meeting
from scheduler.reminders import Condition, Mark

_REACH: Final = {
    Condition.DUE: Reach.WAITING,
    Condition.CLAIMED: Reach.WAITING,
    Condition.SENT: Reach.REACHED,
    Condition.DELIVERED: Reach.REACHED,
    Condition.FAILED: Reach.FAILED,
    Condition.UNKNOWN: Reach.UNKNOWN,
    Condition.SKIPPED: Reach.SKIPPED,
}
_BEST_FIRST: Final = tuple(Reach)


class ChatReminders:
    """What was told and will be told, a branch at a time. Every method raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._ledger = LedgerStore(store)
        self._roster = RosterStore(store)

    def states(self, meeting: Meeting) -> dict[str, State]:
        """Openid -> what became of the reminders of this meeting; those nobody planned to tell are missing."""
        openids = [one.openid for one in self._roster.members([meeting.branch_id])[meeting.branch_id]]
        found: dict[str, State] = {}
        for notice in self._ledger.notices(meeting.branch_id):
            if notice.reminder.meeting == meeting:
                for openid, mark in self._ledger.rows(notice, openids).items():
                    found[openid] = better(found.get(openid), _state(mark))
        return found

    def snooze(self, openid: str, meeting: Meeting, until: datetime, now: datetime) -> None:
        """Remind this one member of this one meeting once more at `until`."""
        raise NotImplementedError  # comes with the worker

    def resend(self, meeting: Meeting, openids: Collection[str], now: datetime) -> int:
        """Have these members told (again) as soon as possible; how many will be."""
        raise NotImplementedError  # comes with the worker

    def forget(self, openid: str) -> None:
        """Remove every row of the member, pending reminders included. Ask it while the roster still knows them."""
        branch_id = self._roster.branch_of(openid)
        if branch_id:
            self._ledger.forget(openid, branch_id)


def better(one: State | None, other: State) -> State:
    """The state in which the reminders got further; of two as far, the later."""
    if one is None or _BEST_FIRST.index(other.reach) <= _BEST_FIRST.index(one.reach):
        return other
    return one


def _state(mark: Mark) -> State:
    reach = _REACH[mark.condition]
    return State(reach, "" if reach in (Reach.REACHED, Reach.WAITING) else mark.about)
