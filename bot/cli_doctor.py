"""`python -m bot doctor`: is everything in order, and if not, what to do."""

import sys

import click

from bot import doctor as examination
from bot.terminal import FINDING, as_text, say, settings_or_exit


@click.command(help=say("help_doctor"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def doctor(as_json: bool) -> None:
    """Is everything in order, and if not, what to do."""
    findings = examination.examine(settings_or_exit(serving=True))
    if as_json:
        click.echo(as_text([{"level": f.level, "what": say(f.key, **dict(f.about))} for f in findings]))
    else:
        for finding in findings:
            click.echo(say(f"doctor_{finding.level}", what=say(finding.key, **dict(finding.about))))
    if any(finding.level == "bad" for finding in findings):
        sys.exit(FINDING)
