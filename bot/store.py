"""The connection to Redis or Valkey, through sentinels if need be, and its guard. The only importer of redis.

What is kept lives in modules of their own: a small class a noun, one round trip a method, a lifetime on every key. A
store that is down never stops the bot: every method raises StoreUnavailable, and a store that could not be reached is
left alone for a moment, so that no member waits for it twice. Each method says whether its caller should go on without
it (fail open) or not.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final
from urllib.parse import unquote

import redis
import structlog
from redis.sentinel import Sentinel

SENTINEL: Final = "redis+sentinel://"
SENTINEL_TIMEOUT: Final = 0.5  # seconds until the next sentinel is asked
TIMEOUT: Final = 0.5  # seconds for one command; WeChat waits five for the whole answer
REST: Final = 3.0  # seconds a failed store is left alone
SECRET: Final = "bot:secret"  # noqa: S105 - a key's name

log = structlog.get_logger("store")


class StoreUnavailable(Exception):
    """The store cannot be reached, is being left alone after a failure, or refused a command."""


class Store:
    """A connection to the store, with a guard that fails at once while the store is known to be down.

    Args:
        url: redis://…, rediss://…, unix://… or redis+sentinel://….
        monotonic: seconds that only grow; for tests.
        timeout: seconds one command may take; more for operators' work on everything at once.
    """

    def __init__(self, url: str, monotonic: Callable[[], float] = time.monotonic, *, timeout: float = TIMEOUT) -> None:
        self._url = url
        self._client = _connected(url, timeout, decode_responses=True)
        self._monotonic = monotonic
        self._down_until = float("-inf")
        self._secret = ""

    @contextmanager
    def commands(self) -> Iterator["redis.Redis"]:
        """The client for one round trip. Raises StoreUnavailable for whatever goes wrong with it."""
        if self._monotonic() < self._down_until:
            raise StoreUnavailable("left alone after a failure")
        try:
            yield self._client
        except redis.RedisError as error:
            reason = _reason(error)
            if isinstance(error, redis.ConnectionError | redis.TimeoutError) or reason.startswith("BUSY "):
                self._down_until = self._monotonic() + REST
            else:  # this command's own fault: the others are well
                log.error("store_refused", reason=reason)
            raise StoreUnavailable(reason) from None  # a traceback would quote the command

    def ping(self) -> None:
        """Raises StoreUnavailable unless the store answers; asks even while it is being left alone."""
        self._down_until = float("-inf")
        with self.commands() as client:
            client.ping()

    def secret(self) -> str:
        """The installation's own secret, made once and the same for every process, command and restart: it keys the
        pseudonyms and signatures that must outlive a change of the account's token. Raises StoreUnavailable.
        """
        if not self._secret:
            with self.commands() as client:
                client.set(SECRET, secrets.token_hex(32), nx=True)
                self._secret = str(client.get(SECRET))
        return self._secret

    def beside(self, timeout: float) -> "redis.Redis":
        """A client of the database with the next number, for the queue; it gives bytes."""
        return _connected(self._url, timeout, beside=1)

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Raises StoreUnavailable for whatever goes wrong with a client of `beside` in the block."""
        with self.commands():
            yield

    def settings(self, *names: str) -> dict[str, str]:
        """Server settings by name, for `doctor`."""
        with self.commands() as client:
            return {name: str(client.config_get(name).get(name, "")) for name in names}


def _reason(error: redis.RedisError) -> str:
    """What the server or the network said; never the command, which a pipeline's error quotes: members wrote it."""
    return str(error).rpartition(" caused error: ")[2]


def _connected(url: str, timeout: float, *, beside: int = 0, decode_responses: bool = False) -> "redis.Redis":
    """A client of that address; `beside` is added to its database number."""
    options: dict[str, Any] = {
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "health_check_interval": 30,
        "decode_responses": decode_responses,
    }
    if url.startswith(SENTINEL):
        return _through_sentinels(url.removeprefix(SENTINEL), options, beside)
    pool = redis.ConnectionPool.from_url(url, **options)
    pool.connection_kwargs["db"] = int(pool.connection_kwargs.get("db") or 0) + beside
    return redis.Redis(connection_pool=pool)


def _through_sentinels(address: str, options: dict[str, Any], beside: int) -> "redis.Redis":
    """A client of whichever server the sentinels call the primary.

    Args:
        address: ``[:password@]host:port[,host:port…]/name[/number]``; the password is the servers'.
    """
    who, _, rest = address.rpartition("@")
    hosts, _, path = rest.partition("/")
    name, _, number = path.partition("/")
    watching = [(host or "127.0.0.1", int(port)) for host, _, port in (one.rpartition(":") for one in hosts.split(","))]
    limits = {"socket_timeout": SENTINEL_TIMEOUT, "socket_connect_timeout": SENTINEL_TIMEOUT}
    sentinel: Any = Sentinel(watching, **limits)  # type: ignore[no-untyped-call]
    password = unquote(who.rpartition(":")[2]) or None
    client: redis.Redis = sentinel.master_for(name, password=password, db=int(number or 0) + beside, **options)
    return client


def hashed(text: str) -> str:
    """A text as part of a key; keys hold no openid in clear."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def seconds(lasts: timedelta) -> int:
    """A lifetime as commands take it."""
    return int(lasts.total_seconds())
