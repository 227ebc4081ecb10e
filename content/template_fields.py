"""What WeChat lets stand in a template message's fields, and texts made to fit. Pure.

A field is named after its kind: thing1, time2, phrase3. One field that breaks its rule has the whole message refused
(47003), for every member. The rules are those of the platform's parameter table for template and subscription
messages.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from content.text import printable
from content.wording import gaps

_FIELD: Final = re.compile(r"([a-z_]+?)(\d*)")
_CUT: Final = "…"
_ANYTHING: Final = r"[^\x00-\x1f\x7f]+"
_TIME: Final = r"\d{1,2}:\d{2}(?::\d{2})?"
_DAY: Final = r"(?:\d{4}年\d{1,2}月\d{1,2}日|\d{4}([-/.])\d{1,2}\1\d{1,2})"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of field: how many characters it holds, and what they must match."""

    most: int
    pattern: re.Pattern[str]


def _kind(most: int, pattern: str) -> Kind:
    return Kind(most, re.compile(pattern))


KINDS: Final = {
    "thing": _kind(20, _ANYTHING),
    "short_thing": _kind(5, _ANYTHING),
    "const": _kind(20, _ANYTHING),
    "keyword": _kind(20, _ANYTHING),  # templates from before the categories
    "phrase": _kind(5, r"[\u4e00-\u9fff]+"),
    "name": _kind(10, r"[\u4e00-\u9fff·]+|[A-Za-z .]+"),
    "character_string": _kind(32, r"[!-~ ]+"),
    "number": _kind(32, r"\d+(?:\.\d+)?"),
    "letter": _kind(32, r"[A-Za-z]+"),
    "symbol": _kind(5, r"[^\w\s]+"),
    "phone_number": _kind(17, r"[\d+()-]+"),
    "amount": _kind(12, r"[¥$€]?\d{1,10}(?:\.\d+)?元?"),
    "time": _kind(20, rf"(?:{_DAY}\s*)?{_TIME}(?:\s*~\s*(?:{_DAY}\s*)?{_TIME})?"),
    "date": _kind(20, rf"{_DAY}(?:\s*{_TIME})?"),
}


def kind(field: str) -> Kind | None:
    """The kind of a field by its name; None = there is no such kind.

    >>> kind("thing1").most
    20
    """
    match = _FIELD.fullmatch(field)
    return KINDS.get(match[1]) if match else None


def fault(field: str, text: str) -> str | None:
    """What is wrong with a text in a field: "field_unknown", "field_empty", "field_too_long" or "field_characters";
    None = WeChat takes it.

    >>> fault("time2", "2026年12月8日 15:00"), fault("time2", "下午三点"), fault("thing1", "")
    (None, 'field_characters', 'field_empty')
    """
    wanted = kind(field)
    if wanted is None:
        return "field_unknown"
    if not text.strip():
        return "field_empty"
    if len(text) > wanted.most:
        return "field_too_long"
    return None if wanted.pattern.fullmatch(text) else "field_characters"


def fitted(field: str, template: str, values: Mapping[str, str], open_gaps: frozenset[str]) -> str:
    """A field's text, filled, on one line and no longer than the field holds.

    Args:
        template: text with gaps.
        values: what fills them.
        open_gaps: those whose values may be cut short; they share the room the others leave.

    Raises:
        KeyError: a gap nobody fills.

    >>> fitted("thing1", "{where}见", {"where": "红旗社区党群服务中心二楼东侧第一大会议室"}, frozenset({"where"}))
    '红旗社区党群服务中心二楼东侧第一大会…见'
    """
    given = {name: one_line(value) for name, value in values.items()}
    cut = [name for name in gaps(template) if name in open_gaps]
    wanted = kind(field)
    if wanted and cut:
        fixed = template.format_map(given | dict.fromkeys(cut, ""))
        room = max(wanted.most - len(fixed), 0)
        given |= _shared({name: given[name] for name in cut}, room)
    return template.format_map(given)


def one_line(text: str) -> str:
    """The text on one line, without what no reader sees."""
    return " ".join(printable(text).split())


def _shared(values: Mapping[str, str], room: int) -> dict[str, str]:
    """The values cut so that together they have no more characters than there is room; short ones stay whole."""
    result: dict[str, str] = {}
    for place, name in enumerate(sorted(values, key=lambda name: len(values[name]))):
        share = room // (len(values) - place)
        result[name] = _shortened(values[name], share)
        room -= len(result[name])
    return result


def _shortened(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[: most - 1] + _CUT if most > 1 else text[:most]
