"""Whatever the store holds, key by key, in a form any server of any version takes back. In batches: neither the server
nor this process ever holds more than a few thousand values.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.backup_file import Piece
from bot.ledger_format import OPEN_ONES, notices_key
from bot.store import Store

OURS: Final = "bot:*"  # the database may be shared; whatever else is there is none of our business
NOTICES: Final = notices_key("")
PASSING: Final = (  # what running processes need for a moment, and WeChat's token, which is fetched anew
    "bot:alive",
    "bot:claim:",
    "bot:pace",
    "bot:ticking",
    "bot:token:",
)
KEYS: Final = 200  # looked at in one round trip
VALUES: Final = 1_000  # of one key in one round trip, about


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of one kind are read and written, part by part.

    Attributes:
        ask: queue reading the part that begins there.
        part: the part in the answer, and where the next begins; None = it was the last.
        put: queue adding a part.
    """

    ask: Callable[[Any, str, Any], object]
    part: Callable[[Any, Any], tuple[Any, Any]]
    put: Callable[[Any, str, Any], object]


def _scanned(answer: Any, _at: Any) -> tuple[Any, Any]:
    cursor, found = answer
    return found, cursor or None


def _listed(answer: Any, at: Any) -> tuple[Any, Any]:
    return answer, (at or 0) + len(answer) if len(answer) == VALUES else None


def _streamed(answer: Any, _at: Any) -> tuple[Any, Any]:
    return answer, f"({answer[-1][0]}" if len(answer) == VALUES else None


def _add_rows(client: Any, key: str, rows: Sequence[tuple[str, dict[str, str]]]) -> None:
    for number, fields in rows:
        client.xadd(key, fields, id=number)


KINDS: Final = {
    "string": Kind(
        lambda c, key, _: c.get(key), lambda answer, _: (answer, None), lambda c, key, text: c.set(key, text)
    ),
    "hash": Kind(
        lambda c, key, at: c.hscan(key, at or 0, count=VALUES),
        _scanned,
        lambda c, key, fields: c.hset(key, mapping=fields),
    ),
    "set": Kind(
        lambda c, key, at: c.sscan(key, at or 0, count=VALUES), _scanned, lambda c, key, names: c.sadd(key, *names)
    ),
    "zset": Kind(
        lambda c, key, at: c.zscan(key, at or 0, count=VALUES), _scanned, lambda c, key, pairs: c.zadd(key, dict(pairs))
    ),
    "list": Kind(
        lambda c, key, at: c.lrange(key, at or 0, (at or 0) + VALUES - 1),
        _listed,
        lambda c, key, texts: c.rpush(key, *texts),
    ),
    "stream": Kind(lambda c, key, at: c.xrange(key, at or "-", "+", count=VALUES), _streamed, _add_rows),
}


def pieces(store: Store) -> Iterator[Piece]:
    """Everything that must outlive the store, while others go on using it. Raises StoreUnavailable.

    It is no picture of one moment. What reminders say is read before anything else, then which are not done: one opened
    meanwhile is missing among them and is opened again; never is one known as opened whose rows are missing.
    """
    seen: set[str] = set()
    for pattern in (f"{NOTICES}*", OPEN_ONES, OURS):
        for found in keys(store, pattern):
            late = (NOTICES, OPEN_ONES) if pattern == OURS else ()
            new = [key for key in found if key not in seen and not key.startswith(late)]
            seen.update(new)
            yield from _of(store, new)


def keys(store: Store, pattern: str = OURS) -> Iterator[list[str]]:
    """Names of keys, page by page, some perhaps twice; passing ones left out. Raises StoreUnavailable."""
    cursor = -1
    while cursor:
        with store.commands() as client:
            answer: Any = client.scan(max(cursor, 0), pattern, KEYS)
        cursor = answer[0]
        yield [key for key in dict.fromkeys(answer[1]) if not key.startswith(PASSING)]


def put(store: Store, some: Iterable[Piece], now: int) -> None:
    """Write pieces in one round trip, those that have lapsed left out. Raises StoreUnavailable."""
    with store.commands() as client:
        pipe = client.pipeline(transaction=False)
        for piece in some:
            if piece.until is None or piece.until > now:
                KINDS[piece.kind].put(pipe, piece.key, piece.value)
                if piece.until is not None:
                    pipe.pexpireat(piece.key, piece.until)
        pipe.execute()


def clear(store: Store, besides: str) -> None:
    """Remove whatever is ours, but for one key. Raises StoreUnavailable."""
    for found in keys(store):
        if gone := [key for key in found if key != besides]:
            with store.commands() as client:
                client.unlink(*gone)


def milliseconds(store: Store) -> int:
    """Now by the server's clock, since 1970. Raises StoreUnavailable."""
    with store.commands() as client:
        found: Any = client.time()
    return int(found[0]) * 1_000 + int(found[1]) // 1_000


def _of(store: Store, names: Sequence[str]) -> Iterator[Piece]:
    """Some keys with all their values; those that went meanwhile are left out."""
    with store.commands() as client:
        pipe = client.pipeline(transaction=False)
        for key in names:
            pipe.type(key)
            pipe.pttl(key)
        facts = pipe.execute()
    now = milliseconds(store)
    asked: list[tuple[Piece, Any]] = [
        (Piece(key, kind, None, now + lasts if lasts >= 0 else None), None)
        for key, kind, lasts in zip(names, facts[::2], facts[1::2], strict=True)
        if kind != "none"
    ]
    while asked:
        found, asked = _parts(store, asked)
        yield from found


def _parts(store: Store, asked: Sequence[tuple[Piece, Any]]) -> tuple[list[Piece], list[tuple[Piece, Any]]]:
    """A part of each key that has more, and where the next ones begin."""
    with store.commands() as client:
        pipe = client.pipeline(transaction=False)
        for piece, at in asked:
            KINDS[piece.kind].ask(pipe, piece.key, at)
        answers = pipe.execute()
    found, left = [], []
    for (piece, at), answer in zip(asked, answers, strict=True):
        value, after = KINDS[piece.kind].part(answer, at)
        if value or value == "":
            found.append(replace(piece, value=value))
        if after is not None:
            left.append((piece, after))
    return found, left
