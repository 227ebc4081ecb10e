"""Who is reminded: branches and members as values, and what any keeper of the roster can do. No I/O here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final, Protocol


class Role(StrEnum):
    """What a member is in the branch; editors' words for them stand in `activities.yaml`."""

    MEMBER = "member"
    DELEGATE = "delegate"
    SECRETARY = "secretary"


@dataclass(frozen=True, slots=True)
class Branch:
    """A Party branch.

    Attributes:
        parent: name of the committee above it; may be empty.
        party_day: the rule of its party day as editors say it; empty = the default of `activities.yaml`.
        party_time: when its party day begins; None = the default.
        place: where it meets; may be empty.
    """

    id: str
    name: str
    parent: str = ""
    party_day: str = ""
    party_time: time | None = None
    place: str = ""


EVERYONE: Final = Branch("", "")  # stands for all branches while there is no roster


@dataclass(frozen=True, slots=True)
class Member:
    """Someone who is reminded.

    Attributes:
        openid: never log it, never print it.
        consented_at: when the member agreed to be reminded (aware); None = came by import and has not spoken yet.
        consent_source: how: "qr", "code" or "import".
        muted: ids of the activities the member does not want to hear of.
        exempt: neither reminded nor counted (old, ill).
    """

    openid: str
    branch_id: str
    roles: frozenset[Role] = frozenset({Role.MEMBER})
    consented_at: datetime | None = None
    consent_source: str = ""
    muted: frozenset[str] = frozenset()
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One occurrence differs from its rule: moved, or cancelled.

    Attributes:
        rule_date: the date the rule gives before any shift; names the occurrence for ever.
        version: grows by one with each change, so that those already told may be told once more.
        to: the new date; None = the date stays.
        at: the new time; None = the time stays.
        cancelled: it does not take place.
        note: the secretary's words to the members; may be empty.
    """

    rule_date: date
    version: int
    to: date | None = None
    at: time | None = None
    cancelled: bool = False
    note: str = ""


class Roster(Protocol):
    """What planning and sending need to know of the roster."""

    def branches(self) -> Iterable[Branch]:
        """Every branch, in the order of their ids."""

    def members(self, branch_ids: Iterable[str]) -> Mapping[str, tuple[Member, ...]]:
        """The members of some branches, by branch id; one round trip."""

    def changes(self, activity_id: str) -> Mapping[tuple[str, date], Change]:
        """Every change still of interest, by branch id and rule date."""
