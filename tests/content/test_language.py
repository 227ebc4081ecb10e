"""Commands, picking from lists, small talk, and the files they come from."""

from pathlib import Path

import pytest

from bot import edited
from content import language, small_talk, wording
from content.files import ContentError
from content.text import Normaliser
from content.wording import Wording, WordingError
from handlers.services import Services


@pytest.mark.parametrize("text", ["1", "１", "一", "第一个", "选1", "第1条", "①", "1.", "就第一个"])
def test_the_first_item_can_be_picked_in_many_ways(services: Services, text: str) -> None:
    assert services.language.position(text) == 1


@pytest.mark.parametrize(("text", "position"), [("第二个", 2), ("二", 2), ("３", 3), ("十二", 12), ("15", 15)])
def test_other_items_too(services: Services, text: str, position: int) -> None:
    assert services.language.position(text) == position


@pytest.mark.parametrize("text", ["0", "100", "一共几个", "第几个", "主题党日", "", "2019年"])
def test_other_texts_pick_nothing(services: Services, text: str) -> None:
    assert services.language.position(text) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("帮助", "help"),
        ("怎么用？", "help"),
        ("目錄", "catalogue"),
        ("热门", "popular"),
        ("更多。", "more"),
        ("没用", "useless"),
    ],
)
def test_command_words_are_known_in_any_script_and_punctuation(services: Services, text: str, command: str) -> None:
    assert services.language.command(text) == command


def test_a_command_word_inside_a_question_is_no_command(services: Services) -> None:
    assert services.language.command("困难帮助金有多少") is None


@pytest.mark.parametrize(
    "text", ["你好", "您好！", "在吗？", "谢谢", "谢谢您啦", "你叫啥名字", "再见", "给我唱首红歌吧"]
)
def test_small_talk_is_known_as_a_whole(services: Services, text: str) -> None:
    assert services.small_talk.whole(text)


def test_a_broken_language_file_is_reported_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.yaml"
    path.write_text("politeness: {heads: [请问]}\ncommands: []\n", encoding="utf-8")

    with pytest.raises(ContentError) as caught:
        language.load(path)

    assert {(problem.line, problem.kind) for problem in caught.value.problems} >= {
        (1, "missing_key"),
        (2, "not_a_mapping"),
    }


def test_small_talk_without_a_needed_topic_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "smalltalk.yaml"
    path.write_text("greeting: {reply: 您好, says: [你好]}\n", encoding="utf-8")

    with pytest.raises(ContentError, match="emoji"):
        small_talk.load(path, Normaliser())


def test_a_text_file_lacking_a_sentence_names_it(tmp_path: Path) -> None:
    path = tmp_path / "phrases.yaml"
    path.write_text("a: 甲\n", encoding="utf-8")

    with pytest.raises(WordingError, match="missing key b"):
        wording.read(path, like=Wording({"a": "甲", "b": "乙"}))


def test_a_text_file_with_a_placeholder_nobody_fills_names_it(tmp_path: Path) -> None:
    path = tmp_path / "phrases.yaml"
    path.write_text("a: '{name}好'\n", encoding="utf-8")

    with pytest.raises(WordingError, match="name"):
        wording.read(path, like=Wording({"a": "甲"}))


def test_a_text_file_with_a_lone_brace_is_reported_and_not_raised_at_a_member(tmp_path: Path) -> None:
    path = tmp_path / "phrases.yaml"
    path.write_text("a: '{好'\n", encoding="utf-8")

    with pytest.raises(WordingError):
        wording.read(path)


def test_a_folder_without_text_files_uses_those_of_the_product(tmp_path: Path) -> None:
    assert edited.file(tmp_path, "phrases.yaml") == wording.DATA / "phrases.yaml"
