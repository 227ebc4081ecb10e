"""`python -m bot ask`, `chat`: questions and replies in the terminal."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from bot import wiring
from bot.loading import services_or_exit
from bot.talk import Conversation, as_data
from bot.terminal import as_text, say, settings_or_exit
from handlers.layout import visible
from handlers.messages import BLANK, Memory
from handlers.services import Services


@click.command(help=say("help_ask"))
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


@click.command(help=say("help_chat"))
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


def _explanation(text: str, services: Services, memory: Memory = BLANK) -> str:
    data = as_data(text, services, memory)
    lines = [say("explain_question", **data), say(f"explain_{data['verdict']}", **data, **data["cutoffs"])]
    if data["goes_on_about"]:
        lines.insert(1, say("explain_goes_on", cases=" ".join(data["goes_on_about"])))
    if data["outside"]["closeness"]:
        lines.append(say("explain_outside", **data["outside"]))
    for match in data["matches"]:
        lines.append(say("explain_match", **match))
        lines.append(say("explain_features", features=_features(match["features"])))
    return "\n".join(lines)


def _features(features: Mapping[str, float]) -> str:
    return "  ".join(f"{say(f'feature_{name}')} {value:.2f}" for name, value in features.items() if value)
