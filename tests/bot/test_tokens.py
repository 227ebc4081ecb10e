"""The token keeper: one fetch for all threads and processes, renewal when the platform calls a token bad, and never a
loop.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from bot.calls import Calls, NoAnswer, NotSent
from bot.sandbox.remote import Remote
from bot.store import Store
from bot.token_store import TokenStore
from bot.tokens import RENEWALS_A_DAY, Credentials, NoToken, Tokens, TooSoon
from tests.fakes import Clock

STABLE = "cgi-bin/stable_token"
PLAIN = "cgi-bin/token"
SECRET = "very-secret"
Process = Callable[[], Tokens]
Keeper = Callable[[Store | None], Tokens]


@pytest.fixture
def keeper(platform: Remote, clock: Clock) -> Iterator[Keeper]:
    """Makes token keepers of one account on the given stores."""
    calls = Calls(platform.url)
    yield lambda store: Tokens(calls, Credentials("wx1", SECRET), clock, TokenStore("wx1", store))
    calls.close()


@pytest.fixture
def process(keeper: Keeper, store: Store) -> Process:
    """Makes the token keepers of several processes."""
    return lambda: keeper(store)


def refusal(tokens: Tokens) -> NoToken:
    """How it refuses at last to whoever calls every token bad."""
    for _ in range(9):
        try:
            tokens.renew(tokens.current())
        except NoToken as error:
            return error
    raise AssertionError("it never refuses")


def token_calls(platform: Remote) -> int:
    counts = platform.counts()
    return counts[STABLE] + counts[PLAIN]


def test_a_token_is_fetched_once_for_all_threads(platform: Remote, process: Process) -> None:
    platform.behave(latency=0.05)
    tokens = process()

    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: tokens.current(), range(64)))

    assert (len(found), token_calls(platform)) == (1, 1)


def test_a_token_is_fetched_once_for_all_processes(platform: Remote, process: Process) -> None:
    platform.behave(latency=0.05)
    processes = [process() for _ in range(6)]

    with ThreadPoolExecutor(6) as pool:
        found = set(pool.map(lambda tokens: tokens.current(), processes))

    assert (len(found), token_calls(platform)) == (1, 1)


def test_a_token_is_used_until_shortly_before_its_end(platform: Remote, process: Process, clock: Clock) -> None:
    first = process().current()

    clock.pass_(minutes=114)
    assert process().current() == first
    clock.pass_(minutes=2)
    platform.behave(ahead=116 * 60)
    assert process().current() != first
    assert token_calls(platform) == 2


def test_a_token_that_went_bad_is_renewed_once_for_all_threads_and_processes(
    platform: Remote, process: Process
) -> None:
    processes = [process() for _ in range(3)]
    bad = {tokens.current() for tokens in processes}.pop()
    platform.rotate()

    with ThreadPoolExecutor(12) as pool:
        found = set(pool.map(lambda tokens: tokens.renew(bad), processes * 4))

    assert (len(found), bad in found, token_calls(platform)) == (1, False, 2)


def test_a_token_the_platform_still_gives_although_it_calls_it_bad_is_replaced_by_force(
    platform: Remote, process: Process
) -> None:
    tokens = process()
    bad = tokens.current()

    assert tokens.renew(bad) != bad
    assert platform.counts()[STABLE] == 3  # the first, the same again, the forced one


def test_whoever_calls_every_token_bad_costs_a_few_token_calls_a_minute_and_a_few_dozen_a_day(
    platform: Remote, process: Process, clock: Clock
) -> None:
    tokens = process()

    assert {type(refusal(tokens)) for _ in range(500)} == {TooSoon}
    assert token_calls(platform) <= 6
    for _ in range(12 * 60):
        clock.pass_(minutes=1)
        refusal(tokens)
    assert token_calls(platform) <= 2 * RENEWALS_A_DAY + 24


def test_after_many_bad_tokens_it_gives_up_until_the_next_day(process: Process, clock: Clock) -> None:
    tokens = process()

    refusals = []
    for _ in range(RENEWALS_A_DAY):
        refusals.append(type(refusal(tokens)))
        clock.pass_(minutes=1)

    assert (refusals[0], refusals[-1]) == (TooSoon, NoToken)
    clock.pass_(hours=25)
    assert type(refusal(tokens)) is TooSoon


def test_another_process_does_not_force_a_token_again_within_a_minute(platform: Remote, process: Process) -> None:
    one, other = process(), process()
    bad = one.renew(one.current())

    with pytest.raises(TooSoon):
        other.renew(bad)
    assert platform.counts()[STABLE] == 4


def test_a_failed_fetch_is_not_repeated_by_every_thread_that_waited_for_it(
    platform: Remote, process: Process, clock: Clock
) -> None:
    platform.behave(secret="another", latency=0.05)
    tokens = process()

    def code(_number: int) -> int:
        with pytest.raises(NoToken) as caught:
            tokens.current()
        return caught.value.code

    with ThreadPoolExecutor(16) as pool:
        assert Counter(pool.map(code, range(64))) == {40125: 64}
    assert token_calls(platform) == 1
    clock.pass_(seconds=6)
    platform.behave(secret="")
    assert tokens.current()


def test_a_platform_that_is_down_is_said_to_be(platform: Remote, process: Process, clock: Clock) -> None:
    platform.behave(down=True)
    with pytest.raises(NoAnswer):
        process().current()
    nobody = Tokens(Calls("http://127.0.0.1:1/"), Credentials("wx1", SECRET), clock, TokenStore("wx1"))
    with pytest.raises(NotSent):
        nobody.current()


def test_a_platform_without_stable_tokens_is_asked_in_the_old_way(platform: Remote, process: Process) -> None:
    platform.behave(missing=[STABLE])
    tokens = process()

    first = tokens.current()
    second = tokens.renew(first)

    assert first != second
    assert (platform.counts()[STABLE], platform.counts()[PLAIN]) == (1, 2)


def test_a_page_in_place_of_the_token_does_not_end_the_use_of_stable_tokens(
    platform: Remote, process: Process, clock: Clock
) -> None:
    platform.behave(missing=[STABLE, PLAIN])
    tokens = process()
    with pytest.raises(NoToken):
        tokens.current()

    clock.pass_(seconds=6)
    platform.behave(missing=[])
    tokens.current()

    assert (platform.counts()[STABLE], platform.counts()[PLAIN]) == (2, 1)


@pytest.mark.parametrize("lasts", [0.0, -5.0, 1.0])
def test_a_token_said_to_last_no_time_is_used_for_a_minute_all_the_same(
    platform: Remote, process: Process, lasts: float
) -> None:
    platform.behave(token_lasts=lasts, overlap=-10.0)
    tokens = process()

    for _ in range(20):
        tokens.current()

    assert token_calls(platform) == 1


def test_without_a_store_every_process_fetches_for_itself(platform: Remote, keeper: Keeper, no_store: Store) -> None:
    shared = {keeper(store).current() for store in (None, no_store, None)}

    assert (len(shared), token_calls(platform)) == (1, 3)  # the stable token is the same for all of them


def test_while_the_store_is_down_nothing_is_forced(keeper: Keeper, no_store: Store) -> None:
    tokens = keeper(no_store)

    with pytest.raises(TooSoon):
        tokens.renew(tokens.current())


def test_a_token_written_by_another_version_of_the_product_is_fetched_anew(
    platform: Remote, process: Process, store: Store
) -> None:
    first = process().current()
    with store.commands() as client:
        (key,) = client.keys("bot:token:*")
        client.set(key, '{"token": 1}')

    assert process().current() == first
    assert token_calls(platform) == 2


def test_the_token_is_kept_no_longer_than_it_is_used(process: Process, store: Store) -> None:
    process().current()

    with store.commands() as client:
        (key,) = client.keys("bot:token:*")
        assert 0 < int(str(client.ttl(key))) <= 6900


def test_neither_secret_nor_token_is_in_any_error_or_log(platform: Remote, process: Process, clock: Clock) -> None:
    told: list[str] = []
    with capture_logs() as logs:
        token = process().current()
        for behaviour in ({"down": True}, {"down": False, "secret": "another"}):
            platform.behave(**behaviour)
            clock.pass_(hours=3)
            with pytest.raises((NoToken, NoAnswer)) as caught:
                process().current()
            told.append(repr(caught.value))

    assert token
    everything = " ".join([*told, *map(str, logs), repr(Credentials("wx1", SECRET))])
    assert SECRET not in everything
    assert token not in everything
