"""Receipts of the platform: the webhook lays them down in one step, the tick joins them with the ledger later.

A receipt may come before the message is marked as sent, twice, or never. It is found by its member and its message id
among the reminders of the member's branch, so nothing has to be kept for it.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.ledger import LedgerStore
from bot.ledger_format import rows_key
from bot.notes import RECEIPTS
from bot.platform_errors import UNDELIVERED
from bot.roster_rows import BRANCH_OF
from bot.store import Store
from scheduler.reminders import Condition, Mark, Notice

AT_ONCE: Final = 500
PATIENCE: Final = timedelta(hours=1)  # a receipt whose mark has not come by then belongs to nothing of ours
EARLY: Final = "bot:ledger:early"  # receipts that came before their mark
BLOCKED: Final = "blocked"  # reason of FAILED


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform reported of one message.

    Attributes:
        who: the member's pseudonym.
        status: "success", "failed:user block", "failed:system failed" and the like.
        at: when it came, seconds since 1970.
    """

    who: str
    message_id: str
    status: str
    at: float


class Receipts:
    """Joins receipts with rows. Every method raises StoreUnavailable; what was taken and not joined is lost, which
    leaves a row as sent.
    """

    def __init__(self, store: Store, ledger: LedgerStore) -> None:
        self._store, self._ledger = store, ledger

    def join(self, now: datetime) -> int:
        """Join whatever has come. How many receipts found their row."""
        with self._store.commands() as client:
            waiting: Any = client.llen(EARLY)
        joined = 0
        for _ in range(-(-waiting // AT_ONCE)):
            joined += self._join(self._taken(EARLY), now)
        while receipts := self._taken(RECEIPTS):
            joined += self._join(receipts, now)
        return joined

    def _taken(self, key: str) -> list[Receipt]:
        with self._store.commands() as client:
            found: Any = client.lpop(key, AT_ONCE)
        return [Receipt(*json.loads(raw)) for raw in found or ()]

    def _join(self, receipts: Sequence[Receipt], now: datetime) -> int:
        found = self._found(receipts)
        marks: dict[Notice, dict[str, Mark]] = defaultdict(dict)
        for receipt, notice in found.items():
            marks[notice][receipt.who] = mark(receipt)
        self._ledger.settle_all(marks, now)
        if any(mark.about == UNDELIVERED for by_member in marks.values() for mark in by_member.values()):
            self._ledger.undelivered(now)
        early = [one for one in receipts if one not in found and now.timestamp() - one.at < PATIENCE.total_seconds()]
        if early:
            with self._store.commands() as client:
                client.rpush(EARLY, *(json.dumps(astuple(receipt)) for receipt in early))
        return len(found)

    def _found(self, receipts: Sequence[Receipt]) -> dict[Receipt, Notice]:
        """Where each receipt belongs; those whose message is not marked as sent are missing."""
        if not receipts:
            return {}
        with self._store.commands() as client:
            branches: Any = client.hmget(BRANCH_OF, [receipt.who for receipt in receipts])
        notices = self._ledger.notices_of({branch_id for branch_id in branches if branch_id})
        asked = [
            (receipt, notice)
            for receipt, branch_id in zip(receipts, branches, strict=True)
            for notice in notices.get(branch_id, ())
        ]
        with self._store.commands() as client:
            pipe = client.pipeline(transaction=False)
            for receipt, notice in asked:
                pipe.hget(rows_key(notice.reminder), receipt.who)
            rows = pipe.execute()
        pairs = zip(asked, rows, strict=True)
        return {receipt: notice for (receipt, notice), row in pairs if row and row[1:] == receipt.message_id}


def mark(receipt: Receipt) -> Mark:
    """What a receipt makes of a row.

    >>> mark(Receipt("w", "7", "success", 0.0)), mark(Receipt("w", "7", "failed:user block", 0.0)).about
    (Mark(condition=<Condition.DELIVERED: 'delivered'>, about='7'), 'blocked')
    """
    if receipt.status == "success":
        return Mark(Condition.DELIVERED, receipt.message_id)
    return Mark(Condition.FAILED, BLOCKED if "block" in receipt.status else UNDELIVERED)
