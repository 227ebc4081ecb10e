"""What is not wrong but misleads: wordings almost alike, and entries past their day."""

from datetime import date
from pathlib import Path

import pytest

from content import library
from content.files import Problem
from content.lint import lint
from tests.content.test_library import GOOD, write

TODAY = date(2026, 11, 21)
LONG = "青山县的支部每个月在哪一天办学习会"


def linted(folder: Path, text: str = GOOD) -> list[Problem]:
    write(folder, text)
    return lint(library.load(folder), TODAY)


def dated(**days: str) -> str:
    return GOOD + "".join(f"    {name}: {day}\n" for name, day in days.items())


def test_a_corpus_without_anything_of_the_kind_has_no_findings(tmp_path: Path) -> None:
    assert linted(tmp_path) == []


def test_wordings_of_two_entries_that_differ_in_a_character_are_found_once(tmp_path: Path) -> None:
    text = GOOD.replace("某事 介绍", LONG).replace("某事 时间", LONG.replace("办", "开"))

    (problem,) = linted(tmp_path, text)

    assert (problem.kind, problem.line) == ("wordings_alike", 15)
    assert dict(problem.about) == {
        "wording": LONG.replace("办", "开"),
        "other": LONG,
        "id": "somewhere-thing-overview",
    }


def test_wordings_of_one_entry_may_be_alike_and_those_of_two_may_share_half_their_words(tmp_path: Path) -> None:
    text = GOOD.replace("某事 介绍", LONG).replace("某地搞的啥", LONG.replace("办", "开"))

    assert linted(tmp_path, text.replace("某事 时间", "青山县的支部每个月花多少钱买书")) == []


def test_width_script_and_punctuation_do_not_make_wordings_differ(tmp_path: Path) -> None:
    text = GOOD.replace("某事 介绍", LONG).replace("某事 时间", "青山縣的支部，每個月在哪一天開學習會？！")

    assert [problem.kind for problem in linted(tmp_path, text)] == ["wordings_alike"]


def test_the_wordings_of_a_familys_overview_are_compared_with_those_of_entries(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("某事 介绍", LONG))
    write(tmp_path, GOOD.replace("somewhere", "elsewhere").replace("某", "另"), "elsewhere/thing.yaml")
    family = (
        "everywhere: 各地\nfamilies:\n  - id: family-thing\n    name: 事\n"
        "    cases: [somewhere-thing, elsewhere-thing]\n    question: 哪些地方办事？\n"
        f"    phrasings: [{LONG.replace('办', '开')}]\n    answer: 某地和另地。\n"
    )
    (tmp_path / "families.yaml").write_text(family, encoding="utf-8")

    (problem,) = lint(library.load(tmp_path), TODAY)

    assert (problem.path.name, problem.kind, problem.line) == ("families.yaml", "wordings_alike", 3)


@pytest.mark.parametrize(
    ("days", "kinds"),
    [
        ({"valid_to": "2026-11-20"}, ["expired"]),
        ({"valid_to": "2026-11-21"}, []),
        ({"valid_from": "2026-11-22"}, []),
        ({"review_by": "2026-11-20"}, ["review_due"]),
        ({"review_by": "2026-11-21"}, ["review_due"]),
        ({"review_by": "2026-11-22"}, []),
        ({"valid_to": "2026-11-20", "review_by": "2026-11-20"}, ["expired"]),
    ],
)
def test_entries_past_their_day_or_due_for_review_are_found(
    tmp_path: Path, days: dict[str, str], kinds: list[str]
) -> None:
    found = linted(tmp_path, dated(**days))

    assert [(problem.kind, problem.line) for problem in found] == [(kind, 15) for kind in kinds]


def test_findings_are_sorted_by_file_and_line(tmp_path: Path) -> None:
    alike = GOOD.replace("某事 介绍", LONG).replace("某事 时间", LONG.replace("办", "开"))
    other = dated(valid_to="2026-11-20").replace("somewhere", "elsewhere").replace("某", "另")
    due = other.replace("    lines: [2, 3]", "    lines: [2, 3]\n    review_by: 2026-11-20")
    write(tmp_path, due, "elsewhere/thing.yaml")

    found = linted(tmp_path, alike)

    assert [(problem.path.parent.name, problem.line, problem.kind) for problem in found] == [
        ("elsewhere", 8, "review_due"),
        ("elsewhere", 16, "expired"),
        ("somewhere", 15, "wordings_alike"),
    ]


def test_among_many_wordings_every_pair_is_compared(tmp_path: Path) -> None:
    """More than one block of them, with the two of the pair in different blocks."""
    numerals = "甲乙丙丁戊己庚辛壬癸"
    plain = [f"{a}{b}{c}" * 3 for a in numerals for b in numerals for c in numerals][:700]
    entries = "".join(
        f"  - id: e{number}\n    question: {wording}\n    phrasings: [问{number}]\n    answer: 答\n"
        for number, wording in enumerate([LONG, *plain, LONG.replace("办", "开")])
    )
    write(tmp_path, GOOD[: GOOD.index("  - id: somewhere-thing-overview")] + entries)

    pairs = {
        dict(problem.about)["other"]
        for problem in lint(library.load(tmp_path), TODAY)
        if dict(problem.about)["wording"] == LONG.replace("办", "开")
    }

    assert pairs == {LONG}
