"""Words by which a message shows that it goes on, compares, or asks nothing."""

from pathlib import Path

import pytest

from content import cues, wording
from content.cues import Cues
from content.files import ContentError


@pytest.fixture(scope="module")
def words() -> Cues:
    return cues.load(wording.DATA / "conversation.yaml")


@pytest.mark.parametrize("text", ["那荆门呢", "荆门呢？", "那 荆门 怎么样", "荆门那边呢"])
def test_a_place_and_filler_ask_nothing(words: Cues, text: str) -> None:
    assert words.asks_nothing(text, ["荆门"])


@pytest.mark.parametrize("text", ["那荆门多久考核一回", "荆门给谁打分", "那鄂州呢"])
def test_a_question_or_another_place_is_more_than_that(words: Cues, text: str) -> None:
    assert not words.asks_nothing(text, ["荆门"])


def test_a_comparison_is_known_and_what_is_left_is_its_topic(words: Cues) -> None:
    assert words.compares("鄂州和荆门的积分制有什么不同？")
    assert words.topic("鄂州和荆门的积分制有什么不同？", ["鄂州", "荆门"]) == "积分制"


def test_an_ordinary_question_compares_nothing(words: Cues) -> None:
    assert not words.compares("鄂州的积分制怎么打分")


def test_a_file_without_a_kind_of_words_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "conversation.yaml"
    path.write_text("referring: [他们]\n", encoding="utf-8")

    with pytest.raises(ContentError):
        cues.load(path)
