"""kill -9 at every step of telling: whoever goes on, every member saw the reminder, and saw it once."""

import pytest

from tests.chaos.mortal import Fate
from tests.chaos.world import EVERYONE, FIRST_LEAD, Outcome, World, killed

TOLD = Outcome(EVERYONE)


@pytest.mark.parametrize(
    ("step", "nth"),
    [
        ("before claim", 2),
        ("after claim", 2),
        ("fetching the token", 1),
        ("before send", 1),
        ("before send", 47),  # in the middle of a page
        ("after send", 47),
        ("before mark", 2),
        ("after mark", 4),
        ("after sweep", 1),
    ],
)
def test_a_worker_may_be_killed_anywhere(world: World, step: str, nth: int) -> None:
    world.tick()
    assert killed(world.start("worker", Fate(step, nth)))

    world.start("worker")
    world.until_done()

    assert world.outcome() == TOLD


@pytest.mark.parametrize(
    ("step", "nth"),
    [
        ("before expansion", 1),
        ("mid expansion", 1),
        ("after expansion", 1),
        ("before queueing", 1),
        ("mid queueing", 1),
        ("before closing", 1),
    ],
)
def test_a_scheduler_may_be_killed_anywhere(world: World, step: str, nth: int) -> None:
    world.start("worker")
    assert killed(world.start("scheduler", world.at(FIRST_LEAD, step, nth)))

    world.start("scheduler", world.at(FIRST_LEAD))
    world.until_done()

    assert world.outcome() == TOLD


def test_at_the_pace_of_the_product_a_killed_worker_is_made_up_for_within_a_minute(world: World) -> None:
    world.tick()
    assert killed(world.start("worker", Fate("after send", 47, haste=1)))

    world.start("worker", Fate(haste=1))
    world.until_done()

    assert world.outcome() == TOLD
