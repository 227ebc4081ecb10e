"""Everything about reminders on one store, put together from the settings: the clock's side and the workers' side."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot import edited, wiring, wiring_calendar
from bot.branch_book import BranchBook
from bot.ledger import LedgerStore
from bot.receipts import Receipts
from bot.roster_store import RosterStore
from bot.settings import Settings
from bot.store import Store
from bot.store_clock import StoreClock
from bot.window import Window
from scheduler.agenda import appointments
from scheduler.delivery import Sender
from scheduler.fanout import Fanout
from scheduler.planner import Appointments, Planner
from scheduler.sending import Courier
from scheduler.sweeping import Sweeper, pages
from scheduler.ticking import Ticked, Ticker

TIMEOUT: Final = 10.0  # seconds for one command; nobody waits for an answer here
QUEUE_TIMEOUT: Final = 20.0
AT_ONCE: Final = timedelta(seconds=1)  # clocks this near each other are one

log = structlog.get_logger("reminders")


@dataclass(frozen=True)
class Clockside:
    """What the scheduler does once a minute.

    Attributes:
        now: the store's clock.
    """

    ticker: Ticker
    sweeper: Sweeper
    receipts: Receipts
    queue: Fanout
    now: Callable[[], datetime]

    def tick(self, at: datetime, *, dry: bool = False) -> Ticked:
        """Open and queue what is due at that moment, join receipts, look after what made no progress.

        Args:
            at: aware; any moment, also long ago or to come.
            dry: change nothing.
        """
        real = self.now()
        ahead = at - real
        ticked = self.ticker.tick(at, ahead if abs(ahead) > AT_ONCE else timedelta(0), dry=dry)
        if dry:
            return ticked
        sizes = [sum(not reason for reason in opening.audience.values()) for opening in ticked.openings]
        for page in pages([opening.notice for opening in ticked.openings], sizes):
            self.queue.put(page)
        joined = self.receipts.join(real)
        left = self.sweeper.sweep(real)
        for trouble in ticked.troubled:
            log.error("branch_not_planned", branch=trouble.branch_id, activity=trouble.activity_id, why=trouble.reason)
        if ticked.opened or ticked.expiries or joined or left:
            log.info("tick", opened=ticked.opened, expired=len(ticked.expiries), receipts=joined, unfinished=left)
        return ticked


def store(settings: Settings) -> Store:
    """The store, with the patience of a process nobody waits for."""
    return Store(wiring.store_url(settings), timeout=TIMEOUT)


def queue(kept: Store) -> Fanout:
    """The queue of that store. Its `put` and `waiting` raise StoreUnavailable."""
    return Fanout(kept.beside(QUEUE_TIMEOUT), kept.reached)


def clockside(settings: Settings, kept: Store) -> Clockside:
    """The scheduler's parts. Raises ContentError when `activities.yaml` cannot be used."""
    ledger, roster, fanout = LedgerStore(kept), RosterStore(kept), queue(kept)
    planner = Planner(roster, ledger, lambda: _calendar(kept, settings))
    ticker = Ticker(planner, roster, ledger, edited.current_activities(settings), BranchBook(kept).attendance)
    return Clockside(ticker, Sweeper(ledger, fanout), Receipts(kept, ledger), fanout, StoreClock(kept))


def _calendar(kept: Store, settings: Settings) -> Appointments:
    days = wiring_calendar.days(kept)
    return lambda activity, branch, changes, first, last: appointments(
        activity, branch, changes, first, last, days, settings.zone
    )


def courier(settings: Settings, kept: Store, sender: Sender, stopping: Callable[[], bool]) -> Courier:
    """The worker's parts. Raises ContentError when `activities.yaml` cannot be used."""
    roster = RosterStore(kept)
    return Courier(
        ledger=LedgerStore(kept),
        roster=roster,
        sender=sender,
        activities=edited.current_activities(settings),
        branch=roster.branch,
        versions=roster.versions,
        wrote_at=Window(kept).wrote_at,
        now=StoreClock(kept),
        sleep=time.sleep,
        stopping=stopping,
    )
