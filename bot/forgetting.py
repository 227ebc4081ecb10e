"""Forgetting a member: everything kept about them goes, wherever it is. Who is to be forgotten, and when, is for others
to say.
"""

from datetime import datetime

from bot.branch_book import BranchBook
from bot.inbox import Inbox
from bot.ledger import LedgerStore
from bot.pseudonyms import Pseudonyms
from bot.roster_store import RosterStore
from bot.store import Store


def forget(store: Store, openid: str, now: datetime) -> None:
    """Remove everything kept about a member; nothing happens when there is nothing.

    Args:
        now: the clock, aware.

    Raises:
        StoreUnavailable: something may be left; ask again.
    """
    branch_id = RosterStore(store).branch_of(openid)
    LedgerStore(store).forget(openid, branch_id)  # found by way of the roster, so it goes first
    BranchBook(store).forget(openid)
    Inbox(store, Pseudonyms(store.secret)).forget(openid, now)
