"""The questions the matcher learns from: well formed, and none of those the product is measured with."""

import json
from pathlib import Path

import pytest

from content import library, wording
from content.files import read_lines
from content.text import fold

GREETING = 6  # characters; everyone says hello in the same words
ROOT = Path(__file__).parents[2]
TRAINING = ROOT / "training"
MEASURES = ROOT.parent / "shared" / "eval"


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def asked(path: Path) -> set[str]:
    return {fold(str(turn["q"])) for row in rows(path) for turn in row.get("turns", [row])}  # type: ignore[attr-defined]


def test_every_training_question_names_entries_there_are() -> None:
    known = {entry.id for entry in library.load(wording.DATA).all_entries}

    for path in sorted((TRAINING / "questions").glob("*.jsonl")):
        for row in rows(path):
            assert set(row["entries"]) <= known, row  # type: ignore[call-overload]


@pytest.mark.skipif(not MEASURES.is_dir(), reason="the labelled questions are not beside this folder")
def test_no_question_the_product_is_measured_with_is_learnt_from() -> None:
    measured = set().union(*map(asked, MEASURES.glob("*.jsonl")))
    learnt = set().union(*map(asked, TRAINING.rglob("*.jsonl")))
    learnt |= set(map(fold, read_lines(wording.DATA / "outside.txt")))
    wordings = {fold(text) for entry in library.load(wording.DATA).all_entries for text in entry.wordings}

    assert measured
    assert not {text for text in measured & learnt if len(text) > GREETING}
    assert not {text for text in measured & wordings if len(text) > GREETING}
