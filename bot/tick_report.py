"""What a tick did, or would do, as data for programs and as lines for operators."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from bot import reasons, round_report, wiring, wiring_push
from bot.agenda_report import moment
from bot.quota import Quota
from bot.settings import Settings
from bot.store import Store
from bot.terminal import say
from content.activities import Activities
from scheduler.pacing import Forecast
from scheduler.pacing import forecast as forecast_of
from scheduler.reminders import Expiry, Opening, Round
from scheduler.ticking import Ticked

LINES: Final = 20  # of what was missed, and of branches in trouble


def forecast(ticked: Ticked, settings: Settings, store: Store) -> Forecast:
    """How long sending takes at the most, and whether the day's quota covers it, as far as we know."""
    count = sum(_told(opening) for opening in ticked.openings)
    platform = wiring_push.platform(settings, store)
    allowance = Quota(platform.api, store, wiring.clock(settings)).kept()
    return forecast_of(count, platform.pace.rate(), allowance.usable if allowance else None)


def data(ticked: Ticked, at: datetime, ahead: Forecast, *, dry: bool) -> dict[str, Any]:
    """For programs. `rounds` adds up what `branches` says branch by branch."""
    branches = [_opening(opening) for opening in ticked.openings if opening.audience]
    return {
        "at": at.isoformat(),
        "dry_run": dry,
        "rounds": _rounds(branches),
        "branches": branches,
        "missed": [_expiry(expiry) for expiry in ticked.expiries if expiry.count],
        "troubled": [
            {"branch_id": one.branch_id, "activity": one.activity_id, "reason": one.reason} for one in ticked.troubled
        ],
        "forecast": {
            "count": ahead.count,
            "seconds": round(ahead.takes.total_seconds(), 1),
            "fits_quota": ahead.fits,
            "over_quota": ahead.over,
        },
    }


def text(found: Mapping[str, Any], at: datetime, activities: Activities, branches: Mapping[str, str]) -> str:
    """For operators.

    Args:
        found: the same as `data`.
        at: the moment acted for, in the zone it is shown in.
        branches: id -> name.
    """
    lines = [say("tick_round", **one | {"round": _called(one, activities)}) for one in found["rounds"]]
    for words, some in ((_missed, found["missed"]), (_troubled, found["troubled"])):
        lines += [words(one, activities, branches) for one in some[:LINES]]
        if more := {one["branch_id"] for one in some[LINES:]}:
            lines.append(say("tick_and_more", count=len(more)))
    if not lines:
        return say("tick_nothing", at=moment(at, activities.words))
    lines.append(say("tick_forecast", **found["forecast"]))
    if not found["forecast"]["fits_quota"]:
        lines.append(say("tick_over_quota", **found["forecast"]))
    if found["dry_run"]:
        lines.append(say("tick_dry"))
    return "\n".join(lines)


def _called(one: Mapping[str, Any], activities: Activities) -> str:
    return round_report.called(Round(one["activity"], date.fromisoformat(one["date"]), one["lead"]), activities)


def _missed(one: Mapping[str, Any], activities: Activities, branches: Mapping[str, str]) -> str:
    return say(
        "tick_missed",
        round=_called(one, activities),
        branch=branches.get(one["branch_id"], one["branch_id"]),
        count=one["members"],
        why=reasons.sentence(one["reason"]),
    )


def _troubled(one: Mapping[str, Any], activities: Activities, branches: Mapping[str, str]) -> str:
    activity = activities.get(one["activity"])
    return say(
        "tick_troubled",
        branch=branches.get(one["branch_id"], one["branch_id"]),
        activity=activity.name if activity else one["activity"],
        why=one["reason"],
    )


def _told(opening: Opening) -> int:
    return sum(not reason for reason in opening.audience.values())


def _opening(opening: Opening) -> dict[str, Any]:
    notice = opening.notice
    reasons = Counter(reason for reason in opening.audience.values() if reason)
    return {
        "activity": notice.reminder.meeting.activity_id,
        "branch_id": notice.reminder.meeting.branch_id,
        "date": f"{notice.appointment.begins:%Y-%m-%d}",
        "time": f"{notice.appointment.begins:%H:%M}",
        "lead": notice.reminder.lead,
        "members": _told(opening),
        "skipped": reasons.total(),
        "reasons": dict(reasons),
    }


def _expiry(expiry: Expiry) -> dict[str, Any]:
    notice = expiry.notice
    return {
        "activity": notice.reminder.meeting.activity_id,
        "branch_id": notice.reminder.meeting.branch_id,
        "date": f"{notice.appointment.begins:%Y-%m-%d}",
        "lead": notice.reminder.lead,
        "members": expiry.count,
        "reason": expiry.reason,
    }


def _rounds(branches: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    rounds: dict[tuple[str, str, str], Counter[str]] = {}
    for one in branches:
        counts = rounds.setdefault((one["activity"], one["date"], one["lead"]), Counter())
        counts.update(branches=1, members=one["members"], skipped=one["skipped"])
    return [
        {"activity": activity, "date": on, "lead": lead, **{n: counts[n] for n in ("branches", "members", "skipped")}}
        for (activity, on, lead), counts in rounds.items()
    ]
