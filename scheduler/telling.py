"""From an appointment to what a member is told of it. No I/O here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from content.activities import Activity, Occasion, Words, filled, fillings, template_fields
from content.calendar import known
from scheduler.agenda import Appointment
from scheduler.roster import Branch


@dataclass(frozen=True, slots=True)
class Told:
    """What a member reads: as one text, and as the fields of a template message."""

    text: str
    fields: Mapping[str, str]


def told(kind: str, activity: Activity, appointment: Appointment, branch: Branch, words: Words, on: date) -> Told:
    """The words for an appointment.

    Args:
        kind: "reminder", "moved", "cancelled" or "nudge".
        on: the day on which members will read it.
    """
    occasion = Occasion(
        kind=kind,
        activity=activity.name,
        begins=appointment.begins,
        told_on=on,
        was=appointment.planned or appointment.moved_from or appointment.begins.date(),
        sure=known(appointment.source),
        branch=branch.name,
        place=appointment.place,
        note=appointment.note,
    )
    values = fillings(occasion, words)
    return Told(filled(kind, activity.texts, values), template_fields(kind, activity.texts, activity.fields, values))
