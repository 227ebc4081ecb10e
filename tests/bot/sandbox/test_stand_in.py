"""The stand-in keeps WeChat's documented rules: tokens, the key's ten minutes, quota, windows, and who is refused."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.behaviour import Behaviour
from bot.sandbox.stand_in import CUSTOM, TEMPLATE, StandIn

MINUTES = 60.0
HOURS = 3600.0
NOON = datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()


class WeChat(StandIn):
    """One account, called as a program would call it; time is set by hand."""

    def __init__(self, **behaviour: Any) -> None:
        self.time = NOON
        self.receipts: list[str] = []
        super().__init__(Behaviour(**behaviour), lambda: self.time, lambda _seen, status: self.receipts.append(status))

    def token(self, **asked: Any) -> str:
        return str(self.post("cgi-bin/stable_token", {}, {"secret": "s", **asked})["access_token"])

    def plain_token(self) -> str:
        answer = self.answer("cgi-bin/token", {"secret": "s"}, b"")
        return str(answer.payload["access_token"])

    def template(self, openid: str = "o1", key: str = "", token: str = "") -> int:
        """The error code."""
        asked = {"touser": openid, "template_id": "t", "data": {"thing1": {"value": "党日"}}, "client_msg_id": key}
        return self.code(TEMPLATE, token, asked)

    def text(self, openid: str = "o1", content: str = "你好") -> int:
        return self.code(CUSTOM, "", {"touser": openid, "msgtype": "text", "text": {"content": content}})

    def code(self, path: str, token: str, asked: Mapping[str, Any]) -> int:
        return int(self.post(path, {"access_token": token or self.token()}, asked)["errcode"])

    def post(self, path: str, query: Mapping[str, str], asked: Mapping[str, Any]) -> Any:
        return self.answer(path, query, json.dumps(asked).encode()).payload


def test_the_stable_token_stays_the_same_until_its_last_minutes_and_then_two_are_good() -> None:
    wechat = WeChat()
    first = wechat.token()

    wechat.time += 2 * HOURS - 6 * MINUTES
    assert wechat.token() == first
    wechat.time += 2 * MINUTES
    second = wechat.token()
    assert second != first
    assert (wechat.template(token=first), wechat.template(token=second)) == (0, 0)
    wechat.time += 5 * MINUTES
    assert (wechat.template(token=first), wechat.template(token=second)) == (42001, 0)


def test_a_forced_token_kills_the_one_before() -> None:
    wechat = WeChat()
    first = wechat.token()

    second = wechat.token(force_refresh=True)

    assert (wechat.template(token=first), wechat.template(token=second)) == (40001, 0)


def test_a_plain_token_replaces_the_plain_one_before_after_the_overlap_and_no_stable_one() -> None:
    wechat = WeChat()
    stable, first, second = wechat.token(), wechat.plain_token(), wechat.plain_token()

    assert [wechat.template(token=token) for token in (stable, first, second)] == [0, 0, 0]
    wechat.time += 6 * MINUTES
    assert [wechat.template(token=token) for token in (stable, first, second)] == [0, 42001, 0]


def test_after_a_rotation_every_token_is_bad() -> None:
    wechat = WeChat()
    first = wechat.token()

    wechat.rotate()

    assert wechat.template(token=first) == 40001
    assert wechat.template(token=wechat.token()) == 0


def test_a_wrong_secret_and_a_missing_token_are_refused() -> None:
    wechat = WeChat(secret="right")

    assert wechat.post("cgi-bin/stable_token", {}, {"secret": "wrong"})["errcode"] == 40125
    assert wechat.post(TEMPLATE, {}, {})["errcode"] == 41001


def test_a_second_message_with_the_same_key_is_swallowed_for_ten_minutes_only() -> None:
    wechat = WeChat()

    codes = [wechat.template("o1", "k"), wechat.template("o1", "k"), wechat.template("o2", "k")]
    assert (codes, [seen.openid for seen in wechat.seen]) == ([0, 0, 0], ["o1", "o2"])
    wechat.time += 11 * MINUTES
    wechat.template("o1", "k")
    assert [seen.openid for seen in wechat.seen] == ["o1", "o2", "o1"]
    assert wechat.counts["same key"] == 1


def test_without_a_key_nothing_is_swallowed() -> None:
    wechat = WeChat()

    assert [wechat.template(), wechat.template(), len(wechat.seen)] == [0, 0, 2]


def test_a_second_message_with_the_same_key_may_be_answered_with_an_error_instead() -> None:
    wechat = WeChat(same_key=40241)

    assert [wechat.template(key="k"), wechat.template(key="k"), len(wechat.seen)] == [0, 40241, 1]


def test_the_quota_is_used_up_until_midnight_in_beijing_and_tells_what_is_left() -> None:
    wechat = WeChat(quota=2)

    assert [wechat.template() for _ in range(3)] == [0, 0, 45009]
    quota = wechat.post("cgi-bin/openapi/quota/get", {"access_token": wechat.token()}, {"cgi_path": f"/{TEMPLATE}"})
    assert quota["quota"] == {"daily_limit": 2, "used": 2, "remain": 0}
    wechat.time += 12 * HOURS + 1
    assert wechat.template() == 0


def test_a_share_of_the_members_meets_the_same_error_always() -> None:
    wechat = WeChat(shares={"43004": 0.2, "40003": 0.1}, members={"o-me": 43101})
    members = [f"o{number}" for number in range(500)]

    codes = [wechat.template(member) for member in members]

    assert [wechat.template(member) for member in members] == codes
    assert 70 < codes.count(43004) < 130
    assert 30 < codes.count(40003) < 70
    assert len(wechat.seen) == 2 * codes.count(0)
    assert wechat.template("o-me") == 43101


def test_an_undelivered_message_is_accepted_reported_and_never_seen() -> None:
    wechat = WeChat(undelivered={"failed:user block": 1.0})

    assert (wechat.template(), wechat.seen, wechat.receipts) == (0, [], ["failed:user block"])


def test_a_message_whose_answer_is_dropped_was_seen_and_one_dropped_before_was_not() -> None:
    wechat = WeChat()
    token = wechat.token()
    asked = {"touser": "o", "template_id": "t", "data": {}, "client_msg_id": "k"}

    wechat.behaviour.change({"drop_after": 1.0})
    assert wechat.post(TEMPLATE, {"access_token": token}, asked) is None
    wechat.behaviour.change({"drop_after": 0.0, "drop_before": 1.0})
    assert wechat.post(TEMPLATE, {"access_token": token}, asked | {"client_msg_id": "other"}) is None
    assert [seen.key for seen in wechat.seen] == ["k"]


def test_busy_answers_happen_to_calls_not_to_members() -> None:
    wechat = WeChat(busy=0.5)

    codes = {wechat.template("o1", key=str(number)) for number in range(50)}

    assert codes == {0, -1}


def test_above_its_pace_the_platform_is_busy_until_the_next_second() -> None:
    wechat = WeChat(per_second=3)

    assert [wechat.template() for _ in range(4)] == [0, 0, 0, -1]
    wechat.time += 1
    assert wechat.template() == 0


def test_texts_reach_only_who_wrote_within_48_hours_and_five_times_at_most() -> None:
    wechat = WeChat(windowed=True)

    assert wechat.text() == 45015
    wechat.wrote("o1")
    assert [wechat.text() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    wechat.time += 49 * HOURS
    assert wechat.text() == 45015


def test_a_missing_call_answers_404_and_a_platform_that_is_down_nothing() -> None:
    wechat = WeChat(missing=["cgi-bin/stable_token"])

    assert wechat.answer("cgi-bin/stable_token", {}, b"{}").status == 404
    assert wechat.plain_token()
    wechat.behaviour.change({"down": True})
    assert wechat.answer("cgi-bin/token", {}, b"").payload is None


def test_an_unknown_behaviour_is_refused() -> None:
    with pytest.raises(ValueError, match="latencyy"):
        Behaviour().change({"latencyy": 1})
