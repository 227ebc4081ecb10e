"""The queue between the clock and the workers: pages of reminders, by dramatiq on Redis or Valkey. The only importer of
dramatiq.

A message carries keys and nothing else. The queue makes things fast and is trusted with nothing: what it loses the
sweeper queues again, what it hands out twice the ledger lets nobody do twice.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, cast

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import ShutdownNotifications

PAGES: Final = "pages"
DELIVER: Final = "deliver"
HEARTBEAT: Final = 20_000  # milliseconds without a word after which a worker counts as dead
MAINTENANCE: Final = (
    100_000  # of a million fetches look after dead workers; by default it takes minutes (measured: 359 s)
)
DEAD_LETTERS: Final = 3_600_000  # milliseconds


class Fanout:
    """Pages for the workers (`scheduler.sweeping.Queue`). Safe to use from many threads.

    Args:
        client: a redis client on a database of its own: looking after dead workers lists all its keys.
        reached: what `put` and `waiting` ask the client in; turns its errors into those callers know.
        namespace: what its keys begin with.
    """

    def __init__(
        self,
        client: Any,
        reached: Callable[[], AbstractContextManager[None]] = nullcontext,
        namespace: str = "bot",
    ) -> None:
        self._reached = reached
        self._broker: Any = RedisBroker(  # type: ignore[no-untyped-call]
            client=client,
            namespace=namespace,
            heartbeat_timeout=HEARTBEAT,
            maintenance_chance=MAINTENANCE,
            dead_message_ttl=DEAD_LETTERS,
            middleware=[ShutdownNotifications()],
        )
        self._broker.declare_queue(PAGES)
        self._list = f"{namespace}:{PAGES}"

    def put(self, keys: Sequence[str]) -> None:
        """Queue a page of reminders by their keys."""
        page: dramatiq.Message[None] = dramatiq.Message(
            queue_name=PAGES, actor_name=DELIVER, args=(list(keys),), kwargs={}, options={}
        )
        with self._reached():
            self._broker.enqueue(page)

    def waiting(self) -> int:
        """Pages nobody has taken yet."""
        with self._reached():
            return cast("int", self._broker.client.llen(self._list))

    def worker(self, deliver: Callable[[Sequence[str]], Sequence[str]], threads: int) -> "Worker":
        """What hands pages to `deliver` in so many threads, and queues again what it gives back."""

        def page(keys: list[str]) -> None:
            if rest := deliver(keys):
                self.put(rest)

        dramatiq.actor(actor_name=DELIVER, queue_name=PAGES, broker=self._broker)(page)
        return Worker(dramatiq.Worker(self._broker, worker_threads=threads))


class Worker:
    """Threads that deliver pages."""

    def __init__(self, worker: dramatiq.Worker) -> None:
        self._worker = worker

    def start(self) -> None:
        """Begin; comes back at once."""
        self._worker.start()

    def stop(self, within: float) -> None:
        """Let the pages under way end for so many seconds, and give back those not begun."""
        self._worker.stop(timeout=int(within * 1000))
