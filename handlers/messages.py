"""What comes in, what goes out, and what is remembered between the two. Values only."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MEMORY_LASTS: Final = timedelta(minutes=10)
WHY: Final = "why"  # act of what is pending: a member asked for leave and is asked why


class Kind(StrEnum):
    """What a message from WeChat is. Kinds the product has no use for are UNKNOWN."""

    TEXT = "text"
    VOICE = "voice"
    IMAGE = "image"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    SCAN = "scan"
    CLICK = "click"
    VIEW = "view"
    REPORT_LOCATION = "report_location"
    TEMPLATE_RECEIPT = "template_receipt"
    CONSENT = "consent"  # a member accepted or refused subscription messages
    CONSENT_RECEIPT = "consent_receipt"
    WITHDRAWN = "withdrawn"  # a member revoked or closed the account: their data must go
    UNKNOWN = "unknown"


WRITTEN: Final = frozenset({Kind.TEXT, Kind.VOICE, Kind.IMAGE, Kind.VIDEO, Kind.LOCATION, Kind.LINK})
"""What members write themselves; the rest are events."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One verified, decrypted message.

    Attributes:
        key: identifies the message across WeChat's retries: sender and MsgId, or sender, event, its key and its time.
        sender: the member's openid. Never log it.
        account: the official account's own id, the `FromUserName` of our reply.
        text: what the member typed, or what WeChat recognised of their voice.
        event_key: the scene of a QR code, or the key of a menu button.
        fields: what else the platform reported of an event (receipts, consent), by WeChat's own names, in the order
            sent.
    """

    kind: Kind
    key: str
    sender: str
    account: str
    text: str = ""
    event_key: str = ""
    fields: tuple[tuple[str, str], ...] = ()


class Outcome(StrEnum):
    """What became of a message; goes out as the header X-Bot-Outcome."""

    ANSWER = "answer"
    CHOICES = "choices"
    SMALLTALK = "smalltalk"
    COMMAND = "command"
    FALLBACK = "fallback"
    LIMITED = "limited"
    EVENT = "event"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the member: a text, or nothing at all (an empty text)."""

    outcome: Outcome
    text: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A line a member can tap: what it shows and what tapping it says. "1" on the list says the same."""

    label: str
    says: str


@dataclass(frozen=True, slots=True)
class Pending:
    """Something the member was asked.

    Attributes:
        act: what will be done; names a handler in `branch.BY_ANYONE` or `branch.BY_SECRETARY`, or is WHY.
        says: the text tapping the confirming line sends; naming the act, so that a tap on an older question does not
            confirm a newer one. Empty = no yes or no is wanted, but a text.
        about: what the handler needs to do it.
        fresh: whether it is the bot's last word; only then do plain words such as "yes" confirm it.
    """

    act: str
    says: str
    about: tuple[str, ...] = ()
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a member's last turn. Losing it is harmless: the member just asks again.

    Attributes:
        choices: the last numbered list, whole.
        shown: how many of its lines the member has seen.
        entry_id: the last entry answered.
        cases: ids of the cases the last answer or list was about.
        told: ids of the entries of these cases answered since they came up.
        rest: what did not fit into the last message.
        misses: how many questions in a row had no answer.
        pending: what the member was asked last; None = nothing.
        at: when this was remembered; None = nothing is.
    """

    choices: tuple[Choice, ...] = ()
    shown: int = 0
    entry_id: str = ""
    cases: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    rest: str = ""
    misses: int = 0
    pending: Pending | None = None
    at: datetime | None = None

    def as_of(self, now: datetime) -> "Memory":
        """The memory if it is not older than ten minutes, else a blank one."""
        return self if self.at is not None and now - self.at <= MEMORY_LASTS else Memory()

    def stamped(self, now: datetime) -> "Memory":
        """The same memory, remembered now."""
        return replace(self, at=now)


BLANK: Final = Memory()


@dataclass(frozen=True, slots=True)
class Answered:
    """A corpus answer went out."""

    entry_id: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A question had no answer; `nearest` are the ids of the entries that came closest."""

    question: str
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rated:
    """A member said whether an answer helped. `reason` is empty on the first word, or names what was wrong with it."""

    entry_id: str
    useful: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A member unsubscribed: everything kept about them must go."""


@dataclass(frozen=True, slots=True)
class Reported:
    """The platform reported on a push or on consent; the reminders read it."""

    kind: Kind
    fields: tuple[tuple[str, str], ...]


Note = Answered | Missed | Rated | Left | Reported


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message leads to: a reply, the memory from now on, and notes for the store to keep."""

    reply: Reply
    memory: Memory = BLANK
    notes: tuple[Note, ...] = field(default=())

    def going_on_from(self, before: Memory) -> "Turn":
        """The same turn, which remembers what was told before of the same cases."""
        if self.memory.cases != before.cases:
            return self
        told = dict.fromkeys([*before.told, *self.memory.told])
        return replace(self, memory=replace(self.memory, told=tuple(told)))
