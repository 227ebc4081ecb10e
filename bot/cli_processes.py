"""`python -m bot scheduler`, `worker`: the processes behind the reminders. They load no corpus."""

import click

from bot import clockwork, logs, stopping
from bot import worker as workers
from bot.terminal import activities_or_exit, level, quietly, say, settings_or_exit


@click.command(help=say("help_scheduler"))
@quietly
def scheduler(quiet: bool) -> None:
    """Ask once a minute what is due, until told to stop."""
    settings = settings_or_exit(serving=True)
    activities_or_exit(settings)
    logs.configure(level(quiet))
    clockwork.run(settings, stopping.on_signal())


@click.command(help=say("help_worker"))
@quietly
def worker(quiet: bool) -> None:
    """Send what is open, until told to stop."""
    settings = settings_or_exit(serving=True)
    activities_or_exit(settings)
    logs.configure(level(quiet))
    workers.run(settings, stopping.on_signal())
