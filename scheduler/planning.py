"""What is due: from an appointment and what was told of it to reminders. Pure.

Two rules hold whatever happens. A member is told under the same names once. And after a standstill only the most
specific lead that is still of use is told; the others are reported, not made up for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from content.activities import Activity, Lead, Quiet
from scheduler.agenda import Appointment
from scheduler.reminders import CANCELLED, EXEMPT, EXPIRED, MERGED, MOVED, NUDGE, OPT_OUT, Heard, Notice, Reminder
from scheduler.roster import Member

EVENING_BEFORE: Final = Lead(NUDGE, 1, time(19))
LATE_AT_MOST: Final = timedelta(days=3)  # a lead is told this late at most: a weekend's standstill loses nobody


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about one meeting at one moment.

    Attributes:
        correction: for those who heard something else.
        holds: what holds now, when it differs from what they heard and it is too late to tell them.
        lead: the lead to be told now.
        nudge: for those who heard of it and have not answered.
        missed: leads that were not told in time, each with EXPIRED or MERGED.
    """

    correction: Notice | None = None
    holds: Heard | None = None
    lead: Notice | None = None
    nudge: Notice | None = None
    missed: tuple[tuple[Notice, str], ...] = ()


def due(
    appointment: Appointment, leads: Sequence[Lead], quiet: Quiet, heard: Heard | None, since: datetime, now: datetime
) -> Plan:
    """What is due about one meeting.

    Args:
        leads: the activity's, longest first.
        heard: what its members last heard; None = nothing.
        since: when this was last asked; what was missed between then and now is reported.
        now: aware, as everything here.
    """
    holds = _holds(appointment, heard)
    plan = _corrected(appointment, heard, holds, quiet, now) if heard and heard != holds else Plan()
    if appointment.cancelled:
        return plan
    dues = _dues(appointment.begins, leads, quiet)
    current = max((number for number, (when, _) in enumerate(dues) if when <= now), default=None)
    lead = None if current is None else _notice(appointment, holds, dues, current)
    lead = lead if lead and now < lead.until else None
    missed = [
        (_notice(appointment, holds, dues, number), MERGED if lead else EXPIRED)
        for number, (when, _) in enumerate(dues)
        if since < when <= now and not (lead and number == current)
    ]
    nudge = _now(_nudge(appointment, holds, dues, quiet, now), quiet, now) if heard else None
    return replace(plan, lead=_now(lead, quiet, now), nudge=nudge, missed=tuple(missed))


def occasions(
    appointment: Appointment, leads: Sequence[Lead], quiet: Quiet, heard: Heard | None
) -> tuple[tuple[datetime, Reminder], ...]:
    """When a meeting is told of, the soonest first, and the names it is told under: each lead, and the nudge, which is
    for the silent only. None of a cancelled one.

    Args:
        heard: as for `due`.
    """
    if appointment.cancelled:
        return ()
    holds = _holds(appointment, heard)
    dues = _dues(appointment.begins, leads, quiet)
    found = [(when, _notice(appointment, holds, dues, number).reminder) for number, (when, _) in enumerate(dues)]
    evening = nudge_due(appointment.begins, quiet)
    nudge = _nudge(appointment, holds, dues, quiet, evening)
    nudges = [(evening, nudge.reminder)] if nudge else []
    return tuple(sorted((*found, *nudges), key=lambda occasion: occasion[0]))


def awake(when: datetime, quiet: Quiet, before: datetime) -> datetime:
    """The first moment from `when` on outside the quiet hours, in the zone of `before`; `when` itself if that would be
    too late.
    """
    when = when.astimezone(before.tzinfo)
    if not quiet.covers(when.time()):
        return when
    end = datetime.combine(when.date(), quiet.ends, when.tzinfo)
    end = end if end > when else end + timedelta(days=1)
    return end if end < before else when


def audience(activity: Activity, members: Iterable[Member]) -> dict[str, str]:
    """Whom an activity concerns, by openid, with the reason each is skipped for; empty = is told. Members without one
    of its roles are missing.
    """
    return {member.openid: _skipped(activity, member) for member in members if activity.roles & member.roles}


def _skipped(activity: Activity, member: Member) -> str:
    if member.exempt:
        return EXEMPT
    return OPT_OUT if activity.id in member.muted else ""


def without(audience: Mapping[str, str], heard: Iterable[str]) -> dict[str, str]:
    """The same audience; those who heard it already are skipped."""
    known = set(heard)
    return {openid: reason or (MERGED if openid in known else "") for openid, reason in audience.items()}


def says_the_same(earlier: Notice, notice: Notice, quiet: Quiet, leads: Sequence[Lead]) -> bool:
    """Whether someone told by an earlier reminder of the same branch and activity needs this lead no more: the earlier
    one, of another edition or of a meeting the rule gave before, named the same moment when the lead was due already.
    """
    lead = next((lead for lead in leads if lead.id == notice.reminder.lead), None)
    begins = notice.appointment.begins
    names = (notice.reminder.meeting, notice.reminder.edition)
    return (
        lead is not None
        and (earlier.reminder.meeting, earlier.reminder.edition) != names
        and not earlier.appointment.cancelled
        and earlier.appointment.begins == begins
        and earlier.opened is not None
        and earlier.opened >= awake(lead.before(begins), quiet, begins)
    )


def _holds(appointment: Appointment, heard: Heard | None) -> Heard:
    """What holds now; what members heard itself when that is still true."""
    if heard is None:
        return Heard(appointment.begins, appointment.cancelled)
    if appointment.cancelled and heard.cancelled:
        return heard
    holds = replace(heard, begins=appointment.begins, cancelled=appointment.cancelled)
    return holds if holds == heard else replace(holds, corrected=heard.corrected + 1)


def _corrected(appointment: Appointment, heard: Heard, holds: Heard, quiet: Quiet, now: datetime) -> Plan:
    """The correction of what they heard; of one that comes too late only what holds."""
    lead, until = (CANCELLED, heard.begins) if holds.cancelled else (MOVED, holds.begins)
    if now >= until:
        return Plan(holds=holds)
    said = replace(appointment, begins=until)  # what is cancelled is the date they heard
    edition = _edition(f"{appointment.version}@{until:%Y%m%d%H%M}", heard.corrected)
    reminder = Reminder(appointment.meeting, lead, edition)
    return Plan(_now(Notice(reminder, said, until, heard.begins, corrected=holds.corrected), quiet, now))


def _edition(said: str, corrected: int) -> str:
    """Without corrections it is as it was before they were counted: what was opened then is not opened anew."""
    return f"{said}.{corrected}" if corrected else said


def nudge_due(begins: datetime, quiet: Quiet) -> datetime:
    """When those who have not answered are asked once more."""
    return awake(EVENING_BEFORE.before(begins), quiet, begins)


def _nudge(
    appointment: Appointment, holds: Heard, dues: Sequence[tuple[datetime, Lead]], quiet: Quiet, now: datetime
) -> Notice | None:
    when = nudge_due(appointment.begins, quiet)
    until = min((later for later, _ in dues if later > when), default=appointment.begins)
    return _told(appointment, holds, NUDGE, until) if when <= now < until else None


def _dues(begins: datetime, leads: Sequence[Lead], quiet: Quiet) -> list[tuple[datetime, Lead]]:
    """When each lead is due, the soonest first. Of two due at once the more specific stands for both."""
    dues = {awake(lead.before(begins), quiet, begins): lead for lead in leads}
    return sorted(((when, lead) for when, lead in dues.items() if when < begins), key=lambda item: item[0])


def _notice(appointment: Appointment, holds: Heard, dues: Sequence[tuple[datetime, Lead]], number: int) -> Notice:
    when, lead = dues[number]
    until = min(appointment.begins, when + LATE_AT_MOST, *(later for later, _ in dues[number + 1 :]))
    return _told(appointment, holds, lead.id, until)


def _told(appointment: Appointment, holds: Heard, lead: str, until: datetime) -> Notice:
    edition = _edition(str(appointment.version), holds.corrected)
    return Notice(Reminder(appointment.meeting, lead, edition), appointment, until, corrected=holds.corrected)


def _now(notice: Notice | None, quiet: Quiet, now: datetime) -> Notice | None:
    """The notice unless it must wait for the end of the quiet hours."""
    return notice if notice and awake(now, quiet, notice.until) == now else None
