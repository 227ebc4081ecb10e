"""Signs of life of the processes, so that whoever reaches the store can tell which of them run, on whatever machine."""

import os
import socket
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Event
from typing import Any, Final

from bot.store import Store, StoreUnavailable

SIGNS: Final = "bot:alive"  # role, machine and process id, by when it was last alive, seconds since 1970
WEB: Final = "web"
SCHEDULER: Final = "scheduler"
WORKER: Final = "worker"
ROLES: Final = (WEB, SCHEDULER, WORKER)
ALIVE_FOR: Final = {  # without a sign
    WEB: timedelta(minutes=1),
    SCHEDULER: timedelta(minutes=3),
    WORKER: timedelta(minutes=1),
}
FORGET: Final = timedelta(days=2)
EVERY: Final = 10.0  # seconds


class Heartbeats:
    """The signs of one process, and what can be seen of the others'. Every method raises StoreUnavailable.

    Args:
        machine, process: whose signs are given; this machine's name and this process' id by default.
    """

    def __init__(self, store: Store, machine: str = "", process: int = 0) -> None:
        self._store = store
        self._machine = machine or socket.gethostname()
        self._process = process or os.getpid()

    def beat(self, role: str, now: datetime) -> None:
        """This process is alive. Signs given days ago are removed."""
        with self._store.commands() as client:
            pipe = client.pipeline(transaction=False)
            pipe.zadd(SIGNS, {self._name(role): now.timestamp()})
            pipe.zremrangebyscore(SIGNS, "-inf", (now - FORGET).timestamp())
            pipe.execute()

    def stop(self, role: str) -> None:
        """This process ends as it should."""
        with self._store.commands() as client:
            client.zrem(SIGNS, self._name(role))

    def is_alive(self, role: str, now: datetime) -> bool:
        """Whether a process of that role gave a sign on this machine lately."""
        ours = f"{role} {self._machine} "
        return any(name.startswith(ours) and age < ALIVE_FOR[role] for name, age in self._signs(now))

    def ages(self, role: str, now: datetime) -> list[timedelta]:
        """How long ago each process of that role gave a sign, the freshest first; not those silent for days."""
        return sorted(age for name, age in self._signs(now) if name.startswith(f"{role} ") and age < FORGET)

    def alive(self, role: str, now: datetime) -> list[timedelta]:
        """The same of those that gave a sign lately."""
        return [age for age in self.ages(role, now) if age < ALIVE_FOR[role]]

    def _name(self, role: str) -> str:
        return f"{role} {self._machine} {self._process}"

    def _signs(self, now: datetime) -> Sequence[tuple[str, timedelta]]:
        with self._store.commands() as client:
            found: Any = client.zrange(SIGNS, 0, -1, withscores=True)
        return [(name, timedelta(seconds=now.timestamp() - at)) for name, at in found]


def keep_beating(
    heartbeats: Heartbeats, role: str, now: Callable[[], datetime], stop: Event, missed: Callable[[str], None]
) -> None:
    """Give a sign every ten seconds until asked to stop.

    Args:
        missed: told the reason of each that could not be given.
    """
    while not stop.is_set():
        try:
            heartbeats.beat(role, now())
        except StoreUnavailable as error:
            missed(str(error))
        stop.wait(EVERY)
