"""`python -m bot scheduler`: the process that asks once a minute what is due."""

import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot import reminding, stopping, wiring
from bot.heartbeats import SCHEDULER, Heartbeats
from bot.ledger_upkeep import pseudonymise_wishes, tidy
from bot.settings import Settings
from bot.store import Store, StoreUnavailable
from scheduler.jobs import Metronome

TICKING: Final = "bot:ticking"  # the one whose turn it is; another one finds nothing left to do anyway
TURN: Final = timedelta(seconds=50)

log = structlog.get_logger("scheduler")


def run(settings: Settings, stop: threading.Event) -> None:
    """Tick until asked to stop. A tick that fails is logged; the next one makes up for it."""
    store = reminding.store(settings)
    clockside, clock = reminding.clockside(settings, store), wiring.clock(settings)
    metronome = Metronome(lambda: _tick(clockside, store, clock), lambda: _tidy(store, clock), settings.zone)
    _carry_over(store)
    metronome.start()
    stop.wait()
    metronome.stop()
    stopping.quietly(lambda: Heartbeats(store).stop(SCHEDULER))


def _carry_over(store: Store) -> None:
    """What a version before wrote otherwise is written anew, now or at night."""
    try:
        pseudonymise_wishes(store)
    except StoreUnavailable as error:
        log.warning("store_down", doing="carry_over", reason=str(error))


def _tick(clockside: reminding.Clockside, store: Store, clock: Callable[[], datetime]) -> None:
    try:
        if _is_our_turn(store):
            clockside.tick(clock())
        Heartbeats(store).beat(SCHEDULER, clockside.now())
    except StoreUnavailable as error:
        log.warning("store_down", doing="tick", reason=str(error))


def _tidy(store: Store, clock: Callable[[], datetime]) -> None:
    try:
        tidy(store, clock())
    except StoreUnavailable as error:
        log.warning("store_down", doing="tidy", reason=str(error))


_ME: Final = secrets.token_hex(8)


def _is_our_turn(store: Store) -> bool:
    """Whether no other scheduler ticked within this minute. Only saves work; the ledger decides who opens what."""
    with store.commands() as client:
        return bool(client.set(TICKING, _ME, nx=True, ex=TURN)) or client.get(TICKING) == _ME
