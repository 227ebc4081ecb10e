"""Members come and go: following, scanning a QR code, unfollowing."""

from dataclasses import replace

from handlers import binding, lists
from handlers.browse import question_choices
from handlers.messages import Incoming, Left, Memory, Outcome, Reply, Turn
from handlers.services import Services


def subscribed(message: Incoming, _memory: Memory, services: Services) -> Turn:
    """Who the bot is, a few questions to tap, and what is kept; by a branch's QR code, the question whether to join it.
    The same for those who come back: nothing of them was kept.
    """
    if (turn := binding.by_scene(message.event_key, services)) is not None:
        return _event(turn, services.phrases("welcome_short"))
    choices = question_choices(services.library.featured[:5])
    phrases = services.phrases
    return lists.offer(phrases("welcome"), choices, Outcome.EVENT, services, after=phrases("welcome_after"))


def scanned(message: Incoming, memory: Memory, services: Services) -> Turn:
    """A follower scanned a QR code of ours: a branch's, or another."""
    if (turn := binding.by_scene(message.event_key, services)) is not None:
        return _event(turn)
    return Turn(Reply(Outcome.EVENT, services.phrases("scanned")), memory)


def left(_message: Incoming, _memory: Memory, _services: Services) -> Turn:
    """Everything kept about the member must go (platform rule: Account Management, unsubscribe event)."""
    return Turn(Reply(Outcome.EVENT), notes=(Left(),))


def _event(turn: Turn, opening: str = "") -> Turn:
    text = "\n\n".join(filter(None, [opening, turn.reply.text]))
    return replace(turn, reply=Reply(Outcome.EVENT, text))
