"""What the commands share: sentences, exit codes, settings and corpus or a report of what is wrong with them."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final, NoReturn, TypeVar

import click

from bot import embedded, material, wiring
from bot.encoders import NoEncoder
from bot.material import Material
from bot.settings import Settings, SettingsError, load
from bot.store import Store, StoreUnavailable
from content import language, library, wording
from content.activities import Activities
from content.files import ContentError, Problem
from content.matching import BadWeights
from handlers.services import Services

Loaded = TypeVar("Loaded")
say: Final = wiring.console()
FINDING: Final = 1
USAGE: Final = 2
YEARS: Final = range(2000, 2190)  # what an operator may mean; the calendar ends with 2199
PATIENCE: Final = 60.0  # seconds one command of an operator's may take in the store


def settings_or_exit() -> Settings:
    """The settings of this process; exits with what is wrong with them."""
    try:
        return load()
    except SettingsError as error:
        lines = [say("error_settings"), *(say("error_settings_item", name=n, what=w) for n, w in error.findings)]
        fail("\n".join([*lines, say("error_settings_hint")]), USAGE)


def services_or_exit(settings: Settings) -> Services:
    """The handlers' world; exits with every finding when it cannot be made."""
    return _or_exit(settings, wiring.services)


def material_or_exit(settings: Settings) -> Material:
    """What the handlers' world is made of today, seconds sooner; exits with every finding when it cannot be used."""
    return _or_exit(settings, lambda settings: material.read(settings, wiring.clock(settings)().date()))


def _or_exit(settings: Settings, load_from: Callable[[Settings], Loaded]) -> Loaded:
    try:
        return load_from(settings)
    except ContentError as error:
        fail(say("error_content", count=len(error.problems)) + "\n" + findings(error.problems), FINDING)
    except wording.WordingError as error:
        fail(str(error), FINDING)
    except NoEncoder as error:
        fail(say("error_encoder", name=settings.encoder, package=error), FINDING)
    except BadWeights as error:
        fail(say("error_weights", reason=error), FINDING)


@contextmanager
def store_or_exit(settings: Settings) -> Iterator[Store]:
    """The store, for work on everything at once; the embedded one is started for it unless it runs already. Exits when
    it cannot be reached.
    """
    try:
        if settings.redis_url:
            yield Store(settings.redis_url, timeout=PATIENCE)
            return
        with embedded.running(settings.data_dir) as url:
            yield Store(url, timeout=PATIENCE)
    except (StoreUnavailable, embedded.StoreWillNotStart) as error:
        fail(say("error_store", reason=error), FINDING)


def moment_or_exit(text: str, settings: Settings) -> datetime:
    """The moment an operator wrote as 2026-12-04T09:00, in the settings' zone unless it carries an offset; now if it is
    empty. Exits when it is none.
    """
    try:
        moment = datetime.fromisoformat(text) if text else wiring.clock(settings)()
    except ValueError:
        fail(say("error_moment", text=text), USAGE)
    if moment.year not in YEARS:
        fail(say("error_moment", text=text), USAGE)
    return moment if moment.tzinfo else moment.replace(tzinfo=settings.zone)


def activities_or_exit(settings: Settings, as_json: bool = False) -> Activities:
    """What members are reminded of; exits with every finding when the file does not load."""
    try:
        return material.activities(settings)
    except ContentError as error:
        report(error.problems, as_json)
        raise


def corpus_or_exit(settings: Settings, as_json: bool) -> library.Library:
    """The whole corpus, entries out of date included; exits with every finding when it does not load."""
    try:
        return library.load(settings.content_dir)
    except ContentError as error:
        report(error.problems, as_json)
        raise


def language_or_exit(settings: Settings) -> language.Language:
    """How members speak; exits with every finding when it does not load."""
    try:
        return material.spoken(settings.content_dir)
    except ContentError as error:
        fail(findings(error.problems), FINDING)


def counts(corpus: library.Library) -> dict[str, int]:
    """How many cases, entries and phrasings."""
    phrasings = sum(len(entry.phrasings) for entry in corpus.entries)
    return {"cases": len(corpus.cases), "entries": len(corpus.entries), "phrasings": phrasings}


def counts_by_document(corpus: library.Library) -> dict[str, dict[str, int]]:
    """The same for the cases of each document, by its file name."""
    found = {}
    for file in sorted({case.source.file for case in corpus.cases}):
        cases = tuple(case for case in corpus.cases if case.source.file == file)
        entries = tuple(entry for entry in corpus.entries if entry.case.source.file == file)
        found[file] = counts(library.Library(cases, entries))
    return found


def findings(problems: Iterable[Problem]) -> str:
    """Findings in words, a line each, with file and line or cell."""
    return "\n".join(f"{p.where}: {say(f'problem_{p.kind}', **dict(p.about))}" for p in problems)


def report(problems: Sequence[Problem], as_json: bool) -> None:
    """Print findings and exit with 1; go on when there are none."""
    if not problems:
        return
    if as_json:
        found = [{"where": p.where, "line": p.line, "kind": p.kind, "about": dict(p.about)} for p in problems]
        click.echo(as_text({"problems": found}))
    else:
        click.echo(findings(problems))
        click.echo(say("check_found", count=len(problems)))
    sys.exit(FINDING)


def as_text(data: object) -> str:
    """A value as JSON for programs."""
    return json.dumps(data, ensure_ascii=False, indent=2, default=str)


def fail(message: str, code: int) -> NoReturn:
    """Say it on standard error and exit."""
    click.echo(message, err=True)
    sys.exit(code)
