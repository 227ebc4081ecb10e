"""The shared pace: even, the same for all processes, halved when the platform is overloaded, back little by little."""

import pytest

from bot.pace import PATIENCE, Pace
from bot.store import Store, StoreUnavailable


class Seconds:
    """A clock for the store and the processes."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def process(store: Store, seconds: Seconds, ceiling: float = 100) -> Pace:
    return Pace(store, ceiling, seconds, seconds)


def test_turns_of_all_processes_together_follow_each_other_at_the_pace(store: Store, seconds: Seconds) -> None:
    processes = [process(store, seconds) for _ in range(3)]

    turns = sorted(process.turn() for _ in range(100) for process in processes)

    assert turns == pytest.approx([number / 100 for number in range(300)], abs=1e-4)


def test_whoever_would_wait_too_long_is_told_to_come_back_and_takes_no_turn(store: Store, seconds: Seconds) -> None:
    pace = process(store, seconds)
    turns = [pace.turn() for _ in range(1000)]

    taken = [turn for turn in turns if turn <= PATIENCE]
    assert 500 <= len(taken) <= 506
    assert min(turns[len(taken) :]) > PATIENCE
    seconds.now += PATIENCE + 1
    assert pace.turn() == 0


def test_a_pause_is_not_made_up_for_by_a_burst(store: Store, seconds: Seconds) -> None:
    pace = process(store, seconds)
    pace.turn()

    seconds.now += 60

    assert sum(pace.turn() == 0 for _ in range(100)) <= 6


def test_a_slow_pace_is_kept_as_well(store: Store, seconds: Seconds) -> None:
    pace = process(store, seconds, ceiling=0.5)

    assert [pace.turn() for _ in range(3)] == pytest.approx([0, 2, 4], abs=1e-4)


def test_the_pace_is_halved_when_the_platform_says_it_is_too_fast_and_comes_back_in_time(
    store: Store, seconds: Seconds
) -> None:
    pace, other = process(store, seconds), process(store, seconds)

    assert pace.slow_down(certain=True) == 50
    seconds.now += 1
    assert other.slow_down(certain=True) == pytest.approx(50, abs=0.2)  # the same burst of errors counts once
    seconds.now += 5
    assert other.slow_down(certain=True) == pytest.approx(25, abs=0.5)
    for minutes, rate in ((1, 30), (2, 40), (12, 100), (60, 100)):
        seconds.now += minutes * 60
        assert pace.rate() == pytest.approx(rate, abs=0.5)


def test_the_pace_never_falls_below_a_tenth_of_its_ceiling(store: Store, seconds: Seconds) -> None:
    pace = process(store, seconds)

    for _ in range(20):
        rate = pace.slow_down(certain=True)
        seconds.now += 5

    assert rate == 10


def test_a_few_busy_answers_among_many_messages_change_nothing(store: Store, seconds: Seconds) -> None:
    pace = process(store, seconds)
    for _ in range(400):
        pace.turn()

    assert {pace.slow_down(certain=False) for _ in range(19)} == {100}


def test_many_busy_answers_halve_the_pace_once(store: Store, seconds: Seconds) -> None:
    pace, other = process(store, seconds), process(store, seconds)
    for _ in range(400):
        pace.turn()

    rates = [one.slow_down(certain=False) for _ in range(15) for one in (pace, other)]

    assert rates[0] == 100
    assert rates[-1] == 50
    seconds.now += 11
    assert other.slow_down(certain=False) == pytest.approx(51, abs=1)  # counted anew in these seconds


def test_a_busy_answer_or_two_in_a_small_push_change_nothing(store: Store, seconds: Seconds) -> None:
    pace = process(store, seconds)
    pace.turn()

    assert [pace.slow_down(certain=False) for _ in range(4)] == [100] * 4


def test_a_halved_pace_spaces_the_turns_of_every_process(store: Store, seconds: Seconds) -> None:
    pace, other = process(store, seconds), process(store, seconds)
    pace.slow_down(certain=True)
    for _ in range(5):  # those it took before it heard of it
        other.turn()

    turns = sorted(one.turn() for _ in range(50) for one in (pace, other))

    assert turns[-1] - turns[0] == pytest.approx(99 / 50, abs=0.1)


def test_a_clock_set_back_does_not_hold_messages_up(store: Store, seconds: Seconds) -> None:
    pace = process(store, seconds)
    pace.turn()

    seconds.now -= 3600

    assert all(process(store, seconds).turn() <= 0.1 for _ in range(2))


def test_the_clock_is_the_stores_own(store: Store) -> None:
    pace = Pace(store, 1000)

    assert pace.turn() < 1
    assert pace.rate() == 1000
    with store.commands() as client:
        assert 0 < int(str(client.ttl("bot:pace"))) <= 86_400


def test_without_a_store_there_are_no_turns(no_store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        Pace(no_store, 100).turn()
