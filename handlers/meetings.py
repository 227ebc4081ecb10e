"""How a meeting is put into words inside a reply."""

from datetime import datetime

from content.calendar import known
from handlers.layout import plain
from handlers.services import Services
from handlers.visits import Visit
from scheduler.agenda import Appointment


def when(begins: datetime, visit: Visit, services: Services) -> str:
    """Day, weekday and time of day."""
    words = visit.branches.activities.words
    day = begins.date()
    return services.phrases("when", day=words.date(day), weekday=words.weekdays[day.weekday()], time=f"{begins:%H:%M}")


def named(appointment: Appointment, visit: Visit, services: Services) -> str:
    """When and which."""
    when_ = when(appointment.begins, visit, services)
    return services.phrases("meeting", when=when_, activity=visit.activity(appointment).name)


def described(appointment: Appointment, visit: Visit, services: Services) -> str:
    """What, when, where, and what is special about it, a line each."""
    phrases, words = services.phrases, visit.branches.activities.words
    lines = [
        phrases(
            "meeting_line", activity=visit.activity(appointment).name, when=when(appointment.begins, visit, services)
        )
    ]
    if appointment.place:
        lines.append(phrases("meeting_place", place=appointment.place))
    if appointment.cancelled:
        lines.append(phrases("meeting_cancelled"))
    elif appointment.planned and appointment.planned != appointment.begins.date():
        lines.append(phrases("meeting_moved", was=words.date(appointment.planned)))
    elif appointment.moved_from:
        lines.append(phrases("meeting_shifted", was=words.date(appointment.moved_from)))
    if not appointment.cancelled and not known(appointment.source):
        lines.append(phrases("meeting_not_sure"))
    return "\n".join(lines)


def answered(appointment: Appointment, visit: Visit, services: Services) -> str:
    """What the member last answered to the meeting; empty = nothing yet."""
    answer = visit.branches.book.attendance(appointment.meeting).get(visit.openid)
    if answer is None:
        return ""
    phrases = services.phrases
    before = phrases("list_before") if answer.version != appointment.version else ""
    remarks = phrases("comma").join(filter(None, [plain(answer.reason), before]))
    remark = phrases("next_remark", remark=remarks) if remarks else ""
    return phrases("next_coming" if answer.coming else "next_on_leave", remark=remark)
