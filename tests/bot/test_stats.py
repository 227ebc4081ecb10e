"""Figures of the answers."""

from bot import stats
from bot.inbox import Inbox
from bot.pseudonyms import Pseudonyms
from bot.stats import Figures, Rating
from bot.store import Store
from handlers.messages import Answered, Outcome, Rated, Reply, Turn
from tests.fakes import NOW


def test_of_a_members_verdicts_on_an_entry_the_last_counts() -> None:
    ratings = [Rating("m", "a", False, "wrong"), Rating("m", "a", True), Rating("n", "a", True)]

    assert stats.figures({"a": 4}, ratings) == [Figures("a", 4, useful=2, useless=0)]


def test_what_helps_least_comes_first_then_what_is_asked_most() -> None:
    found = stats.figures({"a": 1, "b": 9, "c": 2}, [Rating("m", "c", False)])

    assert [row.entry_id for row in found] == ["c", "b", "a"]


def test_reasons_are_counted_by_members() -> None:
    ratings = [
        Rating("m", "a", False),
        Rating("m", "a", False, "outdated"),
        Rating("n", "a", False, "wrong"),
        Rating("o", "a", False, "wrong"),
        Rating("p", "a", False),
    ]

    (row,) = stats.figures({}, ratings)

    assert (row.useless, row.reasons) == (4, {"wrong": 2, "outdated": 1})


def test_they_are_read_from_what_the_webhook_keeps(store: Store) -> None:
    inbox = Inbox(store, Pseudonyms("key"))
    reply = Reply(Outcome.ANSWER, "a")
    for number, who in enumerate(("x", "y", "x")):
        inbox.finish(f"m{number}", who, Turn(reply, notes=(Answered("a"),)), NOW)
    inbox.finish("m4", "x", Turn(reply, notes=(Rated("a", useful=False),)), NOW)
    inbox.finish("m5", "x", Turn(reply, notes=(Rated("a", useful=False, reason="unclear"),)), NOW)
    inbox.finish("m6", "y", Turn(reply, notes=(Rated("a", useful=True),)), NOW)

    assert stats.read(store, NOW.date()) == [Figures("a", 3, useful=1, useless=1, reasons={"unclear": 1})]


def test_nothing_asked_is_no_row(store: Store) -> None:
    assert stats.read(store, NOW.date()) == []
