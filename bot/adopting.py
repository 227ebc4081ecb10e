"""Write a phrasing into the editors' files, or take it out again, if `content check` has nothing against it."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from content import library
from content.changes import compare
from content.edits import with_phrasing, without_phrasing
from content.entries import Entry
from content.files import ContentError, Problem
from content.library import Library
from content.lint import lint

Edit = Callable[[Path, str, str], str]


def add(corpus: Library, folder: Path, entry: Entry, phrasing: str, today: date) -> None:
    """Add a phrasing to an entry's file.

    Args:
        corpus: what the folder holds now.

    Raises:
        ContentError: what `content check` would say of the corpus with it, and does not say without; nothing is
            written.
        OSError: the file cannot be written.
    """
    _write(corpus, folder, entry, with_phrasing(entry.path, entry.id, phrasing), today)


def remove(corpus: Library, folder: Path, entry: Entry, phrasing: str, today: date) -> bool:
    """Take a phrasing out of an entry's file; whether it was there. Raises as `add`."""
    if phrasing not in entry.phrasings:
        return False
    _write(corpus, folder, entry, without_phrasing(entry.path, entry.id, phrasing), today)
    return True


def _write(corpus: Library, folder: Path, entry: Entry, text: str, today: date) -> None:
    written = text.encode("utf-8-sig" if entry.path.read_bytes().startswith(b"\xef\xbb\xbf") else "utf-8")
    with tempfile.TemporaryDirectory() as made:
        trial = Path(made) / "content"
        shutil.copytree(folder, trial)
        (trial / entry.path.relative_to(folder)).write_bytes(written)
        if problems := _problems(corpus, trial, entry, today):
            raise ContentError(replace(p, path=folder / p.path.relative_to(trial)) for p in problems)
    fresh = entry.path.with_suffix(".new")
    fresh.write_bytes(written)
    fresh.replace(entry.path)


def _problems(corpus: Library, trial: Path, entry: Entry, today: date) -> list[Problem]:
    """What is wrong with the changed corpus that was not wrong before."""
    try:
        changed = library.load(trial)
    except ContentError as error:
        return list(error.problems)
    known = {(problem.kind, problem.about) for problem in lint(corpus, today)}
    found = [problem for problem in lint(changed, today) if (problem.kind, problem.about) not in known]
    others = replace(compare(corpus, changed), changed=(), cases=(), unchanged=0)
    after = changed.entry(entry.id)
    if others or after is None or replace(after, phrasings=entry.phrasings) != entry:
        found.append(Problem(trial / "faq", entry.line, "edit_by_hand", (("id", entry.id),)))
    return found
