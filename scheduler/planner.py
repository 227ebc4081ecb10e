"""The plans of every branch at one moment, from roster, calendar and what the ledger says was heard. Writes nothing."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from content.activities import Activities, Activity
from scheduler.agenda import Appointment, Meeting, around
from scheduler.planning import Plan, due
from scheduler.reminders import Heard, Ledger
from scheduler.roster import Branch, Change, Roster

REPORTED: Final = timedelta(days=14)  # what was missed longer ago is not even reported

Appointments = Callable[[Activity, Branch, Mapping[date, Change], date, date], Sequence[Appointment]]


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting about which something is to be done.

    Attributes:
        twin: whether members heard of a meeting at the same moment that the rule gave before it was edited.
    """

    activity: Activity
    branch: Branch
    meeting: Meeting
    plan: Plan
    twin: bool = False


@dataclass(frozen=True, slots=True)
class Troubled:
    """A branch whose plans could not be made; the others' are. `reason` is for the log and the operator."""

    branch_id: str
    activity_id: str
    reason: str


@dataclass(frozen=True)
class Planner:
    """Makes plans.

    Attributes:
        calendar: what is known of the days now: gives a branch's appointments of an activity from one day to another,
            both included, from its changes by rule date.
    """

    roster: Roster
    ledger: Ledger
    calendar: Callable[[], Appointments]

    def plans(self, activities: Activities, now: datetime) -> Iterator[Planned | Troubled]:
        """Every meeting about which something is to be done now, branch by branch."""
        since, calendar = self._since(now), self.calendar()
        branches = tuple(self.roster.branches())
        heard: dict[tuple[str, str], dict[date, Heard]] = defaultdict(dict)
        for meeting, said in self.ledger.heard().items():
            heard[meeting.activity_id, meeting.branch_id][meeting.rule_date] = said
        for activity in activities.all:
            changes: dict[str, dict[date, Change]] = defaultdict(dict)
            for (branch_id, rule_date), change in self.roster.changes(activity.id).items():
                changes[branch_id][rule_date] = change
            for branch in branches:
                facts = _Facts(
                    activities, activity, branch, changes[branch.id], heard[activity.id, branch.id], calendar
                )
                yield from self._guarded(facts, since, now)

    def current(self, activities: Activities, meetings: Collection[Meeting]) -> dict[Meeting, Appointment]:
        """What stands in the calendar for some meetings; those no rule gives any more are missing."""
        branches = {branch.id: branch for branch in self.roster.branches()} if meetings else {}
        calendar = self.calendar()
        found: dict[Meeting, Appointment] = {}
        for meeting in meetings:
            activity, branch = activities.get(meeting.activity_id), branches.get(meeting.branch_id)
            if activity and branch:
                changes = {
                    day: change
                    for (branch_id, day), change in self.roster.changes(activity.id).items()
                    if branch_id == branch.id
                }
                days = around(meeting.rule_date, changes.get(meeting.rule_date))
                found |= {one.meeting: one for one in calendar(activity, branch, changes, *days)}
        return {meeting: found[meeting] for meeting in meetings if meeting in found}

    def _since(self, now: datetime) -> datetime:
        last = self.ledger.last_tick() or now
        return now if last > now else max(last, now - REPORTED)

    def _guarded(self, facts: "_Facts", since: datetime, now: datetime) -> Iterator[Planned | Troubled]:
        try:
            yield from [planned for planned in self._of_branch(facts, since, now) if planned.plan != Plan()]
        except Exception as error:  # whatever it is, it is this branch's; the others must be told
            yield Troubled(facts.branch.id, facts.activity.id, f"{type(error).__name__}: {error}")

    def _of_branch(self, facts: "_Facts", since: datetime, now: datetime) -> Iterator[Planned]:
        ahead = timedelta(days=max((lead.days for lead in facts.activity.leads), default=0) + 1)
        found = {one.meeting.rule_date: one for one in facts.between(since.date(), (now + ahead).date())}
        for rule_date, said in facts.heard.items():
            if rule_date not in found and said.begins > now and (one := self._elsewhere(facts, rule_date, said)):
                found[rule_date] = one
        for rule_date, one in found.items():
            heard = facts.heard.get(rule_date)
            plan = due(one, facts.activity.leads, facts.activities.quiet, heard, since, now)
            twin = any(said.begins == one.begins for day, said in facts.heard.items() if day != rule_date)
            yield Planned(facts.activity, facts.branch, one.meeting, plan, twin)

    def _elsewhere(self, facts: "_Facts", rule_date: date, heard: Heard) -> Appointment | None:
        """What became of a meeting members heard of: moved far away; or the rule no longer gives it, so it is off. None
        when the rule gives another at the same moment: then nothing changes for them.
        """
        days = around(rule_date, facts.changes.get(rule_date), heard.begins.date())
        nearby = {one.meeting.rule_date: one for one in facts.between(*days)}
        if rule_date in nearby:
            return nearby[rule_date]
        if any(one.begins == heard.begins and not one.cancelled for one in nearby.values()):
            return None
        meeting = Meeting(facts.activity.id, facts.branch.id, rule_date)
        notices = self.ledger.notices(facts.branch.id)
        said = [notice.appointment for notice in notices if notice.reminder.meeting == meeting]
        return replace(said[-1], cancelled=True) if said else None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of one activity in one branch."""

    activities: Activities
    activity: Activity
    branch: Branch
    changes: Mapping[date, Change]
    heard: Mapping[date, Heard]
    appointments: Appointments

    def between(self, first: date, last: date) -> Sequence[Appointment]:
        """The branch's appointments."""
        return self.appointments(self.activity, self.branch, self.changes, first, last)
