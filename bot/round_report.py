"""Rounds of reminders as a table and lines for operators, and as data for programs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot import reasons
from bot.agenda_report import dated
from bot.rounds import Standing
from bot.table import rows
from bot.terminal import say
from content.activities import Activities
from scheduler.reminders import AGAIN, CANCELLED, LATER, MOVED, NUDGE, Round

COLUMNS: Final = ("planned", "sent", "delivered", "failed", "unknown", "skipped", "pending")
NAMED: Final = (MOVED, CANCELLED, NUDGE, AGAIN, LATER)
_DAYS: Final = re.compile(r"(\d+)d")  # the id of a lead of `activities.yaml`, of one it no longer has as well


def called(one: Round, activities: Activities) -> str:
    """What a round is called: activity, day of the meeting, lead."""
    activity = activities.get(one.activity_id)
    name = activity.name if activity else one.activity_id
    return say("round", activity=name, date=dated(one.on, activities.words), lead=_lead(one.lead))


def text(found: Sequence[Standing], activities: Activities) -> str:
    """Every round in figures, and below why members were not told."""
    heading = [say(f"push_column_{name}") for name in ("round", *COLUMNS)]
    body = [[called(one.round, activities), *(str(getattr(one, name)) for name in COLUMNS)] for one in found]
    return "\n".join([rows([heading, *body]), *_whys(found, activities)])


def data(one: Standing) -> dict[str, Any]:
    """A round for programs."""
    return {
        "activity": one.round.activity_id,
        "date": one.round.on.isoformat(),
        "lead": one.round.lead,
        **{name: getattr(one, name) for name in COLUMNS},
        "done": one.done,
        "reasons": dict(one.reasons),
    }


def counted(why: Mapping[str, int]) -> str:
    """Reasons with how many members each holds for, the most frequent first."""
    by_count = sorted(why.items(), key=lambda item: (-item[1], item[0]))
    return say("push_and").join(
        say("push_why_count", why=reasons.sentence(key), count=number) for key, number in by_count
    )


def _whys(found: Sequence[Standing], activities: Activities) -> Iterator[str]:
    for one in found:
        if one.reasons:
            yield say("push_why", round=called(one.round, activities), why=counted(one.reasons))


def _lead(lead: str) -> str:
    if lead in NAMED:
        return say(f"lead_{lead}")
    days = _DAYS.fullmatch(lead)
    if days is None:
        return lead
    return say("lead_days", days=int(days[1])) if int(days[1]) else say("lead_same_day")
