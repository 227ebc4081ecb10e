"""How the ledger is written down: its key names, and values as text."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from content.calendar.days import DaySource
from scheduler.agenda import Appointment, Meeting
from scheduler.reminders import Condition, Heard, Mark, Notice, Reminder, Round

OPEN_ONES: Final = "bot:ledger:open"  # reminders not yet done, by the time of their last progress
ROUNDS: Final = "bot:ledger:rounds"  # rounds, by the time a reminder of theirs was last opened
HEARD: Final = "bot:ledger:heard"  # meeting -> what its members last heard
WISHES: Final = "bot:ledger:wishes"  # pseudonym and meeting, by the moment
FORGOTTEN: Final = "bot:ledger:forgotten"  # pseudonyms whose rows in former branches go in the night
LAST_TICK: Final = "bot:ledger:last_tick"
UNDELIVERED_AT: Final = "bot:ledger:undelivered_at"  # when WeChat last reported that a message did not arrive
LETTERS: Final = {
    Condition.DUE: "d",
    Condition.CLAIMED: "c",
    Condition.SENT: "s",
    Condition.DELIVERED: "r",
    Condition.FAILED: "f",
    Condition.UNKNOWN: "u",
    Condition.SKIPPED: "k",
}
_CONDITIONS: Final = {letter: condition for condition, letter in LETTERS.items()}


def notices_key(branch_id: str) -> str:
    """Key of a reminder -> what it says."""
    return f"bot:ledger:notices:{branch_id}"


def missed_key(branch_id: str) -> str:
    """Key of a reminder that was never sent -> how many it concerned, why, and where they are counted."""
    return f"bot:ledger:missed:{branch_id}"


def rows_key(reminder: Reminder) -> str:
    """Pseudonym -> row."""
    return f"bot:ledger:rows:{reminder.key}"


def counts_key(round_: Round) -> str:
    """Name of a condition, or ``why:`` and a reason -> how many rows."""
    return f"bot:ledger:counts:{dump_round(round_)}"


def dump_round(round_: Round) -> str:
    """The round as text."""
    return f"{round_.activity_id}:{round_.on}:{round_.lead}"


def load_round(text: str) -> Round:
    """The round of that text."""
    activity_id, on, lead = text.split(":")
    return Round(activity_id, date.fromisoformat(on), lead)


def dump_meeting(meeting: Meeting) -> str:
    """The meeting as text."""
    return f"{meeting.activity_id}:{meeting.rule_date}:{meeting.branch_id}"


def load_meeting(text: str) -> Meeting:
    """The meeting of that text."""
    activity_id, day, branch_id = text.split(":", 2)
    return Meeting(activity_id, branch_id, date.fromisoformat(day))


def dump_heard(heard: Heard) -> str:
    """What was heard as text."""
    corrected = f" {heard.corrected}" if heard.corrected else ""
    return f"{heard.begins.isoformat()} {int(heard.cancelled)}{corrected}"


def load_heard(text: str) -> Heard:
    """What was heard, of that text."""
    begins, cancelled, *corrected = text.split(" ")
    return Heard(datetime.fromisoformat(begins), cancelled == "1", *map(int, corrected))


def dump_wish(who: str, meeting: Meeting) -> str:
    """The wish of a member (by pseudonym) as text, without its moment."""
    return f"{who} {dump_meeting(meeting)}"


def load_wish(text: str) -> tuple[str, Meeting]:
    """Whose wish that text is, and for which meeting."""
    who, meeting = text.split(" ", 1)
    return who, load_meeting(meeting)


def dump_notice(notice: Notice) -> str:
    """The notice as text, without its reminder."""
    at = notice.appointment
    kept = {
        "begins": at.begins.isoformat(),
        "place": at.place,
        "version": at.version,
        "cancelled": at.cancelled,
        "moved_from": at.moved_from.isoformat() if at.moved_from else "",
        "source": at.source.value,
        "rule": at.rule,
        "note": at.note,
        "planned": at.planned.isoformat() if at.planned else "",
        "until": notice.until.isoformat(),
        "was": notice.was.isoformat() if notice.was else "",
        "opened": notice.opened.isoformat() if notice.opened else "",
        "ahead": notice.ahead.total_seconds(),
        "corrected": notice.corrected,
    }
    return json.dumps({name: value for name, value in kept.items() if value}, ensure_ascii=False)


def load_notice(key: str, text: str) -> Notice:
    """The notice of that reminder's key and that text; dates as aware as they were."""
    kept = json.loads(text)
    reminder = Reminder.of_key(key)
    appointment = Appointment(
        meeting=reminder.meeting,
        begins=datetime.fromisoformat(kept["begins"]),
        place=kept.get("place", ""),
        version=kept.get("version", 0),
        cancelled=kept.get("cancelled", False),
        moved_from=date.fromisoformat(kept["moved_from"]) if "moved_from" in kept else None,
        source=DaySource(kept["source"]),
        rule=kept.get("rule", ""),
        note=kept.get("note", ""),
        planned=date.fromisoformat(kept["planned"]) if "planned" in kept else None,
    )
    was, opened = (datetime.fromisoformat(kept[name]) if name in kept else None for name in ("was", "opened"))
    until, ahead = datetime.fromisoformat(kept["until"]), timedelta(seconds=kept.get("ahead", 0.0))
    return Notice(reminder, appointment, until, was, opened, ahead, kept.get("corrected", 0))


def dump_mark(mark: Mark) -> str:
    """A row."""
    return LETTERS[mark.condition] + mark.about


def load_mark(row: str) -> Mark:
    """What a row says; when an attempt was made is nobody's business."""
    condition = _CONDITIONS[row[0]]
    return Mark(condition, "" if condition is Condition.CLAIMED else row[1:])


def first_row(reason: str) -> str:
    """The row of a member when a reminder is opened: due, or skipped for a reason."""
    return dump_mark(Mark(Condition.SKIPPED, reason) if reason else Mark(Condition.DUE))


def as_opened(notice: Notice, now: datetime) -> Notice:
    """The notice as it is kept when it is opened `now` by the real clock."""
    return replace(notice, opened=now.astimezone(notice.until.tzinfo) + notice.ahead)


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return int(moment.timestamp() * 1000)


def in_milliseconds(duration: timedelta) -> int:
    """A duration in whole milliseconds."""
    return int(duration / timedelta(milliseconds=1))
