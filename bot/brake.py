"""What keeps pushes from going out, for all workers at once: a used-up quota, a fault an operator must mend, an
operator's own wish. Kept in the store until it lapses or is lifted.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.store import Store

BRAKE: Final = "bot:brake"
LOOK_EVERY: Final = 1.0  # seconds a process goes on before it looks again
BY_OPERATOR: Final = "operator"
RESTORING: Final = "restoring"  # a backup is being put in, or that was broken off
RESTORED: Final = "restored"  # who was told since the backup is not known; its time is the detail


@dataclass(frozen=True, slots=True)
class Pause:
    """One reason why pushes do not go out.

    Attributes:
        reason: short key, with a sentence in `console.yaml` (`push_reason_…`).
        since, until: aware; `until` None = until an operator lifts it.
        activity_id: empty = all activities.
        detail: what to mend, such as the IP address to list; may be empty.
    """

    reason: str
    since: datetime
    until: datetime | None = None
    activity_id: str = ""
    detail: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether it has not lapsed yet."""
        return self.until is None or self.until > now


class Brake:
    """The pauses of an installation. Every method raises StoreUnavailable; without a store nothing is sent anyway.

    Args:
        now: the clock, aware.
    """

    def __init__(
        self, store: Store, now: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._now, self._monotonic = store, now, monotonic
        self._looked: tuple[float, tuple[Pause, ...]] = (float("-inf"), ())

    def state(self, activity_id: str = "") -> Pause | None:
        """The pause that concerns pushes of this activity and lasts longest, if any; at most a second old."""
        since, pauses = self._looked
        if self._monotonic() - since >= LOOK_EVERY:
            pauses = self.pauses()
            self._looked = (self._monotonic(), pauses)
        now = self._now()
        concerning = [pause for pause in pauses if pause.activity_id in ("", activity_id) and pause.holds(now)]
        return max(concerning, key=_end, default=None)

    def pauses(self) -> tuple[Pause, ...]:
        """All that hold now, the oldest first."""
        with self._store.commands() as client:
            kept: Any = client.hvals(BRAKE)
        now = self._now()
        return tuple(sorted((pause for pause in _read(kept) if pause.holds(now)), key=lambda pause: pause.since))

    def pause(self, reason: str, until: datetime | None = None, activity_id: str = "", detail: str = "") -> None:
        """Let nothing out for this reason, in no process. Pauses for other reasons stay as they are."""
        pause = Pause(reason, self._now(), until, activity_id, detail)
        with self._store.commands() as client:
            client.hset(BRAKE, f"{activity_id}:{reason}", _dump(pause))
        self._look_again()

    def lift(self, reason: str) -> None:
        """Lift the pause of everything for this reason; others stay."""
        with self._store.commands() as client:
            client.hdel(BRAKE, f":{reason}")
        self._look_again()

    def resume(self) -> tuple[Pause, ...]:
        """Lift every pause; gives those that held."""
        lifted = self.pauses()
        with self._store.commands() as client:
            client.delete(BRAKE)
        self._look_again()
        return lifted

    def _look_again(self) -> None:
        self._looked = (float("-inf"), ())


def _end(pause: Pause) -> float:
    return pause.until.timestamp() if pause.until else float("inf")


def _dump(pause: Pause) -> str:
    until = pause.until.isoformat() if pause.until else None
    return json.dumps([pause.reason, pause.since.isoformat(), until, pause.activity_id, pause.detail])


def _read(kept: list[str]) -> Iterator[Pause]:
    for raw in kept:
        reason, since, until, activity_id, detail = json.loads(raw)
        end = datetime.fromisoformat(until) if until else None
        yield Pause(reason, datetime.fromisoformat(since), end, activity_id, detail)
