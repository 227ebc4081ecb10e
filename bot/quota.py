"""How many template messages the account may still send today: asked of the platform, kept in the store, counted down
by all processes.

The platform's own word counts; between two questions this module only keeps us from running into a refusal. When
nobody can say how much is left, messages go out: the platform then says itself when it is enough.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.api import Api
from bot.calls import NoAnswer, NotSent
from bot.platform_errors import rule
from bot.store import Store
from bot.tokens import NoToken
from scheduler.pacing import BEIJING, usable

TEMPLATE: Final = "cgi-bin/message/template/send"
QUOTA: Final = "cgi-bin/openapi/quota/get"
ASK_EVERY: Final = timedelta(minutes=10)  # of one process
LASTS: Final = timedelta(hours=26)
SHARES: Final = 1000  # a process takes one in so many of the day's quota at a time

log = structlog.get_logger("quota")


class QuotaUnknown(Exception):
    """The platform did not tell; the message is the reason's short key, as in `bot.platform_errors`."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Template messages of the day: allowed in all, and left."""

    limit: int
    left: int

    @property
    def usable(self) -> int:
        """How many of them may be used; the reserve is taken off."""
        return usable(self.limit, self.left)


class Quota:
    """The day's quota of an account. Safe to use from many threads and processes.

    Args:
        now: the clock, aware.
    """

    def __init__(self, api: Api, store: Store, now: Callable[[], datetime]) -> None:
        self._api, self._store, self._now = api, store, now
        self._lock = threading.Lock()
        self._asked: datetime | None = None
        self._ours = 0

    def take(self) -> bool:
        """One message of the quota; False = it is used up. Raises StoreUnavailable."""
        with self._lock:
            self._ask_again()
            if self._ours == 0:
                self._ours = self._taken()
            if self._ours == 0:
                return False
            self._ours -= 1
            return True

    def kept(self) -> Allowance | None:
        """What is left as far as we know; None = nobody asked today. Raises StoreUnavailable."""
        with self._store.commands() as client:
            limit, left = client.hmget(self._key(), ["limit", "left"])
        return Allowance(int(limit), max(0, int(left))) if limit and left else None

    def read(self) -> Allowance:
        """What is left, asked of the platform now.

        Raises:
            QuotaUnknown: it did not tell.
            StoreUnavailable: it did, but that could not be kept.
        """
        allowance = self.asked()
        with self._store.commands() as client:
            pipe = client.pipeline()
            pipe.hset(self._key(), mapping={"limit": allowance.limit, "left": allowance.left})
            pipe.expire(self._key(), LASTS)
            pipe.execute()
        return allowance

    def asked(self) -> Allowance:
        """The same without keeping it. Raises QuotaUnknown."""
        try:
            said = self._api.post(QUOTA, {"cgi_path": f"/{TEMPLATE}"})
        except NoToken as error:
            raise QuotaUnknown(rule(error.code)[1] if error.code else "no_token") from error
        except NotSent as error:
            raise QuotaUnknown("unreachable") from error
        except NoAnswer as error:
            raise QuotaUnknown("no_answer") from error
        quota: Any = said.data.get("quota")
        try:
            return Allowance(int(quota["daily_limit"]), int(quota["remain"]))
        except (KeyError, TypeError, ValueError) as error:
            raise QuotaUnknown(said.reason or "no_quota") from error

    def _ask_again(self) -> None:
        """Every ten minutes, whatever becomes of it."""
        now = self._now()
        if self._asked is not None and now - self._asked < ASK_EVERY:
            return
        self._asked = now
        try:
            self.read()
        except QuotaUnknown as error:
            log.warning("quota_unknown", reason=str(error))

    def _taken(self) -> int:
        """A share of what is left for this process; everything it wants when nobody knows what is left."""
        kept = self.kept()
        if kept is None:
            return SHARES
        share = min(kept.usable, -(-kept.limit // SHARES))
        if share:
            with self._store.commands() as client:
                client.hincrby(self._key(), "left", -share)
        return share

    def _key(self) -> str:
        """A key a day: yesterday's count says nothing about today's."""
        return f"bot:quota:{self._now().astimezone(BEIJING):%Y%m%d}"
