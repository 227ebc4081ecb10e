"""The sample roster of demo mode: invented branches, put into the store once, and gone when there is an account."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.branch_book import BranchBook
from bot.ledger import LedgerStore
from bot.roster_store import RosterStore
from bot.store import Store
from scheduler import roster_files
from scheduler.roster import Role
from scheduler.roster_changes import Edit, RosterChanges, compare
from scheduler.tables import Table

FOLDER: Final = Path(__file__).parent / "sample"


@dataclass(frozen=True, slots=True)
class Manner:
    """How someone of the sample behaves.

    Attributes:
        name: left for the secretary.
        answers: what they write back to a reminder; empty = nothing.
        error: the code WeChat's API answers when they are to be told; 0 = they are told.
    """

    openid: str
    name: str
    answers: str
    error: int


def roster() -> roster_files.Roster:
    """The sample as its files say it. Roles stand there by their own names, whatever words editors have for them."""
    roles = {role.value: role for role in Role}
    branches, members = FOLDER / "branches.csv", FOLDER / "members.csv"
    return roster_files.read((branches, branches.read_bytes()), (members, members.read_bytes()), roles)


def manners() -> tuple[Manner, ...]:
    """How everyone of the sample behaves."""
    path = FOLDER / "manners.csv"
    rows = Table(path, path.read_bytes(), ("openid", "name", "answers", "error")).rows()
    cells = [row.cells for row in rows]
    return tuple(Manner(one["openid"], one["name"], one["answers"], int(one["error"] or 0)) for one in cells)


def plant(store: Store) -> bool:
    """Put the sample into a store that never had a roster; whether it was. Raises StoreUnavailable."""
    keeper = RosterStore(store)
    now = keeper.snapshot()
    if now.version or not keeper.write(compare(now.branches, now.members, roster()), now.version):
        return False
    book = BranchBook(store)
    for one in manners():
        book.set_name(one.openid, one.name)
    return True


def clear(store: Store) -> None:
    """Take the sample's branches out of the store, with whoever joined them in the demo: a real account must not
    send to people who do not exist. Raises StoreUnavailable.
    """
    keeper, ledger = RosterStore(store), LedgerStore(store)
    ids = [branch_id for branch_id in roster().branches if keeper.branch(branch_id)]
    while ids:
        now = keeper.snapshot()
        theirs = [one for one in now.members.values() if one.branch_id in ids]
        for one in theirs:
            ledger.forget(one.openid, one.branch_id)
        gone = [now.branches[branch_id] for branch_id in ids if branch_id in now.branches]
        changes = RosterChanges(tuple(Edit(one, None) for one in gone), tuple(Edit(one, None) for one in theirs))
        if keeper.write(changes, now.version):
            return
