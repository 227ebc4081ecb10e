"""WeChat's access token: fetched once for all processes, kept in the store, renewed when the platform calls it bad."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.calls import Calls, Response
from bot.store import Store, StoreUnavailable

MARGIN: Final = 300.0  # seconds before its end a token is no longer used; WeChat then gives the next one already
LOCK_LASTS: Final = 20.0  # seconds; longer than one fetch may take
FORCE_EVERY: Final = timedelta(seconds=60)  # WeChat allows 20 a day, 30 s apart
_NO_SUCH_CALL: Final = 40066

log = structlog.get_logger("tokens")


class NoToken(Exception):
    """The platform gave no token; `code` is its error code, or 0 when the answer could not be read."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"no token: {code}")


@dataclass(frozen=True, slots=True)
class Token:
    """A token and the second (since 1970) from which on it is not used any more."""

    text: str
    until: float


@dataclass(frozen=True, slots=True)
class Credentials:
    """AppID and AppSecret."""

    app_id: str
    secret: str


class Tokens:
    """Keeps the account's token. Safe to use from many threads and processes: one of them fetches, the others wait.

    Works without a store, or with one that is down: then every process fetches for itself, which `stable_token` allows.

    Args:
        now: the clock, aware.
        store: where processes share the token; None = they do not.
    """

    def __init__(
        self, calls: Calls, credentials: Credentials, now: Callable[[], datetime], store: Store | None = None
    ) -> None:
        self._calls, self._credentials, self._now, self._store = calls, credentials, now, store
        name = hashlib.sha256(credentials.app_id.encode()).hexdigest()[:16]
        self._key = f"bot:token:{name}"
        self._lock = threading.Lock()
        self._kept: Token | None = None
        self._has_stable = True

    def current(self) -> str:
        """A token that is good as far as we know.

        Raises:
            NoToken: the platform refused.
            NotSent, NoAnswer: it could not be reached.
        """
        kept = self._kept
        return kept.text if kept and self._is_good(kept) else self._renewed("")

    def renew(self, bad: str) -> str:
        """Another token than the one the platform just refused. Raises what `current` raises."""
        return self._renewed(bad)

    def _renewed(self, bad: str) -> str:
        with self._lock:
            if found := self._other(self._kept, bad):
                return found
            with self._alone():
                self._kept = self._read()
                if found := self._other(self._kept, bad):
                    return found
                self._kept = self._fetch(bad)
                self._write(self._kept)
                return self._kept.text

    def _other(self, token: Token | None, bad: str) -> str:
        return token.text if token and token.text != bad and self._is_good(token) else ""

    def _is_good(self, token: Token) -> bool:
        return token.until > self._now().timestamp()

    def _fetch(self, bad: str) -> Token:
        token = self._ask(force=False)
        if token.text == bad and self._has_stable and self._may_force():
            log.warning("token_forced")
            token = self._ask(force=True)
        return token

    def _ask(self, *, force: bool) -> Token:
        who = {"grant_type": "client_credential", "appid": self._credentials.app_id}
        who["secret"] = self._credentials.secret
        if self._has_stable:
            payload: dict[str, Any] = {**who, "force_refresh": True} if force else who
            answer = self._calls.post("cgi-bin/stable_token", {}, payload)
            if not _is_unknown(answer):
                return self._token(answer)
            self._has_stable = False
        return self._token(self._calls.get("cgi-bin/token", who))

    def _token(self, answer: Response) -> Token:
        data = answer.data or {}
        text = data.get("access_token")
        if not isinstance(text, str) or not text:
            code = data.get("errcode")
            raise NoToken(code if isinstance(code, int) else 0)
        lasts = float(data.get("expires_in", 7200))
        return Token(text, self._now().timestamp() + lasts - min(MARGIN, lasts / 10))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from fetching meanwhile. Fail open: a second fetch does no harm."""
        release: Callable[[], None] = lambda: None  # noqa: E731
        if self._store:
            try:
                with self._store.commands() as client:
                    lock = client.lock(
                        f"{self._key}:lock",
                        timeout=LOCK_LASTS,
                        sleep=0.05,
                        blocking_timeout=LOCK_LASTS,
                        raise_on_release_error=False,
                    )
                    if lock.acquire():
                        release = lock.release
            except StoreUnavailable as error:
                log.warning("store_down", doing="token", reason=str(error))
        try:
            yield
        finally:
            self._quietly(release)

    def _quietly(self, release: Callable[[], None]) -> None:
        """A lock that cannot be given back lapses by itself."""
        if self._store:
            try:
                with self._store.commands():
                    release()
            except StoreUnavailable as error:
                log.warning("store_down", doing="token", reason=str(error))

    def _read(self) -> Token | None:
        if not self._store:
            return self._kept
        try:
            with self._store.commands() as client:
                raw: Any = client.get(self._key)
        except StoreUnavailable:
            return self._kept
        return Token(*json.loads(raw)) if raw else None

    def _write(self, token: Token) -> None:
        lasts = int(token.until - self._now().timestamp())
        if not self._store or lasts < 1:
            return
        try:
            with self._store.commands() as client:
                client.set(self._key, json.dumps([token.text, token.until]), ex=lasts)
        except StoreUnavailable as error:
            log.warning("store_down", doing="token", reason=str(error))

    def _may_force(self) -> bool:
        if not self._store:
            return True
        try:
            with self._store.commands() as client:
                return bool(client.set(f"{self._key}:forced", "1", nx=True, ex=FORCE_EVERY))
        except StoreUnavailable:
            return False


def _is_unknown(answer: Response) -> bool:
    """Whether the other side does not know `stable_token` (an older gateway, a simple test server)."""
    if answer.data and "access_token" in answer.data:
        return False
    code = (answer.data or {}).get("errcode")
    return code == _NO_SUCH_CALL or (code is None and answer.status < 500)
