"""Signs of life: which processes run, told apart by machine and process."""

from datetime import timedelta
from threading import Event

import pytest

from bot.heartbeats import ALIVE_FOR, FORGET, SCHEDULER, SIGNS, WEB, WORKER, Heartbeats, keep_beating
from bot.store import Store
from tests.fakes import NOW

SECOND = timedelta(seconds=1)


def beats(store: Store, process: int, machine: str = "m1") -> Heartbeats:
    return Heartbeats(store, machine, process)


def test_two_workers_on_one_machine_count_as_two_the_freshest_first(store: Store) -> None:
    beats(store, 1).beat(WORKER, NOW - 9 * SECOND)
    beats(store, 2).beat(WORKER, NOW - 4 * SECOND)
    beats(store, 3).beat(SCHEDULER, NOW)

    assert beats(store, 9).alive(WORKER, NOW) == [4 * SECOND, 9 * SECOND]


def test_one_that_stops_takes_nothing_but_its_own_sign_away(store: Store) -> None:
    for process in (1, 2):
        beats(store, process).beat(WORKER, NOW)

    beats(store, 1).stop(WORKER)

    assert beats(store, 9).alive(WORKER, NOW) == [timedelta(0)]
    assert beats(store, 9).is_alive(WORKER, NOW)


@pytest.mark.parametrize("role", ALIVE_FOR)
def test_one_that_died_counts_as_alive_only_for_a_while(store: Store, role: str) -> None:
    beats(store, 1).beat(role, NOW)

    for late, alive in ((ALIVE_FOR[role] - SECOND, True), (ALIVE_FOR[role], False)):
        assert bool(beats(store, 9).alive(role, NOW + late)) is alive
        assert beats(store, 9).is_alive(role, NOW + late) is alive
    assert beats(store, 9).ages(role, NOW + ALIVE_FOR[role]) == [ALIVE_FOR[role]]


def test_a_sign_on_another_machine_says_nothing_of_this_one(store: Store) -> None:
    beats(store, 1, "m1").beat(WEB, NOW)

    assert not beats(store, 1, "m11").is_alive(WEB, NOW)
    assert not beats(store, 1, "m").is_alive(WEB, NOW)
    assert beats(store, 1, "m").alive(WEB, NOW)


def test_signs_do_not_pile_up(store: Store) -> None:
    for number in range(1, 50):
        beats(store, number).beat(WORKER, NOW + number * FORGET / 10)

    with store.commands() as client:
        assert client.zcard(SIGNS) == 10


def test_a_process_goes_on_beating_when_the_store_was_away(no_store: Store) -> None:
    reasons: list[str] = []
    stop = Event()

    def missed(reason: str) -> None:
        reasons.append(reason)
        stop.set()

    keep_beating(beats(no_store, 1), WEB, lambda: NOW, stop, missed)

    assert len(reasons) == 1
