"""The chat page of demo mode. What is typed there goes as signed XML through the real webhook route, and the page
shows what happened.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from flask import Blueprint, Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from bot import wiring
from bot.sandbox.envelope import Platform, fields, message
from bot.talk import as_data
from bot.web import OUTCOME_HEADER
from bot.wechat import Account
from handlers.messages import Outcome
from handlers.services import Services

_EXPLAINED: Final = (Outcome.ANSWER, Outcome.CHOICES, Outcome.FALLBACK)
_EVENTS: Final = {"subscribe", "unsubscribe", "CLICK"}
_MEDIA: Final[dict[str, dict[str, str]]] = {
    "voice": {"MediaId": "voice-1", "Format": "amr", "Recognition": ""},
    "image": {"MediaId": "image-1", "PicUrl": "http://example.org/1.jpg"},
}


def register(app: Flask, account: Account, services: Callable[[], Services], now: Callable[[], datetime]) -> None:
    """Add the chat page at `/` and the route it talks to."""
    platform = Platform(account.token, account.app_id, account.aes_keys[0])
    here = Path(__file__).parent
    page = Blueprint(
        "sandbox",
        __name__,
        template_folder=str(here / "templates"),
        static_folder=str(here / "static"),
        static_url_path="/sandbox",
    )

    @page.get("/")
    def chat() -> str:
        texts = wiring.console()
        for_script = {key: texts.raw(key) for key in texts.placeholders if key.startswith(("page_", "feature_"))}
        return render_template("chat.html", t=texts, page_texts=for_script)

    @page.post("/sandbox/send")
    def send() -> ResponseReturnValue:
        asked: Any = request.get_json(silent=True)
        if not isinstance(asked, dict) or len(request.get_data()) > 20_000:
            return jsonify(error="a JSON object"), 400
        xml = _message(asked, int(now().timestamp()))
        return jsonify(_deliver(app, platform, xml, asked, services(), now))

    app.register_blueprint(page)


def _message(asked: dict[str, Any], created: int) -> str:
    """The XML WeChat would send for what was done on the page."""
    kind, content = str(asked.get("kind", "text")), str(asked.get("content", ""))
    member = f"o{str(asked.get('member', 'demo'))[:40]}"
    if kind in _EVENTS:
        return message("event", member, created, {"Event": kind, "EventKey": content})
    number = secrets.randbelow(10**15)
    if kind in _MEDIA:
        return message(kind, member, created, {**_MEDIA[kind], "MsgId": number})
    return message("text", member, created, {"Content": content, "MsgId": number})


def _deliver(
    app: Flask, platform: Platform, xml: str, asked: dict[str, Any], services: Services, now: Callable[[], datetime]
) -> dict[str, Any]:
    """Send it once (or three times, as WeChat does when it hears nothing) and report what came back."""
    seal = platform.safe if asked.get("mode") == "aes" else platform.plain
    sent = seal(xml, int(now().timestamp()))
    client = app.test_client()
    times = 3 if asked.get("repeat") else 1
    replies = []
    started = perf_counter()
    for _ in range(times):
        response = client.post("/wechat", query_string=sent.query, data=sent.body.encode())
        replies.append(response.get_data(as_text=True))
    elapsed = (perf_counter() - started) / times
    opened = [platform.read(reply) for reply in replies]
    texts = [fields(reply).get("Content", "") if reply.startswith("<xml>") else "" for reply in opened]
    outcome = response.headers[OUTCOME_HEADER]
    content = str(asked.get("content", ""))
    return {
        "reply": texts[0],
        "outcome": outcome,
        "milliseconds": round(elapsed * 1000, 2),
        "deliveries": times,
        "same": len(set(texts)) == 1,
        "search": as_data(content, services) if outcome in _EXPLAINED and content else None,
        "sent_query": sent.query,
        "sent": sent.body,
        "sent_plain": xml,
        "received": replies[0],
        "received_plain": opened[0],
    }
