"""The ledger as the chat needs it: what became of a branch's reminders. Implements `handlers.book.Reminders`."""

from collections.abc import Callable, Collection
from datetime import datetime, tzinfo
from typing import Final

from bot.branch_book import BranchBook
from bot.ledger import LedgerStore
from bot.roster_store import RosterStore
from bot.store import Store
from content.activities import Activities
from content.calendar import Days
from handlers.book import Reach, State
from scheduler.agenda import Appointment, Meeting, appointments, around
from scheduler.planning import audience
from scheduler.reminders import Condition, Mark, Notice, Wish
from scheduler.wishes import again

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
    """What was told and will be told, a branch at a time. Every method raises StoreUnavailable.

    Args:
        known_days: what is known of every day, as of now.
        zone: of all dates and times.
    """

    def __init__(self, store: Store, activities: Activities, known_days: Callable[[], Days], zone: tzinfo) -> None:
        self._ledger = LedgerStore(store)
        self._roster = RosterStore(store)
        self._book = BranchBook(store)
        self._activities, self._known_days, self._zone = activities, known_days, zone

    def states(self, meeting: Meeting) -> dict[str, State]:
        """Openid -> what became of the reminders of this meeting; those nobody planned to tell are missing."""
        openids = [one.openid for one in self._roster.members([meeting.branch_id])[meeting.branch_id]]
        found: dict[str, State] = {}
        for marks in self._marks(meeting, openids).values():
            for openid, mark in marks.items():
                found[openid] = better(found.get(openid), _state(mark))
        return self._never_sent(meeting, openids) | found

    def snooze(self, openid: str, meeting: Meeting, until: datetime, now: datetime) -> None:  # noqa: ARG002 - of the protocol
        """Remind this one member of this one meeting once more at `until`."""
        self._ledger.wish(Wish(meeting, openid, until))

    def resend(self, meeting: Meeting, openids: Collection[str], now: datetime) -> int:
        """Have these members told (again) as soon as possible; how many will be."""
        appointment = self._appointment(meeting)
        opening = again(appointment, openids, self._marks(meeting, openids), now) if appointment else None
        if opening is None:
            return 0
        self._ledger.open([opening], now, queued=False)
        return len(opening.audience)

    def _marks(self, meeting: Meeting, openids: Collection[str]) -> dict[Notice, dict[str, Mark]]:
        """The meeting's reminders so far, the oldest first, with the marks of these members."""
        notices = self._ledger.notices(meeting.branch_id)
        return {one: self._ledger.rows(one, openids) for one in notices if one.reminder.meeting == meeting}

    def _never_sent(self, meeting: Meeting, openids: Collection[str]) -> dict[str, State]:
        """Those concerned by a reminder of the meeting that never went out, for whatever reason."""
        missed = self._ledger.missed(meeting.branch_id)
        reasons = [why for reminder, why in missed.items() if reminder.meeting == meeting]
        activity = self._activities.get(meeting.activity_id)
        if not reasons or activity is None:
            return {}
        concerned = audience(activity, self._roster.members([meeting.branch_id])[meeting.branch_id])
        return {one: State(Reach.SKIPPED, concerned[one] or reasons[-1]) for one in openids if one in concerned}

    def _appointment(self, meeting: Meeting) -> Appointment | None:
        activity, branch = self._activities.get(meeting.activity_id), self._roster.branch(meeting.branch_id)
        if activity is None or branch is None:
            return None
        changes = self._book.changes_of(meeting.activity_id, meeting.branch_id)
        days = around(meeting.rule_date, changes.get(meeting.rule_date))
        found = appointments(activity, branch, changes, *days, self._known_days(), self._zone)
        return next((one for one in found if one.meeting == meeting), None)

    def forget(self, openid: str) -> None:
        """Remove every row of the member, pending reminders included. Ask it while the roster still knows them."""
        self._ledger.forget(openid, self._roster.branch_of(openid))


def better(one: State | None, other: State) -> State:
    """The state in which the reminders got further; of two as far, the later."""
    if one is None or _BEST_FIRST.index(other.reach) <= _BEST_FIRST.index(one.reach):
        return other
    return one


def _state(mark: Mark) -> State:
    reach = _REACH[mark.condition]
    return State(reach, "" if reach in (Reach.REACHED, Reach.WAITING) else mark.about)
