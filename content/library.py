"""Load the corpus: `faq/<place>/<case>.yaml` -> a Library of cases and entries.

Reads files once; all mistakes of all files are reported together (`ContentError`). How to find an entry is
`content.matching`'s work.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

from content.entries import Case, Entry, Family, Place, Source
from content.files import ContentError, Node, Problem, Sheet
from content.text import fold

MAX_QUESTION: Final = 60  # characters; the standard question is also a button on a small screen
MAX_ANSWER_BYTES: Final = 1_500  # UTF-8; leaves room for the source line and the buttons in one WeChat message
FEATURED: Final = 5
_FAMILY_KEYS = ("id", "name", "cases")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_AS_OF = re.compile(r"(19|20)[0-9]{2}(-(0?[1-9]|1[0-2]))?")
_CASE_KEYS = ("id", "title", "place", "source")
_ENTRY_KEYS = ("id", "question", "phrasings", "answer")
_OPTIONAL_KEYS = ("lines", "keywords", "related", "valid_from", "valid_to", "review_by")


@dataclass(frozen=True)
class Library:
    """Everything the bot knows, in file order. Immutable."""

    cases: tuple[Case, ...]
    entries: tuple[Entry, ...]
    featured: tuple[Entry, ...] = ()  # the editors' selection for newcomers (`featured.yaml`), or the first overviews
    families: tuple[Family, ...] = ()  # cases that share a name or a theme (`families.yaml`)
    _by_id: dict[str, Entry] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_id.update({entry.id: entry for entry in self.all_entries})

    @property
    def all_entries(self) -> tuple[Entry, ...]:
        """The entries of the cases, and the overviews of the families."""
        return (*self.entries, *(family.overview for family in self.families if family.overview))

    def on(self, day: date) -> "Library":
        """The library without entries that are not valid on that day; a case without any left goes too."""
        entries = tuple(entry for entry in self.entries if entry.is_valid(day))
        if len(entries) == len(self.entries):
            return self
        left = {entry.case.id for entry in entries}
        cases = tuple(case for case in self.cases if case.id in left)
        families = tuple(
            replace(family, cases=remaining)
            for family in self.families
            if len(remaining := tuple(case for case in family.cases if case in left)) > 1
        )
        return Library(cases, entries, tuple(entry for entry in self.featured if entry.is_valid(day)), families)

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of that id, if there is one."""
        return self._by_id.get(entry_id)

    def entry_asked(self, text: str) -> Entry | None:
        """The entry whose standard question the text is, to the letter, as a tap on its line sends it."""
        return self._by_question.get(text)

    @cached_property
    def _by_question(self) -> dict[str, Entry]:
        return {entry.question: entry for entry in self.all_entries}

    @cached_property
    def entries_by_case(self) -> dict[str, tuple[Entry, ...]]:
        """Case id -> its entries in file order; the first one is the overview."""
        grouped: dict[str, list[Entry]] = {}
        for entry in self.entries:
            grouped.setdefault(entry.case.id, []).append(entry)
        return {case_id: tuple(entries) for case_id, entries in grouped.items()}

    @cached_property
    def cases_by_city(self) -> dict[str, tuple[Case, ...]]:
        """City name -> its cases, cities in file order."""
        grouped: dict[str, list[Case]] = {}
        for case in self.cases:
            grouped.setdefault(case.place.city, []).append(case)
        return {city: tuple(cases) for city, cases in grouped.items()}

    @cached_property
    def _cases_by_place(self) -> dict[str, tuple[Case, ...]]:
        """Folded name of a place -> its cases; for a larger place without any of its own, those of the places in it."""
        own: dict[str, list[Case]] = {}
        within: dict[str, list[Case]] = {}
        for case in self.cases:
            for names, grouped in ((case.place.names, own), (case.place.within, within)):
                for name in dict.fromkeys(map(fold, names)):
                    grouped.setdefault(name, []).append(case)
        return {name: tuple(cases) for name, cases in (within | own).items()}

    def cases_of_place(self, name: str) -> tuple[Case, ...]:
        """The cases of the place with that folded name, or of the places in it; none when it is not known."""
        return self._cases_by_place.get(name, ())

    def about(self, entry: Entry) -> tuple[str, ...]:
        """Ids of the cases an entry is about: its own, and for the overview of a family those of the family too."""
        own = entry.case.id
        return (own, *(case for family in self.families if family.id == own for case in family.cases))

    def related(self, entry: Entry, limit: int = 3) -> tuple[Entry, ...]:
        """What a member may ask next: the editor's choice first, then whatever follows in the same case, wrapping
        around.
        """
        chosen = [found for other in entry.related if (found := self._by_id.get(other))]
        siblings = self.entries_by_case.get(entry.case.id, (entry,))
        at = [sibling.id for sibling in siblings].index(entry.id)
        following = [*siblings[at + 1 :], *siblings[:at]]
        return tuple(dict.fromkeys([*chosen, *following]))[:limit]


def load(folder: Path) -> Library:
    """Load every case file below `folder`/faq, and `folder`/featured.yaml when it is there.

    Raises:
        ContentError: with every problem of every file, each naming file and line.
    """
    paths = sorted((folder / "faq").glob("**/*.yaml"))
    shelf = _Shelf()
    if not paths:
        shelf.problems.append(Problem(folder / "faq", 0, "no_cases"))
    for path in paths:
        sheet = Sheet(path, shelf.problems)
        shelf.add(sheet, sheet.root())
    shelf.check_related()
    featured = shelf.featured(folder / "featured.yaml")
    families = shelf.families(folder / "families.yaml")
    if shelf.problems:
        raise ContentError(shelf.problems)
    return Library(tuple(shelf.cases), tuple(shelf.entries), featured, families)


def read(path: Path, roots: Iterable[Node], folder: Path | None = None) -> Library:
    """Read cases that stand in one spreadsheet rather than in files of their own.

    Args:
        folder: the corpus they are meant for; what its other files name must be among them.

    Raises:
        ContentError: with every problem, each naming its cell.
    """
    shelf = _Shelf()
    for root in roots:
        shelf.add(Sheet(path, shelf.problems), root)
    shelf.check_related()
    if not shelf.cases:
        shelf.problems.append(Problem(path, 0, "no_cases"))
    if folder is not None:
        shelf.featured(folder / "featured.yaml")
        shelf.families(folder / "families.yaml")
    if shelf.problems:
        raise ContentError(shelf.problems)
    return Library(tuple(shelf.cases), tuple(shelf.entries))


class _Shelf:
    """Collects cases and entries file by file and sees to what must be unique across files."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self._ids: dict[str, str] = {}
        self._wordings: dict[str, str] = {}
        self._related: list[tuple[Sheet, Node, str]] = []

    def add(self, sheet: Sheet, root: Node | None) -> None:
        """Read one case; its problems join the shelf's."""
        top = sheet.mapping(root, required=("case", "entries"))
        if "case" not in top or "entries" not in top:
            return
        case = _read_case(sheet, top["case"])
        self._claim_id(sheet, top["case"], case.id)
        self.cases.append(case)
        nodes = sheet.items(top["entries"])
        if not nodes:
            sheet.note(top["entries"], "no_entries")
        for position, node in enumerate(nodes):
            self._add_entry(sheet, node, case, overview=position == 0)

    def _add_entry(self, sheet: Sheet, node: Node, case: Case, *, overview: bool) -> None:
        values = sheet.mapping(node, _ENTRY_KEYS, _OPTIONAL_KEYS)
        entry = _read_entry(sheet, values, case, sheet.line(node), overview=overview)
        self._claim_id(sheet, node, entry.id)
        self._claim_wording(sheet, values.get("question", node), entry.question, entry.id)
        for item in sheet.items(values.get("phrasings")):
            self._claim_wording(sheet, item, str(item.value), entry.id)
        for item in sheet.items(values.get("related")):
            self._related.append((sheet, item, str(item.value)))
        self.entries.append(entry)

    def _claim_id(self, sheet: Sheet, node: Node, new_id: str) -> None:
        if not _ID.fullmatch(new_id):
            sheet.note(node, "bad_id", id=new_id)
        elif new_id in self._ids:
            sheet.note(node, "id_twice", id=new_id, other=self._ids[new_id])
        self._ids.setdefault(new_id, sheet.where(node))

    def _claim_wording(self, sheet: Sheet, node: Node, wording: str, entry_id: str) -> None:
        key = fold(wording)
        if not key:
            sheet.note(node, "says_nothing", wording=wording)
        elif key in self._wordings:
            sheet.note(node, "wording_twice", wording=wording, other=self._wordings[key])
        self._wordings.setdefault(key, entry_id)

    def check_related(self) -> None:
        """Note every related id that names no entry."""
        known = {entry.id for entry in self.entries}
        for sheet, node, entry_id in self._related:
            if entry_id not in known:
                sheet.note(node, "unknown_related", id=entry_id)

    def featured(self, path: Path) -> tuple[Entry, ...]:
        """The entries a list of ids names; without the file, the first entry of each case."""
        by_id = {entry.id: entry for entry in reversed(self.entries)}
        if not path.exists():
            first_of_case = {entry.case.id: entry for entry in reversed(self.entries)}
            return tuple(reversed(first_of_case.values()))[:FEATURED]
        sheet = Sheet(path, self.problems)
        nodes = [(node, sheet.text(node)) for node in sheet.items(sheet.root())]
        for node, entry_id in nodes:
            if entry_id not in by_id:
                sheet.note(node, "unknown_related", id=entry_id)
        return tuple(by_id[entry_id] for _, entry_id in nodes if entry_id in by_id)

    def families(self, path: Path) -> tuple[Family, ...]:
        """The families, if the file is there."""
        if not path.exists():
            return ()
        sheet = Sheet(path, self.problems)
        top = sheet.mapping(sheet.root(), ("everywhere", "families"))
        everywhere = sheet.text(top.get("everywhere"))
        return tuple(self._family(sheet, node, everywhere) for node in sheet.items(top.get("families")))

    def _family(self, sheet: Sheet, node: Node, everywhere: str) -> Family:
        values = sheet.mapping(node, _FAMILY_KEYS, ("words", "namesakes", "question", "phrasings", "answer"))
        family_id, name = sheet.text(values.get("id")), sheet.text(values.get("name"))
        self._claim_id(sheet, node, family_id)
        known = {case.id for case in self.cases}
        members = [(item, sheet.text(item)) for item in sheet.items(values.get("cases"))]
        for item, case_id in members:
            if case_id not in known:
                sheet.note(item, "unknown_case", id=case_id)
        if len({case_id for _, case_id in members}) < 2:
            sheet.note(node, "family_of_one", id=family_id)
        overview = None
        if "answer" in values:
            case = Case(family_id, name, Place(everywhere), Source("", 0, 0))
            overview = replace(_read_entry(sheet, values, case, sheet.line(node), overview=True), lines=())
            self._claim_wording(sheet, values.get("question", node), overview.question, family_id)
            for item in sheet.items(values.get("phrasings")):
                self._claim_wording(sheet, item, str(item.value), family_id)
        cases = tuple(case_id for _, case_id in members)
        namesakes = sheet.flag(values.get("namesakes"))
        return Family(family_id, name, sheet.texts(values.get("words")), cases, overview, namesakes)


def _read_case(sheet: Sheet, node: Node) -> Case:
    values = sheet.mapping(node, _CASE_KEYS, ("as_of", "aliases"))
    return Case(
        id=sheet.text(values.get("id")),
        title=sheet.text(values.get("title")),
        place=_read_place(sheet, values.get("place")),
        source=_read_source(sheet, values.get("source")),
        as_of=_read_as_of(sheet, values.get("as_of")),
        aliases=sheet.texts(values.get("aliases")),
    )


def _read_as_of(sheet: Sheet, node: Node | None) -> str:
    as_of = sheet.text(node)
    if node is not None and not _AS_OF.fullmatch(as_of):
        sheet.note(node, "bad_as_of", value=as_of)
    return as_of


def _read_place(sheet: Sheet, node: Node | None) -> Place:
    """A place is a mapping, or just the city's name."""
    if sheet.is_text(node):
        return Place(sheet.text(node))
    values = sheet.mapping(node, ("city",), ("within", "aliases"))
    return Place(sheet.text(values.get("city")), sheet.texts(values.get("within")), sheet.texts(values.get("aliases")))


def _read_source(sheet: Sheet, node: Node | None) -> Source:
    values = sheet.mapping(node, ("file", "lines"))
    spans = sheet.spans(values.get("lines"))
    first, last = (spans[0][0], spans[-1][1]) if spans else (0, 0)
    return Source(sheet.text(values.get("file")), first, last)


def _read_entry(sheet: Sheet, values: dict[str, Node], case: Case, line: int, *, overview: bool) -> Entry:
    entry = Entry(
        id=sheet.text(values.get("id")),
        case=case,
        question=sheet.text(values.get("question")),
        phrasings=sheet.texts(values.get("phrasings")),
        answer=sheet.text(values.get("answer")),
        lines=sheet.spans(values.get("lines")) or ((case.source.first, case.source.last),),
        keywords=sheet.texts(values.get("keywords")),
        related=sheet.texts(values.get("related")),
        overview=overview,
        valid_from=sheet.day(values.get("valid_from")),
        valid_to=sheet.day(values.get("valid_to")),
        review_by=sheet.day(values.get("review_by")),
        path=sheet.path,
        line=line,
    )
    if entry.valid_from and entry.valid_to and entry.valid_from > entry.valid_to:
        sheet.note(values["valid_to"], "ends_before_it_begins")
    for wording, node in zip(entry.phrasings, sheet.items(values.get("phrasings")), strict=False):
        _check_length(sheet, node, wording)
    if "question" in values:
        _check_length(sheet, values["question"], entry.question)
    if len(entry.answer.encode()) > MAX_ANSWER_BYTES:
        sheet.note(values["answer"], "answer_too_long", bytes=len(entry.answer.encode()), limit=MAX_ANSWER_BYTES)
    return entry


def _check_length(sheet: Sheet, node: Node, wording: str) -> None:
    if len(wording) > MAX_QUESTION:
        sheet.note(node, "question_too_long", length=len(wording), limit=MAX_QUESTION)
