"""改期, 取消本次, 补发, 免提醒: what a secretary changes. One confirmation for whatever the members will notice;
everything is recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from content import moments
from content.language import Spoken
from content.text import fold_width
from handlers import confirm, meetings
from handlers.book import Action
from handlers.layout import plain
from handlers.messages import BLANK, Memory, Outcome, Reply, Turn
from handlers.services import Services
from handlers.visits import LOOK_AHEAD, Visit
from scheduler.agenda import Appointment
from scheduler.roster import Member


@dataclass(frozen=True, slots=True)
class Move:
    """A meeting and when it is to be instead."""

    appointment: Appointment
    to: datetime


def move(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn | None:
    """Show what the meeting would be moved from and to, and ask."""
    today = visit.now.astimezone(visit.branches.zone).date()
    moment = moments.read(said.more, today) if said.more else None
    if moment is None:
        return None if services.language.is_question(said.more) else _say("move_how", memory, services)
    wanted = _move(moment, visit, said.activity_id)
    if wanted is None:
        return _say("next_none", memory, services)
    if not visit.now < wanted.to <= visit.now + LOOK_AHEAD:
        return _out_of_reach(wanted.to, visit, memory, services)
    if wanted.to == wanted.appointment.begins and not wanted.appointment.cancelled:
        return _say("move_same", memory, services)
    return _ask_to_move(wanted, visit, services)


def _out_of_reach(to: datetime, visit: Visit, memory: Memory, services: Services) -> Turn:
    """Over already, or too far ahead; the year is said, for a day that is over is read as next year's."""
    if to <= visit.now:
        return _say("move_past", memory, services)
    text = services.phrases("move_too_far", year=to.year, when=meetings.when(to, visit, services))
    return Turn(Reply(Outcome.COMMAND, text), memory)


def moved(about: Sequence[str], visit: Visit, memory: Memory, services: Services) -> Turn:
    """Move it, as confirmed."""
    appointment = _found(about, visit)
    if appointment is None:
        return _say("act_over", memory, services)
    to = datetime.fromisoformat(about[3])
    visit.branches.book.change(appointment.meeting, visit.openid, visit.now, to=to.date(), at=_time(to))
    when = meetings.when(to, visit, services)
    return _done(services.phrases("moved", activity=visit.activity(appointment).name, when=when))


def cancel(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn:
    """Ask before the next meeting is cancelled."""
    appointment = visit.next(said.activity_id)
    if appointment is None:
        return _say("next_none", memory, services)
    meeting = meetings.named(appointment, visit, services)
    question = services.phrases("cancel_ask", meeting=meeting, count=len(_listening(appointment, visit)))
    return confirm.ask(
        question, "cancel", services.phrases("cancel_what", meeting=meeting), _about(appointment), services
    )


def cancelled(about: Sequence[str], visit: Visit, memory: Memory, services: Services) -> Turn:
    """Cancel it, as confirmed."""
    appointment = _found(about, visit)
    if appointment is None:
        return _say("act_over", memory, services)
    begins, was_moved = appointment.begins, appointment.planned is not None
    to, at = (begins.date(), _time(begins)) if was_moved else (None, None)  # members heard of that date
    visit.branches.book.change(appointment.meeting, visit.openid, visit.now, to=to, at=at, cancelled=True)
    return _done(services.phrases("cancelled", meeting=meetings.named(appointment, visit, services)))


def resend(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn:
    """Ask before those who have not answered are told again."""
    appointment = visit.next(said.activity_id)
    if appointment is None:
        return _say("next_none", memory, services)
    silent = _silent(appointment, visit)
    meeting = meetings.named(appointment, visit, services)
    if not silent:
        return _done(services.phrases("resend_nobody", meeting=meeting))
    question = services.phrases("resend_ask", meeting=meeting, count=len(silent))
    return confirm.ask(
        question, "resend", services.phrases("resend_what", count=len(silent)), _about(appointment), services
    )


def resent(about: Sequence[str], visit: Visit, memory: Memory, services: Services) -> Turn:
    """Tell them again, as confirmed: those who still have not answered."""
    appointment = _found(about, visit)
    if appointment is None or appointment.cancelled:
        return _say("act_over", memory, services)
    openids = [one.openid for one in _silent(appointment, visit)]
    count = visit.branches.reminders.resend(appointment.meeting, openids, visit.now)
    visit.branches.book.record(visit.openid, Action.RESEND, appointment.meeting, str(count), visit.now)
    return _done(services.phrases("resent" if count else "resent_already", count=count))


def exempt(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn | None:
    """A member is neither reminded nor counted from now on."""
    return _exempted(True, said, visit, memory, services)


def include(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn | None:
    """A member is reminded and counted again."""
    return _exempted(False, said, visit, memory, services)


def _exempted(exempted: bool, said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn | None:
    wanted = said.more.strip()
    if services.language.is_question(wanted):
        return None
    names = visit.branches.book.names(visit.branch.id)
    found = [openid for openid, name in names.items() if fold_width(name) == fold_width(wanted)]
    if not wanted or len(found) != 1:
        key = "exempt_how" if not wanted else "exempt_several" if found else "exempt_nobody"
        text = services.phrases(key, name=plain(wanted[:20]))
        return Turn(Reply(Outcome.COMMAND, text), memory)
    visit.branches.book.set_exempt(found[0], exempted, visit.openid, visit.now)
    text = services.phrases("exempted" if exempted else "included", name=plain(wanted))
    return Turn(Reply(Outcome.COMMAND, text), memory)


def _move(moment: moments.Moment, visit: Visit, activity_id: str) -> Move | None:
    """Which meeting is meant, the one nearest to the day that is named; what is not named stays as it is."""
    ahead = visit.ahead(activity_id)
    if not ahead:
        return None
    on = moment.on
    nearest = min(ahead, key=lambda one: abs((one.begins.date() - on).days)) if on else ahead[0]
    to = datetime.combine(on or nearest.begins.date(), moment.at or _time(nearest.begins), visit.branches.zone)
    return Move(nearest, to)


def _ask_to_move(wanted: Move, visit: Visit, services: Services) -> Turn:
    phrases, appointment = services.phrases, wanted.appointment
    now = meetings.when(appointment.begins, visit, services)
    then = meetings.when(wanted.to, visit, services)
    question = phrases(
        "move_ask",
        activity=visit.activity(appointment).name,
        before=now + (phrases("move_was_cancelled") if appointment.cancelled else ""),
        after=then + ("" if visit.branches.days(wanted.to.date()).working else phrases("move_day_off")),
        count=len(_listening(appointment, visit)),
    )
    about = (*_about(appointment), wanted.to.isoformat())
    return confirm.ask(question, "move", phrases("move_what", when=then), about, services)


def _about(appointment: Appointment) -> tuple[str, str, str]:
    """What a confirmation holds on to: which meeting, and as it stood when it was shown."""
    meeting = appointment.meeting
    return meeting.activity_id, meeting.rule_date.isoformat(), str(appointment.version)


def _found(about: Sequence[str], visit: Visit) -> Appointment | None:
    """The meeting a confirmation is about; None when it is over, or was changed since it was shown."""
    activity_id, rule_date, version = about[:3]
    return next(
        (
            one
            for one in visit.ahead(activity_id)
            if one.meeting.rule_date == date.fromisoformat(rule_date) and one.version == int(version)
        ),
        None,
    )


def _listening(appointment: Appointment, visit: Visit) -> tuple[Member, ...]:
    """Those expected at a meeting who want to hear of it."""
    activity_id = appointment.meeting.activity_id
    return tuple(one for one in visit.expected(appointment) if activity_id not in one.muted)


def _silent(appointment: Appointment, visit: Visit) -> tuple[Member, ...]:
    """Those of them who have not answered."""
    answers = visit.branches.book.attendance(appointment.meeting)
    return tuple(one for one in _listening(appointment, visit) if one.openid not in answers)


def _time(begins: datetime) -> time:
    return begins.timetz().replace(tzinfo=None)


def _say(key: str, memory: Memory, services: Services) -> Turn:
    return Turn(Reply(Outcome.COMMAND, services.phrases(key)), memory)


def _done(text: str) -> Turn:
    return Turn(Reply(Outcome.COMMAND, text), BLANK)
