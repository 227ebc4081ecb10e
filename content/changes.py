"""What differs between two corpora, and a case as the text of its YAML file. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from content.entries import Case, Entry
from content.files import plain
from content.library import Library


@dataclass(frozen=True, slots=True)
class Changes:
    """What turns one corpus into another, by id.

    Attributes:
        cases: ids of the cases whose file must be written anew.
        gone: ids of cases that are no more.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    cases: tuple[str, ...]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.removed or self.cases or self.gone)


def compare(old: Library, new: Library) -> Changes:
    """What differs; the order of entries within a case counts, the order of cases does not."""
    before, after = {e.id: e for e in old.entries}, {e.id: e for e in new.entries}
    cases_before, cases_after = {c.id: c for c in old.cases}, {c.id: c for c in new.cases}
    return Changes(
        new=tuple(entry_id for entry_id in after if entry_id not in before),
        changed=tuple(i for i in after if i in before and _own(after[i]) != _own(before[i])),
        removed=tuple(entry_id for entry_id in before if entry_id not in after),
        unchanged=sum(i in before and _own(after[i]) == _own(before[i]) for i in after),
        cases=tuple(
            case_id
            for case_id, case in cases_after.items()
            if cases_before.get(case_id) != case or old.entries_by_case[case_id] != new.entries_by_case.get(case_id, ())
        ),
        gone=tuple(case_id for case_id in cases_before if case_id not in cases_after),
    )


def _own(entry: Entry) -> Entry:
    """The entry without what its case says."""
    return replace(entry, case=_NOWHERE)


_NOWHERE = Case("", "", None, None)  # type: ignore[arg-type]


def as_yaml(case: Case, entries: Sequence[Entry]) -> str:
    """A case file, laid out as editors know it."""
    lines = ["case:", f"  id: {plain(case.id)}", f"  title: {plain(case.title)}", f"  place: {_place(case)}"]
    source = case.source
    lines.append(f"  source: {plain({'file': source.file, 'lines': [source.first, source.last]})}")
    if case.as_of:
        lines.append(f"  as_of: {case.as_of}")
    if case.aliases:
        lines.append(f"  aliases: {plain(list(case.aliases))}")
    lines.append("entries:")
    for entry in entries:
        lines += _entry_lines(entry)
    return "\n".join(lines) + "\n"


def _place(case: Case) -> str:
    place = case.place
    parts = {"city": place.city, "within": list(place.within), "aliases": list(place.aliases)}
    return plain({name: value for name, value in parts.items() if value})


def _entry_lines(entry: Entry) -> list[str]:
    lines = [f"  - id: {plain(entry.id)}", f"    question: {plain(entry.question)}"]
    lines.append("    phrasings:" if entry.phrasings else "    phrasings: []")
    lines += [f"      - {plain(phrasing)}" for phrasing in entry.phrasings]
    lines.append(f"    answer: {plain(entry.answer)}")
    spans = [list(span) for span in entry.lines]
    if entry.lines != ((entry.case.source.first, entry.case.source.last),):
        lines.append(f"    lines: {plain(spans[0] if len(spans) == 1 else spans)}")
    for name in ("keywords", "related"):
        if values := getattr(entry, name):
            lines.append(f"    {name}: {plain(list(values))}")
    for name in ("valid_from", "valid_to", "review_by"):
        if day := getattr(entry, name):
            lines.append(f"    {name}: {day.isoformat()}")
    return lines
