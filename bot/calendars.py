"""A branch's meetings as a calendar to subscribe to: who may read which, and what stands in it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from bot import ics
from bot.calendar_links import CalendarLinks
from bot.roster_store import RosterStore
from bot.store import Store
from content.activities import Activity
from content.calendar import known
from content.wording import Wording
from handlers.services import Services
from handlers.visits import LASTS, Branches, concerns
from scheduler.agenda import Appointment, appointments
from scheduler.roster import Branch

BACK: Final = timedelta(days=60)
AHEAD: Final = timedelta(days=366)


class Calendars:
    """The calendars of all branches. Raises StoreUnavailable.

    Args:
        services: the current texts and activities.
        now: the clock, aware.
    """

    def __init__(self, store: Store, services: Callable[[], Services], now: Callable[[], datetime]) -> None:
        self._links = CalendarLinks(store)
        self._roster = RosterStore(store)
        self._services = services
        self._now = now

    def __call__(self, branch_id: str, key: str) -> bytes | None:
        """The calendar this key opens; None = no such branch, or not with this key, and nobody is told which.

        A member's key opens the activities that concern them for as long as they belong to the branch; the branch's own
        opens all.
        """
        services = self._services()
        who = self._links.reader(branch_id, key)
        branch = self._roster.branch(branch_id) if who is not None else None
        if branch is None or services.branches is None:
            return None
        activities = services.branches.activities.all
        if who:
            member = self._roster.member(branch_id, who)
            if member is None:
                return None
            activities = tuple(one for one in activities if concerns(one, member))
        entries = [
            _entry(one, activity, branch, services.branches, services.phrases)
            for activity in activities
            for one in self._appointments(activity, branch, services.branches)
        ]
        return ics.render(branch.name, entries)

    def _appointments(self, activity: Activity, branch: Branch, branches: Branches) -> Iterator[Appointment]:
        today = self._now().astimezone(branches.zone).date()
        changes = branches.book.changes_of(activity.id, branch.id)
        yield from appointments(activity, branch, changes, today - BACK, today + AHEAD, branches.days, branches.zone)


def _entry(one: Appointment, activity: Activity, branch: Branch, branches: Branches, phrases: Wording) -> ics.Entry:
    meeting, sure = one.meeting, known(one.source)
    key = "calendar_cancelled" if one.cancelled else "calendar_moved" if one.planned else "calendar_plain"
    lines = [branch.name, one.note, "" if sure else phrases("meeting_not_sure")]
    return ics.Entry(
        uid=f"{meeting.activity_id}.{meeting.rule_date}.{meeting.branch_id}@zhibu",
        since=meeting.rule_date,
        begins=one.begins.astimezone(branches.zone),
        lasts=LASTS,
        summary=phrases(key, activity=activity.name),
        location=one.place,
        description="\n".join(filter(None, lines)),
        sequence=one.version,
        cancelled=one.cancelled,
        sure=sure,
    )
