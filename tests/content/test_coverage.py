"""Which sentences of a document the corpus cites and tells."""

from pathlib import Path

import pytest

from content import library
from content.coverage import Sentence, sentences
from content.library import Library
from content.sources import clean
from tests.content.test_library import GOOD, write

DOCUMENT = """\
某地的某事

某地每月办一次学习会，党员都来参加。会后大家一起打扫街道。
支部给每位老人送去一本大字书。
每月五日开会。
"""


def told(loaded: Library, document: str = DOCUMENT) -> list[Sentence]:
    return sentences(loaded, {"a.txt": clean(document)})


def corpus(folder: Path, lines: str = "[1, 5]", cited: str = "[3, 3]", also: str = "[5, 5]") -> Library:
    text = GOOD.replace("[1, 9]", lines).replace("[2, 3]", cited).replace("2019", "2018")
    text = text.replace("answer: 是某件事", "answer: 学习会，每个党员都参加，是某件事")
    write(folder, text + f"    lines: {also}\n")
    return library.load(folder)


def test_sentences_are_those_of_the_cases_lines_headings_and_scraps_left_out(tmp_path: Path) -> None:
    found = told(corpus(tmp_path))

    assert [(sentence.line, sentence.text) for sentence in found] == [
        (3, "某地每月办一次学习会,党员都来参加"),
        (3, "会后大家一起打扫街道"),
        (4, "支部给每位老人送去一本大字书"),
    ]


def test_a_sentence_is_cited_with_its_line_and_told_when_an_answer_that_cites_it_holds_what_it_says(
    tmp_path: Path,
) -> None:
    found = told(corpus(tmp_path))

    assert [(sentence.cited, sentence.told) for sentence in found] == [(True, True), (True, False), (False, False)]


def test_an_answer_that_cites_other_lines_tells_nothing_of_this_one(tmp_path: Path) -> None:
    found = told(corpus(tmp_path, cited="[4, 4]"))

    assert [(sentence.cited, sentence.told) for sentence in found] == [(False, False), (False, False), (True, False)]


def test_a_line_of_two_cases_counts_in_both(tmp_path: Path) -> None:
    loaded = corpus(tmp_path)
    again = (
        GOOD.replace("somewhere", "elsewhere")
        .replace("某", "另")
        .replace("[1, 9]", "[4, 4]")
        .replace("[2, 3]", "[4, 4]")
    )
    write(tmp_path, again, "elsewhere/thing.yaml")

    found = told(library.load(tmp_path))

    assert len(found) == len(told(loaded)) + 1
    assert [sentence.case.id for sentence in found if sentence.line == 4] == ["elsewhere-thing", "somewhere-thing"]
    assert all(sentence.cited for sentence in found if sentence.line == 4)


@pytest.mark.parametrize("lines", ["[6, 90]", "[90, 91]"])
def test_lines_outside_the_document_and_documents_that_are_missing_have_no_sentences(
    tmp_path: Path, lines: str
) -> None:
    loaded = corpus(tmp_path, lines=lines)

    assert told(loaded) == []
    assert sentences(loaded, {}) == []


@pytest.mark.parametrize("mark", "；！？")
def test_every_mark_that_ends_a_sentence_ends_one(tmp_path: Path, mark: str) -> None:
    found = told(corpus(tmp_path), DOCUMENT.replace("参加。会后", f"参加{mark}会后"))

    assert [sentence.text for sentence in found if sentence.line == 3][1:] == ["会后大家一起打扫街道"]
