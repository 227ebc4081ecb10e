"""What an activity is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from content.activities.texts import Words
from content.calendar.occurrences import Shift
from content.calendar.rules import Rule


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before a meeting members are told.

    Attributes:
        id: short, never changes: part of every ledger key ("3d", "0d").
        days: before the day of the meeting; 0 = the same day.
        at: the time of day.
    """

    id: str
    days: int
    at: time

    def before(self, begins: datetime) -> datetime:
        """When this lead of a meeting is due; same zone as `begins`."""
        day = begins.date() - timedelta(days=self.days)
        return datetime.combine(day, self.at, begins.tzinfo)


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours in which nobody is told anything; may span midnight."""

    begins: time
    ends: time

    def covers(self, at: time) -> bool:
        """Whether a time of day lies within; the end does not.

        >>> Quiet(time(21, 30), time(7, 30)).covers(time(7, 0)), Quiet(time(21, 30), time(7, 30)).covers(time(7, 30))
        (True, False)
        """
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


@dataclass(frozen=True)
class Activity:
    """One kind of meeting.

    Attributes:
        id: `party_day`, `liaison_day`; names the template setting.
        name: as members call it.
        roles: editors' words turned into `Role` values ("member", "delegate", "secretary"); whoever has one of them is
            concerned.
        rule: when it takes place unless the branch says otherwise.
        rule_text: the same as editors say it.
        branch_rule: whether `Branch.party_day` and `Branch.party_time` replace rule and time.
        at: when it begins.
        shift: where it goes when the day is not worked.
        leads: longest first.
        texts: sentences by name (`texts.KINDS`, each also as a remark), with gaps (`texts.GAPS`).
        fields: template field -> text with gaps; ``{remark}`` stands for the remark.
    """

    id: str
    name: str
    roles: frozenset[str]
    rule: Rule
    rule_text: str
    branch_rule: bool
    at: time
    shift: Shift
    leads: tuple[Lead, ...]
    texts: Mapping[str, str]
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Activities:
    """Everything `activities.yaml` says.

    Attributes:
        roles: editors' word for a role -> `Role` value.
    """

    all: tuple[Activity, ...]
    quiet: Quiet
    roles: Mapping[str, str] = field(default_factory=dict)
    words: Words = field(default_factory=Words)

    def get(self, activity_id: str) -> Activity | None:
        """The activity of that id."""
        return next((activity for activity in self.all if activity.id == activity_id), None)
