"""Members come and go: following, scanning a QR code, unfollowing."""

from handlers import lists
from handlers.browse import question_choices
from handlers.messages import Incoming, Left, Memory, Outcome, Reply, Turn
from handlers.services import Services


def subscribed(_message: Incoming, _memory: Memory, services: Services) -> Turn:
    """Who the bot is, a few questions to tap, and what is kept. The same for those who come back: nothing of them was
    kept.
    """
    choices = question_choices(services.library.featured[:5])
    phrases = services.phrases
    return lists.offer(phrases("welcome"), choices, Outcome.EVENT, services, after=phrases("welcome_after"))


def scanned(_message: Incoming, memory: Memory, services: Services) -> Turn:
    """A follower scanned a QR code of ours."""
    return Turn(Reply(Outcome.EVENT, services.phrases("scanned")), memory)


def left(_message: Incoming, _memory: Memory, _services: Services) -> Turn:
    """Everything kept about the member must go (platform rule: Account Management, unsubscribe event)."""
    return Turn(Reply(Outcome.EVENT), notes=(Left(),))
