"""`python -m bot push …`: how the reminders stand, and holding them up."""

import click

from bot import round_report, wiring
from bot.brake import BY_OPERATOR, Brake
from bot.ledger import LedgerStore
from bot.rounds import standings
from bot.store_clock import StoreClock
from bot.terminal import activities_or_exit, as_text, say, settings_or_exit, store_or_exit


@click.group(help=say("help_push"))
def push() -> None:
    """How the reminders stand, and holding them up."""


@push.command(help=say("help_push_status"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def status(as_json: bool) -> None:
    """Every round in figures."""
    settings = settings_or_exit()
    with store_or_exit(settings) as store:
        found = standings(store)
    if as_json:
        click.echo(as_text([round_report.data(one) for one in found]))
    else:
        click.echo(round_report.text(found, activities_or_exit(settings)) if found else say("push_none"))


@push.command(help=say("help_push_pause"))
def pause() -> None:
    """Let nothing out until `resume`."""
    settings = settings_or_exit()
    with store_or_exit(settings) as store:
        Brake(store, wiring.clock(settings)).pause(BY_OPERATOR)
    click.echo(say("push_paused"))


@push.command(help=say("help_push_resume"))
def resume() -> None:
    """Lift every pause, whoever made it."""
    settings = settings_or_exit()
    with store_or_exit(settings) as store:
        lifted = Brake(store, wiring.clock(settings)).resume()
    click.echo(say("push_resumed", count=len(lifted)))


@push.command("retry-failed", help=say("help_push_retry"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def retry_failed(as_json: bool) -> None:
    """Try those again who certainly did not get it, while it is of use and could succeed; nobody else."""
    with store_or_exit(settings_or_exit()) as store:
        retried = LedgerStore(store).retry(StoreClock(store)())
    if as_json:
        click.echo(as_text({"retried": retried.count, "left": dict(retried.left)}))
        return
    click.echo(say("push_retried", count=retried.count))
    if retried.left:
        click.echo(say("push_left", count=sum(retried.left.values()), why=round_report.counted(retried.left)))
