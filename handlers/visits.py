"""A member's branch as they find it when they write: who they are there, and what stands in the calendar. No I/O of its
own; every question goes to the book.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from content.activities import Activities, Activity
from content.calendar import Days
from handlers.book import Book, Reminders
from scheduler.agenda import Appointment, appointments
from scheduler.roster import Branch, Member, Role

LOOK_AHEAD: Final = timedelta(days=100)  # three months of meetings
LASTS: Final = timedelta(hours=2)  # a meeting; after that it is over


@dataclass(frozen=True)
class Branches:
    """What the chat knows branches by.

    Attributes:
        known_days: what is known of every day, as of now.
        zone: of all dates and times.
    """

    book: Book
    reminders: Reminders
    activities: Activities
    known_days: Callable[[], Days]
    zone: tzinfo

    @property
    def days(self) -> Days:
        """What is known of every day."""
        return self.known_days()


@dataclass(frozen=True)
class Caller:
    """Someone who writes, bound to a branch or not.

    Attributes:
        openid: never log it.
        now: when (aware).
    """

    branches: Branches
    openid: str
    now: datetime

    def visit(self) -> "Visit | None":
        """The caller in their branch; None = bound to none."""
        member = self.branches.book.member(self.openid)
        branch = self.branches.book.branch(member.branch_id) if member else None
        return Visit(self.branches, self.openid, self.now, member, branch) if member and branch else None


@dataclass(frozen=True)
class Visit(Caller):
    """A caller in their branch."""

    member: Member
    branch: Branch

    @property
    def is_secretary(self) -> bool:
        """Whether they may do what is the secretary's."""
        return Role.SECRETARY in self.member.roles

    def activities(self, activity_id: str = "") -> tuple[Activity, ...]:
        """The activities that concern this member, or just the one named, whether it concerns them or not."""
        everything = self.branches.activities.all
        if activity_id:
            return tuple(one for one in everything if one.id == activity_id)
        return tuple(one for one in everything if concerns(one, self.member))

    def activity(self, appointment: Appointment) -> Activity:
        """The activity an appointment is of."""
        return next(one for one in self.branches.activities.all if one.id == appointment.meeting.activity_id)

    def ahead(self, activity_id: str = "") -> tuple[Appointment, ...]:
        """Appointments not over yet, soonest first, cancelled ones included: of the activity named, or of all that
        concern this member.
        """
        today = self.now.astimezone(self.branches.zone).date()
        found = [
            appointment
            for activity in self.activities(activity_id)
            for appointment in appointments(
                activity,
                self.branch,
                self.branches.book.changes_of(activity.id, self.branch.id),
                today - timedelta(days=1),
                today + LOOK_AHEAD,
                self.branches.days,
                self.branches.zone,
            )
            if appointment.begins + LASTS > self.now
        ]
        return tuple(sorted(found, key=lambda one: one.begins))

    def next(self, activity_id: str = "") -> Appointment | None:
        """The next appointment that takes place."""
        return next((one for one in self.ahead(activity_id) if not one.cancelled), None)

    def expected(self, appointment: Appointment) -> tuple[Member, ...]:
        """Whom the branch expects at a meeting: those it concerns, the exempt left out."""
        activity = self.activity(appointment)
        members = self.branches.book.members(self.branch.id)
        return tuple(one for one in members if concerns(activity, one) and not one.exempt)


def concerns(activity: Activity, member: Member) -> bool:
    """Whether a member has one of the roles an activity is for."""
    return bool(activity.roles & {role.value for role in member.roles})
