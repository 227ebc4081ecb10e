"""How a process that serves ends: SIGTERM and SIGINT ask for it, what is under way is finished."""

import queue
import signal
import threading
from collections.abc import Callable
from types import FrameType

import structlog

from bot.store import StoreUnavailable

log = structlog.get_logger("stopping")


def on_signal() -> threading.Event:
    """An event that SIGTERM or SIGINT sets. Call it from the main thread.

    The handler interrupts the main thread, which may be waiting for this very event and hold its lock: setting it there
    would wait for that lock for ever. So the handler only puts a word into a queue made for that, and a thread sets it.
    """
    asked = threading.Event()
    heard: queue.SimpleQueue[int] = queue.SimpleQueue()

    def ask(number: int, _frame: FrameType | None) -> None:
        heard.put(number)

    def listen() -> None:
        heard.get()
        asked.set()

    threading.Thread(target=listen, name="stopping", daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return asked


def quietly(act: Callable[[], None]) -> None:
    """Do something on the way out that a missing store must not keep us from."""
    try:
        act()
    except StoreUnavailable as error:
        log.warning("store_down", doing="stop", reason=str(error))
