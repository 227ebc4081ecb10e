"""The commands, each read when it is asked for. Exit codes: 0 = fine, 1 = a finding, 2 = wrong usage or settings."""

import logging
import pkgutil
from typing import Any, Final

import click

from bot import logs, usage
from bot.terminal import say

COMMANDS: Final = {
    "ask": "bot.cli_ask:ask",
    "backup": "bot.cli_backup:backup",
    "calendar": "bot.cli_calendar:calendar",
    "chat": "bot.cli_ask:chat",
    "content": "bot.cli_content:content",
    "doctor": "bot.cli_doctor:doctor",
    "eval": "bot.cli_eval:eval_",
    "healthcheck": "bot.cli_healthcheck:healthcheck",
    "misses": "bot.cli_misses:misses",
    "purge": "bot.cli_purge:purge",
    "push": "bot.cli_push:push",
    "remind": "bot.cli_remind:remind",
    "restore": "bot.cli_backup:restore",
    "roster": "bot.cli_roster:roster",
    "run": "bot.cli_serve:run",
    "scheduler": "bot.cli_processes:scheduler",
    "stats": "bot.cli_stats:stats",
    "web": "bot.cli_serve:web",
    "worker": "bot.cli_processes:worker",
}


class Commands(click.Group):
    """A group that imports a command when it is asked for: what others need may take seconds to load."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Their names, for the help."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name; None = there is none."""
        if name not in COMMANDS:
            return None
        command: click.Command = pkgutil.resolve_name(COMMANDS[name])
        return command

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """As click does, with mistakes in what stands before the command explained."""
        with usage.explained():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does, with mistakes in the command and what follows it explained."""
        with usage.explained():
            return super().invoke(ctx)


@click.group(cls=Commands, help=say("help_bot"))
def main() -> None:
    """Entry point of `python -m bot`."""
    logs.configure(logging.WARNING)  # a command says itself what it did; those that serve log more
