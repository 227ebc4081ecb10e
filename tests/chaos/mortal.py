"""A process of the product that dies, or stands still, at a named step of its work. The product knows nothing of it:
its methods are wrapped, and its waiting times shortened, in this process only.
"""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from itertools import count
from typing import Any, Final

from bot import clockwork, ledger_calls, server, stopping, token_store, wiring, worker
from bot import store as stores
from bot.ledger import LedgerStore
from bot.platform import Platform
from bot.settings import Settings
from bot.token_store import TokenStore
from scheduler import fanout, jobs, sending, sweeping
from scheduler.fanout import Fanout

HASTE: Final = 20  # times faster than the product waits, all in the same proportion
PATIENCE: Final = (
    (ledger_calls, "LEASE"),
    (sending, "CLAIM_FOR"),
    (sending, "PAGE_FOR"),
    (sweeping, "IDLE"),
    (fanout, "HEARTBEAT"),
    (jobs, "EVERY"),
    (worker, "BEAT"),
    (clockwork, "TURN"),
    (stores, "REST"),
    (token_store, "WAIT_AT_MOST"),
)


def _serve(settings: Settings, _stop: threading.Event) -> None:
    server.Server(settings).run()


ROLES: Final = {
    "scheduler": clockwork.run,
    "worker": worker.run,
    "web": _serve,
}


@dataclass(frozen=True, slots=True)
class Step:
    """A place in the work of a process: a method of the product, before it is called or after."""

    owner: type
    method: str
    after: bool = False


STEPS: Final = {
    "before claim": Step(LedgerStore, "claim"),
    "after claim": Step(LedgerStore, "claim", after=True),
    "fetching the token": Step(TokenStore, "read"),
    "before send": Step(Platform, "send"),
    "after send": Step(Platform, "send", after=True),
    "before mark": Step(LedgerStore, "settle"),
    "after mark": Step(LedgerStore, "settle", after=True),
    "before sweep": Step(LedgerStore, "sweep"),
    "after sweep": Step(LedgerStore, "sweep", after=True),
    "before expansion": Step(LedgerStore, "open"),
    "mid expansion": Step(LedgerStore, "open"),
    "after expansion": Step(LedgerStore, "open", after=True),
    "before queueing": Step(Fanout, "put"),
    "mid queueing": Step(Fanout, "put", after=True),
    "before closing": Step(LedgerStore, "ticked"),
}
HALVED: Final = "mid expansion"  # half of the branches are opened first


@dataclass(frozen=True, slots=True)
class Fate:
    """What befalls a process, and when.

    Attributes:
        step: one of STEPS; empty = nothing befalls it.
        nth: at which call of that step.
        end: SIGKILL, or SIGSTOP to stand still until someone sends SIGCONT.
        ahead: how far its clock is ahead of the real one.
        haste: times faster than the product waits.
    """

    step: str = ""
    nth: int = 1
    end: signal.Signals = signal.SIGKILL
    ahead: timedelta = timedelta(0)
    haste: int = HASTE


def run(role: str, settings: Settings, fate: Fate) -> None:
    """Be that process until told to stop, or until its fate befalls it."""
    for module, name in PATIENCE:
        wait = getattr(module, name)
        setattr(module, name, type(wait)(wait / fate.haste) if isinstance(wait, int | float) else wait / fate.haste)
    _set_clock(fate.ahead)
    if fate.step:
        _arm(fate)
    ROLES[role](settings, stopping.on_signal())


def _set_clock(ahead: timedelta) -> None:
    real = wiring.clock

    def clock(settings: Settings) -> Callable[[], Any]:
        return lambda: real(settings)() + ahead

    vars(wiring)["clock"] = clock


def _arm(fate: Fate) -> None:
    step = STEPS[fate.step]
    work, calls = getattr(step.owner, step.method), count(1)

    @wraps(work)
    def mortal(self: Any, *given: Any, **named: Any) -> Any:
        its_time = next(calls) == fate.nth
        if its_time and fate.step == HALVED:
            openings, *rest = given
            work(self, openings[: len(openings) // 2], *rest, **named)
        if its_time and not step.after:
            os.kill(os.getpid(), fate.end)
        result = work(self, *given, **named)
        if its_time and step.after:
            os.kill(os.getpid(), fate.end)
        return result

    setattr(step.owner, step.method, mortal)
