"""The corpus as a spreadsheet, the form editors know. The only importer of openpyxl.

Two sheets, 案例 and 问答: a heading in Chinese, a line of help, then a row a case or an entry. Texts are always
texts: what begins with "=" is written as such and refused as a formula when read. What is read goes through the
same checks as the YAML files, with the address of the cell in the place of the line.
"""

import io
import zipfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from content.changes import Changes, as_yaml
from content.entries import Case, Entry
from content.files import ContentError, Node, Problem, node_of
from content.library import Library
from content.wording import Wording

MAX_BYTES: Final = 5_000_000
MAX_ROWS: Final = 20_000
MAX_UNPACKED: Final = 100_000_000
FIRST_ROW: Final = 3  # after the heading and the line of help
CASE_COLUMNS: Final = ("id", "title", "city", "within", "place_aliases", "file", "lines", "as_of", "aliases")
ENTRY_COLUMNS: Final = (
    *("case", "id", "question", "phrasings", "answer", "lines", "keywords", "related"),
    *("valid_from", "valid_to", "review_by"),
)
_LISTS: Final = frozenset({"within", "place_aliases", "aliases", "phrasings", "keywords", "related"})
_WIDTHS: Final = {"question": 34, "phrasings": 48, "answer": 70, "title": 26, "file": 30, "id": 34, "case": 30}


def write(library: Library, path: Path, say: Wording) -> None:
    """Write the whole corpus.

    Args:
        say: headings and help, under ``sheet_<name>``, ``column_<name>`` and ``column_help_<name>``.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    cases = book.create_sheet(say("sheet_cases"))
    _fill(cases, CASE_COLUMNS, [_case_row(case) for case in library.cases], say)
    entries = book.create_sheet(say("sheet_entries"))
    _fill(entries, ENTRY_COLUMNS, [_entry_row(entry) for entry in library.entries], say)
    choice = DataValidation(
        "list", f"='{cases.title}'!$A${FIRST_ROW}:$A${max(FIRST_ROW, cases.max_row)}", allow_blank=True
    )
    entries.add_data_validation(choice)
    choice.add(f"A{FIRST_ROW}:A{MAX_ROWS}")
    book.save(path)


def _fill(sheet: Worksheet, columns: Sequence[str], rows: Iterable[Sequence[str]], say: Wording) -> None:
    for number, name in enumerate(columns, 1):
        _write(sheet.cell(1, number), say(f"column_{name}")).font = Font(bold=True)
        helping = _write(sheet.cell(2, number), say(f"column_help_{name}"))
        helping.font, helping.fill = Font(italic=True, color="555555"), PatternFill("solid", fgColor="F4EFE6")
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(name, 16)
    for row, values in enumerate(rows, FIRST_ROW):
        for number, value in enumerate(values, 1):
            if value:
                _write(sheet.cell(row, number), value)
    sheet.freeze_panes = f"D{FIRST_ROW}" if len(columns) == len(ENTRY_COLUMNS) else f"C{FIRST_ROW}"


def _write(cell: Any, value: str) -> Cell:
    """Write a text as a text; openpyxl would make a formula of what begins with "="."""
    cell.value = value
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    made: Cell = cell
    return made


def _case_row(case: Case) -> list[str]:
    place, source = case.place, case.source
    lists = (place.within, place.aliases, case.aliases)
    within, aliases, names = ("\n".join(names) for names in lists)
    return [
        case.id,
        case.title,
        place.city,
        within,
        aliases,
        source.file,
        f"{source.first}-{source.last}",
        case.as_of,
        names,
    ]


def _entry_row(entry: Entry) -> list[str]:
    whole = ((entry.case.source.first, entry.case.source.last),)
    lines = "\n".join(f"{first}-{last}" for first, last in entry.lines) if entry.lines != whole else ""
    lists = ("\n".join(entry.phrasings), entry.answer, lines, "\n".join(entry.keywords), "\n".join(entry.related))
    days = [day.isoformat() if day else "" for day in (entry.valid_from, entry.valid_to, entry.review_by)]
    return [entry.case.id, entry.id, entry.question, *lists, *days]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its number, and its cells by column name as nodes that know their address."""

    number: int
    cells: dict[str, Node]

    def text(self, name: str) -> str:
        """What stands in a cell."""
        node = self.cells.get(name)
        return str(node.value) if node is not None else ""


def read(path: Path, say: Wording) -> list[Node]:
    """The cases of a spreadsheet, each as it would stand in a YAML file of its own.

    Raises:
        ContentError: it is no spreadsheet of ours, too large, or cells hold formulas; every finding names its cell.
    """
    problems: list[Problem] = []
    book = _open(path)
    try:
        cases = _rows(book, say("sheet_cases"), CASE_COLUMNS, path, problems, say)
        entries = _rows(book, say("sheet_entries"), ENTRY_COLUMNS, path, problems, say)
    except SyntaxError as error:  # what XML parsers raise
        raise ContentError([Problem(path, 0, "not_a_workbook")]) from error
    finally:
        book.close()
    known = {row.text("id") for row in cases}
    for row in entries:
        if row.text("case") not in known:
            cell = row.cells.get("case")
            address = cell.start_mark.name if cell is not None else f"{say('sheet_entries')}!A{row.number}"
            problems.append(Problem(path, row.number, "unknown_case", (("id", row.text("case")),), address))
    if problems:
        raise ContentError(problems)
    return [_case_node(row, [entry for entry in entries if entry.text("case") == row.text("id")]) for row in cases]


def _open(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ContentError([Problem(path, 0, "too_large", (("bytes", path.stat().st_size), ("limit", MAX_BYTES)))])
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                raise ContentError([Problem(path, 0, "too_large", (("bytes", "?"), ("limit", MAX_UNPACKED)))])
        return load_workbook(io.BytesIO(path.read_bytes()), read_only=True)
    except OSError as error:
        raise ContentError([Problem(path, 0, "unreadable", (("reason", error.strerror or error),))]) from error
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError) as error:
        raise ContentError([Problem(path, 0, "not_a_workbook")]) from error


def _rows(
    book: Any, title: str, columns: Sequence[str], path: Path, problems: list[Problem], say: Wording
) -> list[Row]:
    if title not in book.sheetnames:
        problems.append(Problem(path, 0, "no_sheet", (("title", title),)))
        return []
    sheet = book[title]
    heading = [str(cell.value or "") for cell in next(sheet.iter_rows(max_row=1), ())]
    wanted = [say(f"column_{name}") for name in columns]
    missing = sorted(set(wanted) - set(heading))
    problems += [Problem(path, 1, "no_column", (("title", name),), f"{title}!1") for name in missing]
    names = {heading.index(label): name for label, name in zip(wanted, columns, strict=True) if label in heading}
    rows = []
    for number, cells in enumerate(sheet.iter_rows(min_row=FIRST_ROW, max_row=MAX_ROWS), FIRST_ROW):
        found = {names[at]: cell for at, cell in enumerate(cells) if at in names and str(cell.value or "").strip()}
        if found:
            rows.append(Row(number, {name: _node(name, cell, title, path, problems) for name, cell in found.items()}))
    return rows


def _node(name: str, cell: Any, title: str, path: Path, problems: list[Problem]) -> Node:
    address = f"{title}!{cell.coordinate}"
    if cell.data_type == "f":
        problems.append(Problem(path, cell.row, "formula", (), address))
    value = cell.value
    text = value.date().isoformat() if hasattr(value, "date") else _plain_number(value)
    items = [line.strip() for line in text.splitlines() if line.strip()]
    if name in _LISTS:
        return node_of(items, address, cell.row)
    if name == "lines":
        spans = [[end.strip() for end in item.replace("—", "-").split("-")] for item in items]
        return node_of([span * 2 if len(span) == 1 else span for span in spans], address, cell.row)
    return node_of(text.strip(), address, cell.row)


def _plain_number(value: object) -> str:
    """A cell's value as text; Excel hands 2019 over as 2019.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _case_node(row: Row, entries: Sequence[Row]) -> Node:
    cells = row.cells
    place = {
        "city": cells.get("city"),
        "within": cells.get("within"),
        "aliases": cells.get("place_aliases"),
    }
    source = {"file": cells.get("file"), "lines": cells.get("lines")}
    case = {name: cells.get(name) for name in ("id", "title", "as_of", "aliases")}
    address = next(iter(cells.values())).start_mark.name
    top = {
        "case": _given(case) | {"place": _given(place), "source": _given(source)},
        "entries": [_entry_node(entry) for entry in entries],
    }
    return node_of(top, address, row.number)


def _entry_node(row: Row) -> Node:
    cells = {name: node for name, node in row.cells.items() if name != "case"}
    return node_of(_given(cells), next(iter(row.cells.values())).start_mark.name, row.number)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def apply(changes: Changes, old: Library, new: Library, folder: Path) -> None:
    """Write the case files that differ, each at once; files of cases that are no more are removed last."""
    paths = {entry.case.id: entry.path for entry in old.entries}
    gone = {paths.pop(case_id) for case_id in changes.gone}
    cases = {case.id: case for case in new.cases}
    for case_id in changes.cases:
        path = paths.setdefault(case_id, _free(folder / "faq", case_id, set(paths.values())))
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(as_yaml(cases[case_id], new.entries_by_case[case_id]), encoding="utf-8")
        fresh.replace(path)
    for path in gone - set(paths.values()):
        path.unlink()


def _free(folder: Path, case_id: str, taken: Collection[Path]) -> Path:
    """Where a new case goes: <place>/<practice>.yaml, unless another case stands there."""
    place, _, practice = case_id.partition("-")
    path = folder / place / f"{practice or place}.yaml"
    return path if path not in taken else folder / place / f"{case_id}.yaml"
