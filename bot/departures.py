"""Members who left without our hearing of it: found when the platform refuses a reminder, and forgotten then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from bot.branch_book import BranchBook
from bot.forgetting import forget
from bot.store import Store, StoreUnavailable
from scheduler.delivery import Push, Refused, Result, Sender

UNFOLLOWED: Final = Refused("unfollowed")

log = structlog.get_logger("departures")


@dataclass(frozen=True)
class Departures:
    """A sender (`scheduler.delivery.Sender`) that forgets whoever turns out to have unfollowed: their event was lost.

    Whoever came by import and never spoke to the account may never have followed it: they stay on the roster, so that
    their secretary knows whom to call.

    Attributes:
        sender: what sends.
        now: the clock, aware.
    """

    sender: Sender
    store: Store
    now: Callable[[], datetime]

    def send(self, push: Push) -> Result:
        """As `sender` does."""
        result = self.sender.send(push)
        if result == UNFOLLOWED:
            try:
                self._forget(push.openid)
            except StoreUnavailable as error:  # the next reminder is refused as well
                log.warning("not_forgotten", reason=str(error))
        return result

    def _forget(self, openid: str) -> None:
        member = BranchBook(self.store).member(openid)
        if member is None or member.consented_at is None:
            return
        forget(self.store, openid, self.now())
        log.info("forgotten")
