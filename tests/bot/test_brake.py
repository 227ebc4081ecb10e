"""Pauses hold for all processes, by activity or for all, until they lapse or are lifted."""

from datetime import timedelta

import pytest

from bot.brake import LOOK_EVERY, Brake, Pause
from bot.store import Store, StoreUnavailable
from tests.fakes import NOW, Clock


@pytest.fixture
def brake(store: Store, clock: Clock) -> Brake:
    return Brake(store, clock)


def reason(pause: Pause | None) -> str:
    return pause.reason if pause else ""


def test_a_pause_holds_until_its_time_or_until_it_is_lifted(brake: Brake, clock: Clock) -> None:
    brake.pause("quota", NOW + timedelta(hours=2))
    assert brake.state() == Pause("quota", NOW, NOW + timedelta(hours=2))

    clock.pass_(hours=2)
    assert brake.state() is None
    brake.pause("operator")
    clock.pass_(days=400)
    assert reason(brake.state()) == "operator"
    assert [pause.reason for pause in brake.resume()] == ["operator"]
    assert brake.state() is None


def test_a_pause_of_one_activity_leaves_the_others_alone(brake: Brake) -> None:
    brake.pause("template_gone", activity_id="party_day", detail="x")

    assert reason(brake.state("party_day")) == "template_gone"
    assert brake.state("liaison_day") is None
    brake.pause("quota")
    assert reason(brake.state("liaison_day")) == "quota"


def test_an_operators_pause_outlasts_a_quota_used_up_meanwhile(brake: Brake, clock: Clock) -> None:
    brake.pause("operator")
    brake.pause("quota", NOW + timedelta(hours=14))

    assert reason(brake.state()) == "operator"
    assert [pause.reason for pause in brake.pauses()] == ["operator", "quota"]
    clock.pass_(days=1)
    assert [pause.reason for pause in brake.pauses()] == ["operator"]


def test_other_processes_hear_of_a_pause_within_a_second_and_ask_the_store_no_more_than_that(
    store: Store, clock: Clock
) -> None:
    seconds = 0.0
    brake, other = Brake(store, clock), Brake(store, clock, lambda: seconds)
    assert other.state() is None

    brake.pause("quota")
    assert other.state() is None
    seconds += LOOK_EVERY
    assert reason(other.state()) == "quota"
    brake.resume()
    assert reason(other.state()) == "quota"
    seconds += LOOK_EVERY
    assert other.state() is None


def test_a_pause_outlives_the_process(store: Store, clock: Clock) -> None:
    Brake(store, clock).pause("app_secret", detail="203.0.113.7")

    assert Brake(store, clock).state() == Pause("app_secret", NOW, None, "", "203.0.113.7")


def test_a_store_that_is_down_is_not_taken_for_no_pause(no_store: Store, clock: Clock) -> None:
    with pytest.raises(StoreUnavailable):
        Brake(no_store, clock).state()
