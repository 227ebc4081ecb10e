"""The chat page of demo mode. What is typed there goes as signed XML through the real webhook route, and the page
shows what happened.
"""

import math
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import structlog
from flask import Blueprint, Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from bot import wiring
from bot.sandbox.envelope import Platform, fields, message
from bot.sandbox.rehearsal import ROLES, PageClock, Rehearsal
from bot.store import StoreUnavailable
from bot.talk import as_data
from bot.web import OUTCOME_HEADER
from bot.wechat import Account
from handlers import follow_up
from handlers.messages import BLANK, Memory, Outcome
from handlers.services import Services
from scheduler.roster import Branch

log = structlog.get_logger("sandbox")

MAX_BODY: Final = 20_000  # bytes
MAX_AHEAD: Final = 10 * 366 * 86_400  # seconds
Deliver = Callable[[dict[str, Any], str, timedelta], dict[str, Any]]  # what, from whom, how far ahead; what came back
_BAD: Final = ({"error": "a JSON object"}, 400)
_EXPLAINED: Final = (Outcome.ANSWER, Outcome.CHOICES, Outcome.FALLBACK)
_EVENTS: Final = {"subscribe", "unsubscribe", "CLICK"}
_MEDIA: Final[dict[str, dict[str, str]]] = {
    "voice": {"MediaId": "voice-1", "Format": "amr", "Recognition": ""},
    "image": {"MediaId": "image-1", "PicUrl": "http://example.org/1.jpg"},
}


def register(
    app: Flask,
    account: Account,
    services: Callable[[], Services],
    clock: PageClock,
    remembered: Callable[[str], Memory],
    rehearsal: Rehearsal | None = None,
) -> None:
    """Add the chat page at `/` and the routes it talks to.

    Args:
        remembered: what is remembered of an openid; raises StoreUnavailable.
        clock: the one the webhook goes by.
        rehearsal: for the reminders; None = the page shows none.
    """
    platform = Platform(account.token, account.app_id, account.aes_keys[0])
    here = Path(__file__).parent
    page = Blueprint(
        "sandbox",
        __name__,
        template_folder=str(here / "templates"),
        static_folder=str(here / "static"),
        static_url_path="/sandbox",
    )

    def deliver(asked: dict[str, Any], openid: str, ahead: timedelta) -> dict[str, Any]:
        with clock.ahead(ahead):
            before = _before(openid, remembered).as_of(clock())
            xml = _message(asked, openid, int(clock().timestamp()))
            answer = _deliver(app, platform, xml, asked, clock)
            return answer | {"search": _search(str(asked.get("content", "")), answer["outcome"], before, services())}

    page.add_url_rule("/", "chat", partial(_chat, rehearsal, clock))
    page.add_url_rule("/sandbox/send", "send", partial(_send, rehearsal, clock, deliver), methods=["POST"])
    if rehearsal:
        page.add_url_rule("/sandbox/role", "role", partial(_role, rehearsal), methods=["POST"])
        page.add_url_rule("/sandbox/leap", "leap", partial(_leap, rehearsal, clock, deliver), methods=["POST"])
        page.add_url_rule("/sandbox/seen", "seen", partial(_seen, rehearsal))
        page.register_error_handler(StoreUnavailable, _store_down)
    app.register_blueprint(page)


def _chat(rehearsal: Rehearsal | None, clock: PageClock) -> str:
    """The page."""
    texts = wiring.console()
    for_script = {key: texts.raw(key) for key in texts.placeholders if key.startswith(("page_", "feature_"))}
    return render_template(
        "chat.html", t=texts, page_texts=for_script, branches=_branches(rehearsal), zone=clock().tzinfo
    )


def _send(rehearsal: Rehearsal | None, clock: PageClock, deliver: Deliver) -> ResponseReturnValue:
    """What the member did on the page, and what came back."""
    if (asked := _asked()) is None:
        return _BAD
    answer = deliver(asked, _openid(asked), _ahead(asked))
    if rehearsal and answer["outcome"] == Outcome.COMMAND:
        _catch_up(rehearsal, clock, _ahead(asked))
    return jsonify(answer)


def _role(rehearsal: Rehearsal) -> ResponseReturnValue:
    """Member or secretary, of whoever has joined the branch."""
    asked = _asked()
    if asked is None or asked.get("role") not in ROLES:
        return _BAD
    return jsonify(bound=rehearsal.take_role(_openid(asked), str(asked.get("branch")), asked["role"]))


def _leap(rehearsal: Rehearsal, clock: PageClock, deliver: Deliver) -> ResponseReturnValue:
    """Go forward; those of the sample who answer reminders do so at once. How far ahead the page is from now on, and
    how many are told as they have not answered (0 = everyone is told).
    """
    if (asked := _asked()) is None:
        return _BAD
    openid = _openid(asked)
    with clock.ahead(_ahead(asked)):
        leap = rehearsal.leap(openid, clock())
    if leap is None:
        return jsonify(ahead=None)
    ahead = leap.due - clock()
    for one in rehearsal.answers(openid):
        deliver({"content": one.answers}, one.openid, ahead)
    return jsonify(ahead=math.ceil(ahead.total_seconds()), nudged=leap.nudged)


def _catch_up(rehearsal: Rehearsal, clock: PageClock, ahead: timedelta) -> None:
    """What a command changed reaches the phones now, whatever time the page has."""
    try:
        with clock.ahead(ahead):
            rehearsal.catch_up(clock())
    except StoreUnavailable as error:
        log.warning("not_caught_up", reason=str(error))  # the reply has said it already


def _seen(rehearsal: Rehearsal) -> ResponseReturnValue:
    """What reached the member's phone since the page last asked."""
    try:
        rows, last = rehearsal.seen(_openid(request.args), request.args.get("after", type=int))
    except OSError:
        return jsonify(error="the stand-in does not answer"), 503
    seen = [{"text": row.text, "fields": list(row.fields.items())} for row in rows]  # pairs: JSON has no order
    return jsonify(seen=seen, last=last)


def _store_down(_error: StoreUnavailable) -> ResponseReturnValue:
    return jsonify(error="the store does not answer"), 503


def _branches(rehearsal: Rehearsal | None) -> tuple[tuple[Branch, str], ...]:
    """What the page offers to join; nothing while the store is down."""
    try:
        return rehearsal.branches() if rehearsal else ()
    except StoreUnavailable:
        return ()


def _asked() -> dict[str, Any] | None:
    """The JSON object of a request; None = it is none, or too large."""
    asked: Any = request.get_json(silent=True)
    return asked if isinstance(asked, dict) and len(request.get_data()) <= MAX_BODY else None


def _openid(asked: Mapping[str, Any]) -> str:
    """The member of the page: nobody of a real account, whose openids have no dot."""
    return f"page.{str(asked.get('member', 'demo'))[:40]}"


def _ahead(asked: Mapping[str, Any]) -> timedelta:
    """How far the page's time is ahead."""
    seconds = asked.get("ahead")
    return timedelta(seconds=min(max(seconds, 0), MAX_AHEAD)) if isinstance(seconds, int) else timedelta(0)


def _message(asked: Mapping[str, Any], member: str, created: int) -> str:
    """The XML WeChat would send for what the member did on the page."""
    kind, content = str(asked.get("kind", "text")), str(asked.get("content", ""))
    if kind in _EVENTS:
        return message("event", member, created, {"Event": kind, "EventKey": content})
    number = secrets.randbelow(10**15)
    if kind in _MEDIA:
        return message(kind, member, created, {**_MEDIA[kind], "MsgId": number})
    return message("text", member, created, {"Content": content, "MsgId": number})


def _before(openid: str, remembered: Callable[[str], Memory]) -> Memory:
    """What was remembered of a member; nothing while the store is down."""
    try:
        return remembered(openid)
    except StoreUnavailable:
        return BLANK


def _search(text: str, outcome: str, before: Memory, services: Services) -> dict[str, Any] | None:
    """How a message was understood, a number as the line it picks; None when nothing was searched for it."""
    if outcome not in _EXPLAINED or not text:
        return None
    says = follow_up.picked(text, before, services)
    return as_data(says if isinstance(says, str) else text, services, before)


def _deliver(
    app: Flask, platform: Platform, xml: str, asked: dict[str, Any], now: Callable[[], datetime]
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
    return {
        "reply": texts[0],
        "outcome": response.headers[OUTCOME_HEADER],
        "milliseconds": round(elapsed * 1000, 2),
        "deliveries": times,
        "same": len(set(texts)) == 1,
        "sent_query": sent.query,
        "sent": sent.body,
        "sent_plain": xml,
        "received": replies[0],
        "received_plain": opened[0],
    }
