"""The roster in the store: branches, members and what they agreed to, changed occurrences; writing an import.

Everything about one branch lies under keys of its own, so that no message costs more than its branch. A member is
found by pseudonym; the openid itself stands only in values. `VERSION` grows with every write to what an import reads
or writes, and such a write watches it: an import and a member who binds at the same moment cannot undo each other.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, TypeVar, cast

from bot import invitations
from bot.pseudonyms import Pseudonyms
from bot.roster_rows import (
    BRANCH_OF,
    BRANCHES,
    CHANGED,
    UNBOUND,
    VERSION,
    acts_key,
    answers_key,
    changes_key,
    dump_branch,
    dump_member,
    load_branch,
    load_changes,
    load_member,
    members_key,
    names_key,
)
from bot.store import Store
from scheduler.agenda import Meeting
from scheduler.roster import Branch, Change, Member
from scheduler.roster_changes import RosterChanges

PAGE: Final = 500  # branches read in one round trip

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole roster as it was at one version.

    Attributes:
        branches: by id.
        members: by openid.
    """

    version: int
    branches: Mapping[str, Branch]
    members: Mapping[str, Member]


class RosterStore:
    """Branches, members and changed occurrences. Implements `scheduler.roster.Roster`. Every method raises
    StoreUnavailable; nobody may go on as if the roster were empty.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """The pseudonyms of this installation. Raises StoreUnavailable when first asked."""
        return Pseudonyms(self._store.secret())

    def branches(self) -> tuple[Branch, ...]:
        """Every branch, in the order of their ids."""
        with self._store.commands() as client:
            found: Any = client.hvals(BRANCHES)
        return tuple(sorted((load_branch(raw) for raw in found), key=lambda branch: branch.id))

    def branch(self, branch_id: str) -> Branch | None:
        """One branch; None = there is none of that id."""
        with self._store.commands() as client:
            raw: Any = client.hget(BRANCHES, branch_id)
        return load_branch(raw) if raw else None

    def branch_of(self, openid: str) -> str:
        """The id of the member's branch; empty = bound to none."""
        with self._store.commands() as client:
            found: Any = client.hget(BRANCH_OF, self.pseudonyms(openid))
        return found or ""

    def member(self, branch_id: str, who: str) -> Member | None:
        """The member of that pseudonym; None = there is none in this branch."""
        with self._store.commands() as client:
            raw: Any = client.hget(members_key(branch_id), who)
        return load_member(raw) if raw else None

    def members(self, branch_ids: Iterable[str]) -> dict[str, tuple[Member, ...]]:
        """The members of some branches, by branch id, in the order of their openids; one round trip a PAGE of
        branches. A branch nobody belongs to has an empty tuple.
        """
        ids = list(dict.fromkeys(branch_ids))
        result: dict[str, tuple[Member, ...]] = {}
        for start in range(0, len(ids), PAGE):
            page = ids[start : start + PAGE]
            found = self._read("hvals", map(members_key, page))
            for branch_id, rows in zip(page, found, strict=True):
                result[branch_id] = tuple(sorted((load_member(raw) for raw in rows), key=lambda one: one.openid))
        return result

    def changes(self, activity_id: str) -> dict[tuple[str, date], Change]:
        """Every change still of interest, by branch id and rule date; costs the branches that have any."""
        with self._store.commands() as client:
            changed: Any = client.smembers(CHANGED)
        ids = sorted(changed)
        found = self._read("hgetall", map(changes_key, ids))
        return {
            (branch_id, change.rule_date): change
            for branch_id, rows in zip(ids, found, strict=True)
            for change in load_changes(rows, activity_id).values()
        }

    def versions(self, meetings: Collection[Meeting]) -> dict[Meeting, int]:
        """The version of the last change of each of some meetings; 0 = none."""
        changed = self._read("hgetall", [changes_key(meeting.branch_id) for meeting in meetings])
        changes = [load_changes(rows, one.activity_id) for one, rows in zip(meetings, changed, strict=True)]
        found = [of_branch.get(one.rule_date) for one, of_branch in zip(meetings, changes, strict=True)]
        return {one: change.version if change else 0 for one, change in zip(meetings, found, strict=True)}

    def is_empty(self) -> bool:
        """Whether no roster was ever imported (or an empty one)."""
        with self._store.commands() as client:
            return client.hlen(BRANCHES) == 0

    def sizes(self) -> tuple[int, int]:
        """How many branches and how many members."""
        with self._store.commands() as client:
            return client.hlen(BRANCHES), client.hlen(BRANCH_OF)

    def snapshot(self) -> Snapshot:
        """The whole roster; `write` refuses to work on it once anything has changed."""
        with self._store.commands() as client:
            version: Any = client.get(VERSION)
        branches = {branch.id: branch for branch in self.branches()}
        members = {one.openid: one for group in self.members(branches).values() for one in group}
        return Snapshot(int(version or 0), branches, members)

    def unbound(self, openids: Iterable[str]) -> frozenset[str]:
        """Which of these unbound themselves."""
        with self._store.commands() as client:
            left: Any = client.smembers(UNBOUND)
        return frozenset(openid for openid in openids if self.pseudonyms(openid) in left) if left else frozenset()

    def write(self, changes: RosterChanges, version: int) -> bool:
        """Turn the roster into another one, all of it or nothing; new branches get an invitation code.

        Args:
            version: of the snapshot the changes were computed from.

        Returns:
            False = the roster has changed since, and nothing was written: compute anew.
        """
        gone = [edit.before.id for edit in changes.branches if edit.before and not edit.after]
        stay = [edit.after for edit in changes.branches if edit.after]

        def work(pipe: Any) -> bool:
            if int(pipe.get(VERSION) or 0) != version:
                return False
            codes = invitations.new_codes(pipe, [branch.id for branch in stay])
            void = invitations.codes_of(pipe, gone)
            pipe.multi()
            invitations.remove_codes(pipe, void)
            invitations.write_codes(pipe, codes)
            _remove_branches(pipe, gone)
            self._write_members(pipe, changes)
            if stay:
                pipe.hset(BRANCHES, mapping={branch.id: dump_branch(branch) for branch in stay})
            pipe.incr(VERSION)
            return True

        return transact(self._store, work)

    def _write_members(self, pipe: Any, changes: RosterChanges) -> None:
        gone = [edit.before for edit in changes.members if edit.before and not edit.after]
        for member in (*changes.moved, *gone):
            remove_member(pipe, self.pseudonyms(member.openid), member.branch_id)
        by_branch: dict[str, dict[str, str]] = {}
        for member in (edit.after for edit in changes.members if edit.after):
            by_branch.setdefault(member.branch_id, {})[self.pseudonyms(member.openid)] = dump_member(member)
        for branch_id, rows in by_branch.items():
            pipe.hset(members_key(branch_id), mapping=rows)
            pipe.hset(BRANCH_OF, mapping=dict.fromkeys(rows, branch_id))

    def _read(self, command: str, keys: Iterable[str]) -> list[Any]:
        with self._store.commands() as client:
            pipe = client.pipeline(transaction=False)
            for key in keys:
                getattr(pipe, command)(key)
            return list(pipe.execute())


def transact(store: Store, work: Callable[[Any], T]) -> T:
    """Run `work` on a pipeline that watches the roster; again from the start if someone else wrote meanwhile.

    `work` reads first, then calls ``multi()`` and queues its writes. If they concern what an import reads or writes
    (who belongs where and as what, branches, changes), an ``incr(VERSION)`` is among them; a name alone needs none.
    """
    with store.commands() as client:
        transaction: Any = client.transaction  # its stub knows no callable that returns something
        return cast("T", transaction(work, VERSION, value_from_callable=True))


def _remove_branches(pipe: Any, branch_ids: Sequence[str]) -> None:
    """Queue the removal of these branches; their members go one by one, under their own keys."""
    for branch_id in branch_ids:
        pipe.delete(members_key(branch_id), names_key(branch_id), changes_key(branch_id), acts_key(branch_id))
        pipe.srem(CHANGED, branch_id)
        pipe.hdel(BRANCHES, branch_id)


def remove_member(pipe: Any, who: str, branch_id: str) -> None:
    """Queue the removal of everything about a member (given by pseudonym) of that branch."""
    pipe.hdel(BRANCH_OF, who)
    pipe.hdel(members_key(branch_id), who)
    pipe.hdel(names_key(branch_id), who)
    pipe.delete(answers_key(who))
