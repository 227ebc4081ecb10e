"""What an import changes: the file's word on branches and roles, the members' own word on everything else."""

from dataclasses import replace

from scheduler.roster import Branch, Member, Role
from scheduler.roster_changes import Edit, RosterChanges, compare
from scheduler.roster_files import Roster
from tests.fakes import NOW

A, B = Branch("a", "甲支部"), Branch("b", "乙支部")
FROM_FILE = Member("oFile", "a", consent_source="import")
BY_CODE = Member("oCode", "a", consented_at=NOW, consent_source="code", muted=frozenset({"party_day"}), exempt=True)


def changes(
    members: list[Member],
    wanted: list[Member],
    *,
    branches: tuple[Branch, ...] = (A, B),
    wanted_branches: tuple[Branch, ...] = (A, B),
    unbound: frozenset[str] = frozenset(),
    strictly: bool = False,
) -> RosterChanges:
    return compare(
        {one.id: one for one in branches},
        {one.openid: one for one in members},
        Roster({one.id: one for one in wanted_branches}, {one.openid: one for one in wanted}),
        unbound,
        strictly=strictly,
    )


def test_the_same_roster_again_changes_nothing() -> None:
    assert not changes([FROM_FILE, BY_CODE], [FROM_FILE, Member("oCode", "a", consent_source="import")])


def test_new_changed_and_gone_are_told_apart() -> None:
    moved = replace(FROM_FILE, branch_id="b", roles=frozenset({Role.SECRETARY}))
    gone, new = Member("oGone", "a", consent_source="import"), Member("oNew", "b", consent_source="import")

    found = changes([FROM_FILE, gone], [moved, new], wanted_branches=(A, replace(B, place="二楼")))

    assert found.branches == (Edit(B, replace(B, place="二楼")),)
    assert found.members == (Edit(FROM_FILE, moved), Edit(gone, None), Edit(None, new))
    assert found.moved == (FROM_FILE,)


def test_what_members_said_themselves_outlives_an_import() -> None:
    wanted = Member("oCode", "b", frozenset({Role.DELEGATE}), consent_source="import")

    (edit,) = changes([BY_CODE], [wanted]).members

    assert edit.after == replace(BY_CODE, branch_id="b", roles=frozenset({Role.DELEGATE}))


def test_a_member_who_bound_themselves_is_not_dropped_by_a_file_that_does_not_know_them() -> None:
    found = changes([FROM_FILE, BY_CODE], [FROM_FILE])

    assert not found
    assert found.members_kept == (BY_CODE,)


def test_a_branch_stays_as_long_as_somebody_bound_themselves_to_it() -> None:
    found = changes([BY_CODE], [], wanted_branches=(B,))

    assert not found
    assert found.branches_kept == (A,)


def test_on_request_the_file_is_all_there_is() -> None:
    found = changes([BY_CODE], [], wanted_branches=(B,), strictly=True)

    assert found.branches == (Edit(A, None),)
    assert found.members == (Edit(BY_CODE, None),)


def test_who_unbound_themselves_is_not_brought_back() -> None:
    found = changes([], [FROM_FILE], unbound=frozenset({"oFile"}))

    assert not found
    assert found.stay_away == (FROM_FILE,)
