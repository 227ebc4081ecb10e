"""A push through the platform: by which channel it goes, what every error means, and that nobody is told twice."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.api import Api, Said
from bot.brake import Brake, Pause
from bot.calls import Calls
from bot.pace import Pace
from bot.platform import CUSTOM, Platform
from bot.platform_errors import ERRORS, Action
from bot.quota import TEMPLATE, Quota
from bot.sandbox.remote import Remote
from bot.sandbox.stand_in import Seen
from bot.store import Store
from bot.token_store import TokenStore
from bot.tokens import Credentials, Tokens
from bot.window import Window
from scheduler.delivery import Halt, Later, Push, Refused, Result, Sent, Stop, Unclear
from scheduler.pacing import quota_returns
from tests.fakes import NOW, Clock
from tests.scripted import answer, serving

SECRET = "very-secret"
TOKEN_CALL = "cgi-bin/stable_token"
PUSH = Push("o1", "key-1", "party_day", {"thing1": "主题党日", "time2": "2026年12月5日 15:00"}, "明天开主题党日。")
WROTE = replace(PUSH, wrote_at=NOW - timedelta(hours=47))


class Sender(Platform):
    """The platform of one process, with what it stands on in reach."""

    waited: list[float]

    def __init__(self, url: str, store: Store, clock: Clock, ceiling: float = 10_000) -> None:
        self.calls = Calls(url, answer_within=2)
        api = Api(self.calls, Tokens(self.calls, Credentials("wx1", SECRET), clock, TokenStore("wx1", store)))
        self.waited = []
        super().__init__(
            api,
            {"party_day": "template-1", "liaison_day": "template-2", "other": ""},
            Pace(store, ceiling),
            Quota(api, store, clock),
            Brake(store, clock, lambda: float(next(self.looks))),
            Window(store),
            clock,
            sleep=self.waited.append,
        )
        self.looks = iter(range(10**9))  # each look at the brake is a second after the one before


@pytest.fixture
def sender(platform: Remote, store: Store, clock: Clock) -> Iterator[Sender]:
    sender = Sender(platform.url, store, clock)
    yield sender
    sender.calls.close()


def told(seen: list[Seen]) -> list[tuple[str, str]]:
    return [(one.openid, one.channel) for one in seen]


def test_a_push_is_the_activitys_template_with_its_fields_key_and_link(platform: Remote, sender: Sender) -> None:
    result = sender.send(replace(PUSH, url="https://example.org/1"))

    (seen,) = platform.seen()
    assert result == Sent(seen.message_id)
    assert (seen.openid, seen.channel, seen.template_id, seen.key) == ("o1", "template", "template-1", "key-1")
    assert (seen.fields, seen.url) == (PUSH.fields, "https://example.org/1")


def test_a_push_without_a_link_has_none(platform: Remote, sender: Sender) -> None:
    sender.send(PUSH)

    assert platform.seen()[0].url == ""


def test_whoever_wrote_within_48_hours_gets_a_text_and_the_others_the_template(
    platform: Remote, sender: Sender
) -> None:
    assert sender.send(WROTE) == Sent()
    for hours in (48, 1000):
        sender.send(replace(PUSH, openid=f"o{hours}", wrote_at=NOW - timedelta(hours=hours)))

    assert told(platform.seen()) == [("o1", "text"), ("o48", "template"), ("o1000", "template")]
    assert platform.seen()[0].text == PUSH.text


def test_a_member_whose_window_is_closed_or_used_up_gets_the_template(platform: Remote, sender: Sender) -> None:
    platform.behave(windowed=True)
    platform.wrote("o2")

    results = [sender.send(replace(WROTE, openid="o1"))]
    results += [sender.send(replace(WROTE, openid="o2", key=f"key-{number}")) for number in range(6)]

    assert all(isinstance(result, Sent) for result in results)
    assert told(platform.seen()) == [("o1", "template")] + 5 * [("o2", "text")] + [("o2", "template")]


def test_a_push_a_window_was_closed_for_is_not_tried_as_a_text_again(platform: Remote, sender: Sender) -> None:
    platform.behave(windowed=True)

    results = [sender.send(WROTE), sender.send(WROTE)]

    assert results[0] == results[1] == Sent(platform.seen()[0].message_id)
    assert (platform.counts()[CUSTOM], platform.counts()["seen"]) == (1, 1)


def test_an_account_that_may_not_send_texts_does_not_try_for_every_member(
    platform: Remote, sender: Sender, clock: Clock
) -> None:
    platform.behave(missing=[CUSTOM])
    just_wrote = replace(PUSH, wrote_at=NOW)

    for number in range(5):
        assert isinstance(sender.send(replace(just_wrote, openid=f"o{number}")), Sent)
    assert (platform.counts()[CUSTOM], {seen.channel for seen in platform.seen()}) == (1, {"template"})
    clock.pass_(minutes=61)
    sender.send(replace(just_wrote, openid="o9"))
    assert platform.counts()[CUSTOM] == 2


@pytest.mark.parametrize("push", [PUSH, WROTE], ids=["template", "text"])
def test_a_lost_answer_is_unclear_and_trying_again_tells_nobody_twice(
    platform: Remote, sender: Sender, store: Store, clock: Clock, push: Push
) -> None:
    platform.behave(drop_after=1.0)
    assert sender.send(push) == Unclear("no_answer")

    platform.behave(drop_after=0.0)
    another = Sender(platform.url, store, clock)
    again = another.send(push)
    without_window = another.send(replace(push, wrote_at=None)) if push is PUSH else again

    another.calls.close()
    assert len(platform.seen()) == 1
    (seen,) = platform.seen()
    expected: Result = Sent(seen.message_id) if push is PUSH else Unclear("text_unclear")
    assert (again, without_window) == (expected, expected)


def test_a_text_that_did_not_reach_the_platform_may_be_tried_again(
    platform: Remote, sender: Sender, store: Store, clock: Clock
) -> None:
    nobody = Sender("http://127.0.0.1:1/", store, clock)
    assert isinstance(nobody.send(WROTE), Later)
    platform.behave(members={"o1": -1})
    assert isinstance(sender.send(WROTE), Later)

    platform.behave(members={})

    assert sender.send(WROTE) == Sent()
    assert told(platform.seen()) == [("o1", "text")]


def test_every_error_of_the_table_ends_a_template_as_its_action_says(platform: Remote, sender: Sender) -> None:
    expected = {
        Action.SENT: Sent(""),
        Action.PAUSE: Stop("quota", Halt.UNTIL_MIDNIGHT),
    }
    ends: dict[Action, type[Result]] = {
        Action.WAIT: Later, Action.SLOW: Later, Action.REFRESH: Later, Action.SKIP: Refused, Action.UNKNOWN: Refused,
        Action.DOUBT: Refused, Action.TEMPLATE: Refused, Action.NO_CHANNEL: Stop, Action.PARK: Stop, Action.HALT: Stop,
    }  # fmt: skip
    for code, (action, reason) in {**ERRORS, 99999: (Action.UNKNOWN, "code_99999")}.items():
        platform.behave(members={"o1": code})
        sender.brake.resume()
        result = sender.send(PUSH)
        if action in expected:
            assert result == expected[action], code
        else:
            assert (type(result), result.reason) == (ends[action], reason), code  # type: ignore[union-attr]
        paused = [pause.activity_id for pause in sender.brake.pauses()]
        assert paused == {
            Action.PARK: ["party_day"], Action.HALT: [""], Action.PAUSE: [""], Action.NO_CHANNEL: [""],
            Action.REFRESH: [""],
        }.get(action, []), code  # fmt: skip
    assert platform.seen() == []


def test_only_the_refusal_wechat_is_known_to_make_by_mistake_is_in_doubt(platform: Remote, sender: Sender) -> None:
    platform.behave(members={"o1": 43101, "o2": 43004})

    assert sender.send(PUSH) == Refused("refused", certain=False)
    assert sender.send(replace(PUSH, openid="o2")) == Refused("unfollowed")


def test_every_error_of_the_table_ends_a_text_or_leads_to_the_template(platform: Remote, sender: Sender) -> None:
    templates: dict[Action, set[int]] = {}
    for number, (code, (action, _reason)) in enumerate(ERRORS.items()):
        before = platform.counts()[TEMPLATE]
        platform.behave(members={f"o{number}": code})
        sender.brake.resume()
        sender._no_texts_until = None
        sender.send(replace(WROTE, openid=f"o{number}"))
        templates.setdefault(action, set()).add(platform.counts()[TEMPLATE] - before)

    through = {action for action, counts in templates.items() if counts == {1}}
    assert through == {Action.TEMPLATE, Action.PAUSE, Action.NO_CHANNEL, Action.PARK, Action.SENT}
    assert {action for action, counts in templates.items() if counts == {0}} == set(templates) - through


def test_an_error_nobody_knows_of_a_text_leads_to_the_template(platform: Remote, sender: Sender) -> None:
    platform.behave(members={"o1": 99999})

    assert sender.send(WROTE) == Refused("code_99999")
    assert (platform.counts()[CUSTOM], platform.counts()[TEMPLATE]) == (1, 1)


def test_a_token_gone_bad_is_replaced_and_the_push_goes_out(platform: Remote, sender: Sender) -> None:
    sender.send(PUSH)
    platform.rotate()

    assert isinstance(sender.send(replace(PUSH, openid="o2")), Sent)
    assert told(platform.seen()) == [("o1", "template"), ("o2", "template")]
    assert platform.counts()[TOKEN_CALL] == 2


def test_an_expired_token_is_replaced_and_the_push_goes_out(platform: Remote, sender: Sender) -> None:
    sender.send(PUSH)
    platform.behave(ahead=7201)

    assert isinstance(sender.send(replace(PUSH, openid="o2")), Sent)
    assert platform.counts()["error 42001"] == 1


def test_a_platform_that_calls_every_token_bad_costs_a_few_calls_and_is_left_alone_for_a_minute(
    platform: Remote, sender: Sender, clock: Clock
) -> None:
    platform.behave(shares={"40001": 1.0})

    results = [sender.send(replace(PUSH, openid=f"o{number}")) for number in range(200)]

    assert {(type(result), result.reason) for result in results} == {(Later, "token")}  # type: ignore[union-attr]
    assert platform.counts()[TOKEN_CALL] <= 6
    assert platform.counts()[TEMPLATE] <= 6
    platform.behave(shares={})
    clock.pass_(seconds=61)
    assert isinstance(sender.send(PUSH), Sent)


def test_tokens_called_bad_for_long_stop_everything_until_someone_looks(
    platform: Remote, sender: Sender, clock: Clock
) -> None:
    platform.behave(shares={"40001": 1.0})

    for _ in range(60):
        result = sender.send(PUSH)
        clock.pass_(seconds=61)

    assert result == Stop("token", Halt.UNTIL_TOLD)
    assert platform.counts()[TOKEN_CALL] <= 70


def test_a_wrong_secret_stops_everything_and_is_not_tried_again(platform: Remote, sender: Sender) -> None:
    platform.behave(secret="another")

    results = {sender.send(replace(PUSH, openid=f"o{number}")) for number in range(20)}

    assert results == {Stop("app_secret", Halt.UNTIL_TOLD)}
    assert platform.counts()[TOKEN_CALL] <= 2  # the quota's question and the push


def test_the_address_to_list_is_told_to_whoever_must_list_it(platform: Remote, sender: Sender) -> None:
    platform.behave(members={"o1": 40164})

    sender.send(PUSH)

    assert sender.brake.state() == Pause("ip_not_listed", NOW, None, "", "203.0.113.7")


def test_a_field_the_platform_does_not_take_is_told_in_the_log(platform: Remote, sender: Sender) -> None:
    platform.behave(members={"o1": 47003})

    with capture_logs() as logs:
        assert sender.send(PUSH) == Refused("bad_fields")

    assert [entry["detail"] for entry in logs if entry["event"] == "push_refused"] == ["data.thing1"]


def test_a_used_up_quota_stops_everything_until_after_midnight_in_beijing(
    platform: Remote, sender: Sender, clock: Clock
) -> None:
    platform.behave(members={"o1": 45009})
    assert sender.send(PUSH) == Stop("quota", Halt.UNTIL_MIDNIGHT)
    calls = platform.counts()[TEMPLATE]

    assert sender.send(replace(PUSH, openid="o2")) == Stop("quota", Halt.UNTIL_MIDNIGHT)
    assert platform.counts()[TEMPLATE] == calls
    assert sender.brake.state() == Pause("quota", NOW, quota_returns(NOW))
    clock.pass_(hours=14, minutes=11)
    assert isinstance(sender.send(replace(PUSH, openid="o2")), Sent)


def test_the_last_of_the_quota_is_not_used(platform: Remote, sender: Sender) -> None:
    platform.behave(quota=10)

    results = [sender.send(replace(PUSH, openid=f"o{number}")) for number in range(12)]

    assert [type(result) for result in results] == 9 * [Sent] + 3 * [Stop]
    assert "error 45009" not in platform.counts()


def test_a_template_gone_stops_its_activity_only(platform: Remote, sender: Sender) -> None:
    platform.behave(members={"o1": 40037})
    liaison = replace(PUSH, openid="o2", activity_id="liaison_day")

    assert sender.send(PUSH) == Stop("template_gone", Halt.UNTIL_TOLD)
    assert isinstance(sender.send(liaison), Sent)
    assert sender.send(replace(PUSH, openid="o3")) == Stop("template_gone", Halt.UNTIL_TOLD)
    sender.brake.resume()
    assert isinstance(sender.send(replace(PUSH, openid="o3")), Sent)


@pytest.mark.parametrize("activity_id", ["other", "never_heard_of"])
def test_an_activity_without_a_template_is_stopped_and_calls_nobody(
    platform: Remote, sender: Sender, activity_id: str
) -> None:
    assert sender.send(replace(PUSH, activity_id=activity_id)) == Stop("template_missing", Halt.UNTIL_TOLD)
    assert (platform.counts()[TEMPLATE], sender.brake.pauses()) == (0, ())


def test_nothing_goes_out_while_an_operator_has_paused(platform: Remote, sender: Sender) -> None:
    sender.brake.pause("operator")

    assert sender.send(WROTE) == Stop("operator", Halt.UNTIL_TOLD)
    assert platform.counts()["seen"] == 0
    sender.brake.resume()
    assert isinstance(sender.send(WROTE), Sent)


def test_a_busy_platform_means_later_at_different_times_for_different_members_and_a_slower_pace(
    platform: Remote, sender: Sender
) -> None:
    platform.behave(busy=1.0)

    results = [sender.send(replace(PUSH, openid=f"o{number}")) for number in range(40)]

    assert all(isinstance(result, Later) and 5 <= result.seconds <= 15 for result in results)
    assert len(set(results)) == 40
    assert sender.pace.rate() == pytest.approx(5000, rel=0.01)


def test_a_platform_that_does_not_answer_in_time_slows_the_pace(store: Store, clock: Clock) -> None:
    def script(_number: int, request: bytes) -> bytes:
        return answer('{"access_token": "t"}') if b"stable_token" in request else b"HTTP/1.1 200 OK\r\n"

    with serving(script) as server:
        sender = Sender(server.url, store, clock)
        sender.calls._answer_within = 0.02
        results = {sender.send(replace(PUSH, openid=f"o{number}")) for number in range(6)}
        sender.calls.close()

    assert results == {Unclear("no_answer")}
    assert sender.pace.rate() == pytest.approx(5000, rel=0.01)


def test_over_the_pace_a_push_waits_a_little_or_comes_back_later(platform: Remote, store: Store, clock: Clock) -> None:
    sender = Sender(platform.url, store, clock, ceiling=1)

    results = [sender.send(replace(PUSH, openid=f"o{number}")) for number in range(8)]

    sender.calls.close()
    assert [type(result) for result in results] == [Sent] * 6 + [Later] * 2
    assert results[-1].seconds > 5  # type: ignore[union-attr]
    assert sender.waited == pytest.approx([1, 2, 3, 4, 5], abs=0.5)


def test_while_the_platform_is_unreachable_nothing_was_sent(store: Store, clock: Clock) -> None:
    result = Sender("http://127.0.0.1:1/", store, clock).send(PUSH)

    assert (type(result), result.reason) == (Later, "unreachable")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("answered", "result"),
    [
        (answer("<html>", "HTTP/1.1 502 Bad Gateway"), Unclear),
        (answer("<html>sign in</html>"), Unclear),
        (answer('{"msgid": 1}'), Unclear),
        (answer('{"errcode": "0"}'), Unclear),
        (answer("", "HTTP/1.1 302 Found"), Unclear),
        (answer("not here", "HTTP/1.1 404 Not Found"), Later),
    ],
)
def test_an_answer_that_is_not_the_platforms_is_no_success(
    store: Store, clock: Clock, answered: bytes, result: type[Result]
) -> None:
    def script(_number: int, request: bytes) -> bytes:
        return answer('{"access_token": "t"}') if b"stable_token" in request else answered

    with serving(script) as server:
        sender = Sender(server.url, store, clock)
        assert isinstance(sender.send(PUSH), result)
        sender.calls.close()


def test_without_a_store_nothing_is_sent(platform: Remote, no_store: Store, clock: Clock) -> None:
    sender = Sender(platform.url, no_store, clock)

    for push in (PUSH, WROTE):
        result = sender.send(push)
        assert (type(result), result.reason) == (Later, "store")  # type: ignore[union-attr]
    sender.calls.close()
    assert platform.seen() == []


class Breaking(Api):
    """Calls after which the store is gone."""

    def __init__(self, api: Api, store: Store) -> None:
        self._api, self._store = api, store

    def post(self, path: str, payload: Mapping[str, Any]) -> Said:
        try:
            return self._api.post(path, payload)
        finally:
            self._store._down_until = float("inf")


@pytest.mark.parametrize(
    ("push", "behaviour", "result"),
    [
        (WROTE, {}, Sent()),
        (PUSH, {"members": {"o1": 40125}}, Stop("app_secret", Halt.UNTIL_TOLD)),
        (PUSH, {"members": {"o1": 45009}}, Stop("quota", Halt.UNTIL_MIDNIGHT)),
        (PUSH, {"members": {"o1": 43004}}, Refused("unfollowed")),
        (PUSH, {"drop_after": 1.0}, Unclear("no_answer")),
        (WROTE, {"drop_after": 1.0}, Unclear("no_answer")),
    ],
)
def test_a_store_that_goes_down_after_the_call_does_not_change_how_the_push_ended(
    platform: Remote, sender: Sender, store: Store, push: Push, behaviour: dict[str, Any], result: Result
) -> None:
    sender.send(replace(PUSH, openid="o-first"))
    platform.behave(**behaviour)
    sender.api = Breaking(sender.api, store)

    assert sender.send(push) == result


def test_many_threads_tell_every_member_once(platform: Remote, sender: Sender) -> None:
    platform.behave(latency=0.01, tail=0.4, busy=0.02)

    def until_sent(number: int) -> Result:
        push = replace(WROTE if number % 5 == 0 else PUSH, openid=f"o{number}")
        while isinstance(result := sender.send(push), Later | Unclear):
            pass
        return result

    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(until_sent, range(600)))

    assert all(isinstance(result, Sent) for result in results)
    assert sorted(seen.openid for seen in platform.seen()) == sorted(f"o{number}" for number in range(600))


def test_neither_openid_nor_token_nor_secret_is_logged_or_shown(platform: Remote, sender: Sender, clock: Clock) -> None:
    told_of: list[str] = [repr(PUSH)]
    openid = "oVeryPrivateOpenid"
    behaviours: list[dict[str, Any]] = [{"members": {openid: code}} for code in ERRORS]
    behaviours += [{"members": {}, "drop_before": 1.0}, {"drop_before": 0.0, "secret": "another"}]
    with capture_logs() as logs:
        for behaviour in behaviours:
            platform.behave(**behaviour)
            sender.brake.resume()
            clock.pass_(hours=3)
            told_of += [repr(sender.send(replace(push, openid=openid))) for push in (PUSH, WROTE)]

    everything = " ".join([*told_of, *map(str, logs)])
    assert logs
    for private in (openid, SECRET, "token-", "o1'"):
        assert private not in everything
