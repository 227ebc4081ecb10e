"""Ten thousand bad bodies: never a 5xx, never an exception out of the view, never an error text for the member."""

import random
import re

import pytest

from bot.sandbox.envelope import Platform, Request, message
from tests.conftest import AppFactory
from tests.fakes import ACCOUNT, PLAIN_ACCOUNT, Clock, platform

ROUNDS = 5_000  # in each mode
CONTENT = re.compile("<Content>(.*)</Content>", re.DOTALL)
ERROR_TEXT = re.compile("Traceback|Error|Exception|error|html|None")
SEEDS = [
    message("text", "oFuzz", 1, {"Content": "主题党日多久一次", "MsgId": 1}),
    message("voice", "oFuzz", 1, {"MediaId": "1", "Format": "amr", "Recognition": "党日", "MsgId": 1}),
    message("image", "oFuzz", 1, {"PicUrl": "http://example.org/x.jpg", "MediaId": "1", "MsgId": 1}),
    message(
        "location",
        "oFuzz",
        1,
        {"Location_X": "23.1", "Location_Y": "113.3", "Scale": "20", "Label": "某处", "MsgId": 1},
    ),
    message("event", "oFuzz", 1, {"Event": "subscribe", "EventKey": "qrscene_1"}),
    message("event", "oFuzz", 1, {"Event": "CLICK", "EventKey": "help"}),
    message("event", "oFuzz", 1, {"Event": "TEMPLATESENDJOBFINISH", "MsgID": 1, "Status": "success"}),
]
PIECES = [
    *(b"]]>", b"<![CDATA[", b"</xml>", b"<xml>", b"&#0;", b"&#xD800;", b"&lt;", b"\x00", b"\x1d", b"\xff\xfe"),
    *(b"\xed\xa0\x80", b"<!DOCTYPE a>", b"<!ENTITY x 'y'>", b"&x;", b"<MsgType>event</MsgType>", b"<Event/>"),
    *(b"<Content><a><b/></a></Content>", b"{}", b"-1", b"9" * 50, b"<FromUserName></FromUserName>", b" ", b"\r\n"),
    *(b"<?xml version='1.0'?>", b"xmlns='u'", "\u76ee\u5f55".encode(), "\U0001f600".encode()),
]


def spoil(body: bytes, chance: random.Random) -> bytes:
    """The body with one to four things wrong with it."""
    for _ in range(chance.randint(1, 4)):
        at, end = sorted((chance.randint(0, len(body)), chance.randint(0, len(body))))
        match chance.randrange(6):
            case 0:
                body = body[:at] + chance.choice(PIECES) + body[at:]
            case 1:
                body = body[:at] + body[end:]
            case 2:
                body = body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :]
            case 3:
                body = body[:end] + body[at:end] + body[end:]
            case 4:
                body = chance.choice(PIECES) + body
            case _:
                body = body[:at] + chance.randbytes(chance.randint(1, 12)) + body[at:]
    return body[:60_000]


@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_no_bad_body_brings_an_error_out(make_app: AppFactory, clock: Clock, mode: str) -> None:
    chance = random.Random(20261121)
    account = PLAIN_ACCOUNT if mode == "plain" else ACCOUNT
    client = make_app(account).test_client()
    ours = platform(account)
    for number in range(ROUNDS):
        request, body = _bad_request(ours, mode, chance, int(clock.now.timestamp()), number)
        response = client.post("/wechat", query_string=request.query, data=body)
        text = response.get_data(as_text=True)
        assert response.status_code in (200, 403), body
        assert response.mimetype in ("text/plain", "text/xml")
        assert response.headers["X-Bot-Outcome"]
        said = CONTENT.search(ours.read(text))
        assert not said or not ERROR_TEXT.search(said[1]), (body, said)


def _bad_request(ours: Platform, mode: str, chance: random.Random, now: int, number: int) -> tuple[Request, bytes]:
    """In safe mode either the message inside or the envelope around it is spoilt, and rightly signed all the same."""
    seed = chance.choice(SEEDS).replace(
        "oFuzz", f"oFuzz{number}"
    )  # each a member of their own, so that none is slowed down
    body = spoil(seed.encode(), chance)
    nonce = f"n{number}"
    if mode == "plain":
        return ours.plain("", now, nonce), body
    if chance.random() < 0.5:
        request = ours.safe(body.decode("utf-8", "replace"), now, nonce)
        return request, request.body.encode()
    request = ours.safe(seed, now, nonce)
    return request, spoil(request.body.encode(), chance)
