"""WeChat's access token: fetched once for all processes, kept in the store, renewed when the platform calls it bad.

WeChat counts token calls (2,000 a day by the old call, 20 a day by force) and locks out who loops, so everything here
is bounded: one thread of one process fetches, a failure is remembered for some seconds, renewals are counted.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import structlog

from bot.calls import Calls, NoAnswer, NotSent, Response
from bot.token_store import Token, TokenStore

MARGIN: Final = 300.0  # seconds before its end a token is no longer used; WeChat then gives the next one already
LASTS: Final = 7200.0  # seconds; what WeChat documents
LASTS_AT_LEAST: Final = 60.0  # whatever the answer says, or each message would fetch a token of its own
FAILURE_LASTS: Final = 5.0  # seconds until a failed fetch is tried again
RENEWALS_A_MINUTE: Final = 3  # of one process
RENEWALS_A_DAY: Final = 30
MINUTE: Final = 60.0
DAY: Final = 86_400.0
BAD_TOKEN: Final = 40001
_NO_SUCH_CALL: Final = 40066

log = structlog.get_logger("tokens")


class NoToken(Exception):
    """The platform gave no token; `code` is its error code, or 0 when the answer could not be read."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"no token: {code}")


class TooSoon(NoToken):
    """The last tokens were all called bad. Another one will be asked for, but not within this minute."""

    def __init__(self) -> None:
        super().__init__(BAD_TOKEN)


@dataclass(frozen=True, slots=True)
class Credentials:
    """AppID and AppSecret."""

    app_id: str
    secret: str = field(repr=False)


class Tokens:
    """Keeps the account's token. Safe to use from many threads and processes: one of them fetches, the others wait.

    Works without a store, or with one that is down: then every process fetches for itself, which `stable_token` allows.

    Args:
        now: the clock, aware.
        shared: what processes share.
    """

    def __init__(self, calls: Calls, credentials: Credentials, now: Callable[[], datetime], shared: TokenStore) -> None:
        self._calls, self._credentials, self._now, self._shared = calls, credentials, now, shared
        self._lock = threading.Lock()
        self._kept: Token | None = None
        self._failure: tuple[float, Exception] | None = None
        self._renewals: deque[float] = deque(maxlen=RENEWALS_A_DAY)
        self._has_stable = True

    def current(self) -> str:
        """A token that is good as far as we know.

        Raises:
            NoToken: the platform refused.
            NotSent, NoAnswer: it could not be reached.
        """
        return self._not("")

    def renew(self, bad: str) -> str:
        """Another token than the one the platform just refused. Raises what `current` raises, and TooSoon."""
        return self._not(bad)

    def _not(self, bad: str) -> str:
        """A good token that is not `bad`: ours, else another process's, else a new one."""
        if found := self._other(self._kept, bad):
            return found
        with self._lock:
            if found := self._other(self._kept, bad):
                return found
            self._raise_what_failed()
            with self._shared.alone():
                self._kept = self._shared.read() or self._kept
                return self._other(self._kept, bad) or self._fetched(bad).text

    def _other(self, token: Token | None, bad: str) -> str:
        return token.text if token and token.text != bad and token.until > self._seconds() else ""

    def _fetched(self, bad: str) -> Token:
        try:
            if bad:
                self._count_renewal()
            self._kept = self._fetch(bad)
        except (NoToken, NotSent, NoAnswer) as error:
            self._failure = (self._seconds(), error)
            raise
        self._shared.write(self._kept, self._seconds())
        return self._kept

    def _raise_what_failed(self) -> None:
        """Threads that waited for a fetch that failed do not repeat it one after the other."""
        if self._failure and 0 <= self._seconds() - self._failure[0] < FAILURE_LASTS:
            raise self._failure[1].with_traceback(None)

    def _count_renewal(self) -> None:
        now = self._seconds()
        if len(self._renewals) == RENEWALS_A_DAY and now - self._renewals[0] < DAY:
            raise NoToken(BAD_TOKEN)
        if sum(now - at < MINUTE for at in self._renewals) >= RENEWALS_A_MINUTE:
            raise TooSoon
        self._renewals.append(now)

    def _fetch(self, bad: str) -> Token:
        token = self._ask(force=False)
        if token.text == bad and self._has_stable:
            if not self._shared.may_force():
                raise TooSoon
            log.warning("token_forced")
            token = self._ask(force=True)
        return token

    def _ask(self, *, force: bool) -> Token:
        """By `stable_token`; by the old call when the other side has none (an older gateway, a simple test server)."""
        who = {"grant_type": "client_credential", "appid": self._credentials.app_id}
        who["secret"] = self._credentials.secret
        if self._has_stable:
            payload: dict[str, Any] = {**who, "force_refresh": True} if force else who
            answer = self._calls.post("cgi-bin/stable_token", {}, payload)
            if not _is_unknown(answer):
                return self._token(answer)
        token = self._token(self._calls.get("cgi-bin/token", who))
        self._has_stable = False
        return token

    def _token(self, answer: Response) -> Token:
        data = answer.data or {}
        text = data.get("access_token")
        if not isinstance(text, str) or not text:
            code = data.get("errcode")
            raise NoToken(code if isinstance(code, int) else 0)
        given = data.get("expires_in")
        lasts = float(given) if isinstance(given, int | float) else LASTS
        return Token(text, self._seconds() + max(lasts - MARGIN, lasts / 2, LASTS_AT_LEAST))

    def _seconds(self) -> float:
        return self._now().timestamp()


def _is_unknown(answer: Response) -> bool:
    """Whether the other side does not know `stable_token`."""
    if answer.data and "access_token" in answer.data:
        return False
    code = (answer.data or {}).get("errcode")
    return code == _NO_SUCH_CALL or (code is None and answer.status < 500)
