"""What the chat asks of the branch's book (who belongs where, who comes) and of the reminders sent. No I/O here.

`Book` is the roster side, `Reminders` the ledger side. Every method is one question or one act with values in and
values out. A keeper that cannot be reached raises; the edge turns that into a sentence, never a handler.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Protocol

from scheduler.agenda import Meeting
from scheduler.roster import Branch, Change, Member


class Consent(StrEnum):
    """How a member agreed to be reminded; `Member.consent_source`."""

    QR = "qr"
    CODE = "code"


class Action(StrEnum):
    """What a secretary did; kept with the secretary's pseudonym and the time."""

    MOVE = "move"
    CANCEL = "cancel"
    RESEND = "resend"
    EXEMPT = "exempt"
    INCLUDE = "include"


@dataclass(frozen=True, slots=True)
class Attendance:
    """What a member answered to one occurrence.

    Attributes:
        coming: False = on leave.
        reason: why not, in the member's own words; may be empty.
        at: when it was said (aware); the last word counts.
        version: of the appointment it was said to; an older one means it has been changed since.
    """

    coming: bool
    reason: str
    at: datetime
    version: int = 0


class Reach(StrEnum):
    """How far the reminders of a meeting got with one member, over all its leads: the best of them counts."""

    REACHED = "reached"  # the platform took one, or it was delivered
    WAITING = "waiting"  # planned or being sent
    UNKNOWN = "unknown"  # sent, and nobody knows whether it arrived
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class State:
    """What became of one member's reminders of a meeting.

    Attributes:
        reason: why it failed or was skipped, one of the ledger's short keys ("unfollowed", "refused", "opt_out",
            "quota", "expired" …); empty otherwise.
    """

    reach: Reach
    reason: str = ""


class TooManyGuesses(Exception):
    """Someone has tried too many invitation codes that are nobody's; none is looked up for them for an hour."""


class Book(Protocol):
    """The roster side of the chat. Openids go in and come out in clear and are never logged."""

    def member(self, openid: str) -> Member | None:
        """Who writes; None = bound to no branch."""

    def branch(self, branch_id: str) -> Branch | None:
        """The branch of that id; None = there is none (any more)."""

    def branch_of_code(self, code: str, openid: str) -> Branch | None:
        """The branch this invitation code leads to, in any case and width; None = no such code. Wrong ones are counted
        for whoever tries them: raises TooManyGuesses.
        """

    def code(self, branch_id: str) -> str:
        """The branch's invitation code; empty = no such branch."""

    def branch_of_scene(self, scene: str) -> Branch | None:
        """The branch a signed QR scene names (without WeChat's `qrscene_`); None = not ours, or the signature is
        wrong.
        """

    def members(self, branch_id: str) -> tuple[Member, ...]:
        """Everyone of the branch, the exempt included, in a fixed order."""

    def names(self, branch_id: str) -> Mapping[str, str]:
        """Openid -> the name a member left for the secretary; only those who left one."""

    def bind(self, openid: str, branch_id: str, source: Consent, now: datetime) -> Member:
        """Put the member into the branch and keep the consent. Binding again to the same branch keeps roles, mutes and
        exemption; coming from another branch makes an ordinary member of them.
        """

    def unbind(self, openid: str) -> None:
        """Take the member off the roster: roles, consent, name, mutes and answers go."""

    def set_name(self, openid: str, name: str) -> None:
        """Keep the name under which the secretary sees the member."""

    def mute(self, openid: str, activity_id: str, muted: bool, now: datetime) -> None:
        """Whether the member does not want to hear of the activity. Asking for it again is consent, kept with time."""

    def set_exempt(self, openid: str, exempt: bool, by: str, now: datetime) -> None:
        """Whether the member is neither reminded nor counted; records who said so in the same step."""

    def changes_of(self, activity_id: str, branch_id: str) -> Mapping[date, Change]:
        """Changes of this branch's occurrences still of interest, by rule date."""

    def change(
        self,
        meeting: Meeting,
        by: str,
        now: datetime,
        *,
        to: date | None = None,
        at: time | None = None,
        cancelled: bool = False,
    ) -> Change:
        """Replace what is changed about one occurrence, under the next version, and record who did it (`Action.MOVE`
        or `Action.CANCEL`, pseudonym of `by`, when, what) in the same step. What is as wanted already is left alone,
        version included.
        """

    def record(self, by: str, action: Action, meeting: Meeting, about: str, now: datetime) -> None:
        """Keep who (pseudonym of `by`) did what to which meeting and when; `about` says nothing of anyone."""

    def attendance(self, meeting: Meeting) -> Mapping[str, Attendance]:
        """Openid -> the last answer; the silent are missing."""

    def attend(self, openid: str, meeting: Meeting, answer: Attendance) -> None:
        """Keep a member's answer; it replaces an earlier one."""

    def calendar_path(self, member: Member) -> str:
        """The secret path of the member's calendar, beginning with a slash: `/calendar/<branch id>.ics?…`."""


class Reminders(Protocol):
    """The ledger side of the chat."""

    def states(self, meeting: Meeting) -> Mapping[str, State]:
        """Openid -> what became of the reminders of this meeting; those nobody planned to tell are missing."""

    def snooze(self, openid: str, meeting: Meeting, until: datetime, now: datetime) -> None:
        """Remind this one member of this one meeting once more at `until` (aware, before it begins)."""

    def resend(self, meeting: Meeting, openids: Collection[str], now: datetime) -> int:
        """Have these members told (again) as soon as possible; how many will be. Asking twice does not tell twice:
        who is being told already is left out.
        """

    def forget(self, openid: str) -> None:
        """Remove every row of the member, pending reminders included."""
