"""`python -m bot run`: everything on one machine. Starts the store and the other processes, says when they are ready,
stops them in order.

If one of them ends by itself, all are stopped: a half-running bot is harder to notice than a stopped one.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Final

from bot import children, embedded, health, wiring_push
from bot.sandbox import remote
from bot.settings import Settings

ROLES: Final = ("web", "scheduler", "worker")
STAND_IN: Final = "platform"  # plays WeChat's API in demo mode
READY_WITHIN: Final = 180.0  # seconds; a slow machine loads corpus and encoder in a minute
LOOK_EVERY: Final = 0.25
STOP_WITHIN: Final = 30.0  # longer than gunicorn's graceful timeout


class Ended(Exception):
    """A process ended by itself, or never became ready. The message names it."""


def run(settings: Settings, on_ready: Callable[[], None]) -> None:
    """Run until SIGINT or SIGTERM. Calls `on_ready` once the web process answers.

    Raises:
        Ended: a process ended by itself.
        StoreWillNotStart: the embedded store did not come up.
    """
    _check_port_free(settings)
    stop = _StopSignal()
    if settings.redis_url:
        _run_roles(settings, settings.redis_url, stop, on_ready, lambda: True)
        return
    with embedded.running(settings.data_dir) as url:
        _run_roles(settings, url, stop, on_ready, lambda: embedded.is_running(settings.data_dir))


def _run_roles(
    settings: Settings,
    url: str,
    stop: "_StopSignal",
    on_ready: Callable[[], None],
    store_is_up: Callable[[], bool],
) -> None:
    environment = {**os.environ, "BOT_REDIS_URL": url}
    processes: dict[str, children.Process] = {}
    try:
        if wiring_push.missing_for_pushing(settings) == "account":
            processes[STAND_IN] = remote.start()
            environment["BOT_WECHAT_API_URL"] = remote.address(processes[STAND_IN])
        quiet = ["--quiet"] if settings.demo else []  # a visitor's terminal has no use for every tick
        processes |= {role: _start([role, *quiet], environment) for role in ROLES}
        _wait_until_ready(settings, processes, stop)
        if not stop.asked:
            on_ready()
        while not stop.asked:
            _check_alive(processes)
            if not store_is_up():
                raise Ended("store")
            time.sleep(LOOK_EVERY)
    finally:
        children.stop(list(processes.values()), STOP_WITHIN)


class _StopSignal:
    """Remembers that someone asked us to stop."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._remember)

    def _remember(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def _start(command: Sequence[str], environment: dict[str, str]) -> children.Process:
    return children.start([sys.executable, "-m", "bot", *command], environment)


def _check_alive(processes: dict[str, children.Process]) -> None:
    for role, process in processes.items():
        if process.poll() is not None:
            raise Ended(f"{role} ({process.returncode})")


def _wait_until_ready(settings: Settings, processes: dict[str, children.Process], stop: _StopSignal) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not stop.asked and not health.answers(settings, "/readyz"):
        _check_alive(processes)
        if time.monotonic() > deadline:
            raise Ended("web: not ready")
        time.sleep(0.1)


def _check_port_free(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Ended(f"web: {settings.host}:{settings.port}: {error.strerror}; BOT_PORT=8001 ?") from error
