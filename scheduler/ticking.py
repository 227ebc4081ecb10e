"""One tick of the clock: what is due in every branch, written into the ledger. Several processes may do it at once, and
leave off anywhere: the ledger opens a reminder once.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from content.activities import Activities
from scheduler.agenda import Meeting
from scheduler.planner import Planned, Planner, Troubled
from scheduler.planning import Plan, audience, nudge_due, says_the_same, without
from scheduler.reminders import MERGED, Condition, Expiry, Ledger, Notice, Opening, Reminder, Wish
from scheduler.roster import Member, Roster
from scheduler.wishes import is_void, later

MAY_HAVE_HEARD: Final = (Condition.CLAIMED, Condition.SENT, Condition.DELIVERED, Condition.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick did, or would do.

    Attributes:
        openings: reminders to be sent from now on.
        expiries: reminders that never will be.
        opened: how many of the openings were new; less when another process was faster.
    """

    openings: tuple[Opening, ...] = ()
    expiries: tuple[Expiry, ...] = ()
    troubled: tuple[Troubled, ...] = ()
    opened: int = 0


@dataclass(frozen=True)
class Ticker:
    """Turns due meetings into open reminders.

    Attributes:
        answered: the openids of those who have said whether they come to a meeting.
    """

    planner: Planner
    roster: Roster
    ledger: Ledger
    activities: Callable[[], Activities]
    answered: Callable[[Meeting], Collection[str]] = lambda _meeting: ()

    def tick(self, now: datetime, ahead: timedelta = timedelta(0), *, dry: bool = False) -> Ticked:
        """Open everything due at `now` that was not opened before.

        Args:
            now: the time to act for (aware).
            ahead: how far that is ahead of the real clock.
            dry: change nothing, only say what would be done.
        """
        activities = self.activities()
        found = list(self.planner.plans(activities, now))
        planned = [one for one in found if isinstance(one, Planned)]
        branch_ids = list(dict.fromkeys(one.branch.id for one in planned))
        opened = self.ledger.opened(branch_ids)
        planned = [new for one in planned if (new := _new(one, opened[one.branch.id])).plan != Plan()]
        members = self.roster.members(list(dict.fromkeys(one.branch.id for one in planned)))
        openings = self._openings(planned, opened, members, activities, dry=dry)
        expiries = [expiry for one in planned for expiry in _expiries(one, members)]
        granted, asked_for = self._wishes(activities, now)
        openings = [replace(one, notice=replace(one.notice, ahead=ahead)) for one in (*openings, *asked_for)]
        count = 0 if dry else self._write(planned, openings, expiries, now - ahead)
        if not dry:
            self.ledger.granted(granted)
        if not dry and not activities.quiet.covers(now.time()):
            self.ledger.ticked(now)  # in the quiet hours things wait that must not be forgotten
        troubled = tuple(one for one in found if isinstance(one, Troubled))
        return Ticked(tuple(openings), tuple(expiries), troubled, count)

    def _openings(
        self,
        planned: Sequence[Planned],
        opened: Mapping[str, Collection[str]],
        members: Mapping[str, Sequence[Member]],
        activities: Activities,
        *,
        dry: bool,
    ) -> list[Opening]:
        """What the plans lead to, corrections first: those who are corrected need no lead in the same moment."""
        corrections = {one.meeting: o for one in planned if (o := self._correction(one, members, dry=dry))}
        again = {one.meeting for one in planned if _other_edition(one, opened[one.branch.id])}
        leads = [self._lead(one, members, corrections.get(one.meeting), activities, again, dry=dry) for one in planned]
        nudges = [self._nudge(one, members, activities) for one in planned]
        return [*corrections.values(), *filter(None, leads), *filter(None, nudges)]

    def _correction(self, one: Planned, members: Mapping[str, Sequence[Member]], *, dry: bool) -> Opening | None:
        """Those who may have heard something else are told once; the others' reminders are stopped."""
        notice = one.plan.correction
        if notice is None:
            return None
        if not dry:
            self.ledger.supersede(one.meeting)  # first, so that nobody is told the old date from here on
        earlier = [other for other in self.ledger.notices(one.branch.id) if other.reminder.meeting == one.meeting]
        concerned = audience(one.activity, members[one.branch.id])
        heard = set(self._heard(earlier, list(concerned)))
        return Opening(notice, {openid: reason for openid, reason in concerned.items() if openid in heard})

    def _lead(
        self,
        one: Planned,
        members: Mapping[str, Sequence[Member]],
        correction: Opening | None,
        activities: Activities,
        again: Collection[Meeting],
        *,
        dry: bool,
    ) -> Opening | None:
        notice = one.plan.lead
        if notice is None:
            return None
        concerned = audience(one.activity, members[one.branch.id])
        heard = set(correction.audience) if correction else set()
        if one.meeting in again:
            heard |= set(self._heard(self._same(notice, one, activities, dry=dry), list(concerned)))
        return Opening(notice, without(concerned, heard))

    def _nudge(self, one: Planned, members: Mapping[str, Sequence[Member]], activities: Activities) -> Opening | None:
        """Those who heard of it before the evening and have not answered are asked once more; nobody in a branch where
        nobody answers, which is its way.
        """
        notice = one.plan.nudge
        if notice is None:
            return None
        answered = self.answered(one.meeting)
        concerned = audience(one.activity, members[one.branch.id])
        silent = [openid for openid, reason in concerned.items() if not reason and openid not in answered]
        evening = nudge_due(notice.appointment.begins, activities.quiet)
        earlier = [
            other
            for other in (self.ledger.notices(one.branch.id) if answered else ())
            if other.reminder.meeting == one.meeting
            and other.appointment.begins == notice.appointment.begins
            and other.opened is not None
            and other.opened < evening
        ]
        return Opening(notice, dict.fromkeys(sorted(set(self._heard(earlier, silent))), ""))

    def _wishes(self, activities: Activities, now: datetime) -> tuple[list[Wish], list[Opening]]:
        """The wishes that are seen to now, and what they lead to."""
        wishes = self.ledger.wishes(now)
        found = self.planner.current(activities, {wish.meeting for wish in wishes})
        openings = {wish: later(wish, found.get(wish.meeting), activities.quiet, now) for wish in wishes}
        granted = [wish for wish in wishes if openings[wish] or is_void(found.get(wish.meeting), now)]
        return granted, [opening for opening in openings.values() if opening]

    def _same(self, notice: Notice, one: Planned, activities: Activities, *, dry: bool) -> list[Notice]:
        """The earlier reminders that say what this lead says; from here on it tells whoever they have not told."""
        same = [
            earlier
            for earlier in self.ledger.notices(one.branch.id)
            if earlier.reminder.meeting.activity_id == one.activity.id
            and says_the_same(earlier, notice, activities.quiet, one.activity.leads)
        ]
        for earlier in () if dry else same:
            self.ledger.skip(earlier, MERGED)
        return same

    def _heard(self, notices: Sequence[Notice], openids: Sequence[str]) -> Iterator[str]:
        for notice in notices:
            marks = self.ledger.rows(notice, openids)
            yield from (openid for openid, mark in marks.items() if mark.condition in MAY_HAVE_HEARD)

    def _write(
        self,
        planned: Sequence[Planned],
        openings: Sequence[Opening],
        expiries: Sequence[Expiry],
        real: datetime,
    ) -> int:
        for one in planned:
            if one.plan.holds:
                self.ledger.hear(one.meeting, one.plan.holds)
        opened = self.ledger.open(openings, real)
        self.ledger.expire(expiries, real)
        return opened


def _new(one: Planned, opened: Collection[str]) -> Planned:
    """The plan without what was opened before."""

    def unopened(notice: Notice | None) -> Notice | None:
        return notice if notice and notice.reminder.key not in opened else None

    plan = one.plan
    left = replace(plan, correction=unopened(plan.correction), lead=unopened(plan.lead), nudge=unopened(plan.nudge))
    return replace(one, plan=left)


def _other_edition(one: Planned, opened: Collection[str]) -> bool:
    """Whether the meeting's members may have been told of it under other names than those of the lead due now."""
    if one.plan.lead is None or one.twin:
        return one.twin
    reminders = (Reminder.of_key(key) for key in opened)
    edition = one.plan.lead.reminder.edition
    return any(reminder.meeting == one.meeting and reminder.edition != edition for reminder in reminders)


def _expiries(one: Planned, members: Mapping[str, Sequence[Member]]) -> Iterator[Expiry]:
    concerned = audience(one.activity, members[one.branch.id]) if one.plan.missed else {}
    count = sum(not reason for reason in concerned.values())
    yield from (Expiry(notice, reason, count) for notice, reason in one.plan.missed)
