"""Talk to the handlers without WeChat and without a store: for the commands `ask`, `chat` and `eval`."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from content.matching import Answer, Choices, Elsewhere, Miss, Several, Verdict
from handlers.dispatch import reply_to
from handlers.messages import BLANK, Incoming, Kind, Memory, Turn
from handlers.services import Services
from handlers.understand import understand


class Conversation:
    """One member talking to the bot; the memory lives in this object."""

    def __init__(self, services: Services, clock: Callable[[], datetime]) -> None:
        self._services = services
        self._clock = clock
        self.memory: Memory = BLANK

    def say(self, text: str) -> Turn:
        """What the bot makes of the member's next message."""
        message = Incoming(Kind.TEXT, key="", sender="local", account="bot", text=text)
        turn = reply_to(message, self.memory, self._services, self._clock())
        self.memory = turn.memory
        return turn


def verdict_name(verdict: Verdict) -> str:
    """The verdict as one word: answer, two_answers, three_answers, choices, several, elsewhere or miss."""
    match verdict:
        case Answer():
            return ("answer", "two_answers", "three_answers")[len(verdict.also)]
        case Choices():
            return "choices"
        case Several():
            return "several"
        case Elsewhere():
            return "elsewhere"
        case Miss():
            return "miss"


def as_data(text: str, services: Services, memory: Memory = BLANK) -> dict[str, Any]:
    """How a text is understood, as plain data, for `--json` and the chat page.

    Args:
        memory: what was remembered before it.

    When it was taken to go on about the cases talked of, confidences and cutoffs are those of going on.
    """
    understood = understand(text, memory, services)
    search = understood.search
    one, two = understood.odds if understood.cases else (search.confidence, search.chances.two)
    bands = asdict(services.following.bands) if understood.cases else {}
    outside, closeness = services.matcher.index.outside.closest(search.question)
    return {
        "question": search.question,
        "verdict": verdict_name(understood.verdict),
        "goes_on_about": list(understood.cases),
        "confidence": round(one, 4),
        "confidence_of_two": round(two, 4),
        "confidence_of_three": round(search.chances.three, 4),
        "scope": round(search.chances.possible, 4),
        "vague": round(search.vague, 4),
        "named": sorted(search.named),
        "outside": {"message": outside, "closeness": round(closeness, 4)},
        "cutoffs": asdict(services.matcher.cutoffs) | bands,
        "matches": [
            {
                "id": match.entry.id,
                "question": match.entry.question,
                "place": match.entry.case.place.city,
                "wording": match.wording,
                "score": round(match.score, 4),
                "features": {name: round(value, 4) for name, value in match.features},
            }
            for match in search.matches
        ],
    }
