"""Build what every process and command needs, by hand, from the settings: clock, store, operators' sentences. Where the
clock is read. Light on purpose: whatever loads the corpus or the calendar is built by `wiring_chat`, `wiring_calendar`,
`wiring_push`.
"""

import functools
from collections.abc import Callable
from datetime import datetime

from bot import embedded
from bot.settings import Settings
from bot.store import Store
from content import wording


def clock(settings: Settings) -> Callable[[], datetime]:
    """The wall clock, in the settings' time zone."""
    return lambda: datetime.now(settings.zone)


def store(settings: Settings) -> Store:
    """The store of the settings: the given one, or the embedded one of the data folder (running or not)."""
    return Store(store_url(settings))


def store_url(settings: Settings) -> str:
    """The store's address; may hold a password."""
    return settings.redis_url or embedded.url(settings.data_dir)


@functools.cache
def console() -> wording.Wording:
    """The sentences for operators and editors; always those that come with the product."""
    return wording.read(wording.DATA / "console.yaml")
