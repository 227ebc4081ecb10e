"""Who may be sent texts, and that no message goes out as a text twice."""

from datetime import timedelta

import pytest

from bot.inbox import Inbox
from bot.pseudonyms import Pseudonyms
from bot.store import Store
from bot.window import Try, Window
from handlers.messages import Outcome, Reply, Turn
from scheduler.delivery import Push
from tests.fakes import NOW, SHANGHAI, Member

PUSH = Push("o1", "key", "party_day", {}, "text")
SEEN = Turn(Reply(Outcome.ANSWER, "好"))


@pytest.fixture
def window(store: Store) -> Window:
    return Window(store)


@pytest.fixture
def inbox(store: Store) -> Inbox:
    return Inbox(store, Pseudonyms("key"))


def test_when_members_last_wrote_is_known_for_48_hours_and_told_for_many_at_once(window: Window, inbox: Inbox) -> None:
    inbox.finish("m1", "o1", SEEN, NOW - timedelta(hours=3), wrote=True)
    inbox.finish("m2", "o1", SEEN, NOW - timedelta(hours=2), wrote=True)
    inbox.finish("m3", "o2", SEEN, NOW - timedelta(hours=48), wrote=True)
    inbox.finish("m4", "o3", SEEN, NOW)

    found = window.wrote_at(["o1", "o2", "o3", "o4"], NOW)

    assert found == {"o1": NOW - timedelta(hours=2)}
    assert found["o1"].tzinfo is SHANGHAI
    assert window.wrote_at([], NOW) == {}


def test_it_is_kept_for_48_hours_without_the_openid(inbox: Inbox, store: Store) -> None:
    inbox.finish("m1", "oOpenid", SEEN, NOW, wrote=True)

    with store.commands() as client:
        (key,) = client.keys("bot:wrote:*")
        assert client.ttl(key) == 48 * 3600
    assert "oOpenid" not in key


def test_whoever_unsubscribes_never_wrote(window: Window, inbox: Inbox) -> None:
    inbox.finish("m1", "o1", SEEN, NOW, wrote=True)

    inbox.forget("o1", NOW)

    assert window.wrote_at(["o1"], NOW) == {}


def test_a_members_words_and_pictures_open_the_window_and_events_do_not(member: Member, store: Store) -> None:
    def opened() -> int:
        with store.commands() as client:
            return len(client.keys("bot:wrote:*"))

    member.does("subscribe")
    member.does("CLICK", EventKey="help")
    member.does("VIEW")
    assert opened() == 0
    member.sends("image", MediaId="1")
    assert opened() == 1
    member.does("unsubscribe")
    assert opened() == 0
    member.says("你好")
    assert opened() == 1


def test_a_message_goes_out_as_a_text_once(window: Window) -> None:
    assert [window.begin(PUSH), window.begin(PUSH)] == [Try.FIRST, Try.TRIED]
    assert window.begin(Push("o2", "key", "party_day", {}, "")) is Try.FIRST
    assert window.begin(Push("o1", "other", "party_day", {}, "")) is Try.FIRST


def test_a_message_that_did_not_go_out_may_be_tried_again(window: Window) -> None:
    window.begin(PUSH)

    window.undo(PUSH)

    assert window.begin(PUSH) is Try.FIRST


def test_a_closed_window_stays_closed_until_the_member_writes_again(window: Window, inbox: Inbox) -> None:
    inbox.finish("m1", "o1", SEEN, NOW, wrote=True)
    window.begin(PUSH)

    window.close(PUSH)

    assert window.begin(PUSH) is Try.CLOSED
    assert window.wrote_at(["o1"], NOW) == {}
    inbox.finish("m2", "o1", SEEN, NOW, wrote=True)
    assert window.wrote_at(["o1"], NOW) == {"o1": NOW}


def test_what_is_noted_of_a_message_has_a_lifetime_and_no_openid(window: Window, store: Store) -> None:
    window.begin(PUSH)

    with store.commands() as client:
        (key,) = client.keys("*")
        assert 600 < int(str(client.ttl(key))) <= 900
    assert "o1" not in key
