"""What `/metrics` tells of the reminders and of the other processes: read from the store when it is asked, a few round
trips whatever the number of members.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot import backups
from bot.brake import Brake
from bot.heartbeats import ROLES, Heartbeats
from bot.ledger_format import OPEN_ONES
from bot.metrics import Figure
from bot.rounds import STATES, standings
from bot.store import Store, StoreUnavailable
from bot.store_clock import StoreClock

RUNNING: Final = timedelta(days=4)  # a reminder is of use for three days at most
Values = dict[tuple[str, ...], float]
_ALL: Final = "all"  # activities

log = structlog.get_logger("web")


class Watch:
    """Reads the figures of one store. Safe to use from many threads."""

    def __init__(self, store: Store) -> None:
        self._store, self._now = store, StoreClock(store)

    def __call__(self) -> list[Figure]:
        """The figures; that the store is down when it is."""
        try:
            return [_up(1), *self._figures(self._now())]
        except StoreUnavailable as error:
            log.warning("store_down", doing="metrics", reason=str(error))
            return [_up(0)]

    def _figures(self, now: datetime) -> Iterator[Figure]:
        yield from self._processes(now)
        yield self._pauses(now)
        yield self._open()
        yield self._members(now)
        if made := backups.last(self._store):
            yield Figure("zhibu_backup_timestamp_seconds", "When the last backup was made", (), {(): made.timestamp()})

    def _processes(self, now: datetime) -> Iterator[Figure]:
        heartbeats = Heartbeats(self._store)
        ages = {role: heartbeats.ages(role, now) for role in ROLES}
        alive: Values = {(role,): float(len(heartbeats.alive(role, now))) for role in ROLES}
        yield Figure("zhibu_processes", "Processes that gave a sign of life lately", ("role",), alive)
        freshest: Values = {(role,): found[0].total_seconds() for role, found in ages.items() if found}
        yield Figure("zhibu_sign_age_seconds", "Age of the freshest sign of life", ("role",), freshest)

    def _pauses(self, now: datetime) -> Figure:
        held: Values = {(one.reason, one.activity_id or _ALL): 1.0 for one in Brake(self._store, lambda: now).pauses()}
        return Figure("zhibu_pushes_paused", "Why no reminders go out", ("reason", "activity"), held)

    def _open(self) -> Figure:
        with self._store.commands() as client:
            found: Any = client.zcard(OPEN_ONES)
        return Figure("zhibu_reminders_open", "Reminders of a branch that are not done", (), {(): float(found)})

    def _members(self, now: datetime) -> Figure:
        counts: Counter[tuple[str, ...]] = Counter()
        for one in standings(self._store, since=now - RUNNING):
            counts.update({(one.round.activity_id, state): getattr(one, state) for state in STATES})
        return Figure(
            "zhibu_round_members",
            "Members of the rounds opened in the last days, by how far their reminder got",
            ("activity", "state"),
            {labels: float(number) for labels, number in counts.items()},
        )


def _up(value: int) -> Figure:
    return Figure("zhibu_store_up", "Whether the store answers", (), {(): float(value)})
