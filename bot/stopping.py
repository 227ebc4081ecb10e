"""How a process that serves ends: SIGTERM and SIGINT ask for it, what is under way is finished."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

import structlog

from bot.store import StoreUnavailable

log = structlog.get_logger("stopping")


def on_signal() -> threading.Event:
    """An event that SIGTERM or SIGINT sets. Call it from the main thread."""
    asked = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return asked


def quietly(act: Callable[[], None]) -> None:
    """Do something on the way out that a missing store must not keep us from."""
    try:
        act()
    except StoreUnavailable as error:
        log.warning("store_down", doing="stop", reason=str(error))
