"""Build the web application, by hand, from the settings."""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from flask import Flask

from bot import web, wiring
from bot.desk import Desk
from bot.metrics import Metrics
from bot.sandbox import views as sandbox
from bot.settings import Settings
from bot.store import Hits, Inbox, Pseudonyms, Store, StoreUnavailable
from bot.wechat import Gateway

POPULAR_KEPT: Final = timedelta(minutes=1)

log = structlog.get_logger("web")


@dataclass(frozen=True)
class Account:
    """The official account's secrets. In demo mode they are made up at start and known only to the sandbox."""

    token: str
    app_id: str
    aes_keys: tuple[str, ...]


def build(settings: Settings, metrics_folder: Path | None = None) -> Flask:
    """The WSGI application, with the sandbox when no account is configured."""
    ours, kept, now = account(settings), wiring.store(settings), wiring.clock(settings)
    current = wiring.services(settings, Popular(Hits(kept), now))
    gateway = Gateway(ours.token, ours.app_id, ours.aes_keys, accept_plain=settings.demo)
    metrics = Metrics(metrics_folder)
    desk = Desk(gateway, Inbox(kept, Pseudonyms(ours.token)), lambda: current, now, metrics)
    app = web.create_app(web.Parts(desk, lambda: current, metrics, lambda: _trouble(kept)))
    if settings.demo:
        sandbox.register(app, ours.token, ours.app_id, ours.aes_keys[0], lambda: current, now)
    return app


def _trouble(kept: Store) -> str:
    try:
        kept.ping()
    except StoreUnavailable as error:
        return f"store: {error}"
    return ""


def account(settings: Settings) -> Account:
    """The account of the settings, or a made-up one for the sandbox."""
    if settings.demo:
        key = base64.b64encode(secrets.token_bytes(32)).decode()[:43]
        return Account(secrets.token_hex(16), "wx" + secrets.token_hex(8), (key,))
    keys = (settings.wechat_aes_key.get_secret_value(), settings.wechat_aes_key_previous.get_secret_value())
    return Account(settings.wechat_token.get_secret_value(), settings.wechat_app_id, tuple(filter(None, keys)))


class Popular:
    """Ids of the entries asked most, looked up at most once a minute; empty while the store is down."""

    def __init__(self, hits: Hits, now: Callable[[], datetime]) -> None:
        self._hits = hits
        self._now = now
        self._kept: tuple[datetime, tuple[str, ...]] | None = None

    def __call__(self) -> tuple[str, ...]:
        """The ids, most asked first."""
        now = self._now()
        if self._kept is None or now - self._kept[0] > POPULAR_KEPT:
            try:
                self._kept = (now, self._hits.top(10, now.date()))
            except StoreUnavailable as error:
                log.warning("store_down", doing="popular", reason=str(error))
                return ()
        return self._kept[1]
