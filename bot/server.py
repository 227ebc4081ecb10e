"""Serve the web application with gunicorn: several processes, several threads each. The only importer of gunicorn."""

import os
import shutil
import threading
from pathlib import Path
from typing import Any, Final

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from bot import stopping, wiring
from bot.heartbeats import WEB, Heartbeats, keep_beating
from bot.settings import Settings
from bot.store_clock import StoreClock

WORKERS: Final = 2
THREADS: Final = 8
_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - a heartbeat file on a real disk can stall a worker


log = structlog.get_logger("web")


class _Log(Logger):  # type: ignore[misc]
    """What gunicorn logs, written as `bot.logs` writes everything."""

    def setup(self, cfg: Any) -> None:
        """As gunicorn does, but for keeping it to itself; called by gunicorn."""
        super().setup(cfg)
        self.error_log.propagate = True


class Server(BaseApplication):  # type: ignore[misc]
    """Runs until it is told to stop (SIGTERM, SIGINT); requests under way are finished first."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._metrics_folder = settings.data_dir.resolve() / "metrics"
        super().__init__()

    def load_config(self) -> None:
        """Configure; called by gunicorn. Our own options only; its files and variables are not read."""
        options: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "worker_class": "gthread",
            "workers": WORKERS,
            "threads": THREADS,
            "timeout": 30,
            "graceful_timeout": 20,
            "keepalive": 5,
            "preload_app": True,  # one copy of the corpus, shared by fork
            "max_requests": 0,
            "control_socket_disable": True,  # it would want a writable home
            "forwarded_allow_ips": "",
            "proc_name": "zhibu-web",
            "loglevel": "warning",
            "accesslog": None,
            "errorlog": None,
            "logger_class": _Log,
            "post_worker_init": lambda _worker: _give_signs(self._settings),
            "worker_exit": lambda _server, _worker: _give_no_more(self._settings),
            "child_exit": _forget_figures,
        }
        if _MEMORY_FOLDER.is_dir():
            options["worker_tmp_dir"] = str(_MEMORY_FOLDER)
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application; called by gunicorn once, before it forks."""
        shutil.rmtree(self._metrics_folder, ignore_errors=True)
        self._metrics_folder.mkdir(parents=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(self._metrics_folder)
        # Only now: prometheus_client decides at its first import where it keeps its values.
        from bot import web_app  # noqa: PLC0415

        return web_app.build(self._settings, self._metrics_folder)


def _forget_figures(_server: object, worker: Any) -> None:
    from bot import metrics  # noqa: PLC0415 - see Server.load

    metrics.forget_process(worker.pid)


def _give_signs(settings: Settings) -> None:
    """Signs of life of this worker process, from a thread of its own, until it ends."""
    store = wiring.store(settings)

    def missed(reason: str) -> None:
        log.warning("store_down", doing="beat", reason=reason)

    given = (Heartbeats(store), WEB, StoreClock(store), threading.Event(), missed)
    threading.Thread(target=keep_beating, args=given, name="heartbeat", daemon=True).start()


def _give_no_more(settings: Settings) -> None:
    stopping.quietly(lambda: Heartbeats(wiring.store(settings)).stop(WEB))
