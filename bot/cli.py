"""The commands. Exit codes: 0 = fine, 1 = a finding, 2 = wrong usage or settings."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

import click

from bot import clockwork, embedded, logs, server, stopping, supervise, wiring
from bot import doctor as examination
from bot import worker as workers
from bot.cli_calendar import calendar
from bot.cli_content import content
from bot.cli_eval import eval_
from bot.cli_misses import misses
from bot.cli_push import push
from bot.cli_remind import remind
from bot.cli_roster import roster
from bot.cli_stats import stats
from bot.heartbeats import SCHEDULER, WORKER
from bot.inbox import Inbox
from bot.pseudonyms import Pseudonyms
from bot.settings import Settings
from bot.table import box
from bot.talk import Conversation, as_data
from bot.terminal import (
    FINDING,
    activities_or_exit,
    as_text,
    fail,
    material_or_exit,
    say,
    services_or_exit,
    settings_or_exit,
    store_or_exit,
)
from handlers.layout import visible
from handlers.messages import BLANK, Memory
from handlers.services import Services


@click.group(help=say("help_bot"))
def main() -> None:
    """Entry point of `python -m bot`."""
    logs.configure(logging.WARNING)  # a command says itself what it did; those that serve log more


main.add_command(calendar)
main.add_command(content)
main.add_command(eval_)
main.add_command(misses)
main.add_command(push)
main.add_command(remind)
main.add_command(roster)
main.add_command(stats)


@main.command(help=say("help_run"))
def run() -> None:
    """Start everything on this machine and wait."""
    settings = settings_or_exit()
    click.echo(say("run_starting"))
    material_or_exit(settings)  # a corpus with mistakes stops the start, before any process runs
    try:
        supervise.run(settings, on_ready=lambda: click.echo(_welcome(settings)))
    except supervise.Ended as error:
        fail(say("error_ended", what=error), FINDING)
    except embedded.StoreWillNotStart as error:
        fail(say("error_store", reason=error), FINDING)


@main.command(help=say("help_web"))
def web() -> None:
    """Serve until told to stop; with the embedded store when none is configured and none runs."""
    settings = settings_or_exit()
    material_or_exit(settings)  # a corpus with mistakes stops the start, before any process runs
    logs.configure()
    if settings.redis_url:
        server.Server(settings).run()
        return
    try:
        with embedded.running(settings.data_dir):
            server.Server(settings).run()
    except embedded.StoreWillNotStart as error:
        fail(say("error_store", reason=error), FINDING)


@main.command(help=say("help_scheduler"))
def scheduler() -> None:
    """Ask once a minute what is due, until told to stop."""
    settings = settings_or_exit()
    activities_or_exit(settings)
    logs.configure()
    clockwork.run(settings, stopping.on_signal())


@main.command(help=say("help_worker"))
def worker() -> None:
    """Send what is open, until told to stop."""
    settings = settings_or_exit()
    activities_or_exit(settings)
    logs.configure()
    workers.run(settings, stopping.on_signal())


@main.command(help=say("help_ask"))
@click.argument("text")
@click.option("--explain", "why", is_flag=True, help=say("option_explain"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def ask(text: str, why: bool, as_json: bool) -> None:
    """One question, one reply."""
    settings = settings_or_exit()
    services = services_or_exit(settings)
    reply = Conversation(services, wiring.clock(settings)).say(text).reply
    if as_json:
        data: dict[str, Any] = {"outcome": reply.outcome, "text": visible(reply.text), "raw": reply.text}
        click.echo(as_text(data | {"search": as_data(text, services)}))
        return
    click.echo(visible(reply.text))
    click.echo(say("ask_outcome", outcome=reply.outcome))
    if why:
        click.echo(_explanation(text, services))


@main.command(help=say("help_chat"))
def chat() -> None:
    """A conversation in the terminal."""
    settings = settings_or_exit()
    services = services_or_exit(settings)
    talk = Conversation(services, wiring.clock(settings))
    click.echo(say("chat_hint"))
    last, before = "", talk.memory
    while True:
        click.echo(say("chat_prompt"), nl=False)
        line = sys.stdin.readline()
        text = line.strip()
        if not line or text == say("chat_quit"):
            return
        if text == say("chat_why"):
            click.echo(_explanation(last, services, before))
        elif text:
            last, before = text, talk.memory
            click.echo(say("chat_bot") + visible(talk.say(text).reply.text))


@main.command(help=say("help_purge"))
@click.option("--openid", required=True, help=say("option_openid"))
def purge(openid: str) -> None:
    """Remove everything kept about a member, wherever it is."""
    settings = settings_or_exit()
    activities = activities_or_exit(settings)
    with store_or_exit(settings) as store:
        branches = wiring.branches(settings, store, activities)
        branches.reminders.forget(openid)  # found by way of the roster, so it goes first
        branches.book.forget(openid)
        Inbox(store, Pseudonyms(store.secret)).forget(openid, wiring.clock(settings)())
    click.echo(say("purged"))


@main.command(help=say("help_doctor"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def doctor(as_json: bool) -> None:
    """Is everything in order, and if not, what to do."""
    findings = examination.examine(settings_or_exit())
    if as_json:
        click.echo(as_text([{"level": f.level, "what": say(f.key, **dict(f.about))} for f in findings]))
    else:
        for finding in findings:
            click.echo(say(f"doctor_{finding.level}", what=say(finding.key, **dict(finding.about))))
    if any(finding.level == "bad" for finding in findings):
        sys.exit(FINDING)


@main.command(help=say("help_healthcheck"))
@click.argument("role", default="web", type=click.Choice(["web", SCHEDULER, WORKER]))
def healthcheck(role: str) -> None:
    """Exit code 0 when that process is well."""
    settings = settings_or_exit()
    well = supervise.answers(settings, "/healthz") if role == "web" else examination.is_alive(settings, role)
    sys.exit(0 if well else FINDING)


def _welcome(settings: Settings) -> str:
    url = f"http://{supervise.near_host(settings)}:{settings.port}"
    where = say("box_chat", url=f"{url}/") if settings.demo else say("box_webhook", url=settings.public_url or url)
    tries = [f"  · {say(f'box_try_{number}')}" for number in (1, 2, 3)]
    return box(say("box_title"), [where, say("box_try"), *tries, say("box_stop")])


def _explanation(text: str, services: Services, memory: Memory = BLANK) -> str:
    data = as_data(text, services, memory)
    lines = [say("explain_question", **data), say(f"explain_{data['verdict']}", **data, **data["cutoffs"])]
    if data["goes_on_about"]:
        lines.insert(1, say("explain_goes_on", cases=" ".join(data["goes_on_about"])))
    for match in data["matches"]:
        lines.append(say("explain_match", **match))
        lines.append(say("explain_features", features=_features(match["features"])))
    return "\n".join(lines)


def _features(features: Mapping[str, float]) -> str:
    return "  ".join(f"{say(f'feature_{name}')} {value:.2f}" for name, value in features.items() if value)
