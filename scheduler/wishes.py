"""Reminders somebody asked for: a member once more later, a secretary for those not reached. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from content.activities import Quiet
from scheduler.agenda import Appointment
from scheduler.planning import awake
from scheduler.reminders import AGAIN, LATER, Condition, Mark, Notice, Opening, Reminder, Wish

ONE_WISH: Final = timedelta(minutes=10)  # asked for again within this time, it is the same wish
ON_THE_WAY: Final = (Condition.DUE, Condition.CLAIMED)


def later(wish: Wish, appointment: Appointment | None, quiet: Quiet, now: datetime) -> Opening | None:
    """What a wish that is due leads to; None = nothing: the meeting is off or has begun, or it is the hour."""
    if is_void(appointment, now) or appointment is None or awake(now, quiet, appointment.begins) != now:
        return None
    edition = f"{wish.at:%Y%m%d%H%M}"
    notice = Notice(Reminder(wish.meeting, LATER, edition), appointment, appointment.begins)
    return Opening(notice, {wish.openid: ""})


def is_void(appointment: Appointment | None, now: datetime) -> bool:
    """Whether nobody needs to be reminded of it any more."""
    return appointment is None or appointment.cancelled or now >= appointment.begins


def again(
    appointment: Appointment, openids: Collection[str], earlier: Mapping[Notice, Mapping[str, Mark]], now: datetime
) -> Opening | None:
    """Tell some members once more as soon as possible; None = none of them needs it.

    Whoever is being told anyway is left out, and whoever was asked for within ONE_WISH: asking twice tells once.

    Args:
        earlier: the meeting's reminders so far with the marks of these members.
    """
    if is_void(appointment, now):
        return None
    recent = [notice for notice in earlier if _is_recent(notice, now)]
    busy = {openid for notice in recent for openid in earlier[notice]}
    for marks in earlier.values():
        busy |= {openid for openid, mark in marks.items() if mark.condition in ON_THE_WAY}
    wanted = [openid for openid in openids if openid not in busy]
    edition = recent[-1].reminder.edition if recent else f"{now:%Y%m%d%H%M%S}"
    notice = Notice(Reminder(appointment.meeting, AGAIN, edition), appointment, appointment.begins)
    return Opening(notice, dict.fromkeys(wanted, "")) if wanted else None


def _is_recent(notice: Notice, now: datetime) -> bool:
    return notice.reminder.lead == AGAIN and notice.opened is not None and now - notice.opened < ONE_WISH
