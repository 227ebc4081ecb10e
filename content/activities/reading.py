"""Read `activities.yaml`, and try its texts with the longest that can fill them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Final

from content.activities.kinds import Activities, Activity, Lead, Quiet
from content.activities.texts import GAPS, KINDS, OPEN_GAPS, REMARK, SAYINGS, Words, filled, longest, with_remark
from content.calendar import grammar
from content.calendar.occurrences import How, Shift
from content.calendar.rules import DayOfMonth, Monthly, Rule
from content.files import ContentError, Node, Sheet
from content.template_fields import fault, kind
from content.wording import gaps

_TEXTS: Final = tuple(name for told in KINDS for name in (told, f"{told}_{REMARK}"))
_MOST_BYTES: Final = 1200  # of a text without its open gaps; a message holds 1,800
_ROOM: Final = 6  # characters an open gap must be able to hold in a field
_NO_RULE: Final = Rule("", Monthly(DayOfMonth(1)))  # stands in for one that cannot be read; never leaves `load`


def load(path: Path) -> Activities:
    """Read `activities.yaml`. Raises ContentError with every problem found."""
    sheet = Sheet(path)
    top = sheet.mapping(sheet.root(), ("quiet", "roles", "activities", "words"))
    reader = _Reader(sheet, _quiet(sheet, top.get("quiet")), _roles(sheet, top.get("roles")))
    nodes = sheet.items(top.get("activities"))
    activities = tuple(reader.activity(node) for node in nodes)
    words = _words(sheet, top.get("words"))
    if not sheet.problems:
        for activity, node in zip(activities, nodes, strict=True):
            _try_texts(sheet, node, activity, words)
    if sheet.problems:
        raise ContentError(dict.fromkeys(sheet.problems))  # what activities share is found wrong once for each
    return Activities(activities, reader.quiet, reader.roles, words)


class _Reader:
    """Reads the activities of one sheet."""

    def __init__(self, sheet: Sheet, quiet: Quiet, roles: Mapping[str, str]) -> None:
        self.quiet = quiet
        self.roles = roles
        self._sheet = sheet
        self._ids: set[str] = set()

    def activity(self, node: Node) -> Activity:
        """One activity; what is wrong with it is noted."""
        sheet = self._sheet
        needed = ("id", "name", "who", "rule", "branch_may_change", "at", "day_off", "leads", "texts", "template")
        values = sheet.mapping(node, needed)
        at = _time(sheet, values.get("at"))
        return Activity(
            id=self._id(values.get("id")),
            name=sheet.text(values.get("name")),
            roles=frozenset(self._who(values.get("who"))),
            rule=_rule(sheet, values.get("rule")),
            rule_text=sheet.text(values.get("rule")),
            branch_rule=sheet.flag(values.get("branch_may_change")),
            at=at,
            shift=_shift(sheet, values.get("day_off")),
            leads=self._leads(values.get("leads"), at),
            texts=_sentences(sheet, values.get("texts")),
            fields=_fields(sheet, values.get("template")),
        )

    def _id(self, node: Node | None) -> str:
        found = self._sheet.text(node)
        if node is not None and found in self._ids:
            self._sheet.note(node, "activity_twice", id=found)
        self._ids.add(found)
        return found

    def _who(self, node: Node | None) -> Iterator[str]:
        for word in self._sheet.texts(node):
            if word in self.roles:
                yield self.roles[word]
            elif node is not None:
                self._sheet.note(node, "unknown_who", word=word)

    def _leads(self, node: Node | None, at: time) -> tuple[Lead, ...]:
        leads = [lead for item in self._sheet.items(node) if (lead := self._lead(item, at))]
        ordered = sorted(leads, key=lambda lead: lead.days, reverse=True)
        if node is not None and any(a.days == b.days for a, b in pairwise(ordered)):
            self._sheet.note(node, "lead_twice")
        return tuple(ordered)

    def _lead(self, node: Node, at: time) -> Lead | None:
        text = self._sheet.text(node)
        try:
            days, told = grammar.parse_lead(text)
        except grammar.BadRule as error:
            self._sheet.note(node, error.kind, **dict(error.about))
            return None
        if self.quiet.covers(told):
            self._sheet.note(node, "lead_quiet", lead=text)
        if days == 0 and told >= at:
            self._sheet.note(node, "lead_late", lead=text)
        return Lead(f"{days}d", days, told)


def _quiet(sheet: Sheet, node: Node | None) -> Quiet:
    values = sheet.mapping(node, ("from", "to"))
    return Quiet(_time(sheet, values.get("from")), _time(sheet, values.get("to")))


def _roles(sheet: Sheet, node: Node | None) -> dict[str, str]:
    roles = sheet.mapping(node, ("member", "delegate", "secretary"))
    return {word: role for role, words in roles.items() for word in sheet.texts(words)}


def _words(sheet: Sheet, node: Node | None) -> Words:
    values = sheet.mapping(node, (*SAYINGS, "weekdays", "countdown"))
    say = {name: sheet.text(values.get(name)) for name in SAYINGS}
    for name in SAYINGS:
        _check_gaps(sheet, values.get(name), say[name], SAYINGS[name])
    weekdays = sheet.texts(values.get("weekdays"))
    if (written := values.get("weekdays")) is not None and len(weekdays) != 7:
        sheet.note(written, "not_a_week")
    return Words(say, weekdays, sheet.texts(values.get("countdown")))


def _rule(sheet: Sheet, node: Node | None) -> Rule:
    text = sheet.text(node)
    try:
        return grammar.parse_rule(text) if text else _NO_RULE
    except grammar.BadRule as error:
        if node is not None:
            sheet.note(node, error.kind, **dict(error.about))
        return _NO_RULE


def _shift(sheet: Sheet, node: Node | None) -> Shift:
    values = sheet.mapping(node, ("move_to", "stay_in_month", "max_days"))
    way, most = sheet.text(values.get("move_to")), sheet.number(values.get("max_days"))
    if way and way not in tuple(How):
        sheet.note(values["move_to"], "unknown_shift", value=way, known=", ".join(How))
    if most > 31:
        sheet.note(values["max_days"], "shift_too_far", days=most)
    how = How(way) if way in tuple(How) else How.NONE
    return Shift(how, sheet.flag(values.get("stay_in_month")), most)


def _time(sheet: Sheet, node: Node | None) -> time:
    text = sheet.text(node)
    try:
        return datetime.strptime(text, "%H:%M").time() if text else time()
    except ValueError:
        if node is not None:
            sheet.note(node, "not_a_time", value=text)
        return time()


def _sentences(sheet: Sheet, node: Node | None) -> dict[str, str]:
    values = sheet.mapping(node, _TEXTS)
    texts = {name: sheet.text(value) for name, value in values.items()}
    for name, value in values.items():
        _check_gaps(sheet, value, texts[name], GAPS)
    return texts


def _fields(sheet: Sheet, node: Node | None) -> dict[str, str]:
    values = sheet.mapping(node, optional=None)
    fields = {name: sheet.text(value) for name, value in values.items()}
    for name, value in values.items():
        _check_gaps(sheet, value, fields[name], GAPS | {REMARK})
        if kind(name) is None:
            sheet.note(value, "field_unknown", field=name)
    return fields


def _check_gaps(sheet: Sheet, node: Node | None, text: str, known: frozenset[str]) -> None:
    try:
        unknown = sorted(gaps(text) - known)
    except ValueError:
        unknown = [text]
    if node is not None and unknown:
        sheet.note(node, "unknown_gap", gap=unknown[0], known=", ".join(sorted(known)))


def _try_texts(sheet: Sheet, node: Node, activity: Activity, words: Words) -> None:
    """Note texts that could break a limit of the platform; an editor cannot see that from the text."""
    values = sheet.mapping(node, optional=None)
    template = sheet.mapping(values["template"], optional=None)
    for told in KINDS:
        most = longest(told, activity.name, words)
        if len(filled(told, activity.texts, most).encode()) > _MOST_BYTES:
            sheet.note(values["texts"], "reminder_too_long", name=told, limit=_MOST_BYTES)
        tight = most | dict.fromkeys(OPEN_GAPS, (activity.name * _ROOM)[:_ROOM])
        for name, gapped in with_remark(told, activity.texts, activity.fields).items():
            if wrong := fault(name, text := gapped.format_map(tight)):
                sheet.note(template[name], wrong, field=name, text=text)
