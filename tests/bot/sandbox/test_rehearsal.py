"""What the chat page may do to the roster, and what it may not."""

from datetime import UTC, datetime

import pytest

from bot.branch_book import BranchBook
from bot.roster_store import RosterStore
from bot.sandbox import sample
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.remote import Remote
from bot.settings import Settings
from bot.store import Store
from handlers.book import Consent
from scheduler.roster import Branch, Role
from scheduler.roster_changes import Edit, RosterChanges

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
VISITOR = "page.visitor"


@pytest.fixture
def rehearsal(store: Store) -> Rehearsal:
    sample.plant(store)
    return Rehearsal(Settings(), store, Remote("http://127.0.0.1:1/"))


def test_who_joined_a_branch_of_the_sample_may_become_its_secretary(rehearsal: Rehearsal, store: Store) -> None:
    BranchBook(store).bind(VISITOR, "demo-1", Consent.CODE, NOW)

    assert rehearsal.take_role(VISITOR, "demo-1", "secretary")
    member = BranchBook(store).member(VISITOR)
    assert member is not None
    assert Role.SECRETARY in member.roles


def test_nobody_becomes_the_secretary_of_a_branch_that_is_not_of_the_sample(rehearsal: Rehearsal, store: Store) -> None:
    keeper, book = RosterStore(store), BranchBook(store)
    keeper.write(RosterChanges((Edit(None, Branch("real", "甲支部")),), ()), keeper.snapshot().version)
    book.bind(VISITOR, "real", Consent.CODE, NOW)

    assert not rehearsal.take_role(VISITOR, "real", "secretary")
    member = book.member(VISITOR)
    assert member is not None
    assert Role.SECRETARY not in member.roles
