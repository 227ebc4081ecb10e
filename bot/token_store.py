"""The access token in the store: what the processes of one account share, so that one of them fetches for all."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, TypeVar

import structlog

from bot.store import Store, StoreUnavailable

LOCK_LASTS: Final = 30.0  # seconds; longer than one fetch may take
WAIT_AT_MOST: Final = 5.0  # seconds; whoever takes longer was most likely killed while fetching
FORCE_EVERY: Final = timedelta(seconds=60)  # WeChat wants 30 s between two
T = TypeVar("T")

log = structlog.get_logger("tokens")


@dataclass(frozen=True, slots=True)
class Token:
    """A token and the second (since 1970) from which on it is not used any more."""

    text: str = field(repr=False)
    until: float


class TokenStore:
    """One account's token and who may fetch the next one. A store that is down is logged and gone without.

    Args:
        store: None = this process shares nothing.
    """

    def __init__(self, app_id: str, store: Store | None = None) -> None:
        self._store = store
        self._key = f"bot:token:{hashlib.sha256(app_id.encode()).hexdigest()[:16]}"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from fetching meanwhile. Fail open: a second fetch does no harm."""
        release = self._acquired()
        try:
            yield
        finally:
            self._with_store(lambda _client: release(), None)  # a lock that cannot be given back lapses by itself

    def _acquired(self) -> Callable[[], None]:
        def acquire(client: Any) -> Callable[[], None]:
            lock = client.lock(
                f"{self._key}:lock", LOCK_LASTS, 0.05, blocking_timeout=WAIT_AT_MOST, raise_on_release_error=False
            )
            return lock.release if lock.acquire() else _nothing

        return self._with_store(acquire, _nothing)

    def read(self) -> Token | None:
        """The token another process fetched last."""
        raw: Any = self._with_store(lambda client: client.get(self._key), None)
        try:
            return Token(*json.loads(raw)) if raw else None
        except (ValueError, TypeError):
            return None  # written by another version of the product

    def write(self, token: Token, now: float) -> None:
        """Share a token; `now` in seconds since 1970."""
        lasts = max(1, int(token.until - now))
        self._with_store(lambda client: client.set(self._key, json.dumps([token.text, token.until]), ex=lasts), None)

    def may_force(self) -> bool:
        """Whether nobody forced a token in the last minute. Nobody may while the store is down."""
        key = f"{self._key}:forced"
        return bool(self._with_store(lambda client: client.set(key, "1", nx=True, ex=FORCE_EVERY), self._store is None))

    def _with_store(self, command: Callable[[Any], T], otherwise: T) -> T:
        if self._store is None:
            return otherwise
        try:
            with self._store.commands() as client:
                return command(client)
        except StoreUnavailable as error:
            log.warning("store_down", doing="token", reason=str(error))
            return otherwise


def _nothing() -> None:
    pass
