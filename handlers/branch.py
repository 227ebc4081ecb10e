"""What members and secretaries say about their branch: which words lead to which handler, and who may say them."""

from collections.abc import Callable, Sequence
from typing import Final

from content.language import Spoken
from handlers import attendance, binding, changes, confirm, secretary, subscription
from handlers.messages import BLANK, Memory, Outcome, Pending, Reply, Turn
from handlers.services import Services
from handlers.visits import Caller, Visit

Handler = Callable[[Spoken, Visit, Memory, Services], Turn | None]
Act = Callable[[Sequence[str], Visit, Memory, Services], Turn]


def said(text: str, memory: Memory, services: Services) -> Turn | None:
    """What to do about a message that says something about the branch; None when it does not."""
    caller, spoken = services.caller, services.language.spoken(text)
    if caller is None or spoken is None:
        return None
    if spoken.command == "bind":
        return binding.by_code(spoken, caller, memory, services)
    handler = MEMBERS.get(spoken.command) or SECRETARIES.get(spoken.command)
    return _as_member(handler, spoken, caller, memory, services) if handler else None


def confirmed(text: str, memory: Memory, services: Services) -> Turn | None:
    """What to do about a message that answers the question before; None when it does not."""
    answer = confirm.answered(text, memory, services)
    if not isinstance(answer, Pending) or services.caller is None:
        return answer if isinstance(answer, Turn) else None
    if answer.act in BY_ANYONE:
        return BY_ANYONE[answer.act](answer.about, services.caller, memory, services)
    visit = services.caller.visit()
    if visit is None:
        return binding.how(services)
    if not visit.is_secretary:
        return _secretary_only(services)
    return BY_SECRETARY[answer.act](answer.about, visit, BLANK, services)


def _as_member(handler: Handler, spoken: Spoken, caller: Caller, memory: Memory, services: Services) -> Turn | None:
    visit = caller.visit()
    if visit is None:
        return None if _is_loose(spoken, services) else binding.how(services)
    if spoken.command in SECRETARIES and not visit.is_secretary:
        return None if _is_loose(spoken, services) else _secretary_only(services)
    return handler(spoken, visit, memory, services)


def _is_loose(spoken: Spoken, services: Services) -> bool:
    """Whether the words may well mean something else, coming from someone they are not for."""
    if spoken.command == "name":
        return not binding.is_name(spoken, services)
    return spoken.command in LOOSE or services.language.is_question(spoken.more)


def _secretary_only(services: Services) -> Turn:
    return Turn(Reply(Outcome.COMMAND, services.phrases("secretary_only")), BLANK)


MEMBERS: Final[dict[str, Handler]] = {
    "my_branch": binding.my_branch,
    "unbind": binding.leave,
    "name": binding.name,
    "next": subscription.next_meeting,
    "next_meeting": subscription.next_meeting,
    "mine": subscription.mine,
    "subscribe": subscription.subscribe,
    "unsubscribe": subscription.unsubscribe,
    "snooze": subscription.snooze,
    "snooze_hour": subscription.snoozed,
    "snooze_evening": subscription.snoozed,
    "snooze_morning": subscription.snoozed,
    "attend": attendance.attend,
    "coming": attendance.coming,
    "leave": attendance.leave,
    "absent": attendance.absent,
    "seen": attendance.seen,
    "yes": attendance.seen,  # with nothing to confirm
}

SECRETARIES: Final[dict[str, Handler]] = {
    "list": secretary.listing,
    "move": changes.move,
    "cancel": changes.cancel,
    "resend": changes.resend,
    "exempt": changes.exempt,
    "include": changes.include,
}

LOOSE: Final = frozenset({"coming", "absent", "seen", "yes"})

BY_ANYONE: Final[dict[str, Callable[[Sequence[str], Caller, Memory, Services], Turn]]] = {
    "bind": binding.confirmed,
    "unbind": binding.left,
}

BY_SECRETARY: Final[dict[str, Act]] = {
    "move": changes.moved,
    "cancel": changes.cancelled,
    "resend": changes.resent,
}
