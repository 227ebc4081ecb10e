"""`python -m bot healthcheck`: what a container's health check runs."""

import sys

import click

from bot import health
from bot.heartbeats import SCHEDULER, WORKER
from bot.terminal import FINDING, say, settings_or_exit


@click.command(help=say("help_healthcheck"))
@click.argument("role", default="web", type=click.Choice(["web", SCHEDULER, WORKER]))
def healthcheck(role: str) -> None:
    """Exit code 0 when that process is well."""
    settings = settings_or_exit()
    well = health.answers(settings, "/healthz") if role == "web" else health.is_alive(settings, role)
    sys.exit(0 if well else FINDING)
