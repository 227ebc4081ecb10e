"""The counts of the running rounds, counted anew from their rows after a restore: a backup does not read both in one
moment.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from bot import keyspace
from bot.ledger import LedgerStore
from bot.ledger_format import OPEN_ONES, counts_key, load_mark, missed_key, notices_key, rows_key
from bot.store import Store
from scheduler.reminders import UNSETTLED, Condition, Notice, Reminder

_MISSED: Final = re.compile(r"(\d+) (\S+) (.*)")  # how many, why, the key of their counts; see `ledger_scripts`
BRANCHES: Final = 200  # looked at in one round trip
_WITH_REASON: Final = (Condition.FAILED, Condition.UNKNOWN, Condition.SKIPPED)


def recount(store: Store) -> None:
    """Count anew every round of which a reminder is not done. Raises StoreUnavailable."""
    ledger = LedgerStore(store)
    with store.commands() as client:
        unfinished: Any = client.zrange(OPEN_ONES, 0, -1)
    running = {counts_key(notice.round) for notice in ledger.noted([Reminder.of_key(key) for key in unfinished])}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    every = sorted({key for found in keyspace.keys(store, notices_key("*")) for key in found}) if running else []
    for start in range(0, len(every), BRANCHES):
        branch_ids = [key.removeprefix(notices_key("")) for key in every[start : start + BRANCHES]]
        by_branch = ledger.notices_of(branch_ids).values()
        _count_rows(store, [one for of in by_branch for one in of if counts_key(one.round) in running], counts)
        _count_missed(store, branch_ids, running, counts)
    with store.commands() as client:
        pipe = client.pipeline()
        for key, numbers in counts.items():
            pipe.delete(key)
            if numbers:
                pipe.hset(key, mapping={name: str(number) for name, number in numbers.items()})
        pipe.execute()


def _count_rows(store: Store, notices: Sequence[Notice], counts: Mapping[str, Counter[str]]) -> None:
    with store.commands() as client:
        pipe = client.pipeline(transaction=False)
        for notice in notices:
            pipe.hvals(rows_key(notice.reminder))
        found = pipe.execute()
    for notice, rows in zip(notices, found, strict=True):
        counts[counts_key(notice.round)].update(name for row in rows for name in _names(row))


def _names(row: str) -> Iterable[str]:
    """What one row counts as."""
    mark = load_mark(row)
    yield "pending" if mark.condition in UNSETTLED else mark.condition.value
    if mark.condition in _WITH_REASON:
        yield f"why:{mark.about}"


def _count_missed(
    store: Store, branch_ids: Sequence[str], running: Collection[str], counts: Mapping[str, Counter[str]]
) -> None:
    with store.commands() as client:
        pipe = client.pipeline(transaction=False)
        for branch_id in branch_ids:
            pipe.hvals(missed_key(branch_id))
        found = pipe.execute()
    for text in (text for texts in found for text in texts):
        number, reason, key = _MISSED.fullmatch(text).groups()  # type: ignore[union-attr]
        if key in running:
            counts[key].update({"skipped": int(number), f"why:{reason}": int(number)})
