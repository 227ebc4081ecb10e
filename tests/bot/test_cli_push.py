"""`python -m bot push …`: what an operator reads of the rounds, and holding them up."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot import round_report
from bot.ledger import LedgerStore
from bot.store import Store
from scheduler.agenda import Meeting
from scheduler.reminders import AGAIN, CANCELLED, EXPIRED, LATER, MOVED, NUDGE, Condition, Expiry, Mark, Opening, Round
from scheduler.roster import Branch
from tests.bot.test_cli import run
from tests.bot.test_ledger import MEETING, NOTICE, NOW
from tests.bot.test_roster_store import imported, member
from tests.fakes import SHANGHAI
from tests.scheduler.test_agenda import ACTIVITIES

SENT, UNFOLLOWED = Mark(Condition.SENT, "1"), Mark(Condition.FAILED, "unfollowed")


@pytest.fixture
def ledger(store: Store) -> LedgerStore:
    return LedgerStore(store)


def told(ledger: LedgerStore, **marks: Mark) -> None:
    """The party-day reminder of the tests, told like that."""
    ledger.open([Opening(NOTICE, dict.fromkeys(marks, ""))], NOW)
    ledger.claim(NOTICE, list(marks), NOW)
    ledger.settle(NOTICE, marks, NOW)


def test_a_round_is_called_by_activity_day_and_lead_in_plain_words(ledger: LedgerStore, valkey_url: str) -> None:
    told(ledger, o1=SENT, o2=UNFOLLOWED, o3=UNFOLLOWED)
    ledger.expire([Expiry(replace(NOTICE, reminder=replace(NOTICE.reminder, lead="0d")), EXPIRED, 25)], NOW)

    result = run("push", "status", BOT_REDIS_URL=valkey_url)

    lines = [line.strip() for line in result.output.splitlines()]
    rounds = {line.rsplit("　", 1)[1].split()[0]: line.split()[1:] for line in lines if line.startswith("主题党日")}
    assert any(line.startswith("主题党日　2026年12月7日（周一）　提前3天 ") for line in lines)
    assert rounds["当天"][-7:] == ["25", "0", "0", "0", "0", "25", "0"]
    assert "主题党日　2026年12月7日（周一）　提前3天　没有关注公众号 2 人" in lines
    assert "主题党日　2026年12月7日（周一）　当天　过了时候，没有再发 25 人" in lines
    for key in ("party_day", "3d", "0d", "unfollowed", "expired"):
        assert key not in result.output


def test_programs_read_the_keys(ledger: LedgerStore, valkey_url: str) -> None:
    told(ledger, o1=SENT, o2=UNFOLLOWED)

    (found,) = json.loads(run("push", "status", "--json", BOT_REDIS_URL=valkey_url).output)

    assert (found["activity"], found["date"], found["lead"]) == ("party_day", "2026-12-07", "3d")
    assert found["reasons"] == {"unfollowed": 1}


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        ("0d", "当天"),
        ("14d", "提前14天"),
        (MOVED, "改期通知"),
        (CANCELLED, "取消通知"),
        (NUDGE, "前一天晚上催回复"),
        (AGAIN, "书记补发"),
        (LATER, "党员要的再提醒"),
    ],
)
def test_every_lead_has_a_name(lead: str, words: str) -> None:
    assert round_report.called(Round("party_day", date(2027, 3, 5), lead), ACTIVITIES).endswith(f"　{words}")


def test_a_round_of_an_activity_that_is_no_more_goes_by_its_id(ledger: LedgerStore, valkey_url: str) -> None:
    gone = replace(NOTICE, reminder=replace(NOTICE.reminder, meeting=Meeting("study_day", "b1", MEETING.rule_date)))
    ledger.open([Opening(gone, {"o1": ""})], NOW)

    assert "study_day　2026年12月7日（周一）　提前3天" in run("push", "status", BOT_REDIS_URL=valkey_url).output


def test_what_is_not_tried_again_is_said_with_its_reason(store: Store, valkey_url: str) -> None:
    imported(store, [Branch("b1", "甲支部")], [member(openid, "b1") for openid in ("o1", "o2", "o3")])
    run("remind", "tick", "--at", "2027-03-02T09:00", BOT_REDIS_URL=valkey_url)
    ledger = LedgerStore(store)
    notice = next(one for one in ledger.notices("b1") if one.round.activity_id == "party_day")
    real = datetime.now(SHANGHAI)
    ledger.claim(notice, ["o1", "o2"], real)
    ledger.settle(notice, {"o1": UNFOLLOWED, "o2": Mark(Condition.FAILED, "too_often")}, real)

    first = run("push", "retry-failed", BOT_REDIS_URL=valkey_url)
    second = run("push", "retry-failed", "--json", BOT_REDIS_URL=valkey_url)

    assert first.output.splitlines() == [
        "将再发 1 条",
        "还有 1 条再发也没用，没有再发：没有关注公众号 1 人。请支部另外通知本人。",
    ]
    assert json.loads(second.output) == {"retried": 0, "left": {"unfollowed": 1}}


def test_what_wechat_would_take_for_a_repetition_is_said_to_be_tried_later(
    ledger: LedgerStore, valkey_url: str
) -> None:
    now = datetime.now(SHANGHAI)
    ledger.open([Opening(replace(NOTICE, until=now + timedelta(days=1)), {"o1": ""})], now)
    ledger.settle(NOTICE, {"o1": Mark(Condition.FAILED, "platform")}, now)
    ledger.undelivered(now)

    output = run("push", "retry-failed", BOT_REDIS_URL=valkey_url).output

    assert output.splitlines() == [
        "将再发 0 条",
        "还有 1 条微信刚报告没有送达，现在再发会被微信当成重复的丢掉，没有再发。请过十分钟再运行一次。",
    ]
