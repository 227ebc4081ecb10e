"""Signs of life of the processes nobody can ask over HTTP, by process and machine."""

import socket
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.store import Store

BEATS: Final = "bot:heartbeats"  # process and machine -> when it was last alive, seconds since 1970
SCHEDULER: Final = "scheduler"
WORKER: Final = "worker"
ALIVE_FOR: Final = {SCHEDULER: timedelta(minutes=3), WORKER: timedelta(minutes=1)}  # without a sign
FORGET: Final = timedelta(days=2)


class Heartbeats:
    """Every method raises StoreUnavailable."""

    def __init__(self, store: Store, machine: str = "") -> None:
        self._store = store
        self._machine = machine or socket.gethostname()

    def beat(self, role: str, now: datetime) -> None:
        """This process is alive."""
        with self._store.commands() as client:
            client.hset(BEATS, f"{role} {self._machine}", str(now.timestamp()))

    def stop(self, role: str) -> None:
        """This process ends as it should."""
        with self._store.commands() as client:
            client.hdel(BEATS, f"{role} {self._machine}")

    def is_alive(self, role: str, now: datetime) -> bool:
        """Whether that process gave a sign on this machine lately."""
        with self._store.commands() as client:
            found: Any = client.hget(BEATS, f"{role} {self._machine}")
        return found is not None and _age(found, now) < ALIVE_FOR[role]

    def ages(self, role: str, now: datetime) -> list[timedelta]:
        """How long ago each of these processes gave a sign, the freshest first; those silent for days are left out."""
        with self._store.commands() as client:
            found: Any = client.hgetall(BEATS)
        ages = [_age(at, now) for name, at in found.items() if name.split(" ")[0] == role]
        return sorted(age for age in ages if age < FORGET)


def _age(at: str, now: datetime) -> timedelta:
    return now - datetime.fromtimestamp(float(at), UTC)
