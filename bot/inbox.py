"""Messages on their way, in the store: claims, replies for retries, memories, counts, nonces.

How values are written down is in `inbox_format`; what a turn wants kept for longer, in `notes`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot import notes
from bot.inbox_format import dump_memory, dump_reply, load_memory, load_reply
from bot.pseudonyms import Pseudonyms
from bot.store import Store, hashed, seconds
from bot.window import WROTE_LASTS, wrote_key
from handlers.messages import BLANK, MEMORY_LASTS, Memory, Reply, Turn

REPLY_LASTS: Final = timedelta(minutes=5)  # WeChat sends again within 15 s
CLAIM_LASTS: Final = timedelta(seconds=8)  # a worker that died keeps a message no longer than this
MINUTE_LASTS: Final = timedelta(minutes=2)  # the count of a minute
DAY_LASTS: Final = timedelta(hours=25)  # the count of a day
NONCE_LASTS: Final = timedelta(minutes=11)  # must outlive the time window of the webhook


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
            ask: Any = pipe.execute_command  # redis-py's own methods cost more than the round trip
            ask("SET", _claim_key(key), "1", "NX", "EX", seconds(CLAIM_LASTS))
            ask("MGET", _reply_key(key), _memory_key(who), _minute_key(who, now), _day_key(who, now))
            if nonce:
                pipe.set(_nonce_key(nonce), digest, nx=True, get=True, ex=NONCE_LASTS)
            first, (reply, memory, in_minute, in_day), *seen = pipe.execute()
        return Arrival(
            first=bool(first) and reply is None,
            reply=load_reply(reply) if reply else None,
            forged=bool(seen) and seen[0] not in (None, digest),
            memory=load_memory(memory) if memory else BLANK,
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
            do: Any = pipe.execute_command  # as in `arrive`
            do("SET", _reply_key(key), dump_reply(turn.reply), "EX", seconds(REPLY_LASTS))
            do("SET", _memory_key(who), dump_memory(turn.memory), "EX", seconds(MEMORY_LASTS))
            if wrote:
                do("SET", wrote_key(sender), now.timestamp(), "EX", seconds(WROTE_LASTS))
            for count, lasts in ((minute, MINUTE_LASTS), (day, DAY_LASTS)):
                do("INCR", count)
                do("EXPIRE", count, seconds(lasts))
            for note in turn.notes:
                notes.keep(pipe, note, who, now)
            pipe.execute()

    def remembered(self, sender: str) -> Memory:
        """What is remembered of a member. Fail open: as if it were nothing."""
        with self._store.commands() as client:
            raw = client.get(_memory_key(self._pseudonyms(sender)))
        return load_memory(str(raw)) if raw else BLANK

    def forget(self, sender: str, now: datetime) -> None:
        """Remove everything kept about a member. The caller must not go on silently when this fails."""
        who = self._pseudonyms(sender)
        with self._store.commands() as client:
            client.delete(_memory_key(who), wrote_key(sender), *_counts(who, now))
            notes.forget(client, who)


def _claim_key(message: str) -> str:
    return f"bot:claim:{hashed(message)}"


def _reply_key(message: str) -> str:
    return f"bot:reply:{hashed(message)}"


def _nonce_key(nonce: str) -> str:
    return f"bot:nonce:{hashed(nonce)}"


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
