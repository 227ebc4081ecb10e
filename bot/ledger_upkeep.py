"""What grows old in the ledger: rows go after five weeks, counts after thirteen months."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.ledger import LedgerStore
from bot.ledger_format import (
    FORGOTTEN,
    HEARD,
    OPEN_ONES,
    ROUNDS,
    WISHES,
    counts_key,
    dump_wish,
    load_heard,
    load_notice,
    load_round,
    load_wish,
    milliseconds,
    missed_key,
    notices_key,
    rows_key,
)
from bot.pseudonyms import PSEUDONYM, Pseudonyms
from bot.store import Store
from scheduler.reminders import Reminder

ROWS_LAST: Final = timedelta(days=35)  # since a reminder was opened, by the real clock
COUNTS_LAST: Final = timedelta(days=400)
HEARD_LASTS: Final = timedelta(days=35)  # after the meeting
WISHES_LAST: Final = timedelta(days=7)  # after the moment; those of members who left the branch are never seen to

log = structlog.get_logger("upkeep")


def tidy(store: Store, now: datetime) -> int:
    """Remove what is older than it is kept; how many reminders. Once a day, at night.

    Args:
        now: the real clock.

    Raises:
        StoreUnavailable: the next night will do.
    """
    ledger = LedgerStore(store)
    with store.commands() as client:
        gone: Any = client.smembers(FORGOTTEN)
    removed = sum(_tidy_branch(store, ledger, key, now, sorted(gone)) for key in _keys(store, notices_key("*")))
    if gone:
        with store.commands() as client:
            client.srem(FORGOTTEN, *gone)
    _tidy_counts(store, now)
    _tidy_heard(store, now)
    pseudonymise_wishes(store)
    with store.commands() as client:
        client.zremrangebyscore(WISHES, "-inf", milliseconds(now - WISHES_LAST))
    log.info("tidied", reminders=removed)
    return removed


def pseudonymise_wishes(store: Store) -> None:
    """Put wishes that a version before kept under openids under pseudonyms. Raises StoreUnavailable."""
    pseudonyms = Pseudonyms(store.secret)
    with store.commands() as client:
        found: Any = client.zrange(WISHES, 0, -1, withscores=True)
        for text, at in found:
            openid, meeting = load_wish(text)
            if not PSEUDONYM.fullmatch(openid):
                client.zadd(WISHES, {dump_wish(pseudonyms(openid), meeting): at}, nx=True)
                client.zrem(WISHES, text)


def _keys(store: Store, pattern: str) -> list[str]:
    with store.commands() as client:
        return sorted(client.scan_iter(pattern, count=1000))


def _tidy_branch(store: Store, ledger: LedgerStore, key: str, now: datetime, gone: Sequence[str]) -> int:
    with store.commands() as client:
        found: Any = client.hgetall(key)
        notices = [load_notice(name, raw) for name, raw in found.items()]
        old = [one for one in notices if one.opened and one.opened - one.ahead < now - ROWS_LAST]
        missed = missed_key(key.removeprefix(notices_key("")))
        names: Any = client.hkeys(missed)
        over = [name for name in names if Reminder.of_key(name).meeting.rule_date < (now - COUNTS_LAST).date()]
        if over:
            client.hdel(missed, *over)
        if old:
            pipe = client.pipeline()
            pipe.hdel(key, *(one.reminder.key for one in old))
            pipe.delete(*(rows_key(one.reminder) for one in old))
            pipe.zrem(OPEN_ONES, *(one.reminder.key for one in old))
            pipe.execute()
    if gone:
        ledger.forget_all(gone, [notice for notice in notices if notice not in old])
    return len(old)


def _tidy_counts(store: Store, now: datetime) -> None:
    with store.commands() as client:
        old: Any = client.zrangebyscore(ROUNDS, "-inf", milliseconds(now - COUNTS_LAST))
        if old:
            pipe = client.pipeline()
            pipe.delete(*(counts_key(load_round(name)) for name in old))
            pipe.zrem(ROUNDS, *old)
            pipe.execute()


def _tidy_heard(store: Store, now: datetime) -> None:
    with store.commands() as client:
        found: Any = client.hgetall(HEARD)
        old = [name for name, raw in found.items() if load_heard(raw).begins < now - HEARD_LASTS]
        if old:
            client.hdel(HEARD, *old)
