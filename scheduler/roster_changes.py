"""What turns the roster that is into the one a file describes. Pure.

The file is the organisation's word on branches, on who belongs where and on roles. What members said themselves stays:
consent, mutes, exemption, and that they bound themselves or left.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from scheduler.roster import Branch, Member
from scheduler.roster_files import Roster

T = TypeVar("T", Branch, Member)
SELF_BOUND: Final = ("qr", "code")  # `Member.consent_source` of those who bound themselves


@dataclass(frozen=True, slots=True)
class Edit(Generic[T]):
    """One branch or member that becomes another; None before = new, None after = gone."""

    before: T | None
    after: T | None


@dataclass(frozen=True, slots=True)
class RosterChanges:
    """What turns one roster into another.

    Attributes:
        branches_kept: missing from the file, kept because of members who bound themselves to them.
        members_kept: missing from the file, kept because they bound themselves.
        stay_away: in the file, but they had unbound themselves.
    """

    branches: tuple[Edit[Branch], ...] = ()
    members: tuple[Edit[Member], ...] = ()
    branches_kept: tuple[Branch, ...] = ()
    members_kept: tuple[Member, ...] = ()
    stay_away: tuple[Member, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.branches or self.members)

    @property
    def moved(self) -> tuple[Member, ...]:
        """Those who change their branch, as they were before."""
        return tuple(
            edit.before
            for edit in self.members
            if edit.before and edit.after and edit.before.branch_id != edit.after.branch_id
        )


def compare(
    branches: Mapping[str, Branch],
    members: Mapping[str, Member],
    wanted: Roster,
    unbound: frozenset[str] = frozenset(),
    *,
    strictly: bool = False,
) -> RosterChanges:
    """What to change so that the roster is as wanted.

    Args:
        branches: those there are, by id.
        members: those there are, by openid.
        unbound: openids of those who unbound themselves: a file does not bring them back.
        strictly: also drop those who bound themselves and are missing from the file, and their branches.
    """
    missing = [one for openid, one in members.items() if openid not in wanted.members]
    kept = () if strictly else tuple(one for one in missing if one.consent_source in SELF_BOUND)
    needed = {one.branch_id for one in kept} - wanted.branches.keys()
    branches_kept = tuple(branches[branch_id] for branch_id in sorted(needed))
    after_branches = {**wanted.branches, **{one.id: one for one in branches_kept}}
    after = {
        openid: _merged(members.get(openid), one) for openid, one in wanted.members.items() if openid not in unbound
    }
    return RosterChanges(
        tuple(_edits(branches, after_branches)),
        tuple(_edits(members, {**after, **{one.openid: one for one in kept}})),
        branches_kept,
        kept,
        tuple(one for openid, one in wanted.members.items() if openid in unbound),
    )


def _merged(before: Member | None, wanted: Member) -> Member:
    """Who someone is once the file has been taken over: branch and roles by the file, all else as it was."""
    return replace(before, branch_id=wanted.branch_id, roles=wanted.roles) if before else wanted


def _edits(before: Mapping[str, T], after: Mapping[str, T]) -> Iterable[Edit[T]]:
    """What differs, in the order of the keys."""
    for key in sorted(before.keys() | after.keys()):
        edit = Edit(before.get(key), after.get(key))
        if edit.before != edit.after:
            yield edit
