"""What is kept in Redis or Valkey. The only importer of redis, and the home of every key name.

One small class a noun, one round trip a method, a lifetime on every key. A store that is down never stops the bot:
every method raises StoreUnavailable, and after one failure the store is left alone for a moment, so that no member
waits for it twice. Each method says whether its caller should go on without it (fail open) or not.
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote

import redis
from redis.sentinel import Sentinel

from handlers.messages import (
    BLANK,
    MEMORY_LASTS,
    Answered,
    Choice,
    Kind,
    Memory,
    Missed,
    Note,
    Outcome,
    Pending,
    Rated,
    Reply,
    Reported,
    Turn,
)

SENTINEL: Final = "redis+sentinel://"
SENTINEL_TIMEOUT: Final = 0.5  # seconds until the next sentinel is asked
TIMEOUT: Final = 0.5  # seconds for one command; WeChat waits five for the whole answer
REST: Final = 3.0  # seconds a failed store is left alone
REPLY_LASTS: Final = timedelta(minutes=5)  # WeChat sends again within 15 s
CLAIM_LASTS: Final = timedelta(seconds=8)  # a worker that died keeps a message no longer than this
WROTE_LASTS: Final = timedelta(hours=48)  # how long after a member wrote WeChat takes texts for them
MINUTE_LASTS: Final = timedelta(minutes=2)  # the count of a minute
DAY_LASTS: Final = timedelta(hours=25)  # the count of a day
NONCE_LASTS: Final = timedelta(minutes=11)  # must outlive the time window of the webhook
SECRET: Final = "bot:secret"  # noqa: S105 - a key's name
MISSES: Final = "bot:misses"
RATINGS: Final = "bot:ratings"
RECEIPTS: Final = "bot:ledger:receipts"  # member, message id, status, time; joined with the ledger later
MAX_MISSES: Final = 20_000
MAX_RATINGS: Final = 50_000
MAX_RECEIPTS: Final = 500_000  # nobody has joined them for days
HITS_LAST: Final = timedelta(days=30)


class StoreUnavailable(Exception):
    """The store cannot be reached, or is being left alone after a failure."""


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
            self._down_until = self._monotonic() + REST
            raise StoreUnavailable(str(error)) from error

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


class Pseudonyms:
    """Members' openids as strings that cannot be turned back without the key.

    Args:
        key: the key, or what gives it when it is first needed (`Store.secret`).
    """

    def __init__(self, key: str | Callable[[], str]) -> None:
        self._key = key

    def __call__(self, openid: str) -> str:
        """The same short string for the same openid. Raises what the key's giver raises."""
        if not isinstance(self._key, str):
            self._key = self._key()
        return hmac.digest(self._key.encode(), openid.encode("utf-8", "replace"), hashlib.sha256).hex()[:24]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the store knows when a message comes in. The default is what a bot without a store knows.

    Attributes:
        first: whether this process is to answer it.
        reply: the reply already given to this very message; None = none yet.
        forged: the same plain-text nonce came before with another body.
        memory: what is remembered of the member.
        in_minute: messages of the member answered so far in the running minute.
        in_day: the same for the running day.
    """

    first: bool = True
    reply: Reply | None = None
    forged: bool = False
    memory: Memory = BLANK
    in_minute: int = 0
    in_day: int = 0


class Inbox:
    """Messages on their way: who answers them, what was answered, what is remembered until the next one."""

    def __init__(self, store: Store, pseudonyms: Pseudonyms) -> None:
        self._store = store
        self._pseudonyms = pseudonyms

    def arrive(self, key: str, sender: str, now: datetime, nonce: str = "", digest: str = "") -> Arrival:
        """Claim a message and fetch what is known about it and its sender. Fail open: answer as if nothing were known.

        Args:
            key: the message's, the same in every retry.
            now: aware; its minute and day are the ones counted.
            nonce: the request's when only its URL was signed, else empty.
            digest: of the request's body; another body under the same nonce is a forgery.
        """
        who = self._pseudonyms(sender)
        with self._store.commands() as client:
            pipe = client.pipeline(transaction=False)
            ask: Callable[..., object] = pipe.execute_command  # redis-py's own methods cost more than the round trip
            ask("SET", _claim_key(key), "1", "NX", "EX", _seconds(CLAIM_LASTS))
            ask("MGET", _reply_key(key), _memory_key(who), _minute_key(who, now), _day_key(who, now))
            if nonce:
                pipe.set(_nonce_key(nonce), digest, nx=True, get=True, ex=NONCE_LASTS)
            first, (reply, memory, in_minute, in_day), *seen = pipe.execute()
        return Arrival(
            first=bool(first) and reply is None,
            reply=_load_reply(reply) if reply else None,
            forged=bool(seen) and seen[0] not in (None, digest),
            memory=_load_memory(memory) if memory else BLANK,
            in_minute=int(in_minute or 0),
            in_day=int(in_day or 0),
        )

    def finish(self, key: str, sender: str, turn: Turn, now: datetime, *, wrote: bool = False) -> None:
        """Keep the reply for retries, the memory for the next message, the counts, the notes, and when the member last
        wrote (`wrote`; events do not count). Fail open.
        """
        who = self._pseudonyms(sender)
        minute, day = _minute_key(who, now), _day_key(who, now)
        with self._store.commands() as client:
            pipe = client.pipeline(transaction=False)
            do: Callable[..., object] = pipe.execute_command  # as in `arrive`
            do("SET", _reply_key(key), json.dumps([turn.reply.outcome, turn.reply.text]), "EX", _seconds(REPLY_LASTS))
            do("SET", _memory_key(who), _dump_memory(turn.memory), "EX", _seconds(MEMORY_LASTS))
            if wrote:
                do("SET", wrote_key(sender), now.timestamp(), "EX", _seconds(WROTE_LASTS))
            for count, lasts in ((minute, MINUTE_LASTS), (day, DAY_LASTS)):
                do("INCR", count)
                do("EXPIRE", count, _seconds(lasts))
            for note in turn.notes:
                _write(pipe, note, who, now)
            pipe.execute()

    def remembered(self, sender: str) -> Memory:
        """What is remembered of a member. Fail open: as if it were nothing."""
        with self._store.commands() as client:
            raw = client.get(_memory_key(self._pseudonyms(sender)))
        return _load_memory(str(raw)) if raw else BLANK

    def forget(self, sender: str, now: datetime) -> None:
        """Remove everything kept about a member. The caller must not go on silently when this fails."""
        who = self._pseudonyms(sender)
        with self._store.commands() as client:
            client.delete(_memory_key(who), wrote_key(sender), *_counts(who, now))
            for stream in (MISSES, RATINGS):
                rows: Any = client.xrange(stream)
                if theirs := [row for row, fields in rows if fields.get("who") == who]:
                    client.xdel(stream, *theirs)


class Hits:
    """How often each entry answered, by day."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def top(self, count: int, today: date) -> tuple[str, ...]:
        """Ids of the entries that answered most in the last 30 days, most first. Fail open: show the editors'
        selection.
        """
        totals = self.counts(today)
        return tuple(sorted(totals, key=lambda entry_id: (-totals[entry_id], entry_id))[:count])

    def counts(self, today: date) -> dict[str, int]:
        """How often each entry answered in the last 30 days."""
        keys = [_hits_key(today - timedelta(days=ago)) for ago in range(HITS_LAST.days)]
        with self._store.commands() as client:
            found: Any = client.zunion(keys, withscores=True)
        return {entry_id: int(count) for entry_id, count in found}


def _write(pipe: Any, note: Note, who: str, now: datetime) -> None:
    """Queue what a note keeps."""
    match note:
        case Answered(entry_id):
            key = _hits_key(now.date())
            pipe.execute_command("ZINCRBY", key, 1, entry_id)
            pipe.execute_command("EXPIRE", key, _seconds(HITS_LAST + timedelta(days=1)))
        case Missed(question, nearest):
            text = question.encode("utf-8", "replace").decode()  # hiredis takes no lone surrogates
            fields = {"who": who, "text": text, "at": now.isoformat(), "nearest": " ".join(nearest)}
            pipe.xadd(MISSES, fields, maxlen=MAX_MISSES)
        case Rated(entry_id, useful, reason):
            fields = {
                "who": who,
                "entry": entry_id,
                "useful": str(int(useful)),
                "reason": reason,
                "at": now.isoformat(),
            }
            pipe.xadd(RATINGS, fields, maxlen=MAX_RATINGS)
        case Reported(Kind.TEMPLATE_RECEIPT, fields_):
            told = dict(fields_)
            pipe.rpush(RECEIPTS, json.dumps([who, told.get("MsgID", ""), told.get("Status", ""), now.timestamp()]))
            pipe.ltrim(RECEIPTS, -MAX_RECEIPTS, -1)


def wrote_key(openid: str) -> str:
    """Where it stands when that member last wrote, in seconds since 1970."""
    return f"bot:wrote:{_short(openid)}"


def _short(text: str) -> str:
    """Keys hold no openid in clear."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _claim_key(message: str) -> str:
    return f"bot:claim:{_short(message)}"


def _reply_key(message: str) -> str:
    return f"bot:reply:{_short(message)}"


def _nonce_key(nonce: str) -> str:
    return f"bot:nonce:{_short(nonce)}"


def _memory_key(who: str) -> str:
    return f"bot:memory:{who}"


def _minute_key(who: str, now: datetime) -> str:
    return f"bot:count:{now:%Y%m%d%H%M}:{who}"


def _day_key(who: str, now: datetime) -> str:
    return f"bot:count:{now:%Y%m%d}:{who}"


def _counts(who: str, now: datetime) -> list[str]:
    """Every count of a member whose lifetime may not be over."""
    minutes = [_minute_key(who, now - timedelta(minutes=ago)) for ago in range(3)]
    return [*minutes, _day_key(who, now), _day_key(who, now - timedelta(days=1))]


def _hits_key(day: date) -> str:
    return f"bot:hits:{day:%Y%m%d}"


def _seconds(lasts: timedelta) -> int:
    return int(lasts.total_seconds())


def _load_reply(raw: str) -> Reply:
    outcome, text = json.loads(raw)
    return Reply(Outcome(outcome), text)


def _dump_memory(memory: Memory) -> str:
    return json.dumps(memory, default=_fields)


def _fields(value: Memory | Choice | Pending | datetime) -> dict[str, Any] | str:
    """What JSON has no word for; `asdict` would copy everything first."""
    return value.isoformat() if isinstance(value, datetime) else {f: getattr(value, f) for f in value.__slots__}


def _load_memory(raw: str) -> Memory:
    """A memory written by another version of the product counts as forgotten."""
    try:
        kept = json.loads(raw)
        kept["at"] = datetime.fromisoformat(kept["at"]) if kept["at"] else None
        kept["choices"] = tuple(Choice(**choice) for choice in kept["choices"])
        kept |= {name: tuple(kept.get(name, ())) for name in ("cases", "told")}
        if pending := kept["pending"]:
            kept["pending"] = Pending(**pending | {"about": tuple(pending["about"])})
        return Memory(**kept)
    except (ValueError, KeyError, TypeError):
        return BLANK
