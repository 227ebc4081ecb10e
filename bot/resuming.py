"""Going on after a restore: what came due may have been told since the backup was made, and nobody knows to whom."""

from datetime import datetime, timedelta
from typing import Final

from bot import reminding
from bot.brake import RESTORED
from bot.ledger import LedgerStore
from bot.settings import Settings
from bot.store import Store

_ANY_AGE: Final = timedelta(0)


def skip_due(settings: Settings, store: Store, now: datetime) -> int:
    """Skip everyone who is due now, whatever came due since the last tick included; how many. To be done while
    reminders are paused, and outside the quiet hours: what waits for their end is not due yet.

    Args:
        now: aware.

    Raises:
        StoreUnavailable, ContentError.
    """
    clockside, ledger = reminding.clockside(settings, store), LedgerStore(store)
    clockside.tick(now)  # opens what is due, so that it stands in the ledger as seen to
    real = clockside.now()

    def unsettled() -> int:
        return sum(left for left in ledger.sweep(notices, real, _ANY_AGE) if left > 0)

    notices = ledger.stale(real, _ANY_AGE)
    before = unsettled()
    for notice in notices:
        ledger.skip(notice, RESTORED)
    return before - unsettled()
