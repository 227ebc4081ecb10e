"""The day's quota: asked of the platform, shared by all processes, never quite used up."""

from collections.abc import Callable, Iterator

import pytest

from bot.api import Api
from bot.calls import Calls
from bot.quota import QUOTA, Allowance, Quota, QuotaUnknown
from bot.sandbox.remote import Remote
from bot.store import Store, StoreUnavailable
from bot.token_store import TokenStore
from bot.tokens import Credentials, Tokens
from tests.fakes import Clock

Process = Callable[[], Quota]


@pytest.fixture
def api(platform: Remote, clock: Clock) -> Iterator[Api]:
    calls = Calls(platform.url)
    yield Api(calls, Tokens(calls, Credentials("wx1", "s"), clock, TokenStore("wx1")))
    calls.close()


@pytest.fixture
def process(api: Api, store: Store, clock: Clock) -> Process:
    return lambda: Quota(api, store, clock)


def taken(quota: Quota, wanted: int) -> int:
    return sum(quota.take() for _ in range(wanted))


def test_what_is_left_is_asked_of_the_platform_and_kept(platform: Remote, process: Process) -> None:
    platform.behave(quota=50_000)
    assert process().kept() is None

    assert process().read() == Allowance(50_000, 50_000)

    assert process().kept() == Allowance(50_000, 50_000)
    assert process().read().usable == 49_000


def test_all_processes_together_take_no_more_than_the_quota_without_its_reserve(
    platform: Remote, process: Process
) -> None:
    platform.behave(quota=1000)
    processes = [process() for _ in range(3)]

    first = sum(taken(one, 1) for one in processes)
    rest = sum(taken(one, 400) for one in processes)

    # The second and third asked while the platform had not seen what the one before took: well within the reserve.
    assert 980 <= first + rest <= 982
    assert platform.counts()[QUOTA] == 3
    assert (process().kept() or Allowance(0, 0)).usable == 0


def test_a_tiny_quota_can_be_used_to_the_reserve(platform: Remote, process: Process) -> None:
    platform.behave(quota=10)

    assert taken(process(), 20) == 9


def test_the_platform_is_asked_again_after_ten_minutes_and_its_word_counts(
    platform: Remote, process: Process, clock: Clock
) -> None:
    platform.behave(quota=10)
    quota = process()
    assert taken(quota, 20) == 9

    platform.behave(quota=20)
    assert not quota.take()
    clock.pass_(minutes=10)
    assert taken(quota, 30) == 19
    assert platform.counts()[QUOTA] == 2


def test_a_new_day_in_beijing_has_a_quota_of_its_own(platform: Remote, process: Process, clock: Clock) -> None:
    platform.behave(quota=10)
    quota = process()
    assert taken(quota, 20) == 9

    clock.pass_(hours=14)

    assert quota.kept() is None
    assert taken(quota, 20) == 9


@pytest.mark.parametrize(
    "behaviour", [{"missing": [QUOTA]}, {"secret": "another"}, {"down": True}], ids=["no such call", "token", "down"]
)
def test_when_nobody_can_say_how_much_is_left_messages_go_out(
    platform: Remote, process: Process, behaviour: dict[str, object]
) -> None:
    platform.behave(**behaviour)
    quota = process()

    with pytest.raises(QuotaUnknown):
        quota.read()
    assert taken(quota, 3000) == 3000
    assert quota.kept() is None


def test_what_is_kept_has_a_lifetime(process: Process, store: Store) -> None:
    process().read()

    with store.commands() as client:
        (key,) = client.keys("bot:quota:*")
        assert 0 < int(str(client.ttl(key))) <= 26 * 3600


def test_without_a_store_nothing_is_taken(api: Api, no_store: Store, clock: Clock) -> None:
    with pytest.raises(StoreUnavailable):
        Quota(api, no_store, clock).take()
