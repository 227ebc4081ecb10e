"""`python -m bot purge`: one member is forgotten."""

import click

from bot import wiring, wiring_chat
from bot.inbox import Inbox
from bot.pseudonyms import Pseudonyms
from bot.terminal import activities_or_exit, say, settings_or_exit, store_or_exit


@click.command(help=say("help_purge"))
@click.option("--openid", required=True, help=say("option_openid"))
def purge(openid: str) -> None:
    """Remove everything kept about a member, wherever it is."""
    settings = settings_or_exit()
    activities = activities_or_exit(settings)
    with store_or_exit(settings) as store:
        branches = wiring_chat.branches(settings, store, activities)
        branches.reminders.forget(openid)  # found by way of the roster, so it goes first
        branches.book.forget(openid)
        Inbox(store, Pseudonyms(store.secret)).forget(openid, wiring.clock(settings)())
    click.echo(say("purged"))
