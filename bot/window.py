"""The 48 hours in which a member who wrote may be sent plain texts, and which messages were sent as one.

Texts have no `client_msg_id`: the platform would deliver a second one. So a message is noted as tried before it goes
out as a text, and whoever finds that note sends nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from bot.store import Store, hashed
from scheduler.delivery import Push

WROTE_LASTS: Final = timedelta(hours=48)  # how long after a member wrote WeChat takes texts for them
TRIED_LASTS: Final = timedelta(minutes=15)  # longer than a message is tried again with the same key


class Try(StrEnum):
    """What became of a message as a text so far."""

    FIRST = "first"  # nothing: this is the first attempt
    TRIED = "tried"  # it may have arrived
    CLOSED = "closed"  # the platform takes no text for this member: nothing arrived


class Window:
    """Who may be sent texts. Every method raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def wrote_at(self, openids: Sequence[str], now: datetime) -> dict[str, datetime]:
        """When each of these members last wrote, if within 48 hours; in one round trip, in the zone of `now`."""
        if not openids:
            return {}
        with self._store.commands() as client:
            found: Any = client.mget([wrote_key(openid) for openid in openids])
        times = {
            openid: datetime.fromtimestamp(float(at), now.tzinfo)
            for openid, at in zip(openids, found, strict=True)
            if at
        }
        return {openid: at for openid, at in times.items() if now - at < WROTE_LASTS}

    def begin(self, push: Push) -> Try:
        """Note that the message is about to go out as a text, and tell what was noted before."""
        with self._store.commands() as client:
            before: Any = client.set(_key(push), Try.TRIED, nx=True, get=True, ex=TRIED_LASTS)
        return Try(before) if before else Try.FIRST

    def close(self, push: Push) -> None:
        """The platform took no text: this message may go out otherwise, and the member is sent no text until they write
        again.
        """
        with self._store.commands() as client:
            pipe = client.pipeline()
            pipe.set(_key(push), Try.CLOSED, ex=TRIED_LASTS)
            pipe.delete(wrote_key(push.openid))
            pipe.execute()

    def undo(self, push: Push) -> None:
        """Nothing reached the platform: the message is as good as never tried."""
        with self._store.commands() as client:
            client.delete(_key(push))


def wrote_key(openid: str) -> str:
    """Where it stands when that member last wrote, in seconds since 1970."""
    return f"bot:wrote:{hashed(openid)}"


def _key(push: Push) -> str:
    return f"bot:texted:{hashed(f'{push.openid} {push.key}')}"
