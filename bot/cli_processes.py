"""`python -m bot scheduler`, `worker`: the processes behind the reminders. They load no corpus."""

import click

from bot import clockwork, logs, stopping
from bot import worker as workers
from bot.terminal import activities_or_exit, say, settings_or_exit


@click.command(help=say("help_scheduler"))
def scheduler() -> None:
    """Ask once a minute what is due, until told to stop."""
    settings = settings_or_exit()
    activities_or_exit(settings)
    logs.configure()
    clockwork.run(settings, stopping.on_signal())


@click.command(help=say("help_worker"))
def worker() -> None:
    """Send what is open, until told to stop."""
    settings = settings_or_exit()
    activities_or_exit(settings)
    logs.configure()
    workers.run(settings, stopping.on_signal())
