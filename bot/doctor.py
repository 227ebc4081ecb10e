"""What `doctor` looks at: mode, corpus, store, WeChat's API, web process. Finds, never mends."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from bot import backups, day_data, encoders, health, material, reasons, wiring, wiring_push
from bot.announcements import Announcements
from bot.brake import Brake, Pause
from bot.heartbeats import SCHEDULER, WEB, WORKER, Heartbeats
from bot.quota import Quota, QuotaUnknown
from bot.settings import Settings
from bot.store import Store, StoreUnavailable
from bot.store_clock import StoreClock
from content.files import ContentError
from content.wording import WordingError
from scheduler.fanout import Fanout

QUEUE_PATIENCE = 2.0  # seconds
BACKUP_LASTS: Final = timedelta(days=8)  # whoever makes one a week has one

NO_QUOTA: Final = ("no_such_call", "not_granted")  # the token was good; only nobody tells how much may be sent
Level = Literal["ok", "bad", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: its level and its sentence in `console.yaml` with what fills it."""

    level: Level
    key: str
    about: tuple[tuple[str, object], ...] = ()


def examine(settings: Settings) -> list[Finding]:
    """Everything worth knowing, in the order an operator would look."""
    return [
        *_mode(settings),
        *_encoder(settings),
        *_content(settings),
        *_store(settings),
        *_backup(settings),
        *_days(settings),
        *pushing(settings),
        *_processes(settings),
        *_web(settings),
    ]


def _found(level: Level, key: str, **about: object) -> Finding:
    return Finding(level, key, tuple(about.items()))


def _mode(settings: Settings) -> Iterator[Finding]:
    if settings.demo:
        yield _found("note", "doctor_mode_demo")
    else:
        safe = bool(settings.wechat_aes_key.get_secret_value())
        yield _found("ok", "doctor_mode_real", safety=wiring.console()("doctor_safe" if safe else "doctor_plain"))
    if not health.public_url(settings):
        yield _found("note", "doctor_public")


def _encoder(settings: Settings) -> Iterator[Finding]:
    try:
        chosen = encoders.choose(settings.encoder)
    except encoders.NoEncoder as error:
        yield _found("bad", "doctor_encoder_bad", name=settings.encoder, package=error)
        return
    if chosen == "none":
        yield _found("note", "doctor_encoder_none", package=encoders.PACKAGES["use"].distribution)
    else:
        yield _found("ok", "doctor_encoder", name=encoders.PACKAGES[chosen].distribution)


def _content(settings: Settings) -> Iterator[Finding]:
    try:
        library = material.read(
            settings.model_copy(update={"encoder": "none"}), wiring.clock(settings)().date()
        ).library
    except ContentError as error:
        yield _found("bad", "doctor_content_bad", count=len(error.problems))
    except WordingError as error:
        yield _found("bad", "doctor_content_bad", count=str(error))
    else:
        yield _found("ok", "doctor_content", cases=len(library.cases), entries=len(library.entries))


def _store(settings: Settings) -> Iterator[Finding]:
    url = wiring.store_url(settings)
    store = Store(url)
    try:
        store.ping()
        policy = store.settings("maxmemory-policy", "appendonly")
    except StoreUnavailable as error:
        yield _found("bad", "doctor_store_bad", url=_without_password(url), reason=error)
        return
    yield _found("ok", "doctor_store", url=_without_password(url))
    if policy["maxmemory-policy"] not in ("noeviction", ""):
        yield _found("bad", "doctor_store_policy", policy=policy["maxmemory-policy"])
    if policy["appendonly"] == "no":
        yield _found("bad", "doctor_store_append")


def _backup(settings: Settings) -> Iterator[Finding]:
    """When the last backup was made; a demo needs none."""
    store = wiring.store(settings)
    with contextlib.suppress(StoreUnavailable):  # told before
        made = None if settings.demo else backups.last(store)
        if made:
            old = wiring.clock(settings)() - made > BACKUP_LASTS
            yield _found("note" if old else "ok", "doctor_backup", made=f"{made:%Y-%m-%d %H:%M}")
        elif not settings.demo:
            yield _found("note", "doctor_no_backup")


def pushing(settings: Settings) -> Iterator[Finding]:
    """Whether reminders can go out: the account's settings, a token, the day's quota, pauses."""
    if not settings.demo:
        yield from _account(settings)
    brake = Brake(wiring.store(settings), wiring.clock(settings))
    with contextlib.suppress(StoreUnavailable):  # told before
        for pause in brake.pauses():
            yield _paused(pause)


def _paused(pause: Pause) -> Finding:
    about = {"since": f"{pause.since:%Y-%m-%d %H:%M}", "why": reasons.sentence(pause.reason, pause.detail)}
    if pause.until:
        return _found("bad", "doctor_pushes_paused_until", until=f"{pause.until:%Y-%m-%d %H:%M}", **about)
    return _found("bad", "doctor_pushes_paused", **about)


def _account(settings: Settings) -> Iterator[Finding]:
    if missing := wiring_push.missing_for_pushing(settings):
        yield _found("bad", "doctor_pushes_missing", name=f"BOT_WECHAT_{missing.upper()}")
        return
    for activity_id, template_id in wiring_push.templates(settings).items():
        if not template_id:
            yield _found("bad", "doctor_pushes_missing", name=f"BOT_WECHAT_TEMPLATE_{activity_id.upper()}")
    store, now = wiring.store(settings), wiring.clock(settings)
    try:
        with contextlib.closing(wiring_push.wechat_api(settings, store)) as api:
            allowance = Quota(api, store, now).asked()
    except QuotaUnknown as error:
        if str(error) in NO_QUOTA:
            yield _found("note", "doctor_api_no_quota", url=settings.wechat_api_url)
            return
        yield _found("bad", "doctor_api_bad", url=settings.wechat_api_url, why=reasons.sentence(str(error)))
    else:
        yield _found("ok", "doctor_api", url=settings.wechat_api_url, limit=allowance.limit, left=allowance.left)


def _days(settings: Settings) -> Iterator[Finding]:
    """How far days off are known. The next year's announcement may not be out yet; the running year's is."""
    try:
        announcements = Announcements(wiring.store(settings)).all()
    except StoreUnavailable:
        announcements = ()
    today = wiring.clock(settings)().date()
    yield _found("ok", "calendar_known_until", date=day_data.known_until(announcements))
    if year := day_data.missing_year(today, announcements):
        yield _found("note" if year > today.year else "bad", "calendar_missing", year=year)


def _processes(settings: Settings) -> Iterator[Finding]:
    """Scheduler and workers by their signs of life, and what waits for them."""
    store = wiring.store(settings)
    with contextlib.suppress(StoreUnavailable):  # told before
        now = StoreClock(store)()
        for role in (SCHEDULER, WORKER):
            if alive := Heartbeats(store).alive(role, now):
                yield _found("ok", f"doctor_{role}", count=len(alive), seconds=round(alive[0].total_seconds()))
            else:
                yield _missing(settings, f"doctor_{role}_down")
        waiting = Fanout(store.beside(QUEUE_PATIENCE), store.reached).waiting()
        yield _found("ok", "doctor_queue", count=waiting)


def _web(settings: Settings) -> Iterator[Finding]:
    url = health.near_url(settings)
    if health.answers(settings, "/healthz"):
        yield _found("ok", "doctor_web", url=url)
    elif elsewhere := _alive(settings, WEB):
        yield _found("ok", "doctor_web_elsewhere", count=len(elsewhere))
    else:
        yield _missing(settings, "doctor_web_down", url=url)


def _alive(settings: Settings, role: str) -> list[timedelta]:
    """Ages of the signs of that role's processes; none while the store is down."""
    store = wiring.store(settings)
    with contextlib.suppress(StoreUnavailable):  # told before
        return Heartbeats(store).alive(role, StoreClock(store)())
    return []


def _missing(settings: Settings, key: str, **about: object) -> Finding:
    """A process that does not run: with an account members are waiting for it."""
    return _found("note" if settings.demo else "bad", key, **about)


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
