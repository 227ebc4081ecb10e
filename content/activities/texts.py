"""The texts of reminders: which there are, what their gaps are filled with, and filling them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from content.template_fields import fitted, one_line

KINDS: Final = ("reminder", "moved", "cancelled", "nudge")  # what members are told of a meeting
REMARK: Final = "remark"  # each of them also in a few characters, for a field: `reminder_remark`
GAPS: Final = frozenset(
    {"activity", "state", "date", "weekday", "time", "datetime", "countdown", "was", "sure", "branch", "place", "note"}
)
OPEN_GAPS: Final = frozenset({"branch", "place", "note"})  # as long as people write them: cut where there is no room
SAYINGS: Final = {  # how the fillings are put -> the gaps of that
    "date": frozenset({"month", "day"}),
    "datetime": frozenset({"year", "month", "day", "time"}),
    "later": frozenset({"days"}),
    **dict.fromkeys(("no_place", "not_sure", "moved", "cancelled"), frozenset[str]()),
}
_FAR: Final = datetime(2026, 12, 30, 15, 0)
_MOST_DAYS: Final = 31


@dataclass(frozen=True)
class Words:
    """How what fills the gaps is put.

    Attributes:
        say: sentences by name (SAYINGS).
        weekdays: from Monday.
        countdown: today, tomorrow …; later days by ``say["later"]``.
    """

    say: Mapping[str, str] = field(default_factory=dict)
    weekdays: tuple[str, ...] = ()
    countdown: tuple[str, ...] = ()

    def date(self, day: date) -> str:
        """A day without its year."""
        return self.say["date"].format(month=day.month, day=day.day)

    def until(self, days: int) -> str:
        """How long it is until then; 0 = today."""
        return self.countdown[days] if 0 <= days < len(self.countdown) else self.say["later"].format(days=days)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a member is told of.

    Attributes:
        kind: one of KINDS.
        activity: its name.
        begins: aware or not; shown as it is.
        told_on: the day on which the member reads it.
        was: the day it was announced for before.
        sure: whether nothing that is still to be announced can move it.
        branch: its name.
        place: may be empty.
        note: the secretary's words; may be empty.
    """

    kind: str
    activity: str
    begins: datetime
    told_on: date
    was: date
    sure: bool
    branch: str = ""
    place: str = ""
    note: str = ""


def fillings(occasion: Occasion, words: Words) -> dict[str, str]:
    """What fills the gaps."""
    day = occasion.begins.date()
    at = f"{occasion.begins:%H:%M}"
    return {
        "activity": occasion.activity,
        "state": words.say.get(occasion.kind, ""),
        "date": words.date(day),
        "weekday": words.weekdays[day.weekday()],
        "time": at,
        "datetime": words.say["datetime"].format(year=day.year, month=day.month, day=day.day, time=at),
        "countdown": words.until((day - occasion.told_on).days),
        "was": words.date(occasion.was),
        "sure": "" if occasion.sure else words.say["not_sure"],
        "branch": occasion.branch,
        "place": one_line(occasion.place) or words.say["no_place"],
        "note": occasion.note,
    }


def longest(kind: str, activity: str, words: Words) -> dict[str, str]:
    """The longest that can fill the gaps, the open ones left empty."""
    far = Occasion(kind, activity, _FAR, _FAR.date() - timedelta(days=_MOST_DAYS), _FAR.date(), sure=False)
    countdowns = (*words.countdown, words.until(_MOST_DAYS))
    return fillings(far, words) | {
        "weekday": max(words.weekdays, key=len),
        "countdown": max(countdowns, key=len),
        **dict.fromkeys(OPEN_GAPS, ""),
    }


def filled(kind: str, texts: Mapping[str, str], values: Mapping[str, str]) -> str:
    """A text with its gaps filled; a line left empty by that is dropped."""
    lines = texts[kind].format_map(values).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def template_fields(
    kind: str, texts: Mapping[str, str], fields: Mapping[str, str], values: Mapping[str, str]
) -> dict[str, str]:
    """The fields of a template message, filled and cut to what they hold."""
    templates = with_remark(kind, texts, fields)
    return {name: fitted(name, template, values, OPEN_GAPS) for name, template in templates.items()}


def with_remark(kind: str, texts: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
    """The fields with the remark of that kind in its place, its gaps still open."""
    remark = texts[f"{kind}_{REMARK}"]
    return {name: template.replace(f"{{{REMARK}}}", remark) for name, template in fields.items()}
