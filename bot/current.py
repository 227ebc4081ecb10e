"""The corpus as it stands on disk today: loaded anew when an editor's file changes or the day does, without a restart.

A folder that does not load is refused whole: the old corpus keeps answering, and the log says what is wrong.
"""

import threading
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Final

import structlog

from content.files import ContentError
from content.wording import WordingError
from handlers.services import Services

LOOK_EVERY: Final = 2.0  # seconds

log = structlog.get_logger("current")

Stamp = tuple[date, frozenset[tuple[str, int, int]]]


class Current:
    """Gives the current services to every request.

    Args:
        build: loads everything as of a day; raises ContentError or WordingError.
        folder: what to watch.
        now: the clock, aware; its date decides which entries are valid.
    """

    def __init__(self, build: Callable[[date], Services], folder: Path, now: Callable[[], datetime]) -> None:
        self._build = build
        self._folder = folder
        self._now = now
        self._stamp = self._look()
        self._services = build(now().date())
        self._watching = threading.Lock()

    def __call__(self) -> Services:
        """The services in force. The first call in a process starts watching (threads do not survive a fork)."""
        if self._watching.acquire(blocking=False):
            threading.Thread(target=self._watch, name="watch-content", daemon=True).start()
        return self._services

    def warm_up(self) -> None:
        """Fill the caches that the first search would fill; call it before the fork."""
        self._services.matcher.search(self._services.phrases("menu_help"))

    def _watch(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOK_EVERY):
            try:
                self.refresh()
            except Exception:  # nobody foresaw it; the next edit must be seen all the same
                log.exception("content_not_loaded")

    def refresh(self) -> bool:
        """Load anew if something changed since the last look; whether that succeeded. Raises what `build` raises, but
        for what editors' mistakes lead to.
        """
        stamp = self._look()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            self._services = self._build(stamp[0])
        except (ContentError, WordingError) as error:
            log.error("content_refused", problems=str(error).splitlines())
            return False
        log.info("content_loaded", entries=len(self._services.library.entries))
        return True

    def _look(self) -> Stamp:
        """The day, and every file with its size and time; a file that vanishes while we look counts as gone."""
        files = set()
        for path in self._folder.rglob("*"):
            try:
                status = path.stat()
            except OSError:
                continue
            if path.suffix in (".yaml", ".txt"):
                files.add((str(path), status.st_size, status.st_mtime_ns))
        return self._now().date(), frozenset(files)
