"""Questions about policy that sound like commands still reach the corpus, whoever asks them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Store
from handlers import binding, branch
from handlers.book import Reach, State
from handlers.messages import Memory
from handlers.services import Services
from tests.handlers.test_branch import LIAISON_DAY, PARTY_DAY, Chat

ROOT = Path(__file__).parents[2]
NEAR_MISSES = (
    "主题党日多久一次",
    "主题党日一般安排在几号",
    "主题党日是什么",
    "参加主题党日有什么要求",
    "不参加主题党日会怎么样",
    "党员请假要谁批准",
    "请假，怎么请？",
    "请假条",
    "参加，有什么要求",
    "请假制度有哪些",
    "请假 有什么规定吗",
    "请假要扣积分吗",
    "党代表联系日安排在哪一天",
    "联系日提醒谁参加",
    "提醒谈话是什么",
    "提醒函询有哪些情形",
    "名单要公示几天",
    "名单公示怎么做",
    "取消党员资格要走什么程序",
    "取消预备党员资格的情形",
    "取消评选资格",
    "改期换届要谁同意",
    "改到哪里开会",
    "改到线上开可以吗",
    "推迟到什么时候换届",
    "提前到岗怎么算",
    "补发党员证怎么办",
    "补发工资的规定",
    "免提醒的条件有哪些",
    "退出支部要办什么手续",
    "我叫不动年轻党员怎么办",
    "我叫什么都没人应",
    "绑定帮扶是怎么回事",
    "绑定支部是什么意思",
    "加入支部要什么条件",
    "邀请码怎么生成的",
    "确认入党积极分子要什么条件",
    "确认：发展对象怎么定",
    "参加组织生活有什么要求",
    "不能参加会议怎么办",
    "我的支部连续两年没换届怎么办",
    "党日活动经费从哪里来",
    "日历怎么安排三会一课",
    "ABCD12E",
    "GDP2024",
)


def questions(services: Services) -> Iterator[str]:
    """Every question used in training, and every way to ask the corpus."""
    for path in sorted((ROOT / "training" / "questions").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["q"]
    for entry in services.library.entries:
        yield from (entry.question, *entry.phrasings)


@pytest.fixture
def chat(services: Services, store: Store) -> Chat:
    """A branch whose members have all been reminded: everyday words count as answers there."""
    chat = Chat(services, store)
    for meeting in (PARTY_DAY, LIAISON_DAY):
        chat.reminders.told[meeting] = {openid: State(Reach.REACHED) for openid in ("oBoss", "oWang")}
    return chat


@pytest.mark.parametrize("openid", ["oNobody", "oWang", "oBoss"])
@pytest.mark.parametrize("question", NEAR_MISSES)
def test_a_question_that_sounds_like_a_command_is_a_question(chat: Chat, openid: str, question: str) -> None:
    services = chat.services.called_by(openid, chat.now)

    for route in (branch.confirmed, branch.said, binding.by_lone_code):
        assert route(question, Memory(), services) is None


def test_no_question_of_the_corpus_or_of_the_training_is_a_command(chat: Chat) -> None:
    services = chat.services.called_by("oBoss", chat.now)
    asked = list(questions(services))

    taken = [text for text in asked if branch.said(text, Memory(), services) is not None]

    assert len(asked) > 5_000
    assert taken == []
