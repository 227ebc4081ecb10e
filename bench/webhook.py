"""A full safe-mode question through the WSGI app with the store, beside a bare wechatpy echo view on the same Flask.

    python -m bench.webhook [--requests N]

The same requests go to both apps, in turns of a hundred, in one thread of one process; every message is another one of
another member. "Full" means: signature, decryption, claim and memory in the store, answer, notes in the store,
encryption. A new wording takes a search of the whole corpus, a tap on a question of ours none.
"""

import argparse
import gc
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import Flask, request
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply

from bot import embedded, web_app, wiring, wiring_chat
from bot.metrics import Metrics
from bot.sandbox.envelope import Platform, Request, message
from bot.settings import Settings
from bot.store import Store
from bot.wechat import Account
from handlers.services import Services

ACCOUNT = Account("BenchToken", "wx0123456789abcdef", ("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",))
TURN = 100


def echo_app() -> Flask:
    """What a wechatpy tutorial ends with: check, decrypt, echo, encrypt; no store, no limits."""
    app = Flask("echo")
    crypto = WeChatCrypto(ACCOUNT.token, ACCOUNT.aes_keys[0], ACCOUNT.app_id)

    @app.post("/wechat")
    def callback() -> str:
        signature, timestamp, nonce = (request.args[name] for name in ("msg_signature", "timestamp", "nonce"))
        received = parse_message(crypto.decrypt_message(request.data, signature, timestamp, nonce))
        reply = create_reply(received.content, received)
        return str(crypto.encrypt_message(reply.render(), nonce, timestamp))

    return app


def new_wordings(services: Services, count: int) -> list[str]:
    """Phrasings of the corpus with their last character dropped, so that none is found to the letter."""
    return _spread([wording[:-1] for entry in services.library.entries for wording in entry.phrasings], count)


def taps(services: Services, count: int) -> list[str]:
    """What tapping a related question, a choice or a line of a list sends."""
    return _spread([entry.question for entry in services.library.entries], count)


def _spread(texts: Sequence[str], count: int) -> list[str]:
    """So many of the texts, from all over the corpus."""
    return [texts[(number * 7919) % len(texts)] for number in range(count)]


def requests_of(texts: Iterable[str], first: int) -> list[Request]:
    """The requests WeChat would send, each from a member of its own."""
    platform, now = Platform(ACCOUNT.token, ACCOUNT.app_id, ACCOUNT.aes_keys[0]), int(time.time())
    return [
        platform.safe(message("text", f"oBench{number}", now, {"Content": text, "MsgId": number}), now)
        for number, text in enumerate(texts, first)
    ]


def call(app: Flask, sent: Request) -> float:
    """Seconds one request takes through the WSGI interface."""
    body = sent.body.encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/wechat", "QUERY_STRING": urlencode(sent.query), "SERVER_NAME":
        "localhost",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "CONTENT_LENGTH": str(len(body)), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), "wsgi.version": (1, 0),
    }  # fmt: skip
    started = time.perf_counter()
    answer = app.wsgi_app(environ, _started)
    length = sum(map(len, answer))
    elapsed = time.perf_counter() - started
    assert length > 200, "no answer came"
    return elapsed


def _started(status: str, _headers: list[tuple[str, str]], _exc_info: object = None) -> Callable[[bytes], object]:
    assert status.startswith("200"), status
    return bytes.__len__


def measure(plan: dict[str, tuple[Flask, Sequence[Request]]]) -> dict[str, list[float]]:
    """Seconds of every request, taking turns."""
    seconds: dict[str, list[float]] = {name: [] for name in plan}
    for start in range(0, max(len(sent) for _, sent in plan.values()), TURN):
        for name, (app, sent) in plan.items():
            seconds[name] += [call(app, one) for one in sent[start : start + TURN]]
    return seconds


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=4000)
    count = parser.parse_args().requests
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    settings = Settings()
    with tempfile.TemporaryDirectory() as folder, embedded.running(Path(folder)) as url:
        services = wiring_chat.services(settings)
        gc.freeze()  # as the server does
        ours = web_app.assemble(ACCOUNT, Store(url), lambda: services, wiring.clock(settings), Metrics())
        new, tapped = (make(services, count + TURN) for make in (new_wordings, taps))
        streams = {"echo": (echo_app(), new), "new": (ours, new), "tap": (ours, tapped)}
        measure(_plan(streams, slice(TURN)))
        seconds = measure(_plan(streams, slice(TURN, None)))
    for name, taken in seconds.items():
        rate, p50, p99 = len(taken) / sum(taken), statistics.median(taken), statistics.quantiles(taken, n=100)[98]
        share = sum(seconds["echo"]) / sum(taken)
        print(f"{name:5} {rate:6.0f} requests/s  {share:4.0%}   p50 {p50 * 1000:5.2f} ms   p99 {p99 * 1000:5.2f} ms")
    print(f"echo = a bare wechatpy echo, new = new wordings, tap = tapped questions; {count} requests each, one thread")


def _plan(streams: dict[str, tuple[Flask, list[str]]], part: slice) -> dict[str, tuple[Flask, Sequence[Request]]]:
    """Requests of a part of each stream's texts; no member and no message comes twice."""
    first = part.start or 0
    return {
        name: (app, requests_of(texts[part], (number * 10**6) + first))
        for number, (name, (app, texts)) in enumerate(streams.items(), 1)
    }


if __name__ == "__main__":
    main()
