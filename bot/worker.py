"""`python -m bot worker`: the process that sends what is open."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from bot import reminding, stopping, wiring, wiring_push
from bot.departures import Departures
from bot.heartbeats import WORKER, Heartbeats
from bot.ledger import LedgerStore
from bot.settings import Settings
from bot.store import Store, StoreUnavailable
from scheduler.delivery import Sender
from scheduler.sweeping import Sweeper

BEAT: Final = 10.0  # seconds
STOP_WITHIN: Final = 25.0  # seconds for the messages under way

log = structlog.get_logger("worker")


def run(settings: Settings, stop: threading.Event, sender: Sender | None = None) -> None:
    """Send until asked to stop; then finish the messages under way and give back the rest.

    Args:
        sender: None = WeChat's API as the settings say.
    """
    store = reminding.store(settings)
    courier = reminding.courier(settings, store, _forgetting(settings, store, sender), stop.is_set)
    queue = reminding.queue(store)
    worker = queue.worker(courier.deliver, settings.push_threads)
    worker.start()
    sweeper = Sweeper(LedgerStore(store), queue)
    while not stop.is_set():
        _look_after(store, sweeper, courier.now)
        stop.wait(BEAT)
    worker.stop(STOP_WITHIN)
    stopping.quietly(lambda: Heartbeats(store).stop(WORKER))


def _forgetting(settings: Settings, store: Store, sender: Sender | None) -> Sender:
    """The sender, forgetting whoever has left."""
    return Departures(sender or wiring_push.platform(settings, store), store, wiring.clock(settings))


def _look_after(store: Store, sweeper: Sweeper, now: Callable[[], datetime]) -> None:
    """Give a sign of life, and look after what a dead worker left, without waiting for the scheduler."""
    try:
        Heartbeats(store).beat(WORKER, now())
        sweeper.sweep(now())
    except StoreUnavailable as error:
        log.warning("store_down", doing="sweep", reason=str(error))
