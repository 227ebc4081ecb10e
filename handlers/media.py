"""Messages that are not text: say kindly what to do instead."""

from handlers import lists
from handlers.browse import question_choices
from handlers.messages import Incoming, Kind, Memory, Outcome, Turn
from handlers.services import Services

_PHRASES = {
    Kind.VOICE: "voice",
    Kind.IMAGE: "picture",
    Kind.VIDEO: "video",
    Kind.LOCATION: "location",
    Kind.LINK: "link",
}


def received(message: Incoming, memory: Memory, services: Services) -> Turn:
    """What to do instead, and a few questions to tap."""
    heading = services.phrases(_PHRASES.get(message.kind, "other")) + "\n" + services.phrases("media_after")
    choices = question_choices(services.library.featured[:3])
    return lists.offer(heading, choices, Outcome.FALLBACK, services, memory=memory)
