"""Sending what is open in the ledger: who is still to be told, claim, send, mark. No I/O here but through what it is
given; may be left off anywhere and done again by anyone.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from content.activities import Activities, Activity
from scheduler.agenda import Meeting
from scheduler.delivery import Later, Push, Refused, Result, Sender, Sent, Stop, Unclear
from scheduler.planning import audience, awake
from scheduler.reminders import (
    CHANGED,
    CORRECTIONS,
    EXPIRED,
    LEFT,
    NUDGE,
    UNSETTLED,
    Condition,
    Ledger,
    Mark,
    Notice,
    Reminder,
)
from scheduler.roster import Branch, Member, Roster
from scheduler.telling import Told, told

BATCH: Final = 30  # members claimed at once: most branches whole
CLAIM_FOR: Final = timedelta(
    seconds=6
)  # then the rest of a batch is given back, well before its claims can be taken over
PAGE_FOR: Final = timedelta(seconds=15)  # then the rest of a page is queued anew: the queue must hear from us
WAIT_AT_MOST: Final = 12.0  # seconds a page waits for a busy platform
IN_A_ROW: Final = 3  # messages without success that stop a page


class Halted(Exception):
    """Nothing goes out now; what is open is tried again later."""


@dataclass
class Page:
    """One go at some reminders.

    Attributes:
        failures: messages in a row that did not go out.
        wait: seconds the platform asked for; 0 = it did not.
    """

    began: datetime
    failures: int = 0
    wait: float = 0.0

    def note(self, result: Result) -> None:
        """How one message ended. Raises Halted when it is no use to go on."""
        self.failures = 0 if isinstance(result, Sent | Refused) else self.failures + 1
        if isinstance(result, Later):
            self.wait = max(self.wait, result.seconds)
        if isinstance(result, Stop) or self.failures >= IN_A_ROW:
            raise Halted


@dataclass(frozen=True, slots=True)
class Letter:
    """What the members of a branch are told, and of what."""

    notice: Notice
    activity: Activity
    told: Told


@dataclass(frozen=True)
class Courier:
    """Sends reminders. Safe to use from many threads and processes at once.

    Attributes:
        branch: a branch by its id; None = there is none any more.
        versions: the version of the last change of each of some meetings; 0 = none.
        wrote_at: when each of some members last wrote to the account, if within 48 hours.
        now: the real clock, aware.
        sleep: waits for that many seconds.
        stopping: whether this process is asked to end.
    """

    ledger: Ledger
    roster: Roster
    sender: Sender
    activities: Callable[[], Activities]
    branch: Callable[[str], Branch | None]
    versions: Callable[[Sequence[Meeting]], Mapping[Meeting, int]]
    wrote_at: Callable[[Sequence[str], datetime], Mapping[str, datetime]]
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    stopping: Callable[[], bool]

    def deliver(self, keys: Sequence[str]) -> list[str]:
        """Tell everyone these reminders still concern.

        Args:
            keys: of one activity (`sweeping.pages`): when it is stopped, this ends.

        Returns:
            the reminders to be queued again at once: time was up, or the platform busy. What the hour or a pause is in
            the way of is not among them; the sweeper comes back to it.
        """
        page = Page(self.now())
        notices = self.ledger.noted([Reminder.of_key(key) for key in keys])
        members = self.roster.members([notice.reminder.meeting.branch_id for notice in notices])
        versions = self.versions([notice.reminder.meeting for notice in notices])
        unfinished = []
        try:
            for notice in notices:
                outdated = versions[notice.reminder.meeting] > notice.appointment.version
                if self._over(page) or not self._deliver(notice, members, page, outdated=outdated):
                    unfinished.append(notice.reminder.key)
        except Halted:
            return []
        if unfinished and not self._over(page):
            self.sleep(min(page.wait, WAIT_AT_MOST))
        return unfinished

    def _over(self, page: Page) -> bool:
        return self.stopping() or not timedelta(0) <= self.now() - page.began < PAGE_FOR

    def _deliver(self, notice: Notice, members: Mapping[str, Sequence[Member]], page: Page, *, outdated: bool) -> bool:
        """Tell the members of one branch; whether nobody is left who can be told now."""
        letter = None if outdated else self._letter(notice)
        if letter is None:
            self.ledger.skip(notice, CHANGED)
            return True
        local, quiet = self.now() + notice.ahead, self.activities().quiet
        if local >= notice.until:
            self.ledger.skip(notice, EXPIRED)
            return True
        if awake(local, quiet, notice.until) != local:
            return True
        waiting = self._waiting(letter, members[notice.reminder.meeting.branch_id])
        wrote_at = self.wrote_at(list(waiting), self.now())
        pushes = [self._push(letter, openid, wrote_at.get(openid)) for openid in waiting]
        batches = [pushes[start : start + BATCH] for start in range(0, len(pushes), BATCH)]
        sent = [not self._over(page) and self._send(letter, batch, waiting, page) for batch in batches]
        return all(sent)

    def _letter(self, notice: Notice) -> Letter | None:
        """What is said in the words of now; None = there is no such branch or activity any more."""
        activities = self.activities()
        activity = activities.get(notice.reminder.meeting.activity_id)
        branch = self.branch(notice.reminder.meeting.branch_id)
        if activity is None or branch is None:
            return None
        kind = notice.reminder.lead if notice.reminder.lead in (*CORRECTIONS, NUDGE) else "reminder"
        appointment = notice.appointment
        if notice.was:
            appointment = replace(appointment, planned=notice.was.date())
        on = (self.now() + notice.ahead).astimezone(appointment.begins.tzinfo).date()
        return Letter(notice, activity, told(kind, activity, appointment, branch, activities.words, on))

    def _waiting(self, letter: Letter, members: Sequence[Member]) -> dict[str, Mark]:
        """Whom it still concerns, with their marks so far; who has left or opted out meanwhile is skipped."""
        concerned = audience(letter.activity, members)
        self.ledger.skip(letter.notice, LEFT, besides=list(concerned))
        rows = self.ledger.rows(letter.notice, list(concerned))
        open_ = {openid: mark for openid, mark in rows.items() if mark.condition in UNSETTLED}
        gone = {openid: Mark(Condition.SKIPPED, concerned[openid]) for openid in open_ if concerned[openid]}
        if gone:
            self.ledger.settle(letter.notice, gone, self.now())
        return {openid: mark for openid, mark in open_.items() if openid not in gone}

    def _push(self, letter: Letter, openid: str, wrote_at: datetime | None) -> Push:
        return Push(
            openid=openid,
            key=message_key(letter.notice.reminder, openid),
            activity_id=letter.activity.id,
            fields=letter.told.fields,
            text=letter.told.text,
            wrote_at=wrote_at,
        )

    def _send(self, letter: Letter, batch: Sequence[Push], before: Mapping[str, Mark], page: Page) -> bool:
        """Claim, send and mark a batch; whether all of it was sent, is lost, or is left to the sweeper. Raises Halted.

        Args:
            before: members' marks so far.
        """
        left = set(self.ledger.claim(letter.notice, [push.openid for push in batch], self.now()))
        taken, claimed = frozenset(left), self.now()
        marks: dict[str, Mark] = {}
        try:
            for push in batch:
                if push.openid in taken and self.now() - claimed < CLAIM_FOR and not self.stopping():
                    left.remove(push.openid)  # whatever happens now, it stays claimed until it is known or too old
                    result = self.sender.send(push)
                    if mark := _mark(result, before[push.openid]):
                        marks[push.openid] = mark
                    if isinstance(result, Later):
                        left.add(push.openid)
                    page.note(result)
        finally:
            self.ledger.settle(letter.notice, dict.fromkeys(left, Mark(Condition.DUE)) | marks, self.now())
        return not left


def message_key(reminder: Reminder, openid: str) -> str:
    """What WeChat tells repeated attempts by (`client_msg_id`): 32 characters, the same for the same reminder and
    member.

    >>> len(message_key(Reminder.of_key("party_day:2026-12-05:3d:0:b1"), "o1"))
    32
    """
    return hashlib.sha256(f"{reminder.key} {openid}".encode()).hexdigest()[:32]


def _mark(result: Result, before: Mark) -> Mark | None:
    """How a row goes on after an attempt; None = nobody knows whether it arrived. A refusal that is not certain counts
    when it is met again.
    """
    match result:
        case Sent(message_id):
            return Mark(Condition.SENT, message_id)
        case Refused(reason, certain=False) if before.condition is Condition.DUE and before.about != reason:
            return Mark(Condition.DUE, reason)
        case Refused(reason):
            return Mark(Condition.FAILED, reason)
        case Unclear():
            return None
        case Later(reason) | Stop(reason):
            return Mark(Condition.DUE, reason)
