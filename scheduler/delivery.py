"""What a push is and how sending it can end; what any sender can do. No I/O here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Push:
    """One message to one member, ready to go.

    Attributes:
        openid: never log it.
        key: the same for every attempt at this very message, at most 32 characters; WeChat drops a second message with
            the same key for ten minutes (`client_msg_id`).
        activity_id: picks the template.
        fields: the template's fields and their texts, already within the platform's limits.
        text: the same as one plain text, for a member who wrote within 48 hours.
        url: where tapping it leads; may be empty.
        wrote_at: when the member last wrote to the account (aware); None = not known.
    """

    openid: str = field(repr=False)
    key: str
    activity_id: str
    fields: Mapping[str, str]
    text: str
    url: str = ""
    wrote_at: datetime | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it. `message_id` joins it with its receipt; empty = there will be none."""

    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """This member cannot be reached; the others can. `reason` is a short key such as "unfollowed" or "refused".

    Attributes:
        certain: whether the platform never says so by mistake; else the member is asked once more, later.
    """

    reason: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Unclear:
    """No answer came: it may or may not have arrived. May be tried again with the same key for some minutes."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: busy, or over the pace. Nothing was sent; try again after `seconds`."""

    reason: str
    seconds: float


class Halt(StrEnum):
    """How far a stop reaches."""

    UNTIL_MIDNIGHT = "until_midnight"  # the day's quota is used up
    UNTIL_TOLD = "until_told"  # something an operator must put right


@dataclass(frozen=True, slots=True)
class Stop:
    """No push of this activity can be sent until midnight (Asia/Shanghai) or until an operator has looked. The sender
    answers so to every push until then, without asking the platform again.
    """

    reason: str
    halt: Halt


Result = Sent | Refused | Unclear | Later | Stop


class Sender(Protocol):
    """Takes one push to the platform. Safe to use from many threads; never raises for what the platform answers."""

    def send(self, push: Push) -> Result:
        """Send it, and say how that ended."""
