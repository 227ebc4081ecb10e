"""Prove the corpus against the documents it was written from. Pure: library and cleaned documents in, findings out.

Of every answer, each figure, each quoted term and each proper name must stand in the lines the entry cites (or be a
name of its case and place). And no sentence of a document may stand in the corpus: words are our own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import rjieba

from content.entries import Case, Entry
from content.figures import figures, values
from content.library import Library
from content.text import fold

COPIED_RUN: Final = 24  # characters in a row that make a sentence someone else's
_QUOTED = re.compile("[“「『《]([^”」』》]+)[”」』》]")
_NAME_TAGS: Final = frozenset({"nr", "ns", "nt", "nz", "nrt", "nrfg"})
_SUFFIXES: Final = "省市县区委镇乡村"
_MEASURED: Final = "年月日天次岁元倍成分户名周届回票公亩斤米"  # after these a numeral is a fact, never our own counting
_ITEM_MARKS = re.compile("[、；，：:;,。]|和|与|以及")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an answer says that its lines do not show. `kind`: source, lines, figure, quote, name, member or
    copied.
    """

    entry: Entry
    kind: str
    what: str


def verify(library: Library, documents: Mapping[str, Sequence[str]], known_words: frozenset[str]) -> list[Finding]:
    """Every finding, in corpus order.

    Args:
        documents: file name -> its cleaned lines.
        known_words: folded words that look like names and are none.
    """
    copied = Runs("".join(lines) for lines in documents.values())
    findings = [f for entry in library.entries for f in _verify_entry(entry, documents, known_words, copied)]
    for family in library.families:
        if family.overview:
            members = [entry for case_id in family.cases for entry in library.entries_by_case.get(case_id, ())]
            findings += _verify_overview(family.overview, members, documents, known_words, copied)
    return findings


def _verify_entry(
    entry: Entry, documents: Mapping[str, Sequence[str]], known_words: frozenset[str], copied: "Runs"
) -> Iterator[Finding]:
    yield from _copied(entry, copied)
    lines = documents.get(entry.case.source.file)
    if lines is None:
        yield Finding(entry, "source", entry.case.source.file)
        return
    outside = [span for span in entry.lines if not 1 <= span[0] <= span[1] <= len(lines)]
    if outside:
        yield Finding(entry, "lines", str(list(outside[0])))
        return
    yield from _unproven(entry, _cited(entry, lines), known_words, _own_names(entry.case))


def _verify_overview(
    overview: Entry,
    members: Sequence[Entry],
    documents: Mapping[str, Sequence[str]],
    known_words: frozenset[str],
    copied: "Runs",
) -> Iterator[Finding]:
    """A family's answer says what its members' entries prove, and names every one of them."""
    yield from _copied(overview, copied)
    cases = list(dict.fromkeys(entry.case for entry in members))
    shown = "\n".join(_cited(entry, documents.get(entry.case.source.file, ())) for entry in members)
    own = " ".join((*overview.case.names, *map(_own_names, cases)))
    yield from _unproven(overview, shown, known_words, own)
    said = fold(overview.answer)
    unnamed = [case for case in cases if not any(fold(name) in said for name in (*case.place.names, *case.names))]
    yield from (Finding(overview, "member", case.place.city) for case in unnamed)


def _cited(entry: Entry, lines: Sequence[str]) -> str:
    return "\n".join("\n".join(lines[first - 1 : last]) for first, last in entry.lines)


def _own_names(case: Case) -> str:
    return " ".join((*case.names, *case.place.names, *case.place.within))


def _copied(entry: Entry, copied: "Runs") -> Iterator[Finding]:
    texts = (*entry.wordings, entry.answer)
    yield from (Finding(entry, "copied", run) for text in texts if (run := copied.first_in(text)))


def _unproven(entry: Entry, shown: str, known_words: frozenset[str], own: str = "") -> Iterator[Finding]:
    """What the answer says and the text shown does not; names may also be those of the case itself."""
    yield from (Finding(entry, "figure", what) for what in unproven_figures(entry.answer, shown))
    for text in (entry.question, entry.answer):
        yield from (Finding(entry, "quote", what) for what in unproven_quotes(text, f"{shown}\n{own}"))
    yield from (Finding(entry, "name", what) for what in unproven_names(entry.answer, f"{shown}\n{own}", known_words))


def unproven_figures(answer: str, cited: str) -> list[str]:
    """Figures of the answer whose value does not stand in the cited text.

    A small numeral that counts the items the answer itself lists is our own counting and needs no proof.

    >>> unproven_figures("连续三年，共50元", "连续两年，每人50元")
    ['三']
    """
    proven = values(cited)
    return [
        figure.text
        for figure in figures(answer)
        if figure.value not in proven and not _is_own_counting(figure.text, int(figure.value), answer)
    ]


def _is_own_counting(numeral: str, value: int, answer: str) -> bool:
    if numeral.isascii() or not 2 <= value <= 12:
        return False
    following = [answer[m.end() : m.end() + 1] for m in re.finditer(re.escape(numeral), answer)]
    return not set(following) & set(_MEASURED) and len(_ITEM_MARKS.findall(answer)) >= value - 1


def unproven_quotes(text: str, cited: str) -> list[str]:
    """Quoted terms and titles of a text that do not stand in the cited text.

    >>> unproven_quotes("叫“六事联动”，见《条例》", "六事联动写进条例（试行）")
    []
    """
    shown = fold(cited)
    return [term for term in _QUOTED.findall(text) if fold(term) not in shown]


def unproven_names(answer: str, shown: str, known_words: frozenset[str]) -> list[str]:
    """Names of people, places, organisations and works in the answer that stand nowhere in the text shown.

    >>> unproven_names("贺国强到麻城", "麻城，贺国强同志", frozenset())
    []
    >>> unproven_names("荆门市的经验", "咸宁", frozenset())
    ['荆门市']
    """
    folded = fold(shown)
    found = []
    for word, tag in rjieba.tag(answer):
        name = fold(word)
        if tag in _NAME_TAGS and len(name) > 1 and name not in known_words and not _stands(name, folded):
            found.append(word)
    return found


def _stands(name: str, folded: str) -> bool:
    return name in folded or (len(name) > 2 and name.rstrip(_SUFFIXES) in folded and bool(name.rstrip(_SUFFIXES)))


class Runs:
    """Stretches of COPIED_RUN characters of some texts, to see whether another text holds one of them."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._runs = {run for text in texts for run in _runs(_bare(text))}

    def first_in(self, text: str) -> str:
        """The first such stretch in a text, punctuation left out; empty when there is none."""
        return next((run for run in _runs(_bare(text)) if run in self._runs), "")


def _bare(text: str) -> str:
    """Chinese characters and digits only."""
    return re.sub(r"[^\u4e00-\u9fff0-9]", "", fold(text))


def _runs(text: str) -> Iterator[str]:
    return (text[at : at + COPIED_RUN] for at in range(len(text) - COPIED_RUN + 1))
