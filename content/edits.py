"""Change one phrasing in a YAML file as an editor would: the rest of the file stays as it is, to the character.

Text in, text out; whoever writes it checks first that the corpus still loads.
"""

from bisect import bisect_right
from itertools import accumulate
from pathlib import Path
from typing import Any

from content.files import ContentError, Node, Problem, Sheet, plain


def with_phrasing(path: Path, entry_id: str, phrasing: str) -> str:
    """The text of the file with one more phrasing of an entry, behind the others.

    Raises:
        ContentError: the entry is not in the file, or its phrasings are no list that can be added to.
    """
    text, items, flow = _phrasings(path, entry_id)
    written = plain([phrasing])[1:-1]
    end = _Places(text).of(items[-1].end_mark)
    if flow:
        return f"{text[:end]}, {written}{text[end:]}"
    first, after = _lines_of(text, items[-1])
    indent = text[first : text.index("-", first)]
    ending = "\r\n" if "\r\n" in text else "\n"
    before = text[:after] if text[:after].endswith("\n") else text[:after] + ending
    return f"{before}{indent}- {written}{ending}{text[after:]}"


def without_phrasing(path: Path, entry_id: str, phrasing: str) -> str:
    """The text of the file without a phrasing of an entry; unchanged when it has no such phrasing.

    Raises:
        ContentError: as `with_phrasing`.
    """
    text, items, flow = _phrasings(path, entry_id)
    found = [number for number, item in enumerate(items) if str(item.value).strip() == phrasing]
    if not found:
        return text
    at, places = found[-1], _Places(text)
    if not flow:
        first, after = _lines_of(text, items[at])
    elif at:
        first, after = places.of(items[at - 1].end_mark), places.of(items[at].end_mark)
    else:
        first = places.of(items[0].start_mark)
        after = places.of(items[1].start_mark if len(items) > 1 else items[0].end_mark)
    return text[:first] + text[after:]


def _phrasings(path: Path, entry_id: str) -> tuple[str, list[Node], bool]:
    """The file's text, the nodes of an entry's phrasings, and whether they stand in brackets."""
    sheet = Sheet(path)
    top = sheet.mapping(sheet.root(), optional=None)
    for kind in ("entries", "families"):
        for node in sheet.items(top.get(kind)):
            values = sheet.mapping(node, optional=None)
            if sheet.text(values.get("id")) == entry_id and "phrasings" in values:
                text = path.read_bytes().decode("utf-8-sig")
                items = [] if sheet.is_text(values["phrasings"]) else sheet.items(values["phrasings"])
                if items:
                    flow = text[_Places(text).of(values["phrasings"].start_mark)] == "["
                    return text, items, flow
    raise ContentError([*sheet.problems, Problem(path, 0, "no_phrasings", (("id", entry_id),))])


def _lines_of(text: str, item: Node) -> tuple[int, int]:
    """Where the lines of an item of a list begin and end."""
    places = _Places(text)
    first, end = places.of(item.start_mark), places.of(item.end_mark)
    after = end if end == places.line_of(end) else text.find("\n", end) + 1
    return places.line_of(first), after or len(text)


class _Places:
    """Positions in a text, from line and column."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def of(self, mark: Any) -> int:
        """The position of a mark."""
        return int(self._starts[mark.line] + mark.column)

    def line_of(self, position: int) -> int:
        """Where the line of a position begins."""
        return self._starts[bisect_right(self._starts, position) - 1]
