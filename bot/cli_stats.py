"""`python -m bot stats`: which answers are asked for, which help, and what was asked in vain."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import click

from bot import stats as figures
from bot import wiring
from bot.loading import corpus_or_exit, language_or_exit
from bot.misses import Group, Misses, grouped
from bot.stats import Figures
from bot.table import rows
from bot.terminal import as_text, say, settings_or_exit, store_or_exit
from content.library import Library

SHOWN: Final = 20


@click.command(help=say("help_stats"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def stats(as_json: bool) -> None:
    """Figures per entry, and the questions most members asked in vain."""
    settings = settings_or_exit()
    corpus = corpus_or_exit(settings, as_json)
    with store_or_exit(settings) as store:
        found = figures.read(store, wiring.clock(settings)().date())
        missed = grouped(Misses(store).open(), language_or_exit(settings).normalise)[:SHOWN]
    if as_json:
        groups = [{"id": g.id, "question": g.question, "members": g.members, "times": g.times} for g in missed]
        click.echo(as_text({"entries": [asdict(row) for row in found], "missed": groups}))
        return
    click.echo(_entries(found[:SHOWN], corpus) if found else say("stats_none"))
    click.echo(_missed(missed) if missed else say("stats_none_missed"))


def _entries(found: Sequence[Figures], corpus: Library) -> str:
    header = [say(f"stats_{name}") for name in ("entry", "answered", "useful", "useless", "reasons")]
    body = [
        [_question(row, corpus), str(row.answered), str(row.useful), str(row.useless), _reasons(row)] for row in found
    ]
    return rows([header, *body])


def _question(row: Figures, corpus: Library) -> str:
    entry = corpus.entry(row.entry_id)
    return entry.question if entry else row.entry_id


def _reasons(row: Figures) -> str:
    return " ".join(f"{say(f'stats_reason_{name}')} {count}" for name, count in row.reasons.items())


def _missed(groups: Sequence[Group]) -> str:
    header = [say(f"stats_{name}") for name in ("missed", "id", "members", "times")]
    return rows([header, *([group.question, group.id, str(group.members), str(group.times)] for group in groups)])
