"""What a member is reminded of: the next dates, on and off by kind, and once more later."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final

from content.activities import Activity
from content.language import Spoken
from handlers import lists, meetings
from handlers.layout import plain
from handlers.messages import Choice, Memory, Outcome, Reply, Turn
from handlers.services import Services
from handlers.visits import Visit, concerns
from scheduler.agenda import Appointment

EVENING: Final = time(19, 30)
MORNING: Final = time(8, 0)


def next_meeting(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn:
    """When and where the next one is, and what the member has answered to it."""
    ahead = visit.ahead(said.activity_id)
    coming = visit.next(said.activity_id)
    phrases = services.phrases
    if coming is None:
        return Turn(Reply(Outcome.COMMAND, phrases("next_none")), memory)
    parts = [meetings.described(one, visit, services) for one in ahead if one.begins <= coming.begins]
    if answer := meetings.answered(coming, visit, services):
        parts[-1] += f"\n{answer}"
    activity = visit.activity(coming)
    if not concerns(activity, visit.member):
        parts.append(phrases("next_not_yours", activity=activity.name))
        return Turn(Reply(Outcome.COMMAND, "\n\n".join(parts)), memory)
    choices = [
        Choice(phrases(key, activity=activity.name), phrases(key, activity=activity.name))
        for key in ("say_attend", "say_leave")
    ]
    return lists.offer("\n\n".join(parts), choices, Outcome.COMMAND, services)


def mine(_said: Spoken, visit: Visit, _memory: Memory, services: Services) -> Turn:
    """What the member is reminded of and when, and the address of their calendar."""
    phrases = services.phrases
    parts = [phrases("mine_heading", branch=plain(visit.branch.name))]
    parts += [_of(activity, visit, services) for activity in visit.activities()]
    if visit.member.exempt:
        parts.append(phrases("mine_exempt"))
    if services.public_url:
        address = services.public_url + visit.branches.book.calendar_path(visit.member)
        parts.append(phrases("mine_calendar", url=address))
    choices = [_switch(activity, visit, services) for activity in visit.activities()]
    return lists.offer("\n\n".join(parts), choices, Outcome.COMMAND, services)


def subscribe(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn:
    """Remind the member again: of one kind, or of everything."""
    return _switched(said, visit, memory, services, muted=False)


def unsubscribe(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn:
    """Stop reminding the member of one kind; ask which when there are several."""
    listening = [one for one in visit.activities() if one.id not in visit.member.muted]
    if not said.activity_id and len(listening) > 1:
        choices = [_switch(activity, visit, services) for activity in listening]
        return lists.offer(services.phrases("unsubscribe_which"), choices, Outcome.COMMAND, services)
    return _switched(said, visit, memory, services, muted=True)


def snooze(_said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn:
    """Ask when to remind once more."""
    coming = visit.next()
    times = _times(coming, visit) if coming else {}
    if coming is None or not times:
        return Turn(Reply(Outcome.COMMAND, services.phrases("snooze_none")), memory)
    choices = [
        Choice(
            services.phrases(
                "snooze_choice", what=services.phrases(f"say_{key}"), when=meetings.when(at, visit, services)
            ),
            services.phrases(f"say_{key}"),
        )
        for key, at in times.items()
    ]
    heading = services.phrases("snooze_which", meeting=meetings.named(coming, visit, services))
    return lists.offer(heading, choices, Outcome.COMMAND, services)


def snoozed(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn:
    """Remind once more, at the time the member names."""
    coming = visit.next()
    until = _times(coming, visit).get(said.command) if coming else None
    if coming is None or until is None:
        key = "snooze_too_late" if coming else "snooze_none"
        return Turn(Reply(Outcome.COMMAND, services.phrases(key)), memory)
    visit.branches.reminders.snooze(visit.openid, coming.meeting, until, visit.now)
    meeting = meetings.named(coming, visit, services)
    text = services.phrases("snoozed", when=meetings.when(until, visit, services), meeting=meeting)
    return Turn(Reply(Outcome.COMMAND, text), memory)


def _of(activity: Activity, visit: Visit, services: Services) -> str:
    """The next date of one activity, and when the member is reminded of it."""
    phrases = services.phrases
    coming = visit.next(activity.id)
    first = meetings.described(coming, visit, services) if coming else phrases("mine_none", activity=activity.name)
    if activity.id in visit.member.muted:
        return f"{first}\n{phrases('mine_muted')}"
    leads = phrases("comma").join(_lead(lead.days, lead.at, services) for lead in activity.leads)
    return f"{first}\n{phrases('mine_leads', leads=leads)}"


def _lead(days: int, at: time, services: Services) -> str:
    return services.phrases("lead_before" if days else "lead_same_day", days=days, time=f"{at:%H:%M}")


def _switch(activity: Activity, visit: Visit, services: Services) -> Choice:
    """The line that turns an activity's reminders off, or on again."""
    says = services.phrases(
        "say_subscribe" if activity.id in visit.member.muted else "say_unsubscribe", activity=activity.name
    )
    return Choice(says, says)


def _switched(said: Spoken, visit: Visit, memory: Memory, services: Services, *, muted: bool) -> Turn:
    activities = visit.activities(said.activity_id)
    for activity in activities:
        visit.branches.book.mute(visit.openid, activity.id, muted, visit.now)
    names = services.phrases("comma").join(activity.name for activity in activities)
    if not muted and not any(concerns(activity, visit.member) for activity in activities):
        return Turn(Reply(Outcome.COMMAND, services.phrases("next_not_yours", activity=names)), memory)
    return Turn(
        Reply(Outcome.COMMAND, services.phrases("unsubscribed" if muted else "subscribed", activities=names)), memory
    )


def _times(coming: Appointment, visit: Visit) -> Mapping[str, datetime]:
    """When the member can be reminded once more: what they say -> when; only what is ahead, before the meeting, and not
    in the quiet hours.
    """
    now = visit.now.astimezone(visit.branches.zone)
    wanted = {
        "snooze_hour": now + timedelta(hours=1),
        "snooze_evening": datetime.combine(now.date(), EVENING, now.tzinfo),
        "snooze_morning": datetime.combine(now.date() + timedelta(days=1), MORNING, now.tzinfo),
    }
    quiet = visit.branches.activities.quiet
    return {key: at for key, at in wanted.items() if now < at < coming.begins and not quiet.covers(at.time())}
