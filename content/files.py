"""Read the YAML files editors write, and say of everything that is wrong where it stands.

The only importer of yaml. A reader never raises at the first mistake: it notes a Problem with file and line and
goes on, so that an editor sees all of them at once. What a problem means in words stands in `console.yaml` under
``problem_<kind>``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

MAX_FILE_BYTES: Final = 2_000_000
Node = yaml.Node  # a value with the place where it stands


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in a file: where it stands (line counted from 1; 0 = the file as a whole), which kind, and its
    particulars.
    """

    path: Path
    line: int
    kind: str
    about: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        particulars = ", ".join(f"{name}={value}" for name, value in self.about)
        return f"{self.path}:{self.line}: {self.kind} {particulars}".rstrip()


class ContentError(Exception):
    """Files that cannot be used. Carries every problem found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (str(p.path), p.line, p.kind)))
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
        line = node if isinstance(node, int) else node.start_mark.line + 1
        self.problems.append(Problem(self.path, line, kind, tuple(about.items())))

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

    def number(self, node: Node | None) -> int:
        """A whole number from 0."""
        text = self.text(node)
        if node is not None and text and not text.isdecimal():
            self.note(node, "not_a_number", value=text)
        return int(text) if text.isdecimal() else 0


def plain(value: Any) -> str:
    """A value as YAML text, for files the product writes itself; block style, keys in the given order."""
    return str(yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=120))
