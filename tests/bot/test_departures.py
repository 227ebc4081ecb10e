"""Whoever turns out to have unfollowed is forgotten; whoever never followed stays for the secretary to call."""

from dataclasses import dataclass

import pytest

from bot.branch_book import BranchBook
from bot.departures import Departures
from bot.ledger import LedgerStore
from bot.store import Store
from handlers.book import Consent
from scheduler.delivery import Push, Refused, Result, Sent
from scheduler.reminders import Condition, Mark, Opening
from scheduler.roster import Branch
from tests.bot.test_ledger import MEETING, NOTICE, NOW
from tests.bot.test_purge import everything
from tests.bot.test_roster_store import imported, member
from tests.fakes import Clock

BOUND, IMPORTED = "oBoundByCode", "oCameByImport"


@dataclass
class Platform:
    """A sender with one answer."""

    answer: Result

    def send(self, _push: Push) -> Result:
        return self.answer


@pytest.fixture
def ledger(store: Store) -> LedgerStore:
    """A branch with a member who bound themselves and one who did not, and a reminder being sent to both."""
    imported(store, [Branch(MEETING.branch_id, "甲支部")], [member(IMPORTED, MEETING.branch_id)])
    book = BranchBook(store)
    book.bind(BOUND, MEETING.branch_id, Consent.CODE, NOW)
    book.set_name(BOUND, "王建国")
    ledger = LedgerStore(store)
    ledger.open([Opening(NOTICE, {BOUND: "", IMPORTED: ""})], NOW)
    ledger.claim(NOTICE, [BOUND, IMPORTED], NOW)
    return ledger


def sent(store: Store, openid: str, answer: Result) -> Result:
    departures = Departures(Platform(answer), store, Clock(NOW))
    return departures.send(Push(openid, "key-1", "party_day", {}, "明天开主题党日。"))


def test_who_bound_themselves_and_follows_no_more_leaves_no_trace(store: Store, ledger: LedgerStore) -> None:
    assert sent(store, BOUND, Refused("unfollowed")) == Refused("unfollowed")
    ledger.settle(NOTICE, {BOUND: Mark(Condition.FAILED, "unfollowed")}, NOW)  # as the courier does then

    assert BranchBook(store).member(BOUND) is None
    assert ledger.rows(NOTICE, [BOUND, IMPORTED]).keys() == {IMPORTED}
    for trace in (BOUND, "王建国"):
        assert trace not in everything(store)


def test_who_came_by_import_and_never_spoke_stays_on_the_list_of_the_secretary(
    store: Store, ledger: LedgerStore
) -> None:
    sent(store, IMPORTED, Refused("unfollowed"))

    assert BranchBook(store).member(IMPORTED) is not None
    assert IMPORTED in ledger.rows(NOTICE, [IMPORTED])


@pytest.mark.parametrize("answer", [Sent("1"), Refused("blocked"), Refused("refused")])
def test_nobody_is_forgotten_for_anything_else(store: Store, ledger: LedgerStore, answer: Result) -> None:
    assert sent(store, BOUND, answer) == answer

    assert BranchBook(store).member(BOUND) is not None


def test_a_store_that_is_down_changes_nothing_of_how_the_push_ended(no_store: Store) -> None:
    assert sent(no_store, BOUND, Refused("unfollowed")) == Refused("unfollowed")
