"""The inbox on a real Valkey: claims, memory, counts, what is kept of a turn, wiping."""

from datetime import timedelta

import pytest

from bot.hits import Hits
from bot.inbox import Inbox
from bot.notes import MISSES, RATINGS
from bot.pseudonyms import Pseudonyms
from bot.store import Store
from handlers.messages import BLANK, Answered, Choice, Memory, Missed, Outcome, Rated, Reply, Turn
from tests.fakes import NOW

REPLY = Reply(Outcome.ANSWER, "每月一次。\n\n来源：咸宁")
MEMORY = Memory((Choice("甲", "甲？"),), shown=1, entry_id="a-b", rest="后面", misses=1, at=NOW)


@pytest.fixture
def inbox(store: Store) -> Inbox:
    return Inbox(store, Pseudonyms("key"))


def ttl(store: Store, pattern: str) -> int:
    with store.commands() as client:
        (key,) = client.keys(pattern)
        return int(str(client.ttl(key)))


def test_a_message_is_claimed_once(inbox: Inbox) -> None:
    assert inbox.arrive("m", "o", NOW).first
    assert not inbox.arrive("m", "o", NOW).first
    assert inbox.arrive("other", "o", NOW).first


def test_what_was_answered_and_remembered_comes_back_as_it_was(inbox: Inbox) -> None:
    inbox.finish("m", "o", Turn(REPLY, MEMORY), NOW)

    again = inbox.arrive("m", "o", NOW)
    assert (again.first, again.reply) == (False, REPLY)
    assert inbox.arrive("next", "o", NOW).memory == MEMORY


def test_members_do_not_see_each_others_memory(inbox: Inbox) -> None:
    inbox.finish("m", "o1", Turn(REPLY, MEMORY), NOW)

    assert inbox.arrive("next", "o2", NOW).memory == BLANK


def test_messages_are_counted_by_minute_and_day(inbox: Inbox) -> None:
    for number in range(3):
        inbox.finish(f"m{number}", "o", Turn(REPLY), NOW)

    assert (inbox.arrive("x", "o", NOW).in_minute, inbox.arrive("y", "o", NOW).in_day) == (3, 3)
    later = inbox.arrive("z", "o", NOW + timedelta(minutes=1))
    assert (later.in_minute, later.in_day) == (0, 3)
    assert inbox.arrive("w", "o", NOW + timedelta(days=1)).in_day == 0


def test_a_nonce_with_another_body_is_a_forgery_and_with_the_same_body_a_retry(inbox: Inbox) -> None:
    assert not inbox.arrive("m", "o", NOW, nonce="n", digest="d").forged
    assert not inbox.arrive("m", "o", NOW, nonce="n", digest="d").forged
    assert inbox.arrive("m2", "o", NOW, nonce="n", digest="other").forged


def test_every_key_about_a_message_or_a_member_has_a_lifetime(inbox: Inbox, store: Store) -> None:
    inbox.arrive("m", "o", NOW, nonce="n", digest="d")
    inbox.finish("m", "o", Turn(REPLY, MEMORY, (Answered("a-b"),)), NOW)

    with store.commands() as client:
        lasting = {key for key in client.keys("*") if int(str(client.ttl(key))) < 0}
    assert lasting == set()
    assert ttl(store, "bot:memory:*") == 600


def test_a_memory_of_another_version_of_the_product_counts_as_forgotten(inbox: Inbox, store: Store) -> None:
    with store.commands() as client:
        client.set(f"bot:memory:{Pseudonyms('key')('o')}", '{"choices": [], "unheard_of": 1, "at": null}')

    assert inbox.arrive("m", "o", NOW).memory == BLANK


def test_misses_and_ratings_are_kept_without_the_openid(inbox: Inbox, store: Store) -> None:
    notes = (Missed("问题", ("a", "b")), Rated("a", useful=False, reason="wrong"))
    inbox.finish("m", "oOpenid", Turn(REPLY, notes=notes), NOW)

    with store.commands() as client:
        ((_, missed),) = client.xrange(MISSES)  # type: ignore[misc]
        ((_, rated),) = client.xrange(RATINGS)  # type: ignore[misc]
    who = Pseudonyms("key")("oOpenid")
    assert missed == {"who": who, "text": "问题", "at": NOW.isoformat(), "nearest": "a b"}
    assert rated == {"who": who, "entry": "a", "useful": "0", "reason": "wrong", "at": NOW.isoformat()}


def test_a_text_with_a_lone_surrogate_can_be_kept(inbox: Inbox) -> None:
    inbox.finish("m", "o", Turn(Reply(Outcome.FALLBACK, "a"), notes=(Missed("坏\ud800字", ()),)), NOW)

    assert inbox.arrive("m", "o", NOW).reply is not None


def test_forgetting_a_member_leaves_others_alone(inbox: Inbox, store: Store) -> None:
    for sender in ("o1", "o2"):
        inbox.finish(f"m{sender}", sender, Turn(REPLY, MEMORY, (Missed(sender, ()), Rated("a", useful=True))), NOW)

    inbox.forget("o1", NOW)

    assert inbox.arrive("x", "o1", NOW).memory == BLANK
    assert inbox.arrive("y", "o2", NOW).memory == MEMORY
    with store.commands() as client:
        assert (client.xlen(MISSES), client.xlen(RATINGS)) == (1, 1)


def test_the_most_asked_entries_of_the_last_thirty_days_come_first(inbox: Inbox, store: Store) -> None:
    for days_ago, entry_ids in ((0, "aab"), (29, "bbb"), (31, "ccccc")):
        for number, entry_id in enumerate(entry_ids):
            when = NOW - timedelta(days=days_ago)
            inbox.finish(f"{days_ago}{number}", "o", Turn(REPLY, notes=(Answered(entry_id),)), when)

    assert Hits(store).top(2, NOW.date()) == ("b", "a")
