"""How long many pushes take and whether the day's quota suffices; when a used-up quota returns. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

RESERVE: Final = 50  # one in so many of the day's quota is left alone: WeChat's counter may err by a percent
BEIJING: Final = ZoneInfo("Asia/Shanghai")  # where the platform's day ends, whatever zone the bot is set to
AFTER_MIDNIGHT: Final = timedelta(minutes=10)  # an error of the first minutes would cost the whole next day


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is ahead of that many pushes.

    Attributes:
        takes: from the first to the last, at the pace of now.
        over: how many the day's quota does not cover; 0 = it fits, as far as we know.
    """

    count: int
    takes: timedelta
    over: int

    @property
    def fits(self) -> bool:
        """Whether the day's quota covers them all."""
        return self.over == 0


def forecast(count: int, per_second: float, quota_left: int | None = None) -> Forecast:
    """How long `count` pushes take at that pace and how many of them exceed what is left of the day's quota (None =
    not known).

    >>> forecast(138_000, 100, 98_000)
    Forecast(count=138000, takes=datetime.timedelta(seconds=1380), over=40000)
    """
    over = 0 if quota_left is None else max(0, count - quota_left)
    return Forecast(count, timedelta(seconds=count / per_second), over)


def usable(limit: int, left: int) -> int:
    """How many of the `left` messages of a daily quota may be sent, the reserve taken off.

    >>> usable(100_000, 50_000), usable(100_000, 1_500), usable(10, 10)
    (48000, 0, 9)
    """
    return max(0, left - -(-limit // RESERVE))


def quota_returns(now: datetime) -> datetime:
    """When a quota used up now can be relied on again: shortly after the next midnight in Beijing.

    >>> quota_returns(datetime(2026, 11, 21, 15, 59, tzinfo=ZoneInfo("UTC"))).isoformat()
    '2026-11-22T00:10:00+08:00'
    """
    tomorrow = (now.astimezone(BEIJING) + timedelta(days=1)).date()
    return datetime.combine(tomorrow, time(), BEIJING) + AFTER_MIDNIGHT
