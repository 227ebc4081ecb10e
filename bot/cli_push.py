"""`python -m bot push …`: how the reminders stand, and holding them up."""

from typing import Any

import click

from bot import reminding, wiring
from bot.brake import BY_OPERATOR, Brake
from bot.ledger import LedgerStore
from bot.rounds import Standing, standings
from bot.table import rows
from bot.terminal import as_text, say, settings_or_exit, store_or_exit

COLUMNS = ("planned", "sent", "delivered", "failed", "unknown", "skipped", "pending")


@click.group(help=say("help_push"))
def push() -> None:
    """How the reminders stand, and holding them up."""


@push.command(help=say("help_push_status"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def status(as_json: bool) -> None:
    """Every round in figures."""
    with store_or_exit(settings_or_exit()) as store:
        found = standings(store)
    if as_json:
        click.echo(as_text([_data(one) for one in found]))
    else:
        click.echo(_table(found) if found else say("push_none"))


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
    """Try those again who certainly did not get it, while it is still of use; nobody else."""
    settings = settings_or_exit()
    with store_or_exit(settings) as store:
        count = LedgerStore(store).retry(reminding.clockside(settings, store).now())
    click.echo(as_text({"retried": count}) if as_json else say("push_retried", count=count))


def _data(one: Standing) -> dict[str, Any]:
    return {
        "activity": one.round.activity_id,
        "date": one.round.on.isoformat(),
        "lead": one.round.lead,
        **{name: getattr(one, name) for name in COLUMNS},
        "done": one.done,
        "reasons": dict(one.reasons),
    }


def _table(found: list[Standing]) -> str:
    heading = [say(f"push_column_{name}") for name in ("round", *COLUMNS)]
    body = [
        [f"{one.round.activity_id} {one.round.on} {one.round.lead}", *(str(getattr(one, name)) for name in COLUMNS)]
        for one in found
    ]
    return rows([heading, *body])
