"""What the chat learns of the reminders: how far they got with each member, over all leads."""

from dataclasses import replace

import pytest

from bot.branch_book import BranchBook
from bot.chat_reminders import ChatReminders, better
from bot.ledger import LedgerStore
from bot.store import Store
from handlers.book import Reach, State
from scheduler.reminders import OPT_OUT, Condition, Mark, Notice, Opening
from scheduler.roster import Branch
from tests.bot.test_ledger import MEETING, NOTICE, NOW
from tests.bot.test_roster_store import imported, member

SECOND = replace(NOTICE, reminder=replace(NOTICE.reminder, lead="0d"))


@pytest.fixture
def ledger(store: Store) -> LedgerStore:
    branch_id = MEETING.branch_id
    imported(store, [Branch(branch_id, "甲支部")], [member(f"o{number}", branch_id) for number in range(6)])
    return LedgerStore(store)


def told(ledger: LedgerStore, notice: Notice, **marks: Mark) -> None:
    skipped = {openid: mark.about for openid, mark in marks.items() if mark.condition is Condition.SKIPPED}
    ledger.open([Opening(notice, dict.fromkeys(marks, "") | skipped)], NOW)
    tried = {openid: mark for openid, mark in marks.items() if mark.condition not in (Condition.DUE, Condition.SKIPPED)}
    ledger.claim(notice, list(tried), NOW)
    ledger.settle(notice, tried, NOW)


def test_every_condition_is_put_into_how_far_it_got(ledger: LedgerStore, store: Store) -> None:
    told(
        ledger,
        NOTICE,
        o0=Mark(Condition.SENT, "4001"),
        o1=Mark(Condition.DUE),
        o2=Mark(Condition.FAILED, "unfollowed"),
        o3=Mark(Condition.UNKNOWN, "unmarked"),
        o4=Mark(Condition.SKIPPED, OPT_OUT),
    )

    assert ChatReminders(store).states(MEETING) == {
        "o0": State(Reach.REACHED),
        "o1": State(Reach.WAITING),
        "o2": State(Reach.FAILED, "unfollowed"),
        "o3": State(Reach.UNKNOWN, "unmarked"),
        "o4": State(Reach.SKIPPED, OPT_OUT),
    }


def test_the_best_of_all_leads_counts(ledger: LedgerStore, store: Store) -> None:
    told(ledger, NOTICE, o0=Mark(Condition.SENT, "1"), o1=Mark(Condition.FAILED, "refused"))
    told(ledger, SECOND, o0=Mark(Condition.FAILED, "unfollowed"), o1=Mark(Condition.SENT, "2"))

    states = ChatReminders(store).states(MEETING)

    assert {state.reach for state in states.values()} == {Reach.REACHED}


def test_another_meeting_of_the_branch_is_another_matter(ledger: LedgerStore, store: Store) -> None:
    told(ledger, NOTICE, o0=Mark(Condition.SENT, "1"))

    assert ChatReminders(store).states(replace(MEETING, activity_id="liaison_day")) == {}


def test_of_two_as_far_the_later_counts() -> None:
    first, second = State(Reach.FAILED, "refused"), State(Reach.FAILED, "unfollowed")

    assert better(first, second) == second
    assert better(None, first) == first


def test_who_leaves_is_not_reminded_any_more_and_leaves_no_row(ledger: LedgerStore, store: Store) -> None:
    told(ledger, NOTICE, o0=Mark(Condition.DUE), o1=Mark(Condition.DUE))
    book = BranchBook(store)

    ChatReminders(store).forget("o0")
    book.forget("o0")

    assert set(ChatReminders(store).states(MEETING)) == {"o1"}
    assert ledger.claim(NOTICE, ["o0"], NOW) == []

    ChatReminders(store).forget("oStranger")
    assert set(ChatReminders(store).states(MEETING)) == {"o1"}
