"""HTTP: the webhook, the answer pages, health and figures. Decides nothing; `bot.desk` and the templates do.

No error ever shows WeChat or a member more than a plain sentence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from bot.desk import Desk, Letter
from bot.metrics import CONTENT_TYPE, Metrics
from bot.neighbours import is_neighbour
from bot.store import StoreUnavailable
from bot.wechat import MAX_BODY, NOTHING
from handlers.answer import source_line
from handlers.messages import Outcome
from handlers.services import Services

OUTCOME_HEADER: Final = "X-Bot-Outcome"
SIZES: Final = ("normal", "large", "huge")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

log = structlog.get_logger("web")


@dataclass(frozen=True)
class Parts:
    """What the app is made of.

    Attributes:
        services: the current corpus and texts.
        trouble: why the process is not ready, or an empty text.
        days_known: up to when days off are officially known; None = nobody can say now.
        calendar: the calendar of a branch that a key opens, or None. Raises StoreUnavailable.
    """

    desk: Desk
    services: Callable[[], Services]
    metrics: Metrics
    trouble: Callable[[], str]
    days_known: Callable[[], datetime | None] = lambda: None
    calendar: Callable[[str, str], bytes | None] = lambda _branch_id, _key: None


def create_app(parts: Parts) -> Flask:
    """The WSGI application."""
    app = Flask(__name__, template_folder="pages/templates", static_folder="pages/static")
    app.jinja_env.globals["say"] = lambda key, **values: parts.services().phrases(key, **values)
    _add_webhook(app, parts.desk)
    _add_answer_page(app, parts.services)
    _add_calendar(app, parts.calendar)
    _add_health(app, parts)
    app.register_error_handler(Exception, _failed)
    app.after_request(_with_headers)
    return app


def _add_webhook(app: Flask, desk: Desk) -> None:
    @app.get("/wechat")
    def verify() -> Response:
        return _post(desk.verify(request.args))

    @app.post("/wechat")
    def callback() -> Response:
        body = request.stream.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            return _post(Letter(413, "too large", Outcome.IGNORED))
        return _post(desk.receive(request.args, body))


def _add_answer_page(app: Flask, current: Callable[[], Services]) -> None:
    @app.get("/a/<entry_id>")
    def answer_page(entry_id: str) -> tuple[str, int]:
        services = current()
        size = request.args.get("size", SIZES[0])
        size = size if size in SIZES else SIZES[0]
        entry = services.library.entry(entry_id)
        if entry is None:
            return render_template("missing.html", size=size), 404
        related = services.library.related(entry)
        source = source_line(entry, services.phrases)
        return render_template("answer.html", entry=entry, related=related, source=source, size=size, sizes=SIZES), 200


def _add_calendar(app: Flask, calendar: Callable[[str, str], bytes | None]) -> None:
    @app.get("/calendar/<branch_id>.ics")
    def branch_calendar(branch_id: str) -> Response:
        try:
            body = calendar(branch_id, request.args.get("key", ""))
        except StoreUnavailable as error:
            log.warning("store_down", doing="calendar", reason=str(error))
            return _plain("try again later\n", 503)
        if body is None:
            return _plain("404\n", 404)
        response = Response(body, content_type="text/calendar; charset=utf-8")
        response.headers["Cache-Control"] = "private, no-store"  # its address is a secret of the member
        response.add_etag()
        response.make_conditional(request)
        return response


def _add_health(app: Flask, parts: Parts) -> None:
    @app.get("/healthz")
    def alive() -> Response:
        return _plain("ok\n")

    @app.get("/readyz")
    def ready() -> Response:
        trouble = parts.trouble()
        if trouble and not is_neighbour(request.environ):
            trouble = "not ready"
        return _plain(f"{trouble or 'ok'}\n", 503 if trouble else 200)

    @app.get("/metrics")
    def metrics() -> Response:
        if not is_neighbour(request.environ):
            return _plain("not for the public\n", 404)
        if until := parts.days_known():
            parts.metrics.days_known(until)
        return Response(parts.metrics.page(), content_type=CONTENT_TYPE)


def _plain(text: str, status: int = 200) -> Response:
    return Response(text, status, mimetype="text/plain")


def _post(letter: Letter) -> Response:
    mimetype = "text/xml" if letter.body.startswith("<xml>") else "text/plain"
    response = Response(letter.body.encode("utf-8", "replace"), letter.status, mimetype=mimetype)
    response.headers[OUTCOME_HEADER] = letter.outcome
    return response


def _failed(error: Exception) -> Response:
    """The last net: WeChat is told all is well so that it does not send again, everyone else gets a plain status."""
    if isinstance(error, HTTPException):
        status = error.code or 500
    else:
        log.exception("request_failed", path=request.path, exc_info=error)
        status = 500
    if request.path == "/wechat":
        return _post(Letter(200 if status >= 500 else status, NOTHING, Outcome.IGNORED))
    return _plain(f"{status}\n", status)


def _with_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
