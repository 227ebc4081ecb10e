"""Figures of the answers: how often each entry answered in the last 30 days, and what members thought of it.

Of a member's several verdicts on one entry the last one counts. Members appear in the store under pseudonyms, and not
at all in the figures.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from bot.hits import Hits
from bot.notes import RATINGS
from bot.store import Store

MOST: Final = 100_000  # entries counted


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of one entry.

    Attributes:
        answered: times in the last 30 days.
        useful: members who said so last.
        useless: members who said so last.
        reasons: what was wrong with it, by the short names of `feedback.REASONS`, members each.
    """

    entry_id: str
    answered: int = 0
    useful: int = 0
    useless: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rating:
    """One verdict of a member."""

    who: str
    entry_id: str
    useful: bool
    reason: str = ""


def read(store: Store, today: date) -> list[Figures]:
    """The figures of every entry answered or rated. Raises StoreUnavailable."""
    with store.commands() as client:
        rows: Any = client.xrange(RATINGS)
    ratings = [Rating(row["who"], row["entry"], row["useful"] == "1", row["reason"]) for _, row in rows]
    return figures(Hits(store).counts(today), ratings)


def figures(answered: Mapping[str, int], ratings: Iterable[Rating]) -> list[Figures]:
    """One row an entry; those found useless most first, then those answered most.

    Args:
        ratings: oldest first.

    >>> figures({"a": 3}, [Rating("m", "a", False), Rating("m", "a", False, "wrong")])
    [Figures(entry_id='a', answered=3, useful=0, useless=1, reasons={'wrong': 1})]
    """
    last: dict[str, dict[str, Rating]] = defaultdict(dict)
    for rating in ratings:
        last[rating.entry_id][rating.who] = rating
    found = [_of(entry_id, answered.get(entry_id, 0), last[entry_id].values()) for entry_id in {*answered, *last}]
    return sorted(found, key=lambda row: (-row.useless, -row.answered, row.entry_id))


def _of(entry_id: str, answered: int, ratings: Iterable[Rating]) -> Figures:
    verdicts = Counter(rating.useful for rating in ratings)
    reasons = Counter(rating.reason for rating in ratings if rating.reason)
    return Figures(entry_id, answered, verdicts[True], verdicts[False], dict(reasons.most_common()))
