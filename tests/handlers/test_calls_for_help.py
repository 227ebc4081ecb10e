"""Despair, emergencies and reports on somebody: where help is, at once, and no word of it kept."""

import json
from pathlib import Path

import pytest

from content.small_talk import load
from content.text import Normaliser
from handlers.messages import Outcome
from handlers.services import Services
from tests.fakes import Talk

TRAINING = Path(__file__).parents[2] / "training"
CALLS = {  # the number to ring, and what is said
    "12356": [
        "我不想活了",
        "我不想活了。",
        "不想活",
        "哎 活着没啥意思 拖累儿女 死了算了",
        "同志啊我这把老骨头活着受罪不如死了好",
        "我想自杀",
        "老伴说不想活了怎么办",
        "活够了",
        "活着有啥意思",
    ],
    "120": [
        "救命",
        "救命啊",
        "家里着火了咋办",
        "我胸口疼得厉害",
        "老伴晕倒了叫不醒",
        "我被骗了两万块钱",
        "老伴走丢了",
        "儿子打我",
    ],
    "12388": [
        "我要举报书记贪污",
        "我要投诉村支书",
        "我想举报一个人",
        "帮我举报我们村主任",
        "我们村书记收黑钱没人管",
        "俺要告村长",
        "我要实名举报",
        "书记贪污低保款我要反映",
        "怎么举报村干部",
        "咋告我们村支书",
        "我要反映村主任吃拿卡要",
        "举报",
        "村主任打人",
    ],
}


@pytest.fixture
def talk(services: Services) -> Talk:
    return Talk(services)


def told(talk: Talk, text: str) -> str:
    """The reply, which must be small talk without a note to anybody."""
    turn = talk.says(text)
    assert turn.reply.outcome is Outcome.SMALLTALK, text
    assert turn.notes == ()
    assert "书记" not in turn.reply.text
    assert "没有记下" in turn.reply.text
    return turn.reply.text


@pytest.mark.parametrize(("number", "text"), [(number, text) for number, texts in CALLS.items() for text in texts])
def test_despair_an_emergency_and_a_report_are_given_their_number(talk: Talk, number: str, text: str) -> None:
    assert number in told(talk, text)


def test_other_words_of_reporting_are_minded_when_the_corpus_has_no_answer(talk: Talk) -> None:
    assert "12388" in told(talk, "村里账目不公开去哪儿举报")


@pytest.mark.parametrize(
    "text",
    [
        "我不想活动了",
        "党员不想活跃气氛怎么办",
        "换届选举报告单填给谁",
        "支部书记选举报镇党委怎么批",
        "我想向书记反映路灯坏了",
        "我要告诉书记一件事",
        "怎么告诉书记我晚到",
        "开会改期了咋告诉支书",
        "曲阜物业投诉110怎么打",
        "物业不作为可以打哪个电话投诉",
        "党员怎么监督书记",
    ],
)
def test_words_that_only_look_like_it_are_not_taken_for_it(talk: Talk, text: str) -> None:
    assert talk.services.small_talk.at_once(text) is None
    assert talk.says(text).reply.outcome is not Outcome.SMALLTALK


def test_no_question_to_the_corpus_is_taken_for_it(services: Services) -> None:
    files = [*(TRAINING / "questions").glob("*.jsonl"), TRAINING / "ambiguous.jsonl", TRAINING / "dialogues.jsonl"]
    rows = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    asked = [turn["q"] for row in rows for turn in row.get("turns", [row])]

    assert asked
    assert [text for text in asked if services.small_talk.at_once(text)] == []


def test_the_list_before_is_not_lost(talk: Talk, unsure: str) -> None:
    talk.says(unsure)
    told(talk, "我要举报书记")

    assert talk.says("1").reply.outcome is Outcome.ANSWER


def test_every_group_of_words_must_be_met_and_punctuation_meets_none(tmp_path: Path) -> None:
    path = tmp_path / "smalltalk.yaml"
    path.write_text("help: {reply: 好, at_once: [我要/我想 + 举报, 、]}\n", encoding="utf-8")
    small_talk = load(path, Normaliser(), needed=())

    assert small_talk.at_once("我想，举报") == "好"
    assert small_talk.at_once("举报电话") is None
    assert small_talk.at_once("我想问个事") is None
