"""A phrasing goes into a YAML file and out again, and nothing else in the file changes, to the character."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import library
from content.edits import with_phrasing, without_phrasing
from content.files import ContentError
from tests.content.test_library import GOOD, write

OVERVIEW, WHEN = "somewhere-thing-overview", "somewhere-thing-when"
REMARK = GOOD.replace("      - 某事 介绍\n", "      - 某事 介绍  # 常问\n")


def phrasings(folder: Path, path: Path, text: str, entry_id: str) -> tuple[str, ...]:
    path.write_bytes(text.encode())
    entry = library.load(folder).entry(entry_id)
    assert entry is not None
    return entry.phrasings


def test_in_a_list_of_lines_it_becomes_the_last_line_and_remarks_stay(tmp_path: Path) -> None:
    path = write(tmp_path, REMARK)

    text = with_phrasing(path, OVERVIEW, "某事说来听听")

    assert text == REMARK.replace("      - 某地搞的啥\n", "      - 某地搞的啥\n      - 某事说来听听\n")
    assert phrasings(tmp_path, path, text, OVERVIEW) == ("某事 介绍", "某地搞的啥", "某事说来听听")


def test_in_brackets_it_stands_behind_the_last(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)

    assert "    phrasings: [某事 时间, 某事几号]\n" in with_phrasing(path, WHEN, "某事几号")


@pytest.mark.parametrize("entry_id", [OVERVIEW, WHEN])
@pytest.mark.parametrize("text", [GOOD, REMARK, GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, GOOD.rstrip("\n")])
def test_out_again_leaves_the_file_as_it_was(tmp_path: Path, text: str, entry_id: str) -> None:
    path = write(tmp_path, GOOD)
    path.write_bytes(text.encode())

    path.write_bytes(with_phrasing(path, entry_id, "换个说法问一问").encode())

    assert without_phrasing(path, entry_id, "换个说法问一问") == text.removeprefix("\ufeff")


@pytest.mark.parametrize("gone", ["某事 介绍", "某地搞的啥"])
def test_any_phrasing_can_be_taken_out(tmp_path: Path, gone: str) -> None:
    path = write(tmp_path, GOOD)

    left = phrasings(tmp_path, path, without_phrasing(path, OVERVIEW, gone), OVERVIEW)

    assert left == tuple(phrasing for phrasing in ("某事 介绍", "某地搞的啥") if phrasing != gone)


def test_what_is_not_there_cannot_be_taken_out(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)

    assert without_phrasing(path, OVERVIEW, "没有这一句") == GOOD


def test_an_entry_that_is_not_in_the_file_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        with_phrasing(write(tmp_path, GOOD), "nobody", "问")

    assert [problem.kind for problem in caught.value.problems] == ["no_phrasings"]


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="党日多久- :#,[]{}'\"&*!|>%@`?1.~nulltrue", min_size=1, max_size=12).filter(lambda t: t.strip())
)
def test_whatever_is_added_reads_back_as_written(tmp_path_factory: pytest.TempPathFactory, phrasing: str) -> None:
    folder = tmp_path_factory.mktemp("edits")
    wanted = "问" + phrasing.strip()
    for entry_id in (OVERVIEW, WHEN):
        path = write(folder, GOOD)
        assert wanted in phrasings(folder, path, with_phrasing(path, entry_id, wanted), entry_id)
