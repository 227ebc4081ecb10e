"""Questions without an answer: kept by pseudonym, grouped by likeness, settled and reopened."""

from datetime import timedelta

import pytest

from bot.inbox import Inbox
from bot.misses import Miss, Misses, Settled, grouped
from bot.pseudonyms import Pseudonyms
from bot.store import Store
from handlers.messages import Missed, Outcome, Reply, Turn
from handlers.services import Services
from tests.fakes import NOW


def miss(number: int, who: str, text: str, *nearest: str) -> Miss:
    return Miss(f"{number}-0", who, text, NOW + timedelta(minutes=number), nearest)


def same(text: str) -> str:
    return text


def ask(store: Store, who: str, text: str, *nearest: str) -> None:
    inbox = Inbox(store, Pseudonyms("key"))
    inbox.finish(f"{who}{text}", who, Turn(Reply(Outcome.FALLBACK), notes=(Missed(text, nearest),)), NOW)


class TestGroups:
    def test_like_questions_are_one_group_under_what_most_members_wrote(self, services: Services) -> None:
        rows = [
            miss(1, "a", "请问党费怎么个交法", "x", "y"),
            miss(2, "b", "党费怎么交", "x"),
            miss(3, "c", "党费怎么交", "y", "x"),
            miss(4, "c", "村里能不能修路"),
        ]

        first, second = grouped(rows, services.language.normalise)

        assert first.question == "党费怎么交"
        assert first.wordings == ("党费怎么交", "请问党费怎么个交法")
        assert (first.members, first.times, first.last) == (3, 3, NOW + timedelta(minutes=3))
        assert first.nearest == ("x", "y")
        assert first.rows == ("1-0", "2-0", "3-0")
        assert second.question == "村里能不能修路"

    def test_one_insistent_member_does_not_outweigh_two(self) -> None:
        insistent = [miss(number, "a", "茅台股票能买吗") for number in range(5)]
        two = [miss(7, "b", "村里能不能修路"), miss(8, "c", "村里能不能修路")]

        assert [group.members for group in grouped([*insistent, *two], same)] == [2, 1]

    def test_a_group_keeps_its_id_when_like_questions_join_it(self) -> None:
        before = [miss(1, "a", "党费怎么交")]

        (alone,), (joined,) = grouped(before, same), grouped([*before, miss(2, "b", "党费怎样交")], same)

        assert alone.id == joined.id

    def test_nothing_asked_in_vain_is_no_group(self) -> None:
        assert grouped([], same) == []


class TestKept:
    def test_members_appear_under_pseudonyms_only(self, store: Store) -> None:
        ask(store, "oOpenid", "党费怎么交", "x")

        (row,) = Misses(store).open()

        assert (row.text, row.at, row.nearest) == ("党费怎么交", NOW, ("x",))
        assert row.who == Pseudonyms("key")("oOpenid")
        assert "oOpenid" not in row.who

    def test_what_is_settled_is_off_the_list_and_undone_in_reverse_order(self, store: Store) -> None:
        ask(store, "a", "党费怎么交")
        ask(store, "b", "村里能不能修路")
        misses = Misses(store)
        dues, road = misses.open()

        misses.settle(Settled((dues.row,), "entry", "党费怎么交"))
        misses.settle(Settled((road.row,)))
        assert misses.open() == []

        last = misses.last()
        assert last == Settled((road.row,))
        misses.reopen(last)
        assert misses.open() == [road]
        assert misses.last() == Settled((dues.row,), "entry", "党费怎么交")

    def test_the_same_question_asked_again_is_open_again(self, store: Store) -> None:
        ask(store, "a", "党费怎么交")
        misses = Misses(store)
        misses.settle(Settled(tuple(row.row for row in misses.open())))

        ask(store, "b", "党费怎么交")

        assert [row.who for row in misses.open()] == [Pseudonyms("key")("b")]

    def test_a_member_who_leaves_takes_theirs_along_even_when_settled(self, store: Store) -> None:
        ask(store, "a", "党费怎么交")
        misses = Misses(store)
        settled = Settled(tuple(row.row for row in misses.open()))
        misses.settle(settled)

        Inbox(store, Pseudonyms("key")).forget("a", NOW)
        misses.reopen(settled)

        assert misses.open() == []

    def test_without_anything_settled_there_is_nothing_to_undo(self, store: Store) -> None:
        assert Misses(store).last() is None

    def test_a_store_that_is_down_is_said_to_be(self, no_store: Store) -> None:
        with pytest.raises(Exception, match="nobody"):
            Misses(no_store).open()
