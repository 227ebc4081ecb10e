"""Build the web application, by hand, from the settings."""

import base64
import gc
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from flask import Flask

from bot import day_data, health, web, wiring, wiring_chat, wiring_push
from bot.announcements import Announcements
from bot.calendars import Calendars
from bot.current import Current
from bot.desk import Desk
from bot.forgetting import forget
from bot.hits import Hits
from bot.inbox import Inbox
from bot.metrics import Metrics
from bot.pseudonyms import Pseudonyms
from bot.sandbox import sample
from bot.sandbox import views as sandbox
from bot.sandbox.rehearsal import PageClock, Rehearsal
from bot.sandbox.remote import Remote
from bot.settings import Settings
from bot.store import Store, StoreUnavailable
from bot.watch import Watch
from bot.wechat import Account, Gateway
from handlers.services import Services

POPULAR_KEPT: Final = timedelta(minutes=1)

log = structlog.get_logger("web")


def build(settings: Settings, metrics_folder: Path | None = None) -> Flask:
    """The application of these settings, with the sandbox when no account is configured."""
    store, now = wiring.store(settings), wiring.clock(settings)
    popular = Popular(Hits(store), now)
    services = Current(lambda today: _services(settings, popular, today, store), settings.content_dir, now)
    services.warm_up()
    day_data.days()(now().date() + timedelta(days=366))  # half a second the first time
    gc.freeze()  # the corpus never becomes garbage: do not walk it again and again, nor unshare it after the fork
    ours = account(settings)
    rehearsal = _rehearsal(settings, store, ours)
    return assemble(
        ours, store, services, now, Metrics(metrics_folder, Watch(store)), demo=settings.demo, rehearsal=rehearsal
    )


def _services(settings: Settings, popular: Callable[[], tuple[str, ...]], today: date, store: Store) -> Services:
    """The handlers' world, with links to the answer pages we serve."""
    return replace(wiring_chat.services(settings, popular, today, store), public_url=health.public_url(settings))


def _rehearsal(settings: Settings, store: Store, ours: Account) -> Rehearsal | None:
    """The demo's reminders, with the sample roster in place; None = there is an account, or no stand-in for WeChat's
    API. Nothing of the sample stays for an account.
    """
    platform = None if wiring_push.missing_for_pushing(settings) else Remote(settings.wechat_api_url)
    try:
        if not settings.demo:
            sample.clear(store)
        elif platform:
            sample.plant(store)
    except StoreUnavailable as error:
        log.warning("store_down", doing="sample", reason=str(error))
    if not settings.demo or platform is None:
        return None
    _instruct(platform, settings, ours)
    return Rehearsal(settings, store, platform)


def _instruct(platform: Remote, settings: Settings, ours: Account) -> None:
    """Tell the stand-in for WeChat's API where receipts go, as the account's server settings do, and who of the sample
    cannot be reached.
    """
    url = f"{health.near_url(settings)}/wechat"
    errors = {one.openid: one.error for one in sample.manners() if one.error}
    try:
        platform.behave(
            receipt_url=url,
            receipt_token=ours.token,
            receipt_app_id=ours.app_id,
            receipt_aes_key=ours.aes_keys[0],
            members=errors,
        )
    except (OSError, ValueError, KeyError) as error:  # another server than ours
        log.warning("no_receipts", reason=str(error))


def assemble(  # noqa: PLR0913 - whatever differs between the product, the demo and tests
    account: Account,
    store: Store,
    services: Callable[[], Services],
    now: Callable[[], datetime],
    metrics: Metrics,
    *,
    demo: bool = False,
    rehearsal: Rehearsal | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Flask:
    """The application of these parts.

    Args:
        services: the current corpus and texts, asked for at each message.
        now: the clock, aware.
        demo: add the chat page, and take unencrypted messages beside encrypted ones.
        rehearsal: what the chat page shows of reminders; None = nothing.
        sleep: waits for that many seconds.
    """
    clock = PageClock(now)
    gateway = Gateway(account, accept_plain=demo)
    inbox = Inbox(store, Pseudonyms(store.secret))
    desk = Desk(gateway, inbox, services, clock if demo else now, metrics, partial(forget, store), sleep=sleep)
    parts = web.Parts(
        desk,
        services,
        metrics,
        trouble=lambda: _trouble(store),
        days_known=lambda: _days_known(store, now()),
        calendar=Calendars(store, services, now),
    )
    app = web.create_app(parts)
    if demo:
        sandbox.register(app, account, services, clock, inbox.remembered, rehearsal)
    return app


def _trouble(kept: Store) -> str:
    try:
        kept.ping()
    except StoreUnavailable as error:
        return f"store: {error}"
    return ""


def _days_known(kept: Store, now: datetime) -> datetime | None:
    """Up to when days off are officially known; None = the store, which may know of an announcement, is down."""
    try:
        until = day_data.known_until(Announcements(kept).all())
    except StoreUnavailable:
        return None
    return datetime.combine(until, time_of_day(), now.tzinfo)


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
