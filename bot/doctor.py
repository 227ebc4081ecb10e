"""What `doctor` looks at: mode, corpus, store, web process. Finds, never mends."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot import encoders, supervise, wiring
from bot.settings import Settings
from bot.store import Store, StoreUnavailable
from content.files import ContentError
from content.wording import WordingError

Level = Literal["ok", "bad", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: its level and its sentence in `console.yaml` with what fills it."""

    level: Level
    key: str
    about: tuple[tuple[str, object], ...] = ()


def examine(settings: Settings) -> list[Finding]:
    """Everything worth knowing, in the order an operator would look."""
    return [*_mode(settings), *_encoder(settings), *_content(settings), *_store(settings), *_web(settings)]


def _found(level: Level, key: str, **about: object) -> Finding:
    return Finding(level, key, tuple(about.items()))


def _mode(settings: Settings) -> Iterator[Finding]:
    if settings.demo:
        yield _found("note", "doctor_mode_demo")
    else:
        safe = bool(settings.wechat_aes_key.get_secret_value())
        yield _found("ok", "doctor_mode_real", safety=wiring.console()("doctor_safe" if safe else "doctor_plain"))
    if not settings.public_url:
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
        library = wiring.services(settings.model_copy(update={"encoder": "none"})).library
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


def _web(settings: Settings) -> Iterator[Finding]:
    url = f"http://{supervise.near_host(settings)}:{settings.port}"
    if supervise.answers(settings, "/healthz"):
        yield _found("ok", "doctor_web", url=url)
    else:
        yield _found("note", "doctor_web_down", url=url)


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
