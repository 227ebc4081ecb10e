"""Read a day and a time of day the way people write them to each other: 12月8日晚上7点半, 下周五, 8号 19:30. Pure."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from content.numerals import whole
from content.text import fold_width

_NUMERAL = re.compile("[零〇一二两三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九]")
_EVENING: Final = ("傍晚", "晚上", "晚", "夜里")
_AFTER_NOON: Final = ("下午", *_EVENING)
_NOON: Final = "中午"
_BEFORE_DAWN: Final = "凌晨"
_NEXT_DAYS: Final = {"今天": 0, "今晚": 0, "明天": 1, "明晚": 1, "后天": 2, "大后天": 3}
_WEEKDAYS: Final = {name: number for number, name in enumerate("一二三四五六日")} | {"天": 6}
_QUARTERS: Final = {"半": 30, "1刻": 15, "3刻": 45}

_FULL_DAY = re.compile(r"(?:(\d{4})[年/.-])?(\d{1,2})[月/.-](\d{1,2})[日号]?")
_DAY_OF_MONTH = re.compile(r"(?:(这个月|本月|下个月|下月))?(\d{1,2})[日号]")
_NEXT_DAY = re.compile("|".join(sorted(_NEXT_DAYS, key=len, reverse=True)))
_WEEKDAY = re.compile("(下下|下|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])")
_TIME = re.compile(
    r"(凌晨|早上|早|上午|中午|下午|傍晚|晚上|晚|夜里)?(\d{1,2})(?:[:点时](半|[13]刻|\d{1,2})?分?)(?:整|钟)?"
)
_FILLERS = re.compile(r"[\s,，。;；、()（）]|改到|改成|改为|改在|推迟到|提前到|换到|[到在于成至为的]")


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a time of day, or both."""

    on: date | None = None
    at: time | None = None


def read(text: str, today: date) -> Moment | None:
    """The moment a text names; None when it names none, an impossible one, or says anything else besides.

    A day without a year is the next such day, today included; a day of the month alone is the next such day; a bare
    weekday is the coming one, today included; 下周 counts in calendar weeks from Monday.

    >>> read("12月8日 19:30", date(2026, 11, 21))
    Moment(on=datetime.date(2026, 12, 8), at=datetime.time(19, 30))
    >>> read("改到下周五晚上七点半", date(2026, 11, 21))
    Moment(on=datetime.date(2026, 11, 27), at=datetime.time(19, 30))
    >>> read("规定是什么", date(2026, 11, 21)) is None
    True
    """
    plain = _without_weekday_note(fold_width(text))
    weekday = _WEEKDAY.search(plain)
    kept = weekday[0] if weekday else ""
    plain = "".join(
        piece if piece == kept else _NUMERAL.sub(_arabic, piece)
        for piece in (re.split(f"({re.escape(kept)})", plain, maxsplit=1) if kept else [plain])
    )
    try:
        on, plain = _day(plain, today)
        at, plain = _time(plain, evening=kept == "" and any(word in text for word in ("今晚", "明晚")))
    except ValueError:
        return None
    if (on is None and at is None) or _FILLERS.sub("", plain):
        return None
    return Moment(on, at)


def _without_weekday_note(text: str) -> str:
    """A weekday in brackets behind a date only repeats it: 12月8日（周二）."""
    return re.sub(r"(?<=[日号])[(（](?:周|星期|礼拜)[一二三四五六日天][)）]", "", text)


def _arabic(match: re.Match[str]) -> str:
    return str(whole(match[0]))


def _day(text: str, today: date) -> tuple[date | None, str]:
    """The day a text names, and the text without it. Raises ValueError for a day that does not exist."""
    for pattern, reading in (
        (_FULL_DAY, _full_day),
        (_DAY_OF_MONTH, _day_of_month),
        (_NEXT_DAY, lambda match, today: today + timedelta(days=_NEXT_DAYS[match[0]])),
        (_WEEKDAY, _weekday),
    ):
        if match := pattern.search(text):
            return reading(match, today), text[: match.start()] + " " + text[match.end() :]
    return None, text


def _full_day(match: re.Match[str], today: date) -> date:
    month, day = int(match[2]), int(match[3])
    if match[1]:
        return date(int(match[1]), month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _day_of_month(match: re.Match[str], today: date) -> date:
    day = int(match[2])
    following = today.replace(day=1) + timedelta(days=monthrange(today.year, today.month)[1])
    if match[1] in ("下个月", "下月"):
        return following.replace(day=day)
    if match[1] or day >= today.day:
        return today.replace(day=day)
    return following.replace(day=day)


def _weekday(match: re.Match[str], today: date) -> date:
    weekday = _WEEKDAYS[match[2]]
    if match[1] in ("下", "下下"):
        return today + timedelta(days=7 * len(match[1]) - today.weekday() + weekday)
    if match[1]:
        return today + timedelta(days=weekday - today.weekday())
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _time(text: str, *, evening: bool) -> tuple[time | None, str]:
    """The time of day a text names, and the text without it. Raises ValueError for a time that does not exist."""
    match = _TIME.search(text)
    if match is None:
        return None, text
    part = match[1] or ("晚" if evening else "")
    minutes = match[3] or "0"
    at = time(_hour(part, int(match[2])), _QUARTERS.get(minutes) or int(minutes))
    return at, text[: match.start()] + " " + text[match.end() :]


def _hour(part: str, hour: int) -> int:
    """The hour of the day, of an hour in a part of it. Raises ValueError for one at night that some count to the
    evening, some to the next day: 晚上12点.
    """
    if part in _EVENING and (hour < 5 or hour == 12):
        raise ValueError(hour)
    if part == _BEFORE_DAWN and hour == 12:
        return 0
    is_after_noon = part in _AFTER_NOON or (part == _NOON and hour < 10)
    return hour + 12 if is_after_noon and hour < 12 else hour
