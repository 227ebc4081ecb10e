"""`python -m bot remind …`: what members will be reminded of."""

from collections.abc import Sequence

import click

from bot import agenda_report, reminding, tick_report, wiring_calendar
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
from content.calendar import BadRule
from scheduler.agenda import upcoming
from scheduler.roster import Branch


@click.group(help=say("help_remind"))
def remind() -> None:
    """What members will be reminded of."""


@remind.command("next", help=say("help_remind_next"))
@click.option("--branch", "branch_id", default="", help=say("option_branch"))
@click.option("-n", "count", default=6, type=click.IntRange(1, 1000), help=say("option_count"))
@click.option("--at", default="", help=say("option_at"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def next_(branch_id: str, count: int, at: str, as_json: bool) -> None:
    """The next appointments of one branch or of all, in time order."""
    settings = settings_or_exit()
    now = moment_or_exit(at, settings)
    with store_or_exit(settings) as store:
        branches = _branches(RosterStore(store), branch_id)
        agenda = wiring_calendar.agenda(settings, store, activities_or_exit(settings), branches)
    try:
        found = upcoming(agenda.between, now.astimezone(settings.zone), count)
    except BadRule as error:  # a roster from before a change of the grammar; `calendar check` names the branch
        fail(agenda_report.bad_rule(error), FINDING)
    if as_json:
        click.echo(as_text([agenda_report.data(one) for one in found]))
        return
    names = {branch.id: branch.name for branch in agenda.branches}
    lines = [agenda_report.line(one, agenda.activities, names) for one in found]
    click.echo("\n".join(lines) or say("remind_none"))


@remind.command(help=say("help_remind_tick"))
@click.option("--at", default="", help=say("option_tick_at"))
@click.option("--dry-run", "dry", is_flag=True, help=say("option_dry_run"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def tick(at: str, dry: bool, as_json: bool) -> None:
    """Act as the scheduler would at that moment; done twice, it tells nobody twice."""
    settings = settings_or_exit()
    now = moment_or_exit(at, settings)
    at_home = now.astimezone(settings.zone)
    activities = activities_or_exit(settings)
    with store_or_exit(settings) as store:
        ticked = reminding.clockside(settings, store).tick(at_home, dry=dry)
        forecast = tick_report.forecast(ticked, settings, store)
        branches = {branch.id: branch.name for branch in RosterStore(store).branches()}
    data = tick_report.data(ticked, now, forecast, dry=dry)
    click.echo(as_text(data) if as_json else tick_report.text(data, at_home, activities, branches))


def _branches(roster: RosterStore, branch_id: str) -> Sequence[Branch]:
    """One branch, or all if none is named; exits when there is no such branch."""
    if not branch_id:
        return roster.branches()
    found = roster.branch(branch_id)
    if found is None:
        fail(say("roster_no_branch", id=branch_id), USAGE)
    return (found,)
