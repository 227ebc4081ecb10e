"""Sentences by key, read from YAML and checked against what the code will fill in.

Two such files exist: `phrases.yaml` (what members read) and `console.yaml` (what editors and operators read).
Python code holds keys only, never the sentences.
"""

import string
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from content.files import Sheet

DATA: Final = Path(__file__).parent / "data"  # the texts that come with the product


class WordingError(Exception):
    """A text file lacks a key, holds an unknown one, or uses a placeholder nobody fills. The message says which."""


class Wording:
    """Sentences by key.

    Args:
        sentences: key -> sentence with ``{name}`` placeholders.
    """

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._sentences = dict(sentences)

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence of that key with its placeholders filled. Raises KeyError for an unknown key or a missing
        value.
        """
        return self._sentences[key].format(**values)

    def raw(self, key: str) -> str:
        """The sentence with its placeholders unfilled."""
        return self._sentences[key]

    @property
    def placeholders(self) -> dict[str, frozenset[str]]:
        """Which names each sentence expects to be filled."""
        return {key: gaps(sentence) for key, sentence in self._sentences.items()}


def gaps(sentence: str) -> frozenset[str]:
    """The names a sentence expects to be filled. Raises ValueError for braces that do not pair.

    >>> sorted(gaps("{date}（{weekday}）"))
    ['date', 'weekday']
    """
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name)


def read(path: Path, like: Wording | None = None) -> Wording:
    """Read a text file.

    Args:
        path: a YAML mapping of keys to sentences.
        like: the texts that come with the product; the file must have the same keys and no other placeholders.

    Raises:
        WordingError: the file cannot be read or does not match `like`.
    """
    sheet = Sheet(path)
    sentences = {key: sheet.text(node) for key, node in sheet.mapping(sheet.root(), optional=None).items()}
    if sheet.problems:
        raise WordingError("\n".join(map(str, sheet.problems)))
    wording = Wording(sentences)
    try:
        found = wording.placeholders
    except ValueError as error:
        raise WordingError(f"{path}: {error}") from error
    if like is not None:
        _compare(path, found, like.placeholders)
    return wording


def _compare(path: Path, found: Mapping[str, frozenset[str]], wanted: Mapping[str, frozenset[str]]) -> None:
    problems = [f"missing key {key}" for key in sorted(wanted.keys() - found.keys())]
    problems += [f"unknown key {key}" for key in sorted(found.keys() - wanted.keys())]
    problems += [
        f"{key}: nobody fills {{{name}}}"
        for key in sorted(found.keys() & wanted.keys())
        for name in sorted(found[key] - wanted[key])
    ]
    if problems:
        raise WordingError(f"{path}: " + "; ".join(problems))
