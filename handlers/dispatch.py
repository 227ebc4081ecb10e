"""Which handler answers which message. Read from top to bottom: the first that returns something wins."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from content.text import is_only_emoji
from handlers import ask, attendance, binding, branch, browse, confirm, feedback, follow_up, media, welcome
from handlers.messages import Incoming, Kind, Memory, Outcome, Reply, Reported, Turn
from handlers.services import Services

Handler = Callable[[Incoming, Memory, Services], Turn]
TextHandler = Callable[[str, Memory, Services], Turn | None]


def reply_to(message: Incoming, memory: Memory, services: Services, now: datetime) -> Turn:
    """What to reply to a message, what to remember, what to note. Pure: the same arguments give the same turn.

    Args:
        memory: what was remembered of this member; anything older than ten minutes is taken as forgotten.
        now: aware.
    """
    memory = memory.as_of(now)
    turn = ROUTES[message.kind](message, memory, services.called_by(message.sender, now))
    return replace(turn, memory=confirm.heard(turn.memory, memory).stamped(now))


def _text(message: Incoming, memory: Memory, services: Services) -> Turn:
    if not message.text and message.kind is Kind.VOICE:
        return media.received(message, memory, services)
    text = message.text
    match follow_up.picked(text, memory, services):
        case Turn() as explained:
            return explained
        case str() as says:
            text = says
    return _said(text, memory, services)


def _said(text: str, memory: Memory, services: Services) -> Turn:
    for handler in TEXT_ROUTES:
        if (turn := handler(text, memory, services)) is not None:
            return turn
    raise AssertionError("the last text route answers everything")


def _command(text: str, memory: Memory, services: Services) -> Turn | None:
    command = services.language.command(text)
    return COMMANDS[command](memory, services) if command else None


def _catalogue_of(text: str, _memory: Memory, services: Services) -> Turn | None:
    name = services.language.catalogue_of(text)
    return browse.catalogue_of(name, services) if name else None


def _at_once(text: str, memory: Memory, services: Services) -> Turn | None:
    """Despair, an emergency, a report on somebody: told where help is; not searched for, and noted for nobody."""
    reply = services.small_talk.at_once(text)
    return Turn(Reply(Outcome.SMALLTALK, reply), memory) if reply else None


def _small_talk(text: str, memory: Memory, services: Services) -> Turn | None:
    reply = services.small_talk.named("emoji") if is_only_emoji(text) else services.small_talk.whole(text)
    return Turn(Reply(Outcome.SMALLTALK, reply), memory) if reply else None


def _show(key: str) -> Callable[[Memory, Services], Turn]:
    return lambda memory, services: Turn(Reply(Outcome.COMMAND, services.phrases(key)), memory)


def _clicked(message: Incoming, memory: Memory, services: Services) -> Turn:
    """A menu button: its key is a command, or a text the member could have typed."""
    command = COMMANDS.get(message.event_key)
    turn = command(memory, services) if command else _said(message.event_key, memory, services)
    return replace(turn, reply=replace(turn.reply, outcome=Outcome.EVENT))


def _reported(message: Incoming, memory: Memory, _services: Services) -> Turn:
    return Turn(Reply(Outcome.EVENT), memory, (Reported(message.kind, message.fields),))


def _silent(outcome: Outcome) -> Handler:
    return lambda _message, memory, _services: Turn(Reply(outcome), memory)


COMMANDS: Final[dict[str, Callable[[Memory, Services], Turn]]] = {
    "help": _show("help"),
    "privacy": _show("privacy"),
    "catalogue": lambda _memory, services: browse.catalogue(services),
    "popular": browse.popular,
    "more": follow_up.more,
    "useful": lambda memory, services: feedback.rate(True, memory, services),
    "useless": lambda memory, services: feedback.rate(False, memory, services),
}

TEXT_ROUTES: Final[tuple[TextHandler, ...]] = (
    branch.confirmed,
    _command,
    ask.tapped,
    _catalogue_of,
    feedback.reason,
    branch.said,
    binding.by_lone_code,
    _at_once,
    _small_talk,
    browse.place_alone,
    attendance.why,
    ask.ask,
)

ROUTES: Final[dict[Kind, Handler]] = {
    Kind.TEXT: _text,
    Kind.VOICE: _text,
    Kind.IMAGE: media.received,
    Kind.VIDEO: media.received,
    Kind.LOCATION: media.received,
    Kind.LINK: media.received,
    Kind.SUBSCRIBE: welcome.subscribed,
    Kind.UNSUBSCRIBE: welcome.left,
    Kind.WITHDRAWN: welcome.left,
    Kind.SCAN: welcome.scanned,
    Kind.CLICK: _clicked,
    Kind.VIEW: _silent(Outcome.EVENT),
    Kind.REPORT_LOCATION: _silent(Outcome.IGNORED),
    Kind.TEMPLATE_RECEIPT: _reported,
    Kind.CONSENT: _reported,
    Kind.CONSENT_RECEIPT: _reported,
    Kind.UNKNOWN: _silent(Outcome.IGNORED),
}
