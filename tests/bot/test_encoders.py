"""Vectors of the corpus: encoded once, kept, or come with the product."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot import encoders
from bot.encoders import Kept
from content.matching.meaning import FOLDER
from content.matching.terms import Floats
from handlers.services import Services


class Counting:
    """Encodes a text as its length and remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Floats:
        self.given += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


@pytest.fixture
def encode() -> Counting:
    return Counting()


def test_a_text_is_encoded_once_for_all_processes(tmp_path: Path, encode: Counting) -> None:
    first = Kept("fake", encode, tmp_path / "v.sqlite3").corpus(["a", "bb"])
    again = Kept("fake", encode, tmp_path / "v.sqlite3").corpus(["bb", "ccc", "a"])

    assert encode.given == ["a", "bb", "ccc"]
    assert np.array_equal(again[[2, 0]], first)


def test_what_comes_with_the_product_is_not_encoded_at_all(tmp_path: Path, encode: Counting) -> None:
    made = Kept("fake", encode, tmp_path / "made.sqlite3").corpus(["a", "bb"])
    encoders.write(tmp_path / "made.sqlite3", tmp_path / "shipped.npz")
    encode.given.clear()

    found = Kept("fake", encode, tmp_path / "own.sqlite3", tmp_path / "shipped.npz").corpus(["bb", "a", "new"])

    assert encode.given == ["new"]
    assert np.array_equal(found[[1, 0]], made)


def test_a_folder_that_cannot_be_written_costs_the_encoding_but_not_the_start(tmp_path: Path, encode: Counting) -> None:
    (tmp_path / "file").touch()

    found = Kept("fake", encode, tmp_path / "file" / "v.sqlite3").corpus(["a", "bb"])

    assert found.shape == (2, 2)


def test_nearly_every_text_of_the_shipped_corpus_has_its_vector(services: Services) -> None:
    """After larger edits `python -m training.vectors` writes them anew; until then a start encodes what is new."""
    index = services.matcher.index
    texts = [*index.wordings, *(entry.answer for entry in index.entries)]
    (shipped,) = FOLDER.glob("vectors-*.npz")
    with np.load(shipped) as file:
        known = {key.tobytes() for key in file["keys"]}

    assert sum(encoders.key_of(text) in known for text in texts) > 0.9 * len(texts)
