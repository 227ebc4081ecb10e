"""The ledger in the store: who was told what. Implements `scheduler.reminders.Ledger`.

A row stands under the member's pseudonym; no openid is kept here. Everything of one branch lies under keys of its own,
small enough for the server to pack tightly (about 36 bytes a member and reminder).
Which script a change runs, with what, is in `ledger_calls`; how values are written down, in `ledger_format`.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from bot import ledger_calls as calls
from bot.ledger_calls import KEY_LASTS, Call
from bot.ledger_format import (
    FORGOTTEN,
    HEARD,
    LAST_TICK,
    OPEN_ONES,
    UNDELIVERED_AT,
    WISHES,
    dump_heard,
    dump_meeting,
    dump_wish,
    load_heard,
    load_mark,
    load_meeting,
    load_notice,
    load_wish,
    milliseconds,
    missed_key,
    notices_key,
    rows_key,
)
from bot.platform_errors import LASTING, UNDELIVERED
from bot.pseudonyms import Pseudonyms
from bot.roster_rows import load_member, members_key
from bot.store import Store, StoreUnavailable
from scheduler.agenda import Meeting
from scheduler.reminders import (
    CHANGED,
    Expiry,
    Heard,
    Mark,
    Notice,
    Opening,
    Reminder,
    Wish,
)

PAGE: Final = 500  # commands in one round trip
EPOCH: Final = datetime.fromtimestamp(0, UTC)
INSIST: Final = 120  # seconds marks wait for a store that is away

log = structlog.get_logger("ledger")


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of failures: how many members are due again, and how many were left, by the reason."""

    count: int
    left: Mapping[str, int]


class LedgerStore:
    """The ledger. Every method raises StoreUnavailable."""

    def __init__(self, store: Store, sleep: Callable[[float], None] = time.sleep) -> None:
        self._store = store
        self._sleep = sleep
        self._who = Pseudonyms(store.secret)

    def last_tick(self) -> datetime | None:
        """The moment the last whole tick acted for; None = there was none."""
        with self._store.commands() as client:
            raw: Any = client.get(LAST_TICK)
        return datetime.fromisoformat(raw) if raw else None

    def ticked(self, now: datetime) -> None:
        """A tick is done with everything that was due until then."""
        with self._store.commands() as client:
            client.set(LAST_TICK, now.isoformat())

    def opened(self, branch_ids: Collection[str]) -> dict[str, frozenset[str]]:
        """Keys of the reminders opened so far, by branch id."""
        found = self._each("hkeys", [(notices_key(branch_id),) for branch_id in branch_ids])
        return {branch_id: frozenset(keys) for branch_id, keys in zip(branch_ids, found, strict=True)}

    def notices(self, branch_id: str) -> list[Notice]:
        """The reminders opened so far in a branch, the oldest first."""
        with self._store.commands() as client:
            found: Any = client.hgetall(notices_key(branch_id))
        notices = [load_notice(key, raw) for key, raw in found.items()]
        return sorted(notices, key=lambda notice: notice.opened or notice.until)

    def notices_of(self, branch_ids: Collection[str]) -> dict[str, list[Notice]]:
        """The reminders opened so far in some branches, by branch id."""
        found = self._each("hgetall", [(notices_key(branch_id),) for branch_id in branch_ids])
        return {
            branch_id: [load_notice(key, raw) for key, raw in rows.items()]
            for branch_id, rows in zip(branch_ids, found, strict=True)
        }

    def noted(self, reminders: Sequence[Reminder]) -> list[Notice]:
        """What reminders say; those never opened, or long over, are missing."""
        wanted = [(notices_key(reminder.meeting.branch_id), reminder.key) for reminder in reminders]
        found = self._each("hget", wanted)
        return [load_notice(key, raw) for (_, key), raw in zip(wanted, found, strict=True) if raw]

    def heard(self) -> dict[Meeting, Heard]:
        """What was last said of each meeting that is not long over."""
        with self._store.commands() as client:
            found: Any = client.hgetall(HEARD)
        return {load_meeting(key): load_heard(raw) for key, raw in found.items()}

    def hear(self, meeting: Meeting, heard: Heard) -> None:
        """Note what holds of a meeting from now on."""
        with self._store.commands() as client:
            client.hset(HEARD, dump_meeting(meeting), dump_heard(heard))

    def wish(self, wish: Wish) -> None:
        """Keep a wish; it replaces the member's earlier one for the same meeting."""
        with self._store.commands() as client:
            client.zadd(WISHES, {self._wished(wish): milliseconds(wish.at)})

    def wishes(self, now: datetime) -> list[Wish]:
        """Wishes due by then, of those who still belong to the branch."""
        with self._store.commands() as client:
            found: Any = client.zrangebyscore(WISHES, "-inf", milliseconds(now), withscores=True)
        asked = [(*load_wish(text), datetime.fromtimestamp(at / 1000, now.tzinfo)) for text, at in found]
        rows = self._each("hget", [(members_key(meeting.branch_id), who) for who, meeting, _ in asked])
        return [
            Wish(meeting, load_member(row).openid, at) for (_, meeting, at), row in zip(asked, rows, strict=True) if row
        ]

    def granted(self, wishes: Sequence[Wish]) -> None:
        """These wishes are seen to."""
        if wishes:
            with self._store.commands() as client:
                client.zrem(WISHES, *map(self._wished, wishes))

    def _wished(self, wish: Wish) -> str:
        return dump_wish(self._who(wish.openid), wish.meeting)

    def open(self, openings: Sequence[Opening], now: datetime, *, queued: bool = True) -> int:
        """Open reminders; those opened before are left alone, except that AGAIN and LATER take in new members.

        Args:
            queued: whether the caller queues them; else the next sweep does.
        """
        progress = now if queued else EPOCH
        return sum(self._scripts([calls.open_(opening, now, progress, self._who) for opening in openings]))

    def expire(self, expiries: Sequence[Expiry], now: datetime) -> int:
        """Report reminders as never sent, unless they were opened or reported. How many are new."""
        return sum(self._scripts([calls.expire(expiry, now) for expiry in expiries]))

    def supersede(self, meeting: Meeting) -> None:
        """Skip as CHANGED whatever is still due of the meeting's reminders."""
        of_it = [notice for notice in self.notices(meeting.branch_id) if notice.reminder.meeting == meeting]
        self._scripts([calls.skip(notice, CHANGED) for notice in of_it])

    def skip(self, notice: Notice, reason: str, besides: Iterable[str] = ()) -> None:
        """Skip whoever is still due, but for the openids of `besides`."""
        self._scripts([calls.skip(notice, reason, map(self._who, besides))])

    def rows(self, notice: Notice, openids: Iterable[str]) -> dict[str, Mark]:
        """The marks of some members; those it does not concern are missing."""
        with self._store.commands() as client:
            found: Any = client.hgetall(rows_key(notice.reminder))
        return {openid: load_mark(row) for openid in openids if (row := found.get(self._who(openid)))}

    def claim(self, notice: Notice, openids: Sequence[str], now: datetime) -> list[str]:
        """Take members to be told. See `Ledger.claim`."""
        asked = {self._who(openid): openid for openid in openids}
        (taken,) = self._scripts([calls.claim(notice, asked, now)])
        return [asked[who] for who in taken]

    def settle(self, notice: Notice, marks: Mapping[str, Mark], now: datetime) -> None:
        """Write down how it went. See `Ledger.settle`."""
        self._insist({notice: {self._who(openid): mark for openid, mark in marks.items()}}, now)

    def settle_all(self, marks: Mapping[Notice, Mapping[str, Mark]], now: datetime) -> None:
        """The same for many reminders, members by pseudonym."""
        self._scripts([calls.settle(notice, by_member, now) for notice, by_member in marks.items()])

    def _insist(self, marks: Mapping[Notice, Mapping[str, Mark]], now: datetime) -> None:
        """What was sent must be written down: while the store is away, wait for it."""
        for _ in range(INSIST):
            try:
                return self.settle_all(marks, now)
            except StoreUnavailable as error:
                log.warning("store_down", doing="settle", reason=str(error))
                self._sleep(1.0)
        return self.settle_all(marks, now)

    def stale(self, now: datetime, idle: timedelta) -> list[Notice]:
        """Open reminders without progress for so long, those of the soonest meeting first."""
        with self._store.commands() as client:
            keys: Any = client.zrangebyscore(OPEN_ONES, "-inf", milliseconds(now - idle))
            put_back: Any = client.zrangebyscore(OPEN_ONES, milliseconds(now) + 1, "+inf")  # a clock was
        notices = self.noted([Reminder.of_key(key) for key in (*keys, *put_back)])
        return sorted(notices, key=lambda notice: notice.until - notice.ahead)

    def sweep(self, notices: Sequence[Notice], now: datetime, idle: timedelta) -> list[int]:
        """Age what was never marked, skip what is of no use any more, close what is done.

        Returns:
            for each reminder how many members are still to be told; -1 = someone else is at it.
        """
        return self._scripts([calls.sweep(notice, now, idle) for notice in notices])

    def retry(self, now: datetime) -> Retried:
        """Make due again whoever a reminder failed for that is still of use, unless the reason lasts, or WeChat would
        drop it as repeated. The next sweep queues them.
        """
        reasons = self._not_now(now)
        keys = self._branch_keys()
        found = self._each("hgetall", [(key,) for key in keys])
        notices = [load_notice(key, raw) for rows in found for key, raw in rows.items()]
        useful = [notice for notice in notices if now + notice.ahead < notice.until]
        count, left = 0, Counter[str]()
        for again, *pairs in self._scripts([calls.retry(notice, reasons) for notice in useful]):
            count += again
            left.update(dict(zip(pairs[::2], pairs[1::2], strict=True)))
        return Retried(count, left)

    def undelivered(self, now: datetime) -> None:
        """WeChat has just reported that messages it took did not arrive."""
        with self._store.commands() as client:
            client.set(UNDELIVERED_AT, now.isoformat())

    def _not_now(self, now: datetime) -> frozenset[str]:
        """The reasons of failures that cannot be mended by another attempt now."""
        with self._store.commands() as client:
            reported: Any = client.get(UNDELIVERED_AT)
        is_known = reported is not None and now - datetime.fromisoformat(reported) < KEY_LASTS
        return LASTING | {UNDELIVERED} if is_known else LASTING

    def _branch_keys(self) -> list[str]:
        with self._store.commands() as client:
            return sorted(client.scan_iter(notices_key("*"), count=1000))

    def forget(self, openid: str, branch_id: str | None) -> None:
        """Remove every row of a member in that branch, pending ones included, and their wishes. What lies in branches
        they belonged to before goes in the night (`ledger_upkeep`).
        """
        who = self._who(openid)
        self._forget_wishes((who, openid))  # a version before kept them under the openid
        if branch_id:
            self.forget_all([who], self.notices(branch_id))
        with self._store.commands() as client:
            client.sadd(FORGOTTEN, who)

    def _forget_wishes(self, names: Collection[str]) -> None:
        with self._store.commands() as client:
            found: Any = client.zrange(WISHES, 0, -1)
            if theirs := [text for text in found if load_wish(text)[0] in names]:
                client.zrem(WISHES, *theirs)

    def forget_all(self, who: Sequence[str], notices: Sequence[Notice]) -> None:
        """Remove the rows of members (by pseudonym) in some reminders."""
        self._scripts([calls.forget(notice, who) for notice in notices])

    def missed(self, branch_id: str) -> dict[Reminder, str]:
        """The reminders of a branch that were never sent, with the reason."""
        with self._store.commands() as client:
            found: Any = client.hgetall(missed_key(branch_id))
        return {Reminder.of_key(key): raw.split(" ")[1] for key, raw in found.items()}

    def _scripts(self, asked: Sequence[Call]) -> list[Any]:
        """Run scripts, PAGE of them in one round trip. Their text goes along: asking first whether the store knows it
        costs a second round trip.
        """
        results: list[Any] = []
        for start in range(0, len(asked), PAGE):
            with self._store.commands() as client:
                pipe = client.pipeline(transaction=False)
                for script, keys, args in asked[start : start + PAGE]:
                    pipe.eval(script, len(keys), *keys, *args)
                results += pipe.execute()
        return results

    def _each(self, command: str, arguments: Sequence[tuple[str, ...]]) -> list[Any]:
        """Run a command many times, PAGE of them in one round trip."""
        results: list[Any] = []
        for start in range(0, len(arguments), PAGE):
            with self._store.commands() as client:
                pipe = client.pipeline(transaction=False)
                for one in arguments[start : start + PAGE]:
                    getattr(pipe, command)(*one)
                results += pipe.execute()
        return results
