"""What is not wrong in the corpus but will mislead: questions almost alike, answers past their day. Pure."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from content import likeness
from content.entries import Entry
from content.files import Problem
from content.library import Library
from content.text import fold

ALIKE: Final = 92  # rapidfuzz ratio from which two wordings cannot be told apart by a hurried reader


def lint(library: Library, today: date) -> list[Problem]:
    """Every finding, by file and line."""
    found = [*_alike(library), *_dates(library, today)]
    return sorted(found, key=lambda problem: (str(problem.path), problem.line))


def answered_outside(library: Library, path: Path) -> list[Problem]:
    """Lines of `outside.txt` that the corpus answers to the letter, which would make it doubt its own answer."""
    owners = {fold(wording): entry.id for entry in library.all_entries for wording in entry.wordings}
    lines = enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1)
    return [
        Problem(path, number, "answered_outside", (("wording", line.strip()), ("id", owners[fold(line)])))
        for number, line in lines
        if not line.startswith("#") and fold(line) in owners
    ]


def _alike(library: Library) -> Iterator[Problem]:
    """Wordings of different entries, overviews of families among them, that differ in a character or two."""
    owners = [(entry, wording) for entry in library.all_entries for wording in entry.wordings]
    for later, earlier in likeness.pairs([fold(wording) for _, wording in owners], ALIKE):
        one, two = owners[later], owners[earlier]
        if one[0].id != two[0].id:
            yield _problem(one[0], "wordings_alike", wording=one[1], other=two[1], id=two[0].id)


def _dates(library: Library, today: date) -> Iterator[Problem]:
    for entry in library.entries:
        if entry.valid_to and entry.valid_to < today:
            yield _problem(entry, "expired", id=entry.id, day=entry.valid_to)
        elif entry.review_by and entry.review_by <= today:
            yield _problem(entry, "review_due", id=entry.id, day=entry.review_by)


def _problem(entry: Entry, kind: str, **about: object) -> Problem:
    return Problem(entry.path, entry.line, kind, tuple(about.items()))
