"""Reminders rehearsed on the chat page: joining a branch of the sample, going forward to the next reminder, what
reached the phone.

The page has a time of its own, ahead of the real one after it went forward: what is written there is answered as of
that time, so that an answer to a reminder is about the meeting the reminder was about. Only the demo has such a clock.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from bot import edited, reminding, wiring_chat
from bot.branch_book import BranchBook
from bot.ledger import LedgerStore
from bot.reminding import Clockside
from bot.roster_store import RosterStore
from bot.sandbox import sample
from bot.sandbox.remote import Remote
from bot.sandbox.stand_in import Seen
from bot.settings import Settings
from bot.store import Store
from handlers.visits import LOOK_AHEAD, Caller, Visit
from scheduler.planning import occasions
from scheduler.reminders import LATER, NUDGE, Reminder
from scheduler.roster import Branch, Role

ROLES: Final = {"member": frozenset({Role.MEMBER}), "secretary": frozenset({Role.MEMBER, Role.SECRETARY})}

_ahead: ContextVar[timedelta] = ContextVar("ahead", default=timedelta(0))


class PageClock:
    """The clock of a demo: the real one, but ahead of it while a message of a page that went forward is answered.

    Args:
        real: the real clock, aware.
    """

    def __init__(self, real: Callable[[], datetime]) -> None:
        self._real = real

    def __call__(self) -> datetime:
        """Now, aware."""
        return self._real() + _ahead.get()

    @contextmanager
    def ahead(self, by: timedelta) -> Iterator[None]:
        """While the block runs, this thread's time is that much ahead."""
        token = _ahead.set(by)
        try:
            yield
        finally:
            _ahead.reset(token)


@dataclass(frozen=True, slots=True)
class Leap:
    """Where a leap ended.

    Attributes:
        due: the moment (aware).
        nudged: how many are told as they have not answered; 0 = everyone is told.
    """

    due: datetime
    nudged: int


class Rehearsal:
    """What the chat page needs for reminders. Methods raise StoreUnavailable.

    Args:
        platform: the stand-in the worker sends to.
    """

    def __init__(self, settings: Settings, store: Store, platform: Remote) -> None:
        self._settings, self._store = settings, store
        self._platform = platform
        self._roster, self._ledger, self._book = RosterStore(store), LedgerStore(store), BranchBook(store)

    @cached_property
    def _clockside(self) -> Clockside:
        """Made when first used: after gunicorn has forked."""
        return reminding.clockside(self._settings, reminding.store(self._settings))

    def branches(self) -> tuple[tuple[Branch, str], ...]:
        """The branches of the sample that are (still) on the roster, each with its invitation code."""
        known = sample.roster().branches
        found = [branch for branch_id in known if (branch := self._roster.branch(branch_id))]
        return tuple((branch, self._book.code(branch.id)) for branch in found)

    def take_role(self, openid: str, branch_id: str, role: str) -> bool:
        """Make whoever belongs to that branch of the sample its member or secretary (a key of ROLES, else KeyError);
        False = they do not belong to it yet, or it is none of the sample.
        """
        roles = ROLES[role]
        member = self._book.member(openid)
        if member is None or member.branch_id != branch_id or branch_id not in sample.roster().branches:
            return False
        self._book.set_roles(openid, roles)
        return True

    def leap(self, openid: str, now: datetime) -> Leap | None:
        """Do what the scheduler will do at the next moment this member's branch is told of a meeting of theirs: one of
        an activity's leads, the nudge if somebody is silent, or what the member asked to be reminded of later. None =
        the member belongs to no branch, or nothing will be due in the coming months.
        """
        branches = wiring_chat.branches(self._settings, self._store, edited.activities(self._settings))
        visit = Caller(branches, openid, now).visit()
        for due, reminder in self._occasions(visit) if visit else ():
            nudged = self._nudged(reminder, due) if reminder.lead == NUDGE else 0
            if nudged or reminder.lead != NUDGE:
                self._clockside.tick(due)
                return Leap(due, nudged)
        return None

    def catch_up(self, now: datetime) -> None:
        """Do what the scheduler does within a minute: what a secretary changed is told at once on the page's clock."""
        self._clockside.tick(now)

    def _occasions(self, visit: Visit) -> list[tuple[datetime, Reminder]]:
        """Those to come of the member's meetings, the soonest first."""
        opened = self._ledger.opened([visit.branch.id])[visit.branch.id]
        quiet, heard = visit.branches.activities.quiet, self._ledger.heard()
        found = [
            (due, reminder)
            for appointment in visit.ahead()
            if appointment.meeting.activity_id not in visit.member.muted
            for due, reminder in occasions(
                appointment, visit.activity(appointment).leads, quiet, heard.get(appointment.meeting)
            )
            if due > visit.now and reminder.key not in opened
        ]
        return sorted(found + self._wished(visit), key=lambda occasion: occasion[0])

    def _wished(self, visit: Visit) -> list[tuple[datetime, Reminder]]:
        """When the member wants to be reminded once more."""
        wishes = self._ledger.wishes(visit.now + LOOK_AHEAD)
        theirs = (wish for wish in wishes if wish.openid == visit.openid and wish.at > visit.now)
        return [(wish.at, Reminder(wish.meeting, LATER)) for wish in theirs]

    def _nudged(self, reminder: Reminder, due: datetime) -> int:
        """How many are silent then and will be asked once more."""
        openings = self._clockside.tick(due, dry=True).openings
        return sum(len(one.audience) for one in openings if one.notice.reminder == reminder)

    def answers(self, openid: str) -> tuple[sample.Manner, ...]:
        """Those of the sample in this member's branch who answer reminders."""
        member = self._book.member(openid)
        theirs = {one.openid for one in self._book.members(member.branch_id)} if member else set()
        return tuple(one for one in sample.manners() if one.answers and one.openid in theirs)

    def seen(self, openid: str, after: int | None) -> tuple[list[Seen], int]:
        """What reached the member after that number of `Seen`, and the number to ask from next; None = only that.
        Raises OSError while the stand-in does not answer.
        """
        total = self._platform.counts()["seen"]
        start = total if after is None or after > total else after  # beyond it: another stand-in, started since
        rows = list(self._platform.seen_after(start, openid)) if start < total else []
        return rows, rows[-1].number if rows else total
