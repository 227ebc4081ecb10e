"""What differs between two corpora, and cases written as YAML that read back as they were."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import library
from content.changes import Changes, as_yaml, compare
from content.library import Library
from content.wording import DATA
from tests.content.test_library import GOOD, write

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool)
AWKWARD = TEXT | st.sampled_from(
    [
        "2019",
        "null",
        "~",
        "true",
        "2026-11-21",
        "- a",
        "a: b",
        "a # b",
        "'",
        '"',
        "=1+1",
        "{",
        "[",
        "&a",
        "*a",
        "!",
        "%",
        "@",
        "一\n二",
    ]
)
SPANS = st.lists(st.tuples(st.integers(1, 9), st.integers(9, 20)), min_size=1, max_size=3).map(tuple)
DAYS = st.none() | st.dates(date(1950, 1, 1), date(2099, 1, 1))


def load(folder: Path, text: str = GOOD, name: str = "somewhere/thing.yaml") -> Library:
    write(folder, text, name)
    return library.load(folder)


def with_entry(loaded: Library, at: int, **changed: Any) -> Library:
    entries = list(loaded.entries)
    entries[at] = replace(entries[at], **changed)
    return Library(loaded.cases, tuple(entries))


def with_case(loaded: Library, **changed: Any) -> Library:
    case = replace(loaded.cases[0], **changed)
    return Library((case,), tuple(replace(entry, case=case) for entry in loaded.entries))


@pytest.fixture
def old(tmp_path: Path) -> Library:
    return load(tmp_path)


class TestCompare:
    def test_a_corpus_is_the_same_as_itself_wherever_its_files_lie(self, old: Library, tmp_path: Path) -> None:
        elsewhere = load(tmp_path / "other", "# a remark moves every line\n" + GOOD, "renamed.yaml")

        assert compare(old, elsewhere) == Changes((), (), (), 2, (), ())
        assert not compare(old, elsewhere)

    @pytest.mark.parametrize(
        "changed",
        [
            {"question": "某事在哪一天办？"},
            {"phrasings": ("某事 哪天",)},
            {"answer": "每月六日。"},
            {"lines": ((3, 3),)},
            {"keywords": ("日子",)},
            {"related": ("somewhere-thing-overview",)},
            {"valid_from": date(2026, 1, 1)},
            {"valid_to": date(2026, 1, 1)},
            {"review_by": date(2026, 1, 1)},
        ],
        ids=lambda changed: next(iter(changed)),
    )
    def test_a_change_of_an_entry_changes_it_and_its_file(self, old: Library, changed: dict[str, Any]) -> None:
        changes = compare(old, with_entry(old, 1, **changed))

        assert changes == Changes((), ("somewhere-thing-when",), (), 1, ("somewhere-thing",), ())
        assert changes

    @pytest.mark.parametrize("changed", [{"title": "别事"}, {"as_of": ""}, {"aliases": ("某某事",)}])
    def test_a_change_of_a_case_changes_its_file_and_no_entry(self, old: Library, changed: dict[str, Any]) -> None:
        assert compare(old, with_case(old, **changed)) == Changes((), (), (), 2, ("somewhere-thing",), ())

    def test_new_and_removed_entries_and_the_order_within_a_case_change_its_file(self, old: Library) -> None:
        first, second = old.entries

        fewer, more = Library(old.cases, (first,)), old
        turned = Library(old.cases, (second, first))

        assert compare(fewer, more) == Changes(("somewhere-thing-when",), (), (), 1, ("somewhere-thing",), ())
        assert compare(more, fewer) == Changes((), (), ("somewhere-thing-when",), 1, ("somewhere-thing",), ())
        assert compare(old, turned) == Changes((), (), (), 2, ("somewhere-thing",), ())

    def test_cases_come_and_go_with_their_entries_and_their_order_does_not_count(
        self, old: Library, tmp_path: Path
    ) -> None:
        both = load(tmp_path, GOOD.replace("somewhere", "elsewhere").replace("某", "另"), "elsewhere/thing.yaml")
        theirs = ("elsewhere-thing-overview", "elsewhere-thing-when")
        turned = Library(both.cases[::-1], (*both.entries[2:], *both.entries[:2]))

        assert compare(old, both) == Changes(theirs, (), (), 2, ("elsewhere-thing",), ())
        assert compare(both, old) == Changes((), (), theirs, 2, (), ("elsewhere-thing",))
        assert not compare(both, turned)


class TestAsYaml:
    def test_every_case_of_the_corpus_reads_back_as_it_was(self, tmp_path: Path) -> None:
        corpus = library.load(DATA)
        for case in corpus.cases:
            write(tmp_path, as_yaml(case, corpus.entries_by_case[case.id]), f"{case.id}.yaml")

        assert not compare(corpus, library.load(tmp_path))

    def test_it_is_laid_out_as_editors_know_it(self, old: Library) -> None:
        expected = GOOD.replace("phrasings: [某事 时间]", "phrasings:\n      - 某事 时间")

        assert as_yaml(old.cases[0], old.entries) == expected

    @settings(max_examples=60, deadline=None)
    @given(AWKWARD, AWKWARD, st.lists(AWKWARD, max_size=3).map(tuple), SPANS, st.tuples(DAYS, DAYS, DAYS))
    def test_any_text_reads_back_as_it_was(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        title: str,
        answer: str,
        names: tuple[str, ...],
        lines: tuple[tuple[int, int], ...],
        days: tuple[date | None, ...],
    ) -> None:
        folder = tmp_path_factory.getbasetemp() / "any-text"
        start, end = sorted(day for day in days[:2] if day) if all(days[:2]) else days[:2]
        with_title = with_case(load(folder), title=title, aliases=names)
        written = with_entry(
            with_title, 1, answer=answer, keywords=names, lines=lines, valid_from=start, valid_to=end, review_by=days[2]
        )

        read_back = load(folder, as_yaml(written.cases[0], written.entries))

        assert (read_back.cases, read_back.entries) == (written.cases, written.entries)

    def test_an_entry_without_phrasings_reads_back_as_it_was(self, tmp_path: Path) -> None:
        loaded = load(tmp_path, GOOD.replace("[某事 时间]", "[]"))

        assert not compare(loaded, load(tmp_path, as_yaml(loaded.cases[0], loaded.entries)))
