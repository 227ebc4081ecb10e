"""`python -m bot content …`: what editors do with the corpus."""

from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from bot import edited, wiring, wiring_chat, workbook
from bot.loading import corpus_or_exit, material_or_exit
from bot.terminal import USAGE, activities_or_exit, as_text, fail, report, say, settings_or_exit, writing_or_exit
from bot.terminal import findings as listed
from content import library
from content.changes import Changes, compare
from content.coverage import sentences
from content.files import ContentError, Problem, read_documents, read_lines
from content.lint import answered_outside, lint
from content.sources import clean
from content.text import fold
from content.verify import Finding
from content.verify import verify as prove

FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(help=say("help_content"))
def content() -> None:
    """What editors do with the corpus."""


@content.command(help=say("help_content_check"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def check(as_json: bool) -> None:
    """Load everything and report every finding."""
    settings = settings_or_exit()
    corpus = corpus_or_exit(settings, as_json)
    report(lint(corpus, wiring.clock(settings)().date()), as_json)
    activities_or_exit(settings, as_json)
    material = material_or_exit(settings)
    wiring_chat.matcher(material.library, material.language)  # what would end the start ends the check
    report(answered_outside(corpus, edited.file(settings.content_dir, "outside.txt")), as_json)
    sizes = _counts(corpus)
    click.echo(as_text({"problems": [], **sizes}) if as_json else say("check_ok", **sizes))


@content.command(help=say("help_content_verify"))
@click.option("--sources", required=True, type=FOLDER, help=say("option_sources"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def verify(sources: Path, as_json: bool) -> None:
    """Prove every answer against the documents."""
    settings = settings_or_exit()
    corpus = corpus_or_exit(settings, as_json)
    try:
        known = frozenset(map(fold, read_lines(edited.file(settings.content_dir, "known_words.txt"))))
    except ContentError as error:
        fail(listed(error.problems), USAGE)
    findings = prove(corpus, _documents(sources), known)
    report([_unverified(finding) for finding in findings], as_json)
    sizes = {"entries": len(corpus.entries), "overviews": len(corpus.all_entries) - len(corpus.entries)}
    click.echo(as_text({"problems": []}) if as_json else say("verify_ok", **sizes))


@content.command(help=say("help_content_coverage"))
@click.option("--sources", required=True, type=FOLDER, help=say("option_sources"))
@click.option("--untold", is_flag=True, help=say("option_untold"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def coverage(sources: Path, untold: bool, as_json: bool) -> None:
    """How much of the documents the corpus cites and tells."""
    found = sentences(corpus_or_exit(settings_or_exit(), as_json), _documents(sources))
    table = []
    for file in sorted({sentence.case.source.file for sentence in found}):
        mine = [sentence for sentence in found if sentence.case.source.file == file]
        shares = {name: sum(getattr(s, name) for s in mine) / len(mine) for name in ("cited", "told")}
        table.append({"file": file, "sentences": len(mine), **shares})
    if as_json:
        click.echo(as_text(table))
        return
    for row in table:
        click.echo(say("coverage_row", **(row | {name: f"{row[name]:.1%}" for name in ("cited", "told")})))
    for sentence in found if untold else ():
        if not sentence.told:
            click.echo(say("coverage_untold", case=sentence.case.id, line=sentence.line, text=sentence.text))


@content.command("table", help=say("help_content_table"))
def by_document() -> None:
    """Cases, entries and phrasings of each document, as the table that stands in README."""
    corpus = corpus_or_exit(settings_or_exit(), as_json=False)
    rows = _counts_by_document(corpus) | {say("table_total"): _counts(corpus)}
    click.echo(say("table_header"))
    for name, row in rows.items():
        click.echo(say("table_row", name=name, **row))


@content.command("export", help=say("help_content_export"))
@click.argument("path", type=click.Path(path_type=Path))
def export(path: Path) -> None:
    """Write the corpus as a spreadsheet."""
    corpus = corpus_or_exit(settings_or_exit(), as_json=False)
    try:
        workbook.write(corpus, path, say)
    except OSError as error:
        fail(f"{path}: {error.strerror}", USAGE)
    click.echo(say("exported", path=path, **_counts(corpus)))


@content.command("import", help=say("help_content_import"))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help=say("option_yes"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def import_(path: Path, yes: bool, as_json: bool) -> None:
    """Show what a spreadsheet would change; write it only with --yes."""
    settings = settings_or_exit()
    old = corpus_or_exit(settings, as_json)
    try:
        new = library.read(path, workbook.read(path, say), settings.content_dir)
    except ContentError as error:
        report(error.problems, as_json)
        raise
    changes = compare(old, new)
    if yes and changes:
        with writing_or_exit():
            workbook.apply(changes, old, new, settings.content_dir)
    if as_json:
        click.echo(as_text(asdict(changes) | {"written": yes and bool(changes)}))
        return
    _show_changes(changes, written=yes)


def _show_changes(changes: Changes, *, written: bool) -> None:
    if not changes:
        click.echo(say("import_same"))
        return
    for kind in ("new", "changed", "removed"):
        for entry_id in getattr(changes, kind):
            click.echo(say(f"import_{kind}", id=entry_id))
    sizes = {kind: len(getattr(changes, kind)) for kind in ("new", "changed", "removed")}
    click.echo(say("import_changes", unchanged=changes.unchanged, **sizes))
    count = len(changes.cases) + len(changes.gone)
    click.echo(say("import_written", count=count) if written else say("import_dry"))


def _documents(folder: Path) -> dict[str, list[str]]:
    try:
        return {name: clean(text) for name, text in read_documents(folder).items()}
    except ContentError as error:
        fail(listed(error.problems), USAGE)


def _unverified(finding: Finding) -> Problem:
    about = (("id", finding.entry.id), ("what", finding.what))
    return Problem(finding.entry.path, finding.entry.line, f"unverified_{finding.kind}", about)


def _counts(corpus: library.Library) -> dict[str, int]:
    """How many cases, entries and phrasings."""
    phrasings = sum(len(entry.phrasings) for entry in corpus.entries)
    return {"cases": len(corpus.cases), "entries": len(corpus.entries), "phrasings": phrasings}


def _counts_by_document(corpus: library.Library) -> dict[str, dict[str, int]]:
    """The same for the cases of each document, by its file name."""
    found = {}
    for file in sorted({case.source.file for case in corpus.cases}):
        cases = tuple(case for case in corpus.cases if case.source.file == file)
        entries = tuple(entry for entry in corpus.entries if entry.case.source.file == file)
        found[file] = _counts(library.Library(cases, entries))
    return found
