"""kill -9 at every step of telling: whoever goes on, every member saw the reminder, and saw it once."""

import pytest

from tests.chaos.mortal import Fate
from tests.chaos.world import EVERYONE, FIRST_LEAD, Outcome, World, killed
from scheduler.sending import BATCH

TOLD = Outcome(EVERYONE)


@pytest.mark.parametrize(
    ("step", "nth"),
    [
        ("before claim", 2),
        ("after claim", 2),
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
