"""The corpus as a spreadsheet: what editors see, what they may change, and what is refused with its cell."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot import wiring, workbook
from content import library
from content.changes import Changes, compare
from content.files import ContentError
from content.library import Library
from content.wording import DATA
from tests.content.test_library import GOOD, write

SAY = wiring.console()
OTHER = GOOD.replace("somewhere", "elsewhere").replace("某", "另")
CASES, ENTRIES = "案例", "问答"
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1).map(str.strip).filter(bool)
LIKE_NUMBERS = st.sampled_from(["=1+1", "2019", "2019.0", "+1", "-1", "@a", "TRUE", "2026-11-21", "80%", "一\n二"])
NEW_CASE = ("lake-points", "积分", "南湖", "", "", "b.txt", "1-2")
NEW_ENTRY = ("lake-points", "lake-points-overview", "南湖的积分是什么？", "南湖 积分", "给党员打分。")
Edit = Callable[[Workbook], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of two cases: `elsewhere-thing` in rows 3 and 4 of the entries, `somewhere-thing` in rows 5 and 6."""
    write(tmp_path, GOOD)
    write(tmp_path, OTHER, "elsewhere/thing.yaml")
    return tmp_path


def exported(folder: Path, *edits: Edit) -> Path:
    """The folder's corpus as a spreadsheet, edited."""
    path = folder / "corpus.xlsx"
    workbook.write(library.load(folder), path, SAY)
    book = load_workbook(path)
    for edit in edits:
        edit(book)
    book.save(path)
    return path


def put(sheet: str, address: str, value: Any) -> Edit:
    return lambda book: book[sheet].__setitem__(address, value)


def add(sheet: str, *values: str) -> Edit:
    return lambda book: book[sheet].append(values)


def drop_row(sheet: str, row: int) -> Edit:
    return lambda book: book[sheet].delete_rows(row)


def imported(path: Path) -> Library:
    return library.read(path, workbook.read(path, SAY))


def files(folder: Path) -> dict[str, tuple[str, int]]:
    """Every case file with its text and the time it was written."""
    faq = folder / "faq"
    return {str(p.relative_to(faq)): (p.read_text("utf-8"), p.stat().st_mtime_ns) for p in faq.rglob("*.*")}


def applied(folder: Path, path: Path) -> tuple[Changes, set[str]]:
    """Import for good: what changed, and the files written or removed."""
    before, old, new = files(folder), library.load(folder), imported(path)
    changes = compare(old, new)
    workbook.apply(changes, old, new, folder)
    after = files(folder)
    return changes, {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def refused(path: Path) -> list[tuple[str, str]]:
    """The problems of a spreadsheet: cell and kind."""
    with pytest.raises(ContentError) as caught:
        imported(path)
    assert all(SAY(f"problem_{problem.kind}", **dict(problem.about)) for problem in caught.value.problems)
    return [(problem.cell, problem.kind) for problem in caught.value.problems]


class TestExport:
    def test_exporting_and_importing_the_whole_corpus_changes_nothing(self, tmp_path: Path) -> None:
        corpus = library.load(DATA)
        workbook.write(corpus, tmp_path / "corpus.xlsx", SAY)

        changes = compare(corpus, imported(tmp_path / "corpus.xlsx"))

        assert not changes
        assert changes.unchanged == len(corpus.entries)

    def test_editors_find_headings_and_help_in_chinese_panes_that_stay_and_a_choice_of_cases(
        self, folder: Path
    ) -> None:
        book = load_workbook(exported(folder))
        cases, entries = book[CASES], book[ENTRIES]

        assert [cell.value for cell in entries[1]][:5] == ["所属案例", "编号", "标准问题", "相似问法", "答案"]
        for sheet, columns in ((cases, workbook.CASE_COLUMNS), (entries, workbook.ENTRY_COLUMNS)):
            assert [cell.value for cell in sheet[2]] == [SAY(f"column_help_{name}") for name in columns]
        assert (cases.freeze_panes, entries.freeze_panes) == ("C3", "D3")
        (choice,) = entries.data_validations.dataValidation
        assert (choice.type, choice.formula1) == ("list", "='案例'!$A$3:$A$4")
        assert str(choice.sqref) == f"A3:A{workbook.MAX_ROWS}"

    def test_what_begins_like_a_formula_is_written_as_text(self, folder: Path) -> None:
        write(folder, GOOD.replace("answer: 是某件事", "answer: =某件事"))

        cell = load_workbook(exported(folder))[ENTRIES]["E5"]

        assert (cell.value[:4], cell.data_type) == ("=某件事", "s")

    @settings(max_examples=30, deadline=None)
    @given(TEXT | LIKE_NUMBERS, st.lists(TEXT, max_size=3).map(tuple))
    def test_any_text_comes_back_as_it_was(
        self, tmp_path_factory: pytest.TempPathFactory, answer: str, keywords: tuple[str, ...]
    ) -> None:
        folder = tmp_path_factory.getbasetemp() / "any-answer"
        write(folder, GOOD)
        plain = library.load(folder)
        entries = (plain.entries[0], replace(plain.entries[1], answer=answer, keywords=keywords))
        workbook.write(Library(plain.cases, entries), folder / "corpus.xlsx", SAY)

        assert imported(folder / "corpus.xlsx").entries == entries


class TestImport:
    def test_a_changed_cell_changes_its_entry_and_one_file(self, folder: Path) -> None:
        changes, written = applied(folder, exported(folder, put(ENTRIES, "E6", "每月六日。")))

        assert (changes.new, changes.changed, changes.removed) == ((), ("somewhere-thing-when",), ())
        assert written == {"somewhere/thing.yaml"}
        assert library.load(folder).entries[3].answer == "每月六日。"

    def test_a_changed_case_changes_its_file_and_none_of_its_entries(self, folder: Path) -> None:
        changes, written = applied(folder, exported(folder, put(CASES, "B3", "别事")))

        assert (changes.changed, changes.unchanged, written) == ((), 4, {"elsewhere/thing.yaml"})
        assert library.load(folder).cases[0].title == "别事"

    def test_a_new_row_is_a_new_entry_wherever_it_stands(self, folder: Path) -> None:
        row = (
            "elsewhere-thing",
            "elsewhere-thing-who",
            "另事谁来做？",
            "另事 谁\n另事是哪个做的",
            "支部来做。",
            "2\n4-5",
        )

        changes, written = applied(folder, exported(folder, add(ENTRIES, *row)))

        assert (changes.new, written) == (("elsewhere-thing-who",), {"elsewhere/thing.yaml"})
        new = library.load(folder).entries_by_case["elsewhere-thing"][2]
        assert (new.phrasings, new.lines) == (("另事 谁", "另事是哪个做的"), ((2, 2), (4, 5)))

    def test_a_removed_row_is_a_removed_entry(self, folder: Path) -> None:
        changes, written = applied(folder, exported(folder, drop_row(ENTRIES, 6)))

        assert (changes.removed, written) == (("somewhere-thing-when",), {"somewhere/thing.yaml"})
        assert len(library.load(folder).entries) == 3

    def test_a_new_case_gets_a_file_of_its_own_and_a_removed_case_loses_its_file(self, folder: Path) -> None:
        edits = [add(CASES, *NEW_CASE), add(ENTRIES, *NEW_ENTRY), drop_row(ENTRIES, 4), drop_row(ENTRIES, 3)]

        changes, written = applied(folder, exported(folder, drop_row(CASES, 3), *edits))

        assert (changes.cases, changes.gone) == (("lake-points",), ("elsewhere-thing",))
        assert written == {"lake/points.yaml", "elsewhere/thing.yaml"}
        assert [case.id for case in library.load(folder).cases] == ["lake-points", "somewhere-thing"]

    def test_numbers_and_dates_of_excel_are_read_as_the_text_they_show(self, folder: Path) -> None:
        edits = [
            put(CASES, "H4", 2020.0),
            put(ENTRIES, "F6", 3),
            put(ENTRIES, "G6", 135),
            put(ENTRIES, "I6", datetime(2026, 11, 21)),
            put(ENTRIES, "J6", date(2027, 1, 2)),
        ]

        when = imported(exported(folder, *edits)).entries[3]

        assert (when.case.as_of, when.lines, when.keywords) == ("2020", ((3, 3),), ("135",))
        assert (when.valid_from, when.valid_to) == (date(2026, 11, 21), date(2027, 1, 2))

    def test_columns_in_another_order_and_columns_of_the_editors_own_do_no_harm(self, folder: Path) -> None:
        edits = [
            lambda book: book[ENTRIES].move_range("C1:C6", cols=11),
            put(ENTRIES, "L1", "备注"),
            put(ENTRIES, "L5", "=1+1"),
        ]

        assert not compare(library.load(folder), imported(exported(folder, *edits)))


class TestRefusal:
    @pytest.mark.parametrize(
        ("edit", "problem"),
        [
            (put(ENTRIES, "E6", "=1+1"), ("问答!E6", "formula")),
            (put(CASES, "B3", "=1+1"), ("案例!B3", "formula")),
            (put(ENTRIES, "A6", "nobody"), ("问答!A6", "unknown_case")),
            (put(ENTRIES, "A6", None), ("问答!A6", "unknown_case")),
            (put(ENTRIES, "I6", "明天"), ("问答!I6", "not_a_day")),
            (put(ENTRIES, "E6", "长" * 501), ("问答!E6", "answer_too_long")),
            (put(ENTRIES, "C6", "长" * 61), ("问答!C6", "question_too_long")),
            (put(ENTRIES, "D6", "另事 时间"), ("问答!D6", "wording_twice")),
            (put(ENTRIES, "F6", "9-1"), ("问答!F6", "bad_lines")),
            (put(ENTRIES, "F6", datetime(2026, 5, 7)), ("问答!F6", "bad_lines")),
            (put(ENTRIES, "H6", "nobody"), ("问答!H6", "unknown_related")),
            (put(ENTRIES, "B6", "somewhere-thing-overview"), ("问答!A6", "id_twice")),
            (put(CASES, "H3", "去年"), ("案例!H3", "bad_as_of")),
            (lambda book: book[ENTRIES].delete_cols(5), ("问答!1", "no_column")),
            (lambda book: book[ENTRIES].delete_rows(3, 2), ("案例!A3", "no_entries")),
        ],
    )
    def test_a_mistake_is_refused_with_the_address_of_its_cell(
        self, folder: Path, edit: Edit, problem: tuple[str, str]
    ) -> None:
        assert refused(exported(folder, edit)) == [problem]

    def test_a_missing_sheet_is_named_and_all_mistakes_are_reported_at_once(self, folder: Path) -> None:
        found = refused(exported(folder, put(ENTRIES, "E6", "=1"), lambda book: book.remove(book[CASES])))

        assert found[0] == ("", "no_sheet")
        assert found[1:] == [*((f"问答!A{row}", "unknown_case") for row in (3, 4, 5, 6)), ("问答!E6", "formula")]

    @pytest.mark.parametrize("content", [b"", b"case: {}", b"PK\x03\x04 and no more", b"\xd0\xcf\x11\xe0 an old xls"])
    def test_a_file_that_is_no_workbook_is_refused(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "corpus.xlsx"
        path.write_bytes(content)

        assert refused(path) == [("", "not_a_workbook")]

    @pytest.mark.parametrize("lost", ["xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"])
    def test_a_workbook_without_its_parts_is_refused(self, folder: Path, lost: str) -> None:
        assert refused(repacked(exported(folder), lost, None)) == [("", "not_a_workbook")]

    @pytest.mark.parametrize("torn", ["xl/workbook.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml"])
    def test_a_workbook_whose_parts_are_torn_is_refused(self, folder: Path, torn: str) -> None:
        assert refused(repacked(exported(folder), torn, "<a")) == [("", "not_a_workbook")]

    def test_a_file_that_is_not_there_or_is_a_folder_is_refused(self, tmp_path: Path) -> None:
        assert refused(tmp_path / "nobody.xlsx") == [("", "unreadable")]
        assert refused(tmp_path) == [("", "unreadable")]

    def test_a_file_too_large_is_refused_unread_packed_or_unpacked(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(workbook, "MAX_UNPACKED", 10**6)
        path = exported(folder)
        bomb = repacked(path, "xl/theme/theme1.xml", "x" * workbook.MAX_UNPACKED)
        large = folder / "large.xlsx"
        large.write_bytes(path.read_bytes().ljust(workbook.MAX_BYTES + 1, b"\0"))

        assert bomb.stat().st_size < workbook.MAX_BYTES
        assert refused(large) == [("", "too_large")]
        assert refused(bomb) == [("", "too_large")]

    @pytest.mark.parametrize(
        ("address", "value"), [("D6", None), ("B6", None), ("C6", None), ("E6", None), ("E6", "  ")]
    )
    def test_an_empty_cell_that_must_not_be_empty_is_refused(self, folder: Path, address: str, value: object) -> None:
        with pytest.raises(ContentError) as caught:
            imported(exported(folder, put(ENTRIES, address, value)))

        assert ("问答!A6", "missing_key") in [(problem.cell, problem.kind) for problem in caught.value.problems]


class TestFilesOfOtherNames:
    """Editors name files as they like: here `somewhere-thing` stands in the file where `lake-points` would go."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        write(tmp_path, GOOD, "lake/points.yaml")
        write(tmp_path, OTHER, "elsewhere/thing.yaml")
        return tmp_path

    def test_a_case_is_written_to_the_file_it_came_from(self, folder: Path) -> None:
        assert applied(folder, exported(folder, put(ENTRIES, "E6", "每月六日。")))[1] == {"lake/points.yaml"}

    def test_a_case_may_be_renamed_to_the_name_of_its_file(self, folder: Path) -> None:
        renamed = [
            put(sheet, address, "lake-points") for sheet, address in ((CASES, "A4"), (ENTRIES, "A5"), (ENTRIES, "A6"))
        ]

        applied(folder, exported(folder, *renamed))

        assert [case.id for case in library.load(folder).cases] == ["elsewhere-thing", "lake-points"]

    def test_a_new_case_never_takes_the_file_of_another(self, folder: Path) -> None:
        applied(folder, exported(folder, add(CASES, *NEW_CASE), add(ENTRIES, *NEW_ENTRY)))

        assert {case.id for case in library.load(folder).cases} == {"elsewhere-thing", "lake-points", "somewhere-thing"}


def repacked(path: Path, part: str, text: str | None) -> Path:
    """The spreadsheet with another text in one of its parts, or without the part."""
    other = path.with_name("repacked.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
            elif text is not None:
                new.writestr(name, text)
    return other
