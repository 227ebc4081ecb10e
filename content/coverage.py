"""How much of each case's document the corpus tells. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from content.entries import Case
from content.library import Library
from content.matching.terms import terms
from content.text import fold

_SENTENCE = re.compile("[。！？；!?;]")  # cleaning makes all but the full stop half-width
_SHORTEST: Final = 8  # characters; anything shorter is a heading or the rest of a line
_TOLD: Final = 0.5  # share of a sentence's pairs of characters that must stand in answers citing its line


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a case's lines. `cited`: an entry cites its line. `told`: answers citing it hold what it says."""

    case: Case
    line: int
    text: str
    cited: bool
    told: bool


def sentences(library: Library, documents: Mapping[str, Sequence[str]]) -> list[Sentence]:
    """Every sentence in the line ranges of the cases, with what became of it; a line of two cases counts in both."""
    answers = _answers_by_line(library)
    found = []
    for case in library.cases:
        lines = documents.get(case.source.file, ())
        for number in range(case.source.first, min(case.source.last, len(lines)) + 1):
            citing = answers.get((case.source.file, number), "")
            texts = [text.strip() for text in _SENTENCE.split(lines[number - 1]) if len(fold(text)) >= _SHORTEST]
            found += [Sentence(case, number, text, bool(citing), _share(text, citing) >= _TOLD) for text in texts]
    return found


def _answers_by_line(library: Library) -> dict[tuple[str, int], str]:
    """(file, line) -> everything said by entries that cite the line."""
    said: dict[tuple[str, int], list[str]] = {}
    for entry in library.entries:
        for first, last in entry.lines:
            for number in range(first, last + 1):
                said.setdefault((entry.case.source.file, number), []).append(f"{entry.question}\n{entry.answer}")
    return {place: "\n".join(texts) for place, texts in said.items()}


def _share(sentence: str, said: str) -> float:
    """The share of the sentence's pairs of neighbouring characters that stand in what is said."""
    wanted = {term for term in terms(fold(sentence)) if len(term) == 2}
    return len(wanted & terms(fold(said))) / max(len(wanted), 1)
