"""The roster in the store: branches, members and what they agreed to, changed occurrences; replacing it whole.

Everything about one branch lies under keys of its own, so that no message costs more than its branch. A member is
found by pseudonym; the openid itself stands only in values. `VERSION` grows with every write and every write watches
it: an import and a member who binds at the same moment cannot undo each other.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, Final, TypeVar, cast

from bot import invitations
from bot.store import Pseudonyms, Store
from scheduler.roster import Branch, Change, Member, Role

VERSION: Final = "bot:roster:version"
BRANCHES: Final = "bot:roster:branches"  # id -> branch
BRANCH_OF: Final = "bot:roster:branch_of"  # pseudonym -> id of the branch
CHANGED: Final = "bot:roster:changed"  # ids of the branches with changed occurrences
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


@dataclass(frozen=True, slots=True)
class Replacement:
    """What turns one roster into another.

    Attributes:
        branches: new or changed.
        branches_gone: ids; nobody of them is left in `members`.
        members: new or changed, as they are from now on; those who change their branch stand in `moved` too.
        moved: as they were before.
        members_gone: as they were before.
    """

    branches: Sequence[Branch] = ()
    branches_gone: Sequence[str] = ()
    members: Sequence[Member] = ()
    moved: Sequence[Member] = ()
    members_gone: Sequence[Member] = ()


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

    def is_empty(self) -> bool:
        """Whether no roster was ever imported (or an empty one)."""
        with self._store.commands() as client:
            return client.hlen(BRANCHES) == 0

    def snapshot(self) -> Snapshot:
        """The whole roster; `replace` refuses to work on it once anything has changed."""
        with self._store.commands() as client:
            version: Any = client.get(VERSION)
        branches = {branch.id: branch for branch in self.branches()}
        members = {one.openid: one for group in self.members(branches).values() for one in group}
        return Snapshot(int(version or 0), branches, members)

    def replace(self, wanted: Replacement, version: int) -> bool:
        """Turn the roster into another one, all of it or nothing; new branches get an invitation code.

        Args:
            version: of the snapshot `wanted` was computed from.

        Returns:
            False = the roster has changed since, and nothing was written: compute anew.
        """

        def work(pipe: Any) -> bool:
            if int(pipe.get(VERSION) or 0) != version:
                return False
            codes = invitations.new_codes(pipe, [branch.id for branch in wanted.branches])
            void = invitations.codes_of(pipe, wanted.branches_gone)
            pipe.multi()
            invitations.remove_codes(pipe, void)
            self._remove(pipe, wanted)
            self._write(pipe, wanted)
            invitations.write_codes(pipe, codes)
            pipe.incr(VERSION)
            return True

        return transact(self._store, work)

    def _remove(self, pipe: Any, wanted: Replacement) -> None:
        for branch_id in wanted.branches_gone:
            pipe.delete(members_key(branch_id), names_key(branch_id), changes_key(branch_id), acts_key(branch_id))
            pipe.srem(CHANGED, branch_id)
            pipe.hdel(BRANCHES, branch_id)
        for member in (*wanted.moved, *wanted.members_gone):
            remove_member(pipe, self.pseudonyms(member.openid), member.branch_id)

    def _write(self, pipe: Any, wanted: Replacement) -> None:
        if wanted.branches:
            pipe.hset(BRANCHES, mapping={branch.id: dump_branch(branch) for branch in wanted.branches})
        by_branch: dict[str, dict[str, str]] = {}
        for member in wanted.members:
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

    `work` reads first, then calls ``multi()``, queues its writes and an ``incr(VERSION)``.
    """
    with store.commands() as client:
        transaction: Any = client.transaction  # its stub knows no callable that returns something
        return cast("T", transaction(work, VERSION, value_from_callable=True))


def remove_member(pipe: Any, who: str, branch_id: str) -> None:
    """Queue the removal of everything about a member (given by pseudonym) of that branch."""
    pipe.hdel(BRANCH_OF, who)
    pipe.hdel(members_key(branch_id), who)
    pipe.hdel(names_key(branch_id), who)
    pipe.delete(answers_key(who))


def members_key(branch_id: str) -> str:
    """Pseudonym -> member."""
    return f"bot:roster:members:{branch_id}"


def names_key(branch_id: str) -> str:
    """Pseudonym -> the name the secretary sees."""
    return f"bot:roster:names:{branch_id}"


def changes_key(branch_id: str) -> str:
    """Activity id, a space, rule date -> change."""
    return f"bot:roster:changes:{branch_id}"


def acts_key(branch_id: str) -> str:
    """A stream of what secretaries did."""
    return f"bot:roster:acts:{branch_id}"


def answers_key(who: str) -> str:
    """Activity id, branch id and rule date -> the member's answer."""
    return f"bot:roster:answers:{who}"


def dump_branch(branch: Branch) -> str:
    """The branch as text."""
    at = branch.party_time.isoformat() if branch.party_time else ""
    return json.dumps([branch.id, branch.name, branch.parent, branch.party_day, at, branch.place], ensure_ascii=False)


def load_branch(raw: str) -> Branch:
    """The branch of that text."""
    branch_id, name, parent, party_day, at, place = json.loads(raw)
    return Branch(branch_id, name, parent, party_day, time.fromisoformat(at) if at else None, place)


def dump_member(member: Member) -> str:
    """The member as text."""
    at = member.consented_at.isoformat() if member.consented_at else ""
    roles, muted = sorted(member.roles), sorted(member.muted)
    return json.dumps([member.openid, member.branch_id, roles, at, member.consent_source, muted, int(member.exempt)])


def load_member(raw: str) -> Member:
    """The member of that text."""
    openid, branch_id, roles, at, source, muted, exempt = json.loads(raw)
    consented_at = datetime.fromisoformat(at) if at else None
    return Member(openid, branch_id, frozenset(map(Role, roles)), consented_at, source, frozenset(muted), bool(exempt))


def dump_change(change: Change) -> str:
    """The change as text, without its rule date."""
    to = change.to.isoformat() if change.to else ""
    at = change.at.isoformat() if change.at else ""
    return json.dumps([change.version, to, at, int(change.cancelled), change.note], ensure_ascii=False)


def load_changes(rows: Mapping[str, str], activity_id: str) -> dict[date, Change]:
    """The changes of one activity, by rule date, from a branch's hash of changes."""
    result = {}
    for key, raw in rows.items():
        activity, _, day = key.rpartition(" ")
        if activity == activity_id:
            version, to, at, cancelled, note = json.loads(raw)
            result[date.fromisoformat(day)] = Change(
                date.fromisoformat(day),
                version,
                date.fromisoformat(to) if to else None,
                time.fromisoformat(at) if at else None,
                bool(cancelled),
                note,
            )
    return result
