"""A roster and a ledger in memory, for the year of `bench.year`: whoever is to be told hears it at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from scheduler.agenda import Meeting
from scheduler.reminders import Condition, Expiry, Heard, Mark, Notice, Opening, Wish
from scheduler.roster import Branch, Change, Member

LASTS = timedelta(days=35)  # what is older is forgotten, as the product does at night


@dataclass
class Book:
    """Does what `scheduler.roster.Roster` and `scheduler.reminders.Ledger` want of it.

    Attributes:
        branches_, members_, changes_: the roster.
        recent: by branch id and reminder key.
        all: every reminder of the year, by branch id.
        told: whom each reminder reached, by its key.
        heard_: what members last heard of a meeting.
        missed: reminders that were not opened in time.
    """

    branches_: Sequence[Branch]
    members_: Mapping[str, tuple[Member, ...]]
    changes_: dict[str, dict[tuple[str, date], Change]] = field(default_factory=lambda: defaultdict(dict))
    recent: dict[str, dict[str, Notice]] = field(default_factory=lambda: defaultdict(dict))
    all: dict[str, list[Notice]] = field(default_factory=lambda: defaultdict(list))
    told: dict[str, frozenset[str]] = field(default_factory=dict)
    missed: int = 0
    audiences: dict[frozenset[str], frozenset[str]] = field(default_factory=dict)
    heard_: dict[Meeting, Heard] = field(default_factory=dict)
    last: datetime | None = None

    def branches(self) -> Sequence[Branch]:
        return self.branches_

    def members(self, branch_ids: Iterable[str]) -> dict[str, tuple[Member, ...]]:
        return {branch_id: self.members_[branch_id] for branch_id in branch_ids}

    def changes(self, activity_id: str) -> dict[tuple[str, date], Change]:
        return self.changes_[activity_id]

    def last_tick(self) -> datetime | None:
        return self.last

    def ticked(self, now: datetime) -> None:
        self.last = now
        self.heard_ = {meeting: said for meeting, said in self.heard_.items() if said.begins > now - LASTS}

    def opened(self, branch_ids: Collection[str]) -> dict[str, frozenset[str]]:
        return {branch_id: frozenset(self.recent[branch_id]) for branch_id in branch_ids}

    def notices(self, branch_id: str) -> list[Notice]:
        return list(self.recent[branch_id].values())

    def heard(self) -> dict[Meeting, Heard]:
        return self.heard_

    def hear(self, meeting: Meeting, heard: Heard) -> None:
        self.heard_[meeting] = heard

    def wishes(self, now: datetime) -> list[Wish]:
        return []

    def granted(self, wishes: Sequence[Wish]) -> None:
        """There are none."""

    def open(self, openings: Sequence[Opening], now: datetime) -> int:
        return sum(self._open(opening) for opening in openings)

    def expire(self, expiries: Sequence[Expiry], now: datetime) -> int:
        self.missed += len(expiries)
        return len(expiries)

    def supersede(self, meeting: Meeting) -> None:
        """Nothing is ever due for long."""

    def rows(self, notice: Notice, openids: Iterable[str]) -> dict[str, Mark]:
        told = self.told.get(notice.reminder.key, frozenset())
        return {openid: Mark(Condition.SENT) for openid in openids if openid in told}

    def _open(self, opening: Opening) -> bool:
        notice = opening.notice
        key, meeting = notice.reminder.key, notice.reminder.meeting
        of_branch = self.recent[meeting.branch_id]
        if key in of_branch:
            return False
        old = [name for name, one in of_branch.items() if one.until < notice.until - LASTS]
        for name in old:
            del of_branch[name]
        of_branch[key] = notice
        self.all[meeting.branch_id].append(notice)
        self.heard_[meeting] = notice.says
        told = frozenset(openid for openid, reason in opening.audience.items() if not reason)
        self.told[key] = self.audiences.setdefault(told, told)  # a branch's are mostly the same
        return True
