"""`python -m bot calendar …`: what a rule means, the yearly announcement of days off, the activities checked."""

from dataclasses import replace
from datetime import date
from typing import IO, Final

import click

from bot import agenda_report, calendar_report, day_data, wiring_calendar
from bot.announcements import Announcements
from bot.roster_store import RosterStore
from bot.terminal import (
    FINDING,
    USAGE,
    activities_or_exit,
    as_text,
    fail,
    moment_or_exit,
    say,
    settings_or_exit,
    store_or_exit,
)
from content.calendar import BadRule, Days, Rule, parse_rule, readings
from content.calendar.announcement import Announcement, BadAnnouncement, differences, read
from scheduler.agenda import Agenda, Appointment, upcoming

SHOWN: Final = 3  # dates of each activity


@click.group(help=say("help_calendar"))
def calendar() -> None:
    """Rules and days off."""


@calendar.command(help=say("help_calendar_preview"))
@click.argument("rule")
@click.option("-n", "count", default=6, type=click.IntRange(1, 100), help=say("option_count"))
@click.option("--activity", "activity_id", default="party_day", help=say("option_activity"))
@click.option("--at", default="", help=say("option_at"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def preview(rule: str, count: int, activity_id: str, at: str, as_json: bool) -> None:
    """Every reading of a rule with its next dates."""
    settings = settings_or_exit()
    first = moment_or_exit(at, settings).astimezone(settings.zone).date()
    activities = activities_or_exit(settings)
    activity = activities.get(activity_id) or fail(say("calendar_no_activity", id=activity_id), USAGE)
    with store_or_exit(settings) as store:
        found = readings(_rule_or_exit(rule), first, count, wiring_calendar.days(store), activity.shift)
    if as_json:
        click.echo(as_text([calendar_report.reading_data(one) for one in found]))
    else:
        click.echo("\n".join(calendar_report.reading_lines(rule, found, activities.words)))


@calendar.command("notice", help=say("help_calendar_announcement"))
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@click.option("--yes", is_flag=True, help=say("option_announcement_yes"))
@click.option("--at", default="", help=say("option_at"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def announcement(file: IO[str], yes: bool, at: str, as_json: bool) -> None:
    """Read the yearly announcement, show what it changes, and keep it once that is confirmed."""
    settings = settings_or_exit()
    today = moment_or_exit(at, settings).astimezone(settings.zone).date()
    found = _announcement_or_exit(file)
    activities = activities_or_exit(settings)
    with store_or_exit(settings) as store:
        agenda = wiring_calendar.agenda(settings, store, activities, RosterStore(store).branches())
        others = [one for one in Announcements(store).all() if one.year != found.year]
        changed = differences(found, agenda.days)
        moved = _moved(agenda, day_data.days([*others, found]), today, date(found.year, 12, 31))
        if yes:
            Announcements(store).enter(found)
    if as_json:
        click.echo(as_text(calendar_report.announcement_data(found, changed, moved) | {"written": yes}))
        return
    names = {branch.id: branch.name for branch in agenda.branches}
    lines = [calendar_report.moved_line(*pair, activities, names) for pair in moved]
    click.echo("\n".join(calendar_report.announcement_lines(found, changed, lines, activities.words)))
    click.echo(say("announcement_entered" if yes else "announcement_dry", year=found.year))


@calendar.command(help=say("help_calendar_check"))
@click.option("--at", default="", help=say("option_at"))
def check(at: str) -> None:
    """The activities as members will meet them, the branches' rules that can be read in several ways, and how far the
    data on days off reaches.
    """
    settings = settings_or_exit()
    now = moment_or_exit(at, settings).astimezone(settings.zone)
    activities = activities_or_exit(settings)
    with store_or_exit(settings) as store:
        agenda = wiring_calendar.agenda(settings, store, activities, ())
        branches, announcements = RosterStore(store).branches(), Announcements(store).all()
    for activity in activities.all:
        alone = replace(agenda, activities=replace(activities, all=(activity,)))
        click.echo("\n".join(calendar_report.activity_lines(activity, activities, upcoming(alone.between, now, SHOWN))))
    click.echo(say("calendar_known_until", date=day_data.known_until(announcements)))
    if year := day_data.missing_year(now.date(), announcements):
        click.echo(say("calendar_missing", year=year))
    findings = list(calendar_report.rule_findings(branches, now.date(), agenda.days))
    if findings:
        fail("\n".join(findings), FINDING)


def _rule_or_exit(text: str) -> Rule:
    try:
        return parse_rule(text)
    except BadRule as error:
        fail(agenda_report.bad_rule(error), USAGE)


def _announcement_or_exit(file: IO[str]) -> Announcement:
    try:
        return read(file.read())
    except UnicodeDecodeError:
        fail(say("announcement_not_utf8"), USAGE)
    except BadAnnouncement as error:
        fail(say(f"problem_{error.kind}", **error.about), FINDING)


def _moved(agenda: Agenda, days: Days, first: date, last: date) -> list[tuple[Appointment, Appointment]]:
    """The appointments that other day data moves to another day, before and after, by time."""
    before = {one.meeting: one for one in agenda.between(first, last)}
    after = replace(agenda, days=days).between(first, last)
    pairs = [(before[one.meeting], one) for one in after if one.meeting in before]
    return sorted((pair for pair in pairs if pair[0].begins != pair[1].begins), key=lambda pair: pair[1].begins)
