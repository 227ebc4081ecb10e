"""The year 2026 as the scheduler lives it: one branch asked every hour, then a city of 5,500 branches asked whenever
something is due in one of them, a part of the city for each processor.

    python -m bench.year [--branches N]

The product's own calendar, planner and tick, on a roster and a ledger in memory: planned and opened, not sent (that is
`bench.fanout`). Some secretaries move a meeting or cancel one after their members have heard of it. In the end what
was opened is compared with the calendar: who was told of what, how often. Exit code 1 when it does not add up.
"""

import argparse
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta

from bench.book import Book
from bench.roster import BRANCHES, MEMBERS, openid
from bot import day_data, edited
from bot.settings import Settings
from content.activities import Activities, Activity
from scheduler.agenda import Agenda, Appointment, appointments
from scheduler.planner import Planner
from scheduler.planning import audience
from scheduler.reminders import Notice
from scheduler.roster import Branch, Change, Member, Role
from scheduler.ticking import Ticker

YEAR = 2026
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
RULES = ("", "每月最后一天", "每月第一个周五", "每月第二周的周五", "每月最后一个工作日", "每月20日", "农历每月十五")
MOVED, CANCELLED = 50, 70  # one branch in so many moves its party day of June, cancels that of September
MOVING, CANCELLING = 6, 9
LATER = 7  # days


@dataclass(frozen=True)
class World:
    """A roster, and the calendar everyone looks at."""

    book: Book
    activities: Activities
    agenda: Agenda

    @classmethod
    def of(cls, numbers: Iterable[int], settings: Settings) -> "World":
        """Invented branches with all kinds of party days; in each one delegate, one who is exempt, one opted out."""
        rows = [Branch(f"hs-{n:04d}", f"第{n}党支部", party_day=RULES[n % len(RULES)]) for n in numbers]
        activities, book = edited.activities(settings), Book(rows, {one.id: _members(one.id) for one in rows})
        return cls(book, activities, Agenda(activities, rows, book.changes_, day_data.days(), settings.zone))

    def live(self, moments: Iterable[datetime]) -> None:
        """Tick at each of these moments; after each, secretaries change what their members have just heard of."""
        planner = Planner(self.book, self.book, lambda: self._appointments)
        ticker = Ticker(planner, self.book, self.book, lambda: self.activities)
        for now in moments:
            for opening in ticker.tick(now).openings:
                self._change(opening.notice)

    def _appointments(
        self, activity: Activity, branch: Branch, changes: Mapping[date, Change], first: date, last: date
    ) -> Sequence[Appointment]:
        return appointments(activity, branch, changes, first, last, self.agenda.days, self.agenda.zone)

    def _change(self, notice: Notice) -> None:
        meeting, number = notice.reminder.meeting, _number(notice.reminder.meeting.branch_id)
        if notice.reminder.lead != "3d" or notice.appointment.version or meeting.activity_id != "party_day":
            return
        names = (meeting.branch_id, meeting.rule_date)
        if meeting.rule_date.month == MOVING and number % MOVED == 0:
            later = notice.appointment.begins.date() + timedelta(days=LATER)
            self.book.changes_["party_day"][names] = Change(meeting.rule_date, 1, to=later)
        if meeting.rule_date.month == CANCELLING and number % CANCELLED == 0:
            self.book.changes_["party_day"][names] = Change(meeting.rule_date, 1, cancelled=True)


def _number(branch_id: str) -> int:
    return int(branch_id[3:])


def _members(branch_id: str) -> tuple[Member, ...]:
    """25 or 26, so that a city of BRANCHES has MEMBERS."""
    number = _number(branch_id)
    size = MEMBERS // BRANCHES + (number < MEMBERS % BRANCHES)
    return tuple(_member(number * 100 + place, place, branch_id) for place in range(size))


def _member(number: int, place: int, branch_id: str) -> Member:
    roles = frozenset({Role.MEMBER, *([Role.DELEGATE] if place == 0 else [])})
    muted = frozenset({"party_day"} if place == 2 else ())
    return Member(openid(number), branch_id, roles, muted=muted, exempt=place == 1)


@dataclass
class Report:
    """What the ledger says of the year, beside what the calendar says. Those of several parts can be added.

    Attributes:
        members: in all branches.
        meetings: that took place, by activity.
        shifted: of all, those a day off had moved.
        moved, cancelled: by secretaries.
        reminders: opened, by lead.
        wanted: reminders there should be: each lead of each meeting, and what changes add.
        told: messages to members.
        due: messages there should be: each lead of each meeting that takes place, to each member it concerns.
        twice: messages that named the same lead of the same moment to the same member again.
        missing: of those due.
        too_late: reminders never opened in time.
        cpu: seconds of processor time.
    """

    members: int = 0
    meetings: Counter[str] = field(default_factory=Counter)
    shifted: int = 0
    moved: int = 0
    cancelled: int = 0
    reminders: Counter[str] = field(default_factory=Counter)
    wanted: int = 0
    told: int = 0
    due: int = 0
    twice: int = 0
    missing: int = 0
    too_late: int = 0
    cpu: float = 0.0

    def __add__(self, other: "Report") -> "Report":
        return Report(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Report)))

    @property
    def adds_up(self) -> bool:
        """Whether nothing is doubled, missing or beside the plan."""
        return not self.twice and not self.missing and self.reminders.total() == self.wanted

    def add(self, world: World, branch_id: str, planned: Sequence[Appointment]) -> None:
        """One branch's year."""
        notices = [one for one in world.book.all[branch_id] if one.appointment.begins.year == YEAR]
        heard = Counter(
            (notice.reminder.meeting.activity_id, notice.reminder.lead, notice.appointment.begins, who)
            for notice in notices
            for who in world.book.told[notice.reminder.key]
        )
        due = [message for one in planned if not one.cancelled for message in _due(world, one)]
        moved = sum(one.planned is not None for one in planned)
        self.members += len(world.book.members_[branch_id])
        self.meetings.update(one.meeting.activity_id for one in planned if not one.cancelled)
        self.shifted += sum(one.moved_from is not None and one.planned is None for one in planned)
        self.moved += moved
        self.cancelled += sum(one.cancelled for one in planned)
        self.reminders.update(one.reminder.lead for one in notices)
        self.wanted += sum(len(_activity(world, one).leads) for one in planned) + 2 * moved
        self.told += heard.total()
        self.due += len(due)
        self.twice += sum(number - 1 for number in heard.values())
        self.missing += sum(message not in heard for message in due)


def _due(world: World, one: Appointment) -> Iterator[tuple[str, str, datetime, str]]:
    """The messages of a meeting that takes place."""
    activity = _activity(world, one)
    concerned = audience(activity, world.book.members_[one.meeting.branch_id])
    for lead in activity.leads:
        yield from ((activity.id, lead.id, one.begins, who) for who, reason in concerned.items() if not reason)


def _activity(world: World, one: Appointment) -> Activity:
    activity = world.activities.get(one.meeting.activity_id)
    assert activity
    return activity


def compared(world: World) -> Report:
    """The ledger against the calendar, branch by branch."""
    planned: dict[str, list[Appointment]] = defaultdict(list)
    for one in world.agenda.between(FIRST, LAST):
        planned[one.meeting.branch_id].append(one)
    report = Report(too_late=world.book.missed)
    for branch_id, of_branch in planned.items():
        report.add(world, branch_id, of_branch)
    return report


def every_hour(world: World) -> Iterator[datetime]:
    """From a week before the year to its end."""
    now = datetime(YEAR - 1, 12, 25, tzinfo=world.agenda.zone)
    while now.year <= YEAR:
        yield now
        now += timedelta(hours=1)


def when_due(world: World) -> list[datetime]:
    """The moments at which some branch has a lead due."""
    found = {
        lead.before(one.begins) + timedelta(days=later)
        for one in world.agenda.between(FIRST, LAST)
        for lead in _activity(world, one).leads
        for later in ((0, LATER) if one.meeting.rule_date.month == MOVING else (0,))
    }
    return sorted(found)


def lived(numbers: Iterable[int], moments: Callable[[World], Iterable[datetime]]) -> Report:
    """The year of these branches."""
    began = time.process_time()
    world = World.of(numbers, Settings())
    world.live(moments(world))
    return replace(compared(world), cpu=time.process_time() - began)


def printed(branches: int, asked: str, found: Report, seconds: float) -> None:
    print(
        f"{branches} branches, {found.members} members, {asked}: {seconds:.0f} s ({found.cpu:.0f} s of CPU)\n"
        f"  {found.meetings['party_day']} party days and {found.meetings['liaison_day']} liaison days took place; "
        f"{found.shifted} shifted by days off, {found.moved} moved and {found.cancelled} cancelled by secretaries\n"
        f"  {found.reminders.total()} reminders of {found.wanted}: {dict(found.reminders)}; "
        f"too late: {found.too_late}\n"
        f"  {found.told} messages: {found.due} by the calendar, the others told what was changed later; "
        f"told twice: {found.twice}, missing: {found.missing}"
    )


def main() -> None:
    """Live both; exit 1 when one does not add up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--branches", type=int, default=BRANCHES)
    branches, parts = parser.parse_args().branches, os.cpu_count() or 1
    began = time.perf_counter()
    one = lived([0], every_hour)
    printed(1, "asked every hour", one, time.perf_counter() - began)
    began = time.perf_counter()
    with ProcessPoolExecutor(parts) as pool:
        of_parts = pool.map(lived, [range(part, branches, parts) for part in range(parts)], [when_due] * parts)
        city = sum(of_parts, Report())
    printed(branches, "asked whenever something is due", city, time.perf_counter() - began)
    sys.exit(0 if one.adds_up and city.adds_up else 1)


if __name__ == "__main__":
    main()
