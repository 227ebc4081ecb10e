"""What is told, to whom, and what the ledger knows of it: values, and what any ledger can do. No I/O here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from scheduler.agenda import Appointment, Meeting

MOVED: Final = "moved"  # leads of corrections and other occasions; an activity's own are those of `activities.yaml`
CANCELLED: Final = "cancelled"
NUDGE: Final = "nudge"  # the evening before, for those who have not answered
AGAIN: Final = "again"  # the secretary asked for it
LATER: Final = "later"  # the member asked for it
CORRECTIONS: Final = (MOVED, CANCELLED)


@dataclass(frozen=True, slots=True)
class Reminder:
    """What the members of one branch are told of one meeting on one occasion, by the names that never change.

    Whoever is told under these names is never told under them again.

    Attributes:
        lead: the id of one of the activity's leads, or MOVED, CANCELLED, NUDGE, AGAIN, LATER.
        edition: tells apart reminders of the same lead: the appointment's version, and how often its members had been
            corrected; for corrections also what they say.
    """

    meeting: Meeting
    lead: str
    edition: str = "0"

    @property
    def key(self) -> str:
        """The names as one string; the branch last, for its id may hold anything.

        >>> Reminder(Meeting("party_day", "b:1", date(2026, 12, 5)), "3d").key
        'party_day:2026-12-05:3d:0:b:1'
        """
        meeting = self.meeting
        return f"{meeting.activity_id}:{meeting.rule_date}:{self.lead}:{self.edition}:{meeting.branch_id}"

    @classmethod
    def of_key(cls, key: str) -> "Reminder":
        """The reminder of that key.

        >>> Reminder.of_key("party_day:2026-12-05:3d:0:b:1").meeting.branch_id
        'b:1'
        """
        activity_id, day, lead, edition, branch_id = key.split(":", 4)
        return cls(Meeting(activity_id, branch_id, date.fromisoformat(day)), lead, edition)


@dataclass(frozen=True, slots=True)
class Notice:
    """A reminder with what it says.

    Attributes:
        until: from then on it is of no use any more (aware).
        was: when the meeting was to begin, for a correction; None otherwise.
        opened: when it was opened, by the clock of whoever opened it (aware); None = not yet.
        ahead: how far the clock of whoever opened it was ahead of the real one: `remind tick --at` acts at another
            time than now, and its reminders live in that time until they are done.
        corrected: as in `Heard`, once this is told.
    """

    reminder: Reminder
    appointment: Appointment
    until: datetime
    was: datetime | None = None
    opened: datetime | None = None
    ahead: timedelta = timedelta(0)
    corrected: int = 0

    @property
    def says(self) -> "Heard":
        """What the meeting's members have heard once it is told."""
        return Heard(self.appointment.begins, self.appointment.cancelled, self.corrected)

    @property
    def round(self) -> "Round":
        """What it counts in."""
        return Round(self.reminder.meeting.activity_id, self.appointment.begins.date(), self.reminder.lead)


@dataclass(frozen=True, slots=True, order=True)
class Round:
    """The reminders of one activity, day and lead over all branches: what operators look at.

    Attributes:
        on: the day of the meeting, not of the reminder.
    """

    activity_id: str
    on: date
    lead: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What the members of a branch last heard of a meeting.

    Attributes:
        corrected: how many corrections it took. The date may move, and move back, without a version of its own: by a
            notice on days off, an edited rule, an import.
    """

    begins: datetime
    cancelled: bool = False
    corrected: int = 0


class Condition(StrEnum):
    """How far a reminder got with one member. All but the first two are final, except that a receipt turns SENT into
    DELIVERED or FAILED.
    """

    DUE = "due"
    CLAIMED = "claimed"  # being sent, or the process doing it died
    SENT = "sent"  # the platform took it
    DELIVERED = "delivered"
    FAILED = "failed"  # it certainly did not arrive
    UNKNOWN = "unknown"  # it may have arrived; it is never sent again
    SKIPPED = "skipped"  # it was never tried


UNSETTLED: Final = (Condition.DUE, Condition.CLAIMED)


@dataclass(frozen=True, slots=True)
class Mark:
    """A condition with its reason (a short key; empty for some), or, once sent, the platform's message id.

    Attributes:
        about: reason or message id.
    """

    condition: Condition
    about: str = ""


OPT_OUT: Final = "opt_out"  # reasons of SKIPPED
EXEMPT: Final = "exempt"
EXPIRED: Final = "expired"
MERGED: Final = "merged"  # a later reminder of the same meeting says it all
CHANGED: Final = "changed"  # the meeting was moved or cancelled before it was sent
LEFT: Final = "left"  # no longer a member of the branch
UNMARKED: Final = "unmarked"  # reason of UNKNOWN: the process died, or nobody answered


@dataclass(frozen=True, slots=True)
class Opening:
    """A reminder to be opened: what it says, and the openids it concerns with the reason each is skipped for (empty =
    is told).
    """

    notice: Notice
    audience: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Expiry:
    """A reminder that was not sent in time and never will be: `reason` is EXPIRED or MERGED, `count` the members."""

    notice: Notice
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Wish:
    """A member wants to be reminded once more.

    Attributes:
        openid: never log it.
        at: when (aware).
    """

    meeting: Meeting
    openid: str
    at: datetime


class Ledger(Protocol):
    """The one truth of who was told what. Every method may be called again after a crash, by any process at any time,
    and raises when the store cannot be reached; nobody may go on as if it had answered.
    """

    def last_tick(self) -> datetime | None:
        """The moment the last whole tick acted for; None = there was none."""

    def ticked(self, now: datetime) -> None:
        """A tick is done with everything that was due until then."""

    def opened(self, branch_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Keys of the reminders opened so far, by branch id."""

    def notices(self, branch_id: str) -> Sequence[Notice]:
        """The reminders opened so far in a branch, the oldest first."""

    def heard(self) -> Mapping[Meeting, Heard]:
        """What was last said of each meeting that is not long over."""

    def wishes(self, now: datetime) -> Sequence[Wish]:
        """Wishes due by then."""

    def granted(self, wishes: Sequence[Wish]) -> None:
        """These wishes are seen to."""

    def open(self, openings: Sequence[Opening], now: datetime) -> int:
        """Open reminders; those opened before are left alone. How many were opened now.

        Args:
            now: of the real clock.
        """

    def expire(self, expiries: Sequence[Expiry], now: datetime) -> int:
        """Report reminders as never sent, unless they were opened or reported. How many are new."""

    def hear(self, meeting: Meeting, heard: Heard) -> None:
        """Note what holds of a meeting from now on, when it is too late to tell anyone."""

    def noted(self, reminders: Sequence[Reminder]) -> Sequence[Notice]:
        """What reminders say; those never opened, or long over, are missing."""

    def supersede(self, meeting: Meeting) -> None:
        """Skip as CHANGED whatever is still due of the meeting's reminders; what is being sent goes on."""

    def rows(self, notice: Notice, openids: Iterable[str]) -> Mapping[str, Mark]:
        """The marks of some members; those it does not concern are missing."""

    def skip(self, notice: Notice, reason: str, besides: Iterable[str] = ()) -> None:
        """Skip whoever is still due, but for the openids of `besides`."""

    def stale(self, now: datetime, idle: timedelta) -> Sequence[Notice]:
        """Open reminders without progress for so long, by the real clock; the soonest of no use first."""

    def sweep(self, notices: Sequence[Notice], now: datetime, idle: timedelta) -> Sequence[int]:
        """Age what was never marked, skip what is of no use any more, close what is done. For each reminder how many
        members are still to be told; -1 = someone else is at it.
        """

    def claim(self, notice: Notice, openids: Sequence[str], now: datetime) -> Sequence[str]:
        """Take members to be told; those someone else has, or who are settled, are left out. An attempt that was never
        marked may be taken again (under the same `client_msg_id`) while it is young.

        Args:
            now: of the real clock.
        """

    def settle(self, notice: Notice, marks: Mapping[str, Mark], now: datetime) -> None:
        """Write down how it went. A DUE mark gives a claim back; `about` then says what was in the way."""
