"""What all commands share: sentences, exit codes; settings, store and activities or a report of what is wrong with
them. Nothing here loads the corpus: that is `loading`.
"""

import json
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final, NoReturn

import click

from bot import edited, embedded, wiring
from bot.settings import Settings, SettingsError, load
from bot.store import Store, StoreUnavailable
from content.activities import Activities
from content.files import ContentError, Problem

say: Final = wiring.console()
FINDING: Final = 1
USAGE: Final = 2
YEARS: Final = range(2000, 2190)  # what an operator may mean; the calendar ends with 2199
quietly: Final = click.option("--quiet", is_flag=True, help=say("option_quiet"))  # of the processes that serve
PATIENCE: Final = 60.0  # seconds one command of an operator's may take in the store


def level(quiet: bool) -> int:
    """From which level on a process logs."""
    return logging.WARNING if quiet else logging.INFO


def settings_or_exit(*, serving: bool = False) -> Settings:
    """The settings of this process; exits with what is wrong with them.

    Args:
        serving: whether it serves members; a command for editors gets by without the account's token.
    """
    try:
        settings = load()
        if serving:
            settings.check_account()
        return settings
    except SettingsError as error:
        lines = [say("error_settings"), *(say("error_settings_item", name=n, what=w) for n, w in error.findings)]
        fail("\n".join([*lines, say("error_settings_hint")]), USAGE)


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


@contextmanager
def writing_or_exit() -> Iterator[None]:
    """Around writing the editors' files; exits with what to do when one cannot be written."""
    try:
        yield
    except OSError as error:
        fail(say("error_writing", path=error.filename or "", reason=error.strerror), FINDING)


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
        return edited.activities(settings)
    except ContentError as error:
        report(error.problems, as_json)
        raise


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
