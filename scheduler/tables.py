"""Tables as spreadsheets save them: CSV in whatever encoding they chose, read strictly, written so that no cell becomes
a formula. Pure: bytes in, bytes out.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from content.files import Problem

_UTF8_MARK: Final = b"\xef\xbb\xbf"
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and xls: renamed, not saved as CSV
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes as the beginning of one
_TEXT_SIGN: Final = "'"  # what tells a spreadsheet that a cell is a text


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        line: where it begins, from 1.
        cells: by column, without spaces around them.
    """

    line: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Table:
    """A CSV file being read; what is wrong with it gathers in `problems`, with the line.

    Attributes:
        complete: whether every row could be read; what seems to be missing may stand in those that could not.
    """

    path: Path
    raw: bytes
    columns: Sequence[str]
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True

    def note(self, line: int, kind: str, /, **about: object) -> None:
        """Add a problem."""
        self.problems.append(Problem(self.path, line, kind, tuple(about.items())))

    def _lose(self, line: int, kind: str, /, **about: object) -> None:
        """Note something because of which rows are left out."""
        self.complete = False
        self.note(line, kind, **about)

    def rows(self) -> Iterator[Row]:
        """The rows that can be used, empty ones left out. Columns may stand in any order and others beside them."""
        lines = self._lines(self._decoded())
        _, first = next(lines, (0, []))
        header = [cell.strip().lower() for cell in first]
        self._check(header)
        if not self.complete:
            return
        for line, cells in lines:
            if any(cell.strip() for cell in cells[len(header) :]):
                self._lose(line, "row_too_long", expected=len(header), found=len(cells))
            elif any(cell.strip() for cell in cells):
                named = dict(zip(header, map(_plain, cells), strict=False))
                yield Row(line, {column: named.get(column, "") for column in self.columns})

    def _lines(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Each row with the line it begins on."""
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line = 1
        try:
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            self._lose(line, "bad_csv", reason=error)

    def _decoded(self) -> str:
        """The text: UTF-8 with or without its mark, or GB18030 as spreadsheets in China save it."""
        if self.raw.startswith(_WORKBOOKS):
            self._lose(0, "workbook_not_csv")
            return ""
        for encoding in ("utf-8-sig",) if self.raw.startswith(_UTF8_MARK) else ("utf-8", "gb18030"):
            try:
                return self.raw.decode(encoding)
            except UnicodeDecodeError as error:
                line = self.raw.count(b"\n", 0, error.start) + 1
        self._lose(line, "bad_encoding")
        return ""

    def _check(self, header: Sequence[str]) -> None:
        for column in self.columns if self.complete else ():
            if column not in header:
                self._lose(1, "no_column", title=column)


def dump(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as CSV that spreadsheets open without asking: UTF-8 with its mark, every cell a text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return _UTF8_MARK + out.getvalue().encode()


def _safe(cell: str) -> str:
    return _TEXT_SIGN + cell if cell.lstrip(_TEXT_SIGN).startswith(_FORMULA) else cell


def _plain(cell: str) -> str:
    """The cell without what `_safe` put before it."""
    cell = cell.strip()
    return cell[1:] if cell.startswith(_TEXT_SIGN) and cell.lstrip(_TEXT_SIGN).startswith(_FORMULA) else cell
