"""参加 and 请假: what a member answers to a meeting that is ahead. Exactly what is kept is said back."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from content.language import Spoken
from content.matching import Answer
from content.text import printable
from handlers import lists, meetings
from handlers.book import Attendance, Reach
from handlers.layout import plain
from handlers.messages import BLANK, WHY, Choice, Memory, Outcome, Pending, Reply, Turn
from handlers.services import Services
from handlers.understand import understand
from handlers.visits import Visit
from scheduler.agenda import Appointment

SOON: Final = timedelta(days=7)  # two meetings within these days: it must be said which is meant
FAR: Final = timedelta(days=35)  # nobody answers to a meeting further ahead
MIN_REASON: Final = 2  # characters; politeness aside
MAX_REASON: Final = 60
TOLD: Final = frozenset({Reach.REACHED, Reach.UNKNOWN})


def attend(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn:
    """The member will come."""
    return _answered(True, "", said, visit, memory, services)


def leave(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn | None:
    """The member asks for leave; why may follow."""
    if services.language.is_question(said.more):
        return None
    return _answered(False, said.more, said, visit, memory, services)


def coming(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn | None:
    """Everyday words for coming (我去; 参加，晚到一会): an answer only for a member who has been reminded,
    or takes back another.
    """
    if services.language.is_question(said.more):
        return None
    return attend(said, visit, memory, services) if _heard(said, visit) else None


def absent(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn | None:
    """Everyday words for not coming (家里有事去不了): an answer only for a member who has been reminded, or takes
    back another.
    """
    return leave(said, visit, memory, services) if _heard(said, visit) else None


def seen(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn | None:
    """Words that only say a reminder was read (收到, 好的): ask whether the member comes.

    None after other talk, or when every meeting the member was reminded of is answered.
    """
    if said.more or memory.entry_id or memory.choices:
        return None
    silent = [one for one in _meant(said, visit) if _was_told(one, visit) and not _has_answered(one, visit)]
    if not silent:
        return None
    activity = visit.activity(silent[0]).name
    says = [services.phrases(key, activity=activity) for key in ("say_attend", "say_leave")]
    question = services.phrases("received_ask", meeting=meetings.named(silent[0], visit, services))
    return lists.offer(question, [Choice(one, one) for one in says], Outcome.COMMAND, services)


def why(text: str, memory: Memory, services: Services) -> Turn | None:
    """The reason of a leave that was asked for without one, in the very next message.

    None for anything that may be a question, and for what the corpus surely answers.
    """
    pending = memory.pending
    if pending is None or pending.act != WHY or not pending.fresh or services.caller is None:
        return None
    language = services.language
    if not MIN_REASON <= len(language.normalise(text)) <= MAX_REASON or language.is_question(text):
        return None
    if language.spoken(text):
        return None
    visit = services.caller.visit()
    if visit is None or isinstance(understand(text, BLANK, services).verdict, Answer):
        return None
    return leave(Spoken("leave", pending.about[0], text), visit, memory, services)


def _answered(comes: bool, reason: str, said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn:
    meant = _meant(said, visit)
    if not meant:
        return Turn(Reply(Outcome.COMMAND, services.phrases("attend_none")), memory)
    if len(meant) > 1:
        return _which(comes, reason, meant, visit, services)
    return _kept(comes, _clean(reason), meant[0], visit, memory, services)


def _meant(said: Spoken, visit: Visit) -> tuple[Appointment, ...]:
    """The meetings an answer may be about: the next one, and those of other activities soon after it."""
    nexts = [visit.next(activity.id) for activity in visit.activities(said.activity_id)]
    near = sorted((one for one in nexts if one and one.begins - visit.now <= FAR), key=lambda one: one.begins)
    return tuple(one for one in near if one.begins - near[0].begins <= SOON)


def _heard(said: Spoken, visit: Visit) -> bool:
    """Whether the member has been reminded of one of these meetings, or has answered to it."""
    return any(_was_told(one, visit) or _has_answered(one, visit) for one in _meant(said, visit))


def _was_told(appointment: Appointment, visit: Visit) -> bool:
    state = visit.branches.reminders.states(appointment.meeting).get(visit.openid)
    return state is not None and state.reach in TOLD


def _has_answered(appointment: Appointment, visit: Visit) -> bool:
    return visit.openid in visit.branches.book.attendance(appointment.meeting)


def _which(comes: bool, reason: str, meant: tuple[Appointment, ...], visit: Visit, services: Services) -> Turn:
    """Ask which of several meetings the answer is about."""
    key = "say_attend" if comes else "say_leave"
    choices = [
        Choice(
            meetings.named(one, visit, services),
            f"{services.phrases(key, activity=visit.activity(one).name)} {reason}".strip(),
        )
        for one in meant
    ]
    return lists.offer(services.phrases(f"{key}_which"), choices, Outcome.COMMAND, services)


def _kept(comes: bool, reason: str, appointment: Appointment, visit: Visit, memory: Memory, services: Services) -> Turn:
    phrases = services.phrases
    answer = Attendance(comes, reason, visit.now, appointment.version)
    visit.branches.book.attend(visit.openid, appointment.meeting, answer)
    meeting = meetings.named(appointment, visit, services)
    if comes:
        text = phrases("attending", meeting=meeting)
    elif reason:
        text = phrases("on_leave", meeting=meeting, reason=plain(reason))
    else:
        text = phrases("on_leave_why", meeting=meeting)
        memory = replace(memory, choices=(), shown=0, pending=Pending(WHY, "", (appointment.meeting.activity_id,)))
    if visit.openid not in visit.branches.book.names(visit.branch.id):
        text += "\n" + phrases("attend_name")
    return Turn(Reply(Outcome.COMMAND, text), memory)


def _clean(reason: str) -> str:
    """What is kept of a reason: one line, not too long."""
    return " ".join(printable(reason).split())[:MAX_REASON]
