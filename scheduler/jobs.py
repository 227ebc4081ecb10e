"""The metronome: a tick a minute and one job a day. The only importer of apscheduler.

It knows nothing of meetings and keeps nothing: its job stores lose and double what they keep (reference in
docs/decisions/0010-clock-and-queue.md). A tick finds out by itself what is due.
"""

from collections.abc import Callable
from datetime import datetime, time, tzinfo
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler

EVERY: Final = 60  # seconds
AT_NIGHT: Final = time(3, 30)


class Metronome:
    """Calls two functions, each in one thread at a time; an exception of theirs is logged and the next call comes."""

    def __init__(self, tick: Callable[[], None], tidy: Callable[[], None], zone: tzinfo) -> None:
        always = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone=zone, job_defaults=always)
        self._scheduler.add_job(tick, "interval", seconds=EVERY, next_run_time=datetime.now(zone), id="tick")  # noqa: TID251 - the library's own clock, at once
        self._scheduler.add_job(tidy, "cron", hour=AT_NIGHT.hour, minute=AT_NIGHT.minute, id="tidy")

    def start(self) -> None:
        """Begin; the first tick comes at once."""
        self._scheduler.start()

    def stop(self) -> None:
        """End after the calls under way."""
        self._scheduler.shutdown(wait=True)
