"""Boxes, tables and progress bars for terminals. The only importer of rich; plain text where the output is no
terminal.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich import box as boxes
from rich.console import Console
from rich.panel import Panel
from rich.progress import track
from rich.table import Table

Item = TypeVar("Item")
_WIDTH = 110


def box(title: str, lines: Sequence[str]) -> str:
    """The lines in a frame."""
    return _rendered(Panel("\n".join(lines), title=title, expand=False, padding=(1, 3)))


def rows(cells: Sequence[Sequence[str]]) -> str:
    """A table; the first row is its heading, the first column is words, the others are figures."""
    table = Table(box=boxes.SIMPLE, show_edge=False)
    header, *body = cells
    for number, name in enumerate(header):
        table.add_column(name, justify="right" if number else "left", no_wrap=True)
    for row in body:
        table.add_row(*row)
    return _rendered(table)


def bar(label: str, items: Iterable[Item], total: int) -> Iterator[Item]:
    """The items, with a progress bar on standard error while they are drawn, if that is a terminal."""
    console = Console(stderr=True)
    yield from track(items, label, total, console=console, disable=not console.is_terminal, transient=True)


def _rendered(thing: Panel | Table) -> str:
    console = Console(file=io.StringIO(), width=_WIDTH, force_terminal=False)
    with console.capture() as captured:
        console.print(thing, markup=False, highlight=False)
    return captured.get().rstrip("\n")
