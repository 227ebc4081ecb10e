"""The stand-in as a process of its own: HTTP, receipts to the webhook, the log of what members saw."""

import json
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

import pytest

from bot import wiring
from bot.calls import Calls, NoAnswer
from bot.sandbox.remote import Remote, stand_in
from bot.settings import Settings
from bot.wechat import Gateway, Opened
from tests.fakes import ACCOUNT, PLAIN_ACCOUNT

TEMPLATE = "cgi-bin/message/template/send"
SOON = 10.0  # seconds after which something is considered lost


class Webhook(ThreadingHTTPServer):
    """Takes what WeChat posts and opens it as the product does."""

    def __init__(self, gateway: Gateway) -> None:
        self.received: Queue[Opened] = Queue()
        now = wiring.clock(Settings())
        received = self.received

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.put(gateway.open(dict(parse_qsl(urlsplit(self.path).query)), body, now()))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/wechat"


@pytest.fixture(params=[ACCOUNT, PLAIN_ACCOUNT], ids=["safe", "plain"])
def webhook(request: pytest.FixtureRequest, platform: Remote) -> Iterator[Webhook]:
    with Webhook(Gateway(request.param)) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        keys = request.param.aes_keys
        platform.behave(
            receipt_url=server.url,
            receipt_token=request.param.token,
            receipt_app_id=request.param.app_id,
            receipt_aes_key=keys[0] if keys else "",
            receipt_after=[0, 0.01],
        )
        yield server
        server.shutdown()


def send(platform: Remote, openid: str, key: str) -> int:
    """Send a template message; gives its number."""
    with closing(Calls(platform.url)) as calls:
        token = (calls.post("cgi-bin/stable_token", {}, {"secret": "s"}).data or {})["access_token"]
        asked = {"touser": openid, "template_id": "t", "data": {"thing1": {"value": "党日"}}, "client_msg_id": key}
        answer = calls.post(TEMPLATE, {"access_token": token}, asked)
    return int((answer.data or {})["msgid"])


def test_what_members_saw_can_be_asked_for_by_member_and_from_a_number_on(platform: Remote, tmp_path: Path) -> None:
    for number in range(3):
        send(platform, f"o{number % 2}", f"k{number}")

    assert [seen.key for seen in platform.seen()] == ["k0", "k1", "k2"]
    assert [seen.key for seen in platform.seen("o0")] == ["k0", "k2"]
    assert [seen.key for seen in platform.seen_after(2)] == ["k2"]
    assert platform.seen("nobody") == []
    assert platform.seen()[0].fields == {"thing1": "党日"}


def test_what_members_saw_is_written_to_a_file_as_it_happens(tmp_path: Path) -> None:
    with stand_in(log=tmp_path / "seen.jsonl") as platform:
        send(platform, "o1", "k1")
        rows = [json.loads(line) for line in (tmp_path / "seen.jsonl").read_text().splitlines()]

    assert [(row["openid"], row["key"]) for row in rows] == [("o1", "k1")]


def test_behaviour_is_given_at_the_start_and_changed_while_it_runs() -> None:
    with stand_in(members={"o1": 43004}, secret="s", receipt_after=[1, 2]) as platform:
        with pytest.raises(KeyError):
            send(platform, "o1", "k")
        platform.behave(members={})
        send(platform, "o1", "k")

        counts = platform.counts()
    assert (counts["error 43004"], counts[TEMPLATE], counts["seen"], counts["used"]) == (1, 2, 1, 1)


def test_a_behaviour_it_does_not_know_is_refused(platform: Remote) -> None:
    with pytest.raises(ValueError, match="no such behaviour: speed"):
        platform.behave(speed=1)


def test_a_dropped_answer_is_no_answer_although_the_member_saw_the_message(platform: Remote) -> None:
    platform.behave(drop_after=1.0)

    with pytest.raises(NoAnswer):
        send(platform, "o1", "k1")
    assert [seen.key for seen in platform.seen()] == ["k1"]


def test_many_requests_on_one_connection_are_answered_in_turn(platform: Remote) -> None:
    with closing(Calls(platform.url)) as calls:
        tokens = {str(calls.post("cgi-bin/stable_token", {}, {"pad": "长" * size}).data) for size in (1, 60_000, 3)}

    assert len(tokens) == 1


def test_the_receipt_of_a_message_comes_to_the_webhook_signed_as_wechat_signs(
    platform: Remote, webhook: Webhook
) -> None:
    number = send(platform, "o1", "k1")

    receipt = webhook.received.get(timeout=SOON).message

    assert receipt.sender == "o1"
    assert {("MsgID", str(number)), ("Status", "success")} <= set(receipt.fields)


def test_a_receipt_may_come_twice_never_or_tell_of_a_failure(platform: Remote, webhook: Webhook) -> None:
    platform.behave(receipt_twice=1.0)
    send(platform, "o-twice", "k1")
    assert [webhook.received.get(timeout=SOON).message.sender for _ in range(2)] == ["o-twice", "o-twice"]

    platform.behave(receipt_twice=0.0, receipt_never=1.0)
    send(platform, "o-never", "k2")
    platform.behave(receipt_never=0.0, undelivered={"failed:user block": 1.0})
    send(platform, "o-blocked", "k3")

    receipt = webhook.received.get(timeout=SOON).message
    assert (receipt.sender, dict(receipt.fields)["Status"]) == ("o-blocked", "failed:user block")
    with pytest.raises(Empty):
        webhook.received.get_nowait()


def test_a_receipt_may_come_before_the_answer(platform: Remote, webhook: Webhook) -> None:
    platform.behave(latency=0.5)

    send(platform, "o1", "k1")

    assert webhook.received.get_nowait().message.sender == "o1"
