"""The roster as two tables: `branches.csv` and `members.csv` of the contract, read with every mistake named at once,
and written again. Pure.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Final

from content import moments
from content.calendar.grammar import BadRule, parse_rule
from content.files import ContentError
from content.text import fold_width
from scheduler.roster import Branch, Member, Role
from scheduler.tables import Row, Table, dump

BRANCH_COLUMNS: Final = ("branch_id", "name", "parent", "party_day", "party_time", "place")
MEMBER_COLUMNS: Final = ("openid", "branch_id", "roles")
MAX_ID: Final = 40  # characters; a QR scene holds 64, its signature included
MAX_TEXT: Final = 100
IMPORTED: Final = "import"  # `Member.consent_source` of those who came by a file
_BETWEEN_ROLES: Final = re.compile(r"[;,、|/\s]+")
_SECONDS: Final = re.compile(r"(?<=:\d\d):00$")  # spreadsheets write 15:00:00
_ANY_DAY: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Roster:
    """What the two files say.

    Attributes:
        branches: by id.
        members: by openid, as newcomers: without consent, mutes and exemption.
    """

    branches: Mapping[str, Branch]
    members: Mapping[str, Member]


def read(branches: tuple[Path, bytes], members: tuple[Path, bytes], roles: Mapping[str, Role]) -> Roster:
    """Read both files, each given by its name and its bytes.

    Args:
        roles: editors' word -> role; several words may name one.

    Raises:
        ContentError: naming everything that is wrong in both, by file and line.
    """
    first, second = Table(*branches, BRANCH_COLUMNS), Table(*members, MEMBER_COLUMNS)
    found = _branches(first)
    roster = Roster(found, _members(second, found, roles, complete=first.complete))
    if first.problems or second.problems:
        raise ContentError([*first.problems, *second.problems])
    return roster


def dump_branches(branches: Iterable[Branch]) -> bytes:
    """`branches.csv`."""
    return dump(
        BRANCH_COLUMNS,
        (
            (
                one.id,
                one.name,
                one.parent,
                one.party_day,
                f"{one.party_time:%H:%M}" if one.party_time else "",
                one.place,
            )
            for one in branches
        ),
    )


def dump_members(members: Iterable[Member], words: Mapping[Role, str]) -> bytes:
    """`members.csv`, each role by its word."""
    return dump(
        MEMBER_COLUMNS,
        (
            (one.openid, one.branch_id, ";".join(word for role, word in words.items() if role in one.roles))
            for one in members
        ),
    )


def words_of(roles: Mapping[str, Role]) -> dict[Role, str]:
    """What each role is called where we write it: the first of its words."""
    return {role: next(word for word, named in roles.items() if named is role) for role in roles.values()}


def _branches(table: Table) -> dict[str, Branch]:
    found: dict[str, Branch] = {}
    lines: dict[str, int] = {}
    for row in table.rows():
        branch_id = row.cells["branch_id"]
        if not _good_id(branch_id):
            table.note(row.line, "bad_branch_id", id=branch_id, limit=MAX_ID)
        elif branch_id in lines:
            table.note(row.line, "branch_twice", id=branch_id, line=lines[branch_id])
        lines.setdefault(branch_id, row.line)
        found[branch_id] = _branch(row, table)
    return found


def _branch(row: Row, table: Table) -> Branch:
    cells = row.cells
    if not cells["name"]:
        table.note(row.line, "empty_cell", title="name")
    for column in ("name", "parent", "place"):
        if len(cells[column]) > MAX_TEXT or not cells[column].isprintable():
            table.note(row.line, "bad_cell", title=column, limit=MAX_TEXT)
    _check_rule(row, table)
    return Branch(
        cells["branch_id"], cells["name"], cells["parent"], cells["party_day"], _time(row, table), cells["place"]
    )


def _check_rule(row: Row, table: Table) -> None:
    try:
        if row.cells["party_day"]:
            parse_rule(row.cells["party_day"])
    except BadRule as error:
        table.note(row.line, error.kind, **dict(error.about))


def _time(row: Row, table: Table) -> time | None:
    text = row.cells["party_time"]
    if not text:
        return None
    moment = moments.read(_SECONDS.sub("", fold_width(text)), _ANY_DAY)
    if moment is None or moment.at is None or moment.on is not None:
        table.note(row.line, "bad_time", value=text)
        return None
    return moment.at


def _members(
    table: Table, branches: Mapping[str, Branch], roles: Mapping[str, Role], *, complete: bool
) -> dict[str, Member]:
    """Args:
    complete: whether `branches` holds all of them; if not, a branch that is missing is no mistake of this table.
    """
    found: dict[str, Member] = {}
    lines: dict[str, int] = {}
    for row in table.rows():
        openid, branch_id = row.cells["openid"], row.cells["branch_id"]
        if not _good_id(openid):
            table.note(row.line, "bad_openid")
        elif openid in lines:
            table.note(row.line, "member_twice", line=lines[openid])
        if complete and branch_id not in branches:
            table.note(row.line, "unknown_branch", id=branch_id)
        lines.setdefault(openid, row.line)
        found[openid] = Member(openid, branch_id, _roles(row, table, roles), consent_source=IMPORTED)
    return found


def _roles(row: Row, table: Table, roles: Mapping[str, Role]) -> frozenset[Role]:
    """The roles of a row; none named = an ordinary member."""
    found, unknown = roles_in(row.cells["roles"], roles)
    for word in unknown:
        table.note(row.line, "unknown_role", role=word, known="、".join(roles))
    return found or frozenset({Role.MEMBER})


def roles_in(text: str, roles: Mapping[str, Role]) -> tuple[frozenset[Role], tuple[str, ...]]:
    """The roles a text names, and its words that name none."""
    words = [word for word in _BETWEEN_ROLES.split(fold_width(text)) if word]
    return frozenset(roles[word] for word in words if word in roles), tuple(w for w in words if w not in roles)


def _good_id(text: str) -> bool:
    """It goes into addresses and QR codes: no spaces, no slashes, not too long."""
    return 0 < len(text) <= MAX_ID and text.isprintable() and not re.search(r"[\s/]", text)
