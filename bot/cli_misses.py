"""`python -m bot misses …`: questions without an answer, for editors: look at them, make one a phrasing, drop one."""

from dataclasses import asdict
from typing import Any

import click

from bot import adopting, wiring
from bot.loading import corpus_or_exit, language_or_exit
from bot.misses import Group, Misses, Settled, grouped
from bot.settings import Settings
from bot.store import Store
from bot.terminal import (
    FINDING,
    USAGE,
    as_text,
    fail,
    findings,
    say,
    settings_or_exit,
    store_or_exit,
    writing_or_exit,
)
from content.entries import Entry
from content.files import ContentError
from content.library import Library

SHOWN = 50  # groups listed unless more are wanted


@click.group(help=say("help_misses"))
def misses() -> None:
    """Questions without an answer."""


@misses.command("list", help=say("help_misses_list"))
@click.option("--all", "every", is_flag=True, help=say("option_misses_all"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def list_(every: bool, as_json: bool) -> None:
    """Groups of like questions, those most members asked first."""
    settings = settings_or_exit()
    with store_or_exit(settings) as store:
        groups = _groups(settings, store)
    if as_json:
        click.echo(as_text({"groups": [_data(group) for group in groups]}))
        return
    corpus = corpus_or_exit(settings, as_json)
    for group in groups if every else groups[:SHOWN]:
        click.echo(_described(group, corpus))
    click.echo(say("misses_count", groups=len(groups), times=sum(group.times for group in groups)))


@misses.command(help=say("help_misses_adopt"))
@click.argument("group_id", metavar="ID")
@click.argument("entry_id", metavar="ENTRY")
@click.option("--as", "wording", default="", help=say("option_misses_as"))
def adopt(group_id: str, entry_id: str, wording: str) -> None:
    """Make a question a phrasing of an entry, in the entry's file."""
    settings = settings_or_exit()
    corpus = corpus_or_exit(settings, as_json=False)
    with store_or_exit(settings) as store:
        group = _group_or_exit(group_id, settings, store)
        entry = _entry_or_exit(entry_id, corpus)
        phrasing = wording.strip() or group.question
        today = wiring.clock(settings)().date()
        try:
            with writing_or_exit():
                adopting.add(corpus, settings.content_dir, entry, phrasing, today)
        except ContentError as error:
            fail(say("misses_not_adopted") + "\n" + findings(error.problems), FINDING)
        Misses(store).settle(Settled(group.rows, entry.id, phrasing))
    click.echo(say("misses_adopted", wording=phrasing, question=entry.question, path=entry.path))


@misses.command(help=say("help_misses_drop"))
@click.argument("group_id", metavar="ID")
def drop(group_id: str) -> None:
    """Take a group off the list; nothing is written into the corpus."""
    settings = settings_or_exit()
    with store_or_exit(settings) as store:
        group = _group_or_exit(group_id, settings, store)
        Misses(store).settle(Settled(group.rows))
    click.echo(say("misses_dropped", question=group.question, times=group.times))


@misses.command(help=say("help_misses_undo"))
def undo() -> None:
    """Take back the last `adopt` or `drop`; again for the one before."""
    settings = settings_or_exit()
    with store_or_exit(settings) as store:
        kept = Misses(store)
        settled = kept.last()
        if settled is None:
            fail(say("misses_nothing_to_undo"), FINDING)
        gone = settled.entry_id and not _taken_out(settled, settings)
        kept.reopen(settled)
    click.echo(say("misses_undone_by_hand" if gone else "misses_undone", wording=settled.wording))


def _taken_out(settled: Settled, settings: Settings) -> bool:
    """Take an adopted phrasing out of its entry's file; whether it was still there."""
    corpus = corpus_or_exit(settings, as_json=False)
    entry = corpus.entry(settled.entry_id)
    if entry is None:
        return False
    today = wiring.clock(settings)().date()
    try:
        with writing_or_exit():
            return adopting.remove(corpus, settings.content_dir, entry, settled.wording, today)
    except ContentError as error:
        fail(say("misses_not_undone") + "\n" + findings(error.problems), FINDING)


def _groups(settings: Settings, store: Store) -> list[Group]:
    return grouped(Misses(store).open(), language_or_exit(settings).normalise)


def _group_or_exit(group_id: str, settings: Settings, store: Store) -> Group:
    group = next((group for group in _groups(settings, store) if group.id == group_id), None)
    return group or fail(say("misses_no_group", id=group_id), USAGE)


def _entry_or_exit(entry_id: str, corpus: Library) -> Entry:
    return corpus.entry(entry_id) or fail(say("misses_no_entry", id=entry_id), USAGE)


def _described(group: Group, corpus: Library) -> str:
    lines = [say("misses_group", id=group.id, question=group.question, members=group.members, times=group.times)]
    lines += [say("misses_wording", wording=wording) for wording in group.wordings[1:]]
    near = [entry for entry_id in group.nearest if (entry := corpus.entry(entry_id))]
    lines += [say("misses_nearest", id=entry.id, question=entry.question) for entry in near]
    return "\n".join(lines)


def _data(group: Group) -> dict[str, Any]:
    """A group as plain data, without the numbers of its rows."""
    return {key: value for key, value in asdict(group).items() if key != "rows"}
