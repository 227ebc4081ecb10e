"""`python -m bot purge`: one member is forgotten."""

import click

from bot import wiring
from bot.forgetting import forget
from bot.terminal import say, settings_or_exit, store_or_exit


@click.command(help=say("help_purge"))
@click.option("--openid", required=True, help=say("option_openid"))
def purge(openid: str) -> None:
    """Remove everything kept about a member, wherever it is."""
    settings = settings_or_exit()
    with store_or_exit(settings) as store:
        forget(store, openid, wiring.clock(settings)())
    click.echo(say("purged"))
