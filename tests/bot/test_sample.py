"""The demo's sample roster: there at the first start, never over another one, gone when there is an account."""

from bot import edited, wiring_calendar
from bot.branch_book import BranchBook
from bot.roster_store import RosterStore
from bot.sandbox import sample
from bot.settings import Settings
from bot.store import Store
from handlers.book import Consent
from scheduler.agenda import upcoming
from scheduler.roster import Branch, Member, Role
from tests.bot.test_roster_store import everything, imported
from tests.fakes import NOW

OURS = Branch("hs-01", "红星党支部")
WE = Member("oBoss", "hs-01", frozenset({Role.MEMBER}))


def test_the_first_start_has_branches_members_with_names_and_codes_to_join_by(store: Store) -> None:
    assert sample.plant(store)

    book = BranchBook(store)
    assert RosterStore(store).sizes() == (3, len(sample.manners()))
    for branch in RosterStore(store).branches():
        assert book.code(branch.id)
        assert set(book.names(branch.id)) == {one.openid for one in book.members(branch.id)}


def test_every_branch_has_its_next_party_day(store: Store) -> None:
    sample.plant(store)
    settings = Settings()

    for branch in RosterStore(store).branches():
        agenda = wiring_calendar.agenda(settings, store, edited.activities(settings), [branch])
        assert any(one.meeting.activity_id == "party_day" for one in upcoming(agenda.between, NOW, 2))


def test_a_roster_is_left_alone(store: Store) -> None:
    imported(store, [OURS], [WE])

    assert not sample.plant(store)
    assert RosterStore(store).branches() == (OURS,)


def test_who_emptied_the_roster_gets_no_sample_again(store: Store) -> None:
    sample.plant(store)
    imported(store, [], [])

    assert not sample.plant(store)
    assert RosterStore(store).is_empty()


def test_for_an_account_the_sample_goes_with_whoever_joined_it_and_all_else_stays(store: Store) -> None:
    sample.plant(store)
    imported(store, [*RosterStore(store).branches(), OURS], [*sample.roster().members.values(), WE])
    BranchBook(store).bind("oVisitor", "demo-1", Consent.CODE, NOW)

    sample.clear(store)

    assert RosterStore(store).branches() == (OURS,)
    assert [one.openid for one in RosterStore(store).members(["hs-01"])["hs-01"]] == ["oBoss"]
    left = everything(store)
    for trace in ("oDemo", "oVisitor", "demo-1", "陈守田"):
        assert trace not in left


def test_without_a_sample_nothing_is_cleared(store: Store) -> None:
    imported(store, [OURS], [WE])
    before = RosterStore(store).snapshot()

    sample.clear(store)

    assert RosterStore(store).snapshot() == before
