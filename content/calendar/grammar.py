"""Read a rule the way editors write it: 每月5日, 每月第一周的周五, 农历每月十五, or an iCalendar recurrence. Pure.

What cannot be read is a BadRule; what to write instead stands in `console.yaml` under ``problem_<kind>``.
"""

import functools
import re
from datetime import time
from typing import Final

from content.calendar import recurrence
from content.calendar.rules import (
    EVERY_MONTH,
    DayOfMonth,
    InMonth,
    Lunar,
    Monthly,
    NthWeekday,
    Pattern,
    Rule,
    Week,
    WeekdayOfWeek,
    Weekly,
    Workday,
    Written,
)
from content.numerals import CHARACTERS, whole
from content.text import fold, fold_width

_WEEKDAYS: Final = {name: number for number, name in enumerate("一二三四五六日")} | {
    str(number + 1): number for number in range(7)
}
_WEEKS: Final = {"自然": Week.CALENDAR_WEEK, "日历": Week.CALENDAR_WEEK, "整": Week.FULL_WEEK, "完整": Week.FULL_WEEK}
_ALIKE: Final = (  # other ways to say the same, put in order
    *(("星期", "周"), ("礼拜", "周"), ("号", "日"), ("天", "日"), ("的", ""), ("每个", "每"), ("每逢", "每")),
    *(("首个", "第一个"), ("首周", "第一周"), ("阴历", "农历"), ("旧历", "农历"), ("廿", "二十"), ("卅", "三十")),
)

_N: Final = rf"(?:\d{{1,2}}|[{CHARACTERS}]{{1,3}})"
_NTH: Final = rf"(?P<nth>第{_N}|最后一?|倒数第{_N})"
_ON: Final = "周(?P<weekday>[一二三四五六日1-7])"
_MONTHS: Final = re.compile(rf"每月|每?(?P<half>[单双])月|每季度第(?P<of_quarter>{_N})个?月|每年(?P<named>(?:{_N}月)+)")
_DAY: Final = re.compile(rf"(?P<day>{_N})日")
_NTH_DAY: Final = re.compile(rf"{_NTH}个?日")
_NTH_WORKDAY: Final = re.compile(rf"{_NTH}个?工作日")
_NTH_WEEKDAY: Final = re.compile(rf"{_NTH}个{_ON}")
_IN_WEEK: Final = re.compile(rf"{_NTH}个?(?P<week>{'|'.join(_WEEKS)})?周?{_ON}")
_WEEKLY: Final = re.compile(f"每周?{_ON}")
_LUNAR: Final = re.compile(rf"(?:每月)?农历(?:每月)?(?:初?(?P<day>{_N})日?|最后一?日)")
_LEAD: Final = re.compile(rf"(?:(?P<same>当天|当日)|(?:提前)?(?P<days>{_N}|前一)天前?)(?P<hour>\d\d?):(?P<minute>\d\d)")
_EVERY_OTHER_WEEK: Final = re.compile("每?(?:隔|两|单|双)一?周")
_BARE_WEEKDAY: Final = re.compile(_ON)
_UNMISTAKABLE: Final = {
    Week.NTH_WEEKDAY: "{nth}个周{weekday}",
    Week.CALENDAR_WEEK: "{nth}个自然周的周{weekday}",
    Week.FULL_WEEK: "{nth}个整周的周{weekday}",
}


class BadRule(Exception):
    """A rule that cannot be read.

    Attributes:
        kind: which mistake; its sentence stands in `console.yaml` under ``problem_<kind>``.
        about: what fills the sentence.
    """

    def __init__(self, kind: str, **about: object) -> None:
        self.kind = kind
        self.about = tuple(about.items())
        super().__init__(f"{kind}: {about}")


@functools.lru_cache(maxsize=4096)
def parse_rule(text: str, week: Week = Week.NTH_WEEKDAY) -> Rule:
    """Read a rule.

    Args:
        text: as an editor writes it, in any width and script, with Arabic or Chinese numerals; or an RRULE.
        week: how to take 第一周的周五, which may mean three things. 第一个周五, 第一个自然周的周五 and
            第一个整周的周五 leave no doubt.

    Raises:
        BadRule: it cannot be read.

    >>> parse_rule("农历每月十五").pattern
    Lunar(day=15, names_weekday=False)
    >>> parse_rule("每 周 三").pattern == parse_rule("每星期三").pattern
    True
    """
    written = fold_width(text).strip()
    if not written:
        raise BadRule("rule_empty")
    if re.search("FREQ=|RRULE|DTSTART", written.upper()):
        return Rule(text, _recurrence(written))
    plain = _plain(written)
    pattern = _weekly(plain) or _lunar(plain) or _monthly(plain, week)
    if pattern is None:
        raise BadRule(_kind(plain), rule=text)
    return Rule(text, pattern)


def spelt_out(text: str, week: Week) -> str:
    """A rule that parse_rule reads, written so that it can only be read with this way to count weeks.

    >>> spelt_out("每月第一周周五", Week.FULL_WEEK), spelt_out("每月5日", Week.FULL_WEEK)
    ('每月第一个整周的周五', '每月5日')
    """
    plain = _plain(text)
    match = _IN_WEEK.search(plain)
    if match is None:
        return text
    nth = "最后一" if match["nth"] == "最后" else match["nth"]
    return plain[: match.start()] + _UNMISTAKABLE[week].format(nth=nth, weekday=match["weekday"])


def parse_lead(text: str) -> tuple[int, time]:
    """Read how long before a meeting members are told: days before it and the time of day. Raises BadRule.

    >>> parse_lead("3天前 09:00"), parse_lead("当天 8:00")
    ((3, datetime.time(9, 0)), (0, datetime.time(8, 0)))
    """
    match = _LEAD.fullmatch(re.sub(r"\s", "", fold_width(text)))
    if match is None:
        raise BadRule("lead_unknown", lead=text)
    try:
        at = time(int(match["hour"]), int(match["minute"]))
    except ValueError as error:
        raise BadRule("lead_unknown", lead=text) from error
    return 0 if match["same"] else whole(match["days"].removeprefix("前")), at


def _plain(text: str) -> str:
    plain = fold(text)
    for other, usual in _ALIKE:
        plain = plain.replace(other, usual)
    return plain


def _recurrence(text: str) -> Pattern:
    try:
        return Written(recurrence.read(re.sub(r"\s*;\s*", ";", text)))
    except recurrence.BadRecurrence as error:
        raise BadRule(error.kind, what=error.what) from error


def _weekly(plain: str) -> Pattern | None:
    match = _WEEKLY.fullmatch(plain)
    return Weekly(_WEEKDAYS[match["weekday"]]) if match else None


def _lunar(plain: str) -> Pattern | None:
    match = _LUNAR.fullmatch(plain)
    if match is None:
        return None
    return Lunar(_within(whole(match["day"]), 30, "rule_lunar_day") if match["day"] else 30)


def _monthly(plain: str, week: Week) -> Pattern | None:
    match = _MONTHS.match(plain)
    months = _months(match) if match else EVERY_MONTH
    at = _in_month(plain[match.end() :] if match else plain, week)
    return Monthly(at, months) if at else None


def _months(match: re.Match[str]) -> frozenset[int]:
    if match["half"]:
        return frozenset(range(1 if match["half"] == "单" else 2, 13, 2))
    if match["of_quarter"]:
        return frozenset(range(_within(whole(match["of_quarter"]), 3, "rule_month_of_quarter"), 13, 3))
    named = match["named"] or ""
    return frozenset(_within(whole(month), 12, "rule_month") for month in named.split("月")[:-1]) or EVERY_MONTH


def _in_month(plain: str, week: Week) -> InMonth | None:
    if match := _DAY.fullmatch(plain):
        return DayOfMonth(_within(whole(match["day"]), 31, "rule_day"))
    if match := _NTH_DAY.fullmatch(plain):
        return DayOfMonth(_nth(match, 31, "rule_day"))
    if match := _NTH_WORKDAY.fullmatch(plain):
        return Workday(_nth(match, 23, "rule_nth_workday"))
    if match := _NTH_WEEKDAY.fullmatch(plain):
        return NthWeekday(_nth(match, 5, "rule_nth_week"), _WEEKDAYS[match["weekday"]])
    if match := _IN_WEEK.fullmatch(plain):
        return _in_week(match, _WEEKS.get(match["week"], week))
    return None


def _in_week(match: re.Match[str], week: Week) -> InMonth:
    nth, weekday = _nth(match, 5, "rule_nth_week"), _WEEKDAYS[match["weekday"]]
    return NthWeekday(nth, weekday) if week is Week.NTH_WEEKDAY else WeekdayOfWeek(nth, weekday, week)


def _nth(match: re.Match[str], most: int, kind: str) -> int:
    written = match["nth"]
    if written.startswith("最后"):
        return -1
    number = _within(whole(written.removeprefix("倒数").removeprefix("第")), most, kind)
    return -number if written.startswith("倒数") else number


def _within(number: int, most: int, kind: str) -> int:
    if not 1 <= number <= most:
        raise BadRule(kind, number=number)
    return number


def _kind(plain: str) -> str:
    if _EVERY_OTHER_WEEK.match(plain):
        return "rule_every_other_week"
    return "rule_bare_weekday" if _BARE_WEEKDAY.fullmatch(plain) else "rule_unknown"
