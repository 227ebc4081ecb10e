"""What an import would change in the roster, in an operator's words. Openids are masked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.terminal import say
from scheduler.roster import Branch, Member, Role
from scheduler.roster_changes import Edit, RosterChanges

LINES: Final = 20  # of one kind of edit
SHOWN: Final = 4  # characters of an openid at either end; enough to tell two apart, too little to write to anyone


def lines(changes: RosterChanges, words: Mapping[Role, str]) -> Iterator[str]:
    """The changes in words: each, up to LINES of a kind, the counts, and what an operator should know beside them.

    Args:
        words: what editors call a role.
    """
    if not changes:
        yield say("roster_same")
    for name, edits in (("branches", changes.branches), ("members", changes.members)):
        for kind, some in _by_kind(edits).items():
            yield from _lines(kind, some, words)
        if edits:
            yield say(f"roster_{name}", **_sizes(edits))
    yield from _remarks(changes)


def data(changes: RosterChanges) -> dict[str, Any]:
    """The same as counts, for programs."""
    kept = {name: len(getattr(changes, name)) for name in ("branches_kept", "members_kept", "stay_away")}
    return {"branches": _sizes(changes.branches), "members": _sizes(changes.members), **kept}


def _by_kind(edits: Sequence[Edit[Any]]) -> dict[str, list[Edit[Any]]]:
    kinds: dict[str, list[Edit[Any]]] = {"new": [], "changed": [], "gone": []}
    for edit in edits:
        kinds["new" if edit.before is None else "changed" if edit.after else "gone"].append(edit)
    return kinds


def _sizes(edits: Sequence[Edit[Any]]) -> dict[str, int]:
    return {kind: len(some) for kind, some in _by_kind(edits).items()}


def _lines(kind: str, edits: Sequence[Edit[Any]], words: Mapping[Role, str]) -> Iterator[str]:
    for edit in edits[:LINES]:
        what = [_in_words(one, words) for one in (edit.before, edit.after) if one]
        became = say("roster_became", before=what[0], after=what[1]) if len(what) > 1 else what[0]
        yield say(f"roster_{kind}", what=became)
    if len(edits) > LINES:
        yield say("roster_and_more", count=len(edits) - LINES)


def _in_words(one: Branch | Member, words: Mapping[Role, str]) -> str:
    if isinstance(one, Branch):
        at = f"{one.party_time:%H:%M}" if one.party_time else ""
        return say(
            "roster_branch",
            id=one.id,
            name=one.name,
            parent=one.parent,
            party_day=one.party_day,
            party_time=at,
            place=one.place,
        ).rstrip("　")
    roles = ";".join(word for role, word in words.items() if role in one.roles)
    return say("roster_member", openid=_masked(one.openid), branch_id=one.branch_id, roles=roles)


def _masked(openid: str) -> str:
    return f"{openid[:SHOWN]}…{openid[-SHOWN:]}" if len(openid) > 2 * SHOWN else "…"


def _remarks(changes: RosterChanges) -> Iterator[str]:
    if changes.branches_kept:
        ids = "、".join(branch.id for branch in changes.branches_kept)
        yield say("roster_branches_kept", count=len(changes.branches_kept), ids=ids)
    for name in ("members_kept", "stay_away"):
        if some := getattr(changes, name):
            yield say(f"roster_{name}", count=len(some))
