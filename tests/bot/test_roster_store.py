"""The roster in a real store: an import all or nothing, beside members who bind and leave at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from threading import Barrier
from typing import Any

import pytest

from bot.branch_book import BranchBook
from bot.invitations import Invitations
from bot.memberships import GUESSES, NoSuchBranch
from bot.roster_store import RosterStore
from bot.store import Store, StoreUnavailable
from handlers.book import Attendance, Consent, TooManyGuesses
from scheduler.agenda import Meeting
from scheduler.roster import Branch, Change, Member, Role
from scheduler.roster_changes import compare
from scheduler.roster_files import Roster
from tests.fakes import NOW

A = Branch("a", "甲支部", "某镇党委", "每月第一个周五", time(15), "二楼")
B = Branch("b", "乙支部")
MEETING = Meeting("party_day", "a", date(2026, 12, 5))


def imported(store: Store, branches: list[Branch], members: list[Member]) -> bool:
    keeper = RosterStore(store)
    now = keeper.snapshot()
    wanted = Roster({one.id: one for one in branches}, {one.openid: one for one in members})
    unbound = keeper.unbound(wanted.members)
    return keeper.write(compare(now.branches, now.members, wanted, unbound), now.version)


def member(openid: str, branch_id: str = "a", *roles: Role) -> Member:
    return Member(openid, branch_id, frozenset(roles or (Role.MEMBER,)), consent_source="import")


def everything(store: Store) -> str:
    """All keys and values, as one text."""
    with store.commands() as client:
        names: Any = client.keys("*")
        dump: dict[str, Any] = {}
        for name in names:
            kind = client.type(name)
            read: dict[Any, Any] = {"string": client.get, "hash": client.hgetall, "set": client.smembers}
            dump[name] = read.get(kind, client.xrange)(name)
    return repr(dump)


class TestImport:
    def test_what_was_written_is_read(self, store: Store) -> None:
        people = [member("o1", "a", *Role), member("o2", "b")]

        assert imported(store, [A, B], people)

        keeper = RosterStore(store)
        assert keeper.branches() == (A, B)
        assert keeper.members(["a", "b", "c"]) == {"a": (people[0],), "b": (people[1],), "c": ()}
        assert not keeper.is_empty()

    def test_a_branch_that_goes_takes_its_code_and_everything_of_its_own_with_it(self, store: Store) -> None:
        imported(store, [A, B], [member("o1", "a", Role.SECRETARY)])
        book, invitations = BranchBook(store), Invitations(store)
        code, scene = invitations.code("a"), invitations.scene("a")
        book.change(MEETING, "o1", NOW, to=date(2026, 12, 8))
        book.set_name("o1", "王建国")

        imported(store, [B], [])

        assert invitations.branch_id_of_code(code) is None
        assert invitations.branch_id_of_scene(scene) is None
        assert RosterStore(store).changes("party_day") == {}
        left = everything(store)
        assert "王建国" not in left
        assert "o1" not in left

    def test_an_import_computed_from_an_older_roster_writes_nothing(self, store: Store) -> None:
        imported(store, [A], [])
        keeper = RosterStore(store)
        old = keeper.snapshot()
        stale = compare(old.branches, old.members, Roster({}, {}))
        BranchBook(store).bind("o9", "a", Consent.CODE, NOW)

        assert keeper.write(stale, old.version) is False
        assert keeper.branch("a") == A

    def test_moving_a_member_leaves_nothing_in_the_old_branch(self, store: Store) -> None:
        imported(store, [A, B], [member("o1")])
        book = BranchBook(store)
        book.set_name("o1", "王建国")
        book.attend("o1", MEETING, Attendance(True, "", NOW))

        imported(store, [A, B], [member("o1", "b")])

        assert book.members("a") == ()
        assert [one.openid for one in book.members("b")] == ["o1"]
        assert book.names("a") == {}

    def test_codes_stay_when_a_branch_is_changed(self, store: Store) -> None:
        imported(store, [A], [])
        code = Invitations(store).code("a")

        imported(store, [Branch("a", "新名字")], [])

        assert Invitations(store).code("a") == code


class TestInvitations:
    def test_a_code_is_found_in_any_case_and_width(self, store: Store) -> None:
        imported(store, [A, B], [])
        code = Invitations(store).code("b")

        wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code.lower())
        book = BranchBook(store)
        assert {book.branch_of_code(text, "o1") for text in (code, code.lower(), wide, f" {code} ")} == {B}
        assert book.branch_of_code("nobody", "o1") is None
        assert book.branch_of_code("\ud800", "o1") is None

    def test_guessing_codes_ends_after_a_few_for_whoever_guesses(self, store: Store) -> None:
        imported(store, [A], [])
        book = BranchBook(store)
        code = book.code("a")
        for number in range(GUESSES):
            book.branch_of_code(f"GUESS{number}", "oGuesser")

        with pytest.raises(TooManyGuesses):
            book.branch_of_code(code, "oGuesser")
        assert book.branch_of_code(code, "oHonest") == A

    def test_every_branch_has_a_code_of_its_own_with_letters_and_digits(self, store: Store) -> None:
        imported(store, [Branch(f"b{number}", "甲") for number in range(300)], [])

        codes = {Invitations(store).code(f"b{number}") for number in range(300)}

        assert len(codes) == 300
        assert all(any(map(str.isdigit, code)) and any(map(str.isalpha, code)) for code in codes)

    def test_a_scene_of_another_branch_or_another_signature_leads_nowhere(self, store: Store) -> None:
        imported(store, [A, B], [])
        scene = Invitations(store).scene("a")
        book = BranchBook(store)

        assert book.branch_of_scene(scene) == A
        for forged in (f"b{scene[1:]}", scene[:-1], scene[:-1] + "x", "a", "", "a.", "." * 65, "\ud800.x"):
            assert book.branch_of_scene(forged) is None

    def test_a_new_code_makes_the_old_code_and_the_old_qr_code_useless(self, store: Store) -> None:
        imported(store, [A], [])
        invitations = Invitations(store)
        code, scene = invitations.code("a"), invitations.scene("a")

        new = invitations.renew("a")

        assert new != code
        assert invitations.branch_id_of_code(code) is None
        assert invitations.branch_id_of_scene(scene) is None
        assert invitations.branch_id_of_scene(invitations.scene("a")) == "a"

    def test_of_codes_renewed_at_the_same_moment_one_is_good(self, store: Store) -> None:
        imported(store, [A], [])
        invitations, together = Invitations(store), Barrier(8)

        def renew(_number: int) -> str:
            together.wait()
            return invitations.renew("a")

        with ThreadPoolExecutor(8) as pool:
            codes = [invitations.code("a"), *pool.map(renew, range(8))]

        assert [code for code in codes if invitations.branch_id_of_code(code)] == [invitations.code("a")]

    def test_a_scene_fits_the_platform_for_the_longest_id(self, store: Store) -> None:
        imported(store, [Branch("x" * 40, "甲")], [])

        assert len(Invitations(store).scene("x" * 40)) <= 64


class TestBinding:
    def test_consent_is_kept_with_time_and_source_and_what_the_organisation_said_stays(self, store: Store) -> None:
        imported(store, [A], [member("o1", "a", Role.MEMBER, Role.SECRETARY)])
        book = BranchBook(store)

        bound = book.bind("o1", "a", Consent.QR, NOW)

        assert bound == book.member("o1")
        assert (bound.consented_at, bound.consent_source) == (NOW, "qr")
        assert Role.SECRETARY in bound.roles

    def test_who_comes_from_another_branch_is_an_ordinary_member_there(self, store: Store) -> None:
        imported(store, [A, B], [member("o1", "a", Role.SECRETARY)])
        book = BranchBook(store)

        assert book.bind("o1", "b", Consent.CODE, NOW).roles == {Role.MEMBER}
        assert book.members("a") == ()

    def test_a_branch_that_is_gone_takes_nobody(self, store: Store) -> None:
        with pytest.raises(NoSuchBranch):
            BranchBook(store).bind("o1", "gone", Consent.CODE, NOW)

    def test_who_unbound_is_not_brought_back_by_a_file_but_may_come_back_themselves(self, store: Store) -> None:
        imported(store, [A], [member("o1")])
        book = BranchBook(store)
        book.unbind("o1")

        imported(store, [A], [member("o1")])
        assert book.member("o1") is None

        book.bind("o1", "a", Consent.CODE, NOW)
        imported(store, [A], [member("o1")])
        assert book.member("o1") is not None

    def test_to_be_forgotten_leaves_no_trace_under_openid_or_pseudonym(self, store: Store) -> None:
        imported(store, [A, B], [member("oSomebody", "a", Role.SECRETARY)])
        book = BranchBook(store)
        book.set_name("oSomebody", "王建国")
        book.attend("oSomebody", MEETING, Attendance(False, "出差", NOW))
        book.change(MEETING, "oSomebody", NOW, cancelled=True)
        book.unbind("oSomebody")
        book.bind("oSomebody", "b", Consent.CODE, NOW)

        book.forget("oSomebody")

        left = everything(store)
        for trace in ("oSomebody", RosterStore(store).pseudonyms("oSomebody"), "王建国", "出差"):
            assert trace not in left

    def test_moving_to_another_branch_and_being_forgotten_takes_the_acts_of_the_first_as_well(
        self, store: Store
    ) -> None:
        imported(store, [A, B], [member("o1", "a", Role.SECRETARY)])
        book = BranchBook(store)
        book.change(MEETING, "o1", NOW, cancelled=True)
        book.bind("o1", "b", Consent.CODE, NOW)

        book.forget("o1")

        assert RosterStore(store).pseudonyms("o1") not in everything(store)

    def test_forgetting_a_stranger_does_nothing(self, store: Store) -> None:
        imported(store, [A], [member("o1")])

        BranchBook(store).forget("oStranger")

        assert BranchBook(store).members("a") == (member("o1"),)


class TestMeetings:
    def test_the_last_change_counts_under_the_next_version(self, store: Store) -> None:
        imported(store, [A], [member("o1", "a", Role.SECRETARY)])
        book = BranchBook(store)

        book.change(MEETING, "o1", NOW, to=date(2026, 12, 8), at=time(19))
        second = book.change(MEETING, "o1", NOW, cancelled=True)

        assert second == Change(MEETING.rule_date, 2, cancelled=True)
        assert book.changes_of("party_day", "a") == {MEETING.rule_date: second}
        assert RosterStore(store).changes("party_day") == {("a", MEETING.rule_date): second}
        assert book.changes_of("liaison_day", "a") == {}

    def test_the_same_change_again_is_no_new_version(self, store: Store) -> None:
        imported(store, [A], [member("o1", "a", Role.SECRETARY)])
        book = BranchBook(store)

        first = book.change(MEETING, "o1", NOW, to=date(2026, 12, 8))

        assert book.change(MEETING, "o1", NOW, to=date(2026, 12, 8)) == first

    def test_who_was_exempted_leaves_no_trace_in_the_acts_when_forgotten(self, store: Store) -> None:
        imported(store, [A], [member("o1", "a", Role.SECRETARY), member("o2")])
        book = BranchBook(store)
        book.set_exempt("o2", True, "o1", NOW)
        pseudonym = RosterStore(store).pseudonyms("o2")
        assert pseudonym in everything(store)

        book.forget("o2")

        assert pseudonym not in everything(store)

    def test_every_act_is_kept_with_who_when_and_what(self, store: Store) -> None:
        imported(store, [A], [member("o1", "a", Role.SECRETARY)])

        BranchBook(store).change(MEETING, "o1", NOW, cancelled=True)

        with store.commands() as client:
            rows: Any = client.xrange("bot:roster:acts:a")
        ((_, act),) = rows
        assert act["by"] == RosterStore(store).pseudonyms("o1")
        assert (act["action"], act["activity"], act["rule_date"]) == ("cancel", "party_day", "2026-12-05")
        assert act["at"] == NOW.isoformat()

    def test_the_last_answer_counts_and_the_silent_are_missing(self, store: Store) -> None:
        imported(store, [A], [member("o1"), member("o2")])
        book = BranchBook(store)
        book.attend("o1", MEETING, Attendance(True, "", NOW))
        book.attend("o1", MEETING, Attendance(False, "出差", NOW))

        assert book.attendance(MEETING) == {"o1": Attendance(False, "出差", NOW)}

    def test_mutes_and_exemption_are_kept(self, store: Store) -> None:
        imported(store, [A], [member("o1")])
        book = BranchBook(store)

        book.mute("o1", "party_day", True, NOW)
        book.set_exempt("o1", True, "o2", NOW)
        muted = book.member("o1")
        book.mute("o1", "party_day", False, NOW)
        again = book.member("o1")

        assert muted is not None
        assert muted.muted == {"party_day"}
        assert muted.exempt
        assert muted.consented_at is None
        assert again is not None
        assert not again.muted
        assert again.consented_at == NOW

    def test_a_name_can_be_left_and_taken_back(self, store: Store) -> None:
        imported(store, [A], [member("o1")])
        book = BranchBook(store)

        book.set_name("o1", "王建国")
        assert book.names("a") == {"o1": "王建国"}
        book.set_name("o1", "")
        assert book.names("a") == {}


def test_a_store_that_is_down_is_never_taken_for_an_empty_roster(no_store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        RosterStore(no_store).snapshot()
    with pytest.raises(StoreUnavailable):
        BranchBook(no_store).member("o1")
