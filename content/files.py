"""Read the YAML files editors write, and say of everything that is wrong where it stands.

The only importer of yaml. A reader never raises at the first mistake: it notes a Problem with file and line and
goes on, so that an editor sees all of them at once. What a problem means in words stands in `console.yaml` under
``problem_<kind>``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

MAX_FILE_BYTES: Final = 2_000_000
Node = yaml.Node  # a value with the place where it stands


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in a file.

    Attributes:
        line: where it stands, counted from 1; 0 = the file as a whole.
        cell: the address in a spreadsheet, instead of the line.
        kind: which mistake; its sentence stands in `console.yaml` under ``problem_<kind>``.
        about: what fills the sentence.
    """

    path: Path
    line: int
    kind: str
    about: tuple[tuple[str, object], ...] = ()
    cell: str = ""

    @property
    def where(self) -> str:
        """File and line, or file and cell."""
        return f"{self.path}:{self.cell or self.line}"

    def __str__(self) -> str:
        particulars = ", ".join(f"{name}={value}" for name, value in self.about)
        return f"{self.where}: {self.kind} {particulars}".rstrip()


class CellMark(yaml.Mark):
    """The place of a node that came from a spreadsheet; its name is the cell's address."""

    def __init__(self, address: str, row: int) -> None:
        super().__init__(address, 0, row - 1, 0, None, 0)


def node_of(value: object, address: str, row: int) -> Node:
    """A value from a spreadsheet as if it had been read from YAML: text, list or mapping, whose values may be nodes."""
    if isinstance(value, yaml.Node):
        return value
    mark = CellMark(address, row)
    if isinstance(value, Mapping):
        pairs = [(node_of(key, address, row), node_of(inner, address, row)) for key, inner in value.items()]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, mark, mark)
    if isinstance(value, list | tuple):
        items = [node_of(item, address, row) for item in value]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", items, mark, mark)
    return yaml.ScalarNode("tag:yaml.org,2002:str", str(value), mark, mark)


class ContentError(Exception):
    """Files that cannot be used. Carries every problem found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (str(p.path), p.line, p.cell, p.kind)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(slots=True)
class Sheet:
    """One YAML file being read: hands out values of the wanted type and notes what is wrong with the others.

    A method whose value is missing or of the wrong type notes a problem and returns an empty value of the right type.
    """

    path: Path
    problems: list[Problem] = field(default_factory=list)

    def note(self, node: Node | int, kind: str, **about: object) -> None:
        """Add a problem at a node's line (or at a line number)."""
        line, cell = (node, "") if isinstance(node, int) else self._place(node)
        self.problems.append(Problem(self.path, line, kind, tuple(about.items()), cell))

    @staticmethod
    def _place(node: Node) -> tuple[int, str]:
        mark = node.start_mark
        return mark.line + 1, mark.name if isinstance(mark, CellMark) else ""

    def line(self, node: Node) -> int:
        """The line (or row) of a node."""
        return self._place(node)[0]

    def where(self, node: Node) -> str:
        """File and line (or cell) of a node."""
        line, cell = self._place(node)
        return f"{self.path}:{cell or line}"

    def root(self) -> Node | None:
        """The file's top node, or None (with a problem noted) when it cannot be read as YAML in UTF-8."""
        try:
            raw = self.path.read_bytes()
            if len(raw) > MAX_FILE_BYTES:
                self.note(0, "too_large", bytes=len(raw), limit=MAX_FILE_BYTES)
                return None
            node: Node | None = yaml.compose(raw.decode("utf-8-sig"), Loader=yaml.CSafeLoader)
        except OSError as error:
            self.note(0, "unreadable", reason=error.strerror or error)
        except UnicodeDecodeError as error:
            self.note(error.object[: error.start].count(b"\n") + 1, "not_utf8")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.note(mark.line + 1 if mark else 0, "not_yaml", reason=error.problem)
        except yaml.YAMLError as error:
            self.note(0, "not_yaml", reason=error)
        else:
            if node is None:
                self.note(0, "empty_file")
            return node
        return None

    def mapping(
        self, node: Node | None, required: Iterable[str] = (), optional: Iterable[str] | None = ()
    ) -> dict[str, Node]:
        """The values of a mapping by key. Missing, unknown and repeated keys are noted; ``optional=None`` allows any
        key.
        """
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.note(node, "not_a_mapping")
            return {}
        values: dict[str, Node] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            if key in values:
                self.note(key_node, "key_twice", key=key)
            elif optional is not None and key not in {*required, *optional}:
                self.note(key_node, "unknown_key", key=key)
            values[key] = value
        for key in required:
            if key not in values:
                self.note(node, "missing_key", key=key)
        return values

    def items(self, node: Node | None) -> list[Node]:
        """The nodes of a list."""
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.note(node, "not_a_list")
            return []
        return list(node.value)

    def text(self, node: Node | None) -> str:
        """A scalar as the text the editor wrote (``2019`` stays "2019"), without spaces around it."""
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self.note(node, "not_a_text")
            return ""
        text = str(node.value).strip()
        if not text:
            self.note(node, "empty_text")
        return text

    def texts(self, node: Node | None) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        if isinstance(node, yaml.ScalarNode):
            return (self.text(node),)
        return tuple(self.text(item) for item in self.items(node))

    def is_text(self, node: Node | None) -> bool:
        """Whether the value is a plain text rather than a list or a mapping."""
        return isinstance(node, yaml.ScalarNode)

    def spans(self, node: Node | None) -> tuple[tuple[int, int], ...]:
        """One range of lines ``[5, 7]`` or several ``[[5, 7], [9, 9]]``, counted from 1, both ends included."""
        items = self.items(node)
        if items and isinstance(items[0], yaml.SequenceNode):
            return tuple(span for item in items for span in self.spans(item))
        numbers = [self.number(item) for item in items]
        if node is not None and (len(numbers) != 2 or not 1 <= numbers[0] <= numbers[1]):
            self.note(node, "bad_lines")
            return ()
        return ((numbers[0], numbers[1]),) if numbers else ()

    def flag(self, node: Node | None) -> bool:
        """True or false; false when there is no value."""
        text = self.text(node).lower()
        if node is not None and text not in ("true", "false"):
            self.note(node, "not_a_flag", value=text)
        return text == "true"

    def day(self, node: Node | None) -> date | None:
        """A day written as 2026-11-21; None when there is no value."""
        text = self.text(node)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            if node is not None:
                self.note(node, "not_a_day", value=text)
            return None

    def number(self, node: Node | None) -> int:
        """A whole number from 0."""
        text = self.text(node)
        if node is not None and text and not text.isdecimal():
            self.note(node, "not_a_number", value=text)
        return int(text) if text.isdecimal() else 0


def plain(value: Any) -> str:
    """A value as one line of YAML, lists and mappings in flow style.

    >>> plain({"city": "咸宁", "aliases": ["咸宁市"]}), plain("a: b")
    ('{city: 咸宁, aliases: [咸宁市]}', "'a: b'")
    """
    text = str(
        yaml.dump(
            value, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=10**6, default_flow_style=True
        )
    )
    return text.removesuffix("\n...\n").rstrip("\n")


def read_lines(path: Path) -> tuple[str, ...]:
    """The lines of a plain list: a word a line; # begins a remark. Raises ContentError when the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError([Problem(path, 0, "unreadable", (("reason", error),))]) from error
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def read_documents(folder: Path) -> dict[str, str]:
    """The case documents of a folder: file name -> text. Raises ContentError when there are none."""
    found = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.txt"))}
    if not found:
        raise ContentError([Problem(folder, 0, "no_documents")])
    return found
