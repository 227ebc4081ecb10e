"""名单: what a branch's secretary sees of the next meeting. Who comes, who is on leave, who has not answered, who could
not be told and why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from content.language import Spoken
from handlers import layout, meetings
from handlers.book import Attendance, Reach, State
from handlers.layout import plain
from handlers.messages import Memory, Outcome, Reply, Turn
from handlers.services import Services
from handlers.visits import Visit
from scheduler.agenda import Appointment
from scheduler.roster import Member

LOST: Final = frozenset({Reach.FAILED, Reach.SKIPPED, Reach.UNKNOWN})
WHY: Final = frozenset({"unfollowed", "refused", "opt_out", "too_often", "expired"})  # the reasons that have words


@dataclass(frozen=True, slots=True)
class Attending:
    """Where everyone expected at a meeting stands. Whoever answered counts by the answer, however they were told.

    Attributes:
        unreached: why, by openid; nobody there has answered.
    """

    expected: tuple[Member, ...]
    coming: tuple[Member, ...]
    on_leave: tuple[Member, ...]
    silent: tuple[Member, ...]
    unreached: Mapping[str, State]

    @property
    def quorum(self) -> int:
        """How many make more than half of those expected."""
        return len(self.expected) // 2 + 1


def attending(
    expected: Sequence[Member], answers: Mapping[str, Attendance], states: Mapping[str, State], activity_id: str
) -> Attending:
    """Sort those expected by what they said and whether they could be told."""
    silent = [one for one in expected if one.openid not in answers]
    lost = {one.openid: state for one in silent if (state := _lost(one, states.get(one.openid), activity_id))}
    return Attending(
        tuple(expected),
        tuple(one for one in expected if one.openid in answers and answers[one.openid].coming),
        tuple(one for one in expected if one.openid in answers and not answers[one.openid].coming),
        tuple(one for one in silent if one.openid not in lost),
        lost,
    )


def _lost(member: Member, state: State | None, activity_id: str) -> State | None:
    """How it is known that a member has not been told; None = they have, or will be."""
    if state and state.reach in LOST:
        return state
    return State(Reach.SKIPPED, "opt_out") if state is None and activity_id in member.muted else None


def listing(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn:
    """The list for the secretary."""
    appointment = visit.next(said.activity_id)
    if appointment is None:
        return Turn(Reply(Outcome.COMMAND, services.phrases("next_none")), memory)
    text = "\n".join(_lines(appointment, visit, services))
    head, rest = layout.split(text, layout.MAX_BYTES - layout.size(services.phrases("more")))
    return Turn(Reply(Outcome.COMMAND, head + (services.phrases("more") if rest else "")), Memory(rest=rest))


def _lines(appointment: Appointment, visit: Visit, services: Services) -> Iterable[str]:
    phrases, book = services.phrases, visit.branches.book
    answers, names = book.attendance(appointment.meeting), book.names(visit.branch.id)
    states = visit.branches.reminders.states(appointment.meeting)
    now = attending(visit.expected(appointment), answers, states, appointment.meeting.activity_id)
    said = {openid: _remark(answer, appointment, services) for openid, answer in answers.items()}
    why = {openid: _why(state, services) for openid, state in now.unreached.items()}
    yield phrases("list_heading", meeting=meetings.named(appointment, visit, services))
    yield _forecast(now, services)
    lost = [one for one in now.expected if one.openid in now.unreached]
    for key, group, remarks in (
        ("list_coming", now.coming, said),
        ("list_leave", now.on_leave, said),
        ("list_silent", now.silent, {}),
        ("list_lost", lost, why),
    ):
        if group:
            yield phrases(key, count=len(group), names=_people(group, names, remarks, services))
    if lost:
        yield phrases("list_after_lost")
    yield phrases("list_after")


def _remark(answer: Attendance, appointment: Appointment, services: Services) -> str:
    """What a secretary should know of an answer: why not, and whether it was given before the meeting was changed."""
    before = services.phrases("list_before") if answer.version < appointment.version else ""
    return services.phrases("comma").join(filter(None, [answer.reason, before]))


def _forecast(now: Attending, services: Services) -> str:
    missing = now.quorum - len(now.coming)
    key = "list_quorum" if missing <= 0 else "list_no_quorum"
    return services.phrases(key, expected=len(now.expected), coming=len(now.coming), missing=missing)


def _people(group: Iterable[Member], names: Mapping[str, str], remarks: Mapping[str, str], services: Services) -> str:
    """The names of a group, each with a remark; those without a name are put together by their remarks."""
    phrases, known, nameless = services.phrases, [], dict[str, int]()
    for one in group:
        name, remark = names.get(one.openid, ""), plain(remarks.get(one.openid, ""))
        if name:
            known.append(phrases("list_remark", name=plain(name), remark=remark) if remark else plain(name))
        else:
            nameless[remark] = nameless.get(remark, 0) + 1
    for remark, count in nameless.items():
        unknown = phrases("list_nameless", count=count)
        known.append(phrases("list_remark", name=unknown, remark=remark) if remark else unknown)
    return phrases("comma").join(known)


def _why(state: State, services: Services) -> str:
    """Why someone could not be told, in words."""
    return services.phrases(f"why_{state.reason}" if state.reason in WHY else f"why_{state.reach}")
