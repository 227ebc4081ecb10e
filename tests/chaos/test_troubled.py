"""Two at once, standing still, a store or queue that goes away, clocks that jump, downtime: told once all the same."""

import signal
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot import edited, health, reminding, web_app, wiring_chat, wiring_push
from bot.ledger_calls import YOUNG
from bot.metrics import Metrics
from bot.rounds import standings
from bot.store import Store, StoreUnavailable
from bot.store_clock import StoreClock
from handlers.services import Services
from scheduler.reminders import EXPIRED, UNMARKED, Condition
from scheduler.sweeping import Sweeper
from tests.chaos.mortal import Fate
from tests.chaos.world import EVERYONE, FIRST_LEAD, Outcome, World, killed, stopped, wake
from tests.fakes import PLAIN_ACCOUNT, SHANGHAI, Clock, Member
from tests.scheduler.test_sending import Shelf

TOLD = Outcome(EVERYONE)


def test_two_schedulers_and_two_workers_at_once(world: World) -> None:
    for role in ("scheduler", "scheduler", "worker", "worker"):
        world.start(role, world.at(FIRST_LEAD))
    world.until_done()

    assert world.outcome() == TOLD


@pytest.mark.parametrize("step", ["before expansion", "before queueing"])
def test_a_scheduler_that_stood_still_longer_than_its_turn(world: World, step: str) -> None:
    world.start("worker")
    first = world.start("scheduler", world.at(FIRST_LEAD, step, end=signal.SIGSTOP))
    world.until(lambda: stopped(first))
    world.start("scheduler", world.at(FIRST_LEAD))  # its turn comes when the first one's is over
    world.until_done()

    wake(first)
    world.until(lambda: not stopped(first))
    world.tick()

    assert world.outcome() == TOLD


@pytest.mark.parametrize("step", ["after claim", "before send", "before mark"])
def test_a_worker_that_stood_still_longer_than_its_claims_last(world: World, step: str) -> None:
    world.tick()
    first = world.start("worker", Fate(step, 2, signal.SIGSTOP))
    world.until(lambda: stopped(first))
    world.start("worker")
    world.until_done()

    wake(first)
    first.terminate()  # it finishes what is under way
    first.join(60)

    assert first.exitcode == 0
    assert world.outcome() == TOLD


def test_a_store_that_is_killed_and_started_again(world: World) -> None:
    world.tick()
    worker, scheduler = world.start("worker"), world.start("scheduler", world.at(FIRST_LEAD))
    world.until_seen(20)
    world.kill_store()
    late = world.start("worker")
    world.start_store()
    world.until_done()

    assert world.outcome() == TOLD
    assert all(process.is_alive() for process in (worker, scheduler, late))


def test_an_emptied_queue_loses_nobody(world: World) -> None:
    world.tick()
    world.empty_queue()
    world.start("worker")
    world.until_seen(20)
    world.empty_queue()
    world.until_done()

    assert world.outcome() == TOLD


def test_a_queue_that_cannot_be_reached_is_a_store_that_cannot_be_reached(no_store: Store) -> None:
    queue = reminding.queue(no_store)

    with pytest.raises(StoreUnavailable):
        queue.waiting()
    with pytest.raises(StoreUnavailable):
        queue.put(["key"])


def test_clocks_that_jump(world: World) -> None:
    for jump in (timedelta(0), timedelta(hours=-1), timedelta(hours=1), timedelta(0)):
        world.tick(FIRST_LEAD + jump)
    world.start("worker", Fate(ahead=timedelta(days=40)))
    world.until_done()

    assert world.outcome() == TOLD


def test_thirty_hours_down_over_a_lead_that_is_still_of_use(world: World) -> None:
    world.tick(datetime(2026, 12, 4, 8, tzinfo=SHANGHAI))
    assert not standings(world.store)

    world.tick(datetime(2026, 12, 5, 14, tzinfo=SHANGHAI))
    world.start("worker")
    world.until_done()

    assert world.outcome() == TOLD


def test_thirty_hours_down_over_the_meeting_are_reported_and_told_to_nobody(world: World) -> None:
    world.tick()
    world.start("worker")
    world.until_done()
    world.tick(datetime(2026, 12, 7, 7, 35, tzinfo=SHANGHAI))

    world.tick(datetime(2026, 12, 8, 13, 35, tzinfo=SHANGHAI))
    world.until_done(rounds=2)

    assert world.outcome() == TOLD
    reasons = {one.round.lead: one.reasons for one in standings(world.store)}
    assert reasons == {"3d": {}, "0d": {EXPIRED: EVERYONE}}


def test_an_attempt_of_eight_minutes_ago_is_unknown_and_never_made_again(world: World) -> None:
    world.tick()
    assert killed(world.start("worker", Fate("after send", 25)))
    attempted = world.conditions()[Condition.CLAIMED]

    Sweeper(world.ledger, reminding.queue(world.store)).sweep(StoreClock(world.store)() + YOUNG)
    world.start("worker")
    world.until_done()

    outcome = world.outcome()
    assert outcome.twice == ()
    assert set(outcome.untold) <= {f"{Condition.UNKNOWN} {UNMARKED}"}
    assert world.conditions()[Condition.UNKNOWN] == attempted > 0
    assert world.platform.counts()["same key"] == 0


def test_a_platform_that_drops_every_call_for_ten_minutes(world: World) -> None:
    world.tick()
    clock, shelf = Clock(StoreClock(world.store)()), Shelf()
    platform = wiring_push.platform(world.settings, world.store)
    courier = replace(
        reminding.courier(world.settings, world.store, platform, lambda: False),
        now=clock,
        sleep=lambda seconds: clock.pass_(seconds=seconds),
    )
    sweeper = Sweeper(world.ledger, shelf)

    def pass_minutes(minutes: int) -> None:
        end = clock.now + timedelta(minutes=minutes)
        while clock.now < end:
            clock.pass_(seconds=10)
            sweeper.sweep(clock.now)
            for page in [shelf.pages.pop() for _ in range(len(shelf.pages))]:
                if rest := courier.deliver(page):
                    shelf.put(rest)

    with closing(platform):
        platform.api.post("cgi-bin/message/custom/send", {"touser": "oNobody"})  # there is a token already
        before = world.platform.counts()["seen"]
        world.platform.behave(down=True)
        pass_minutes(10)
        assert world.platform.counts()["seen"] == before
        world.platform.behave(down=False)
        pass_minutes(10)

    outcome = world.outcome()
    assert outcome.twice == ()
    assert set(outcome.untold) <= {f"{Condition.UNKNOWN} {UNMARKED}"}
    assert outcome.told > EVERYONE * 0.9
    assert all(one.done for one in standings(world.store))


def test_who_unsubscribes_while_a_push_is_under_way_is_not_told_and_leaves_no_row(
    world: World, services: Services, clock: Clock
) -> None:
    branches = wiring_chat.branches(world.settings, world.store, edited.activities(world.settings))
    known = replace(services, branches=branches)
    client = web_app.assemble(PLAIN_ACCOUNT, world.store, lambda: known, clock, Metrics()).test_client()
    world.tick()
    worker = world.start("worker", Fate("before claim", 3, signal.SIGSTOP))  # it has read whom the page concerns
    world.until(lambda: stopped(worker))
    late = max(openid for openid, mark in world.marks().items() if mark.condition is Condition.DUE)

    assert Member(client, clock, PLAIN_ACCOUNT, late).does("unsubscribe").status == 200
    wake(worker)
    world.until_done()

    assert world.outcome() == Outcome(EVERYONE - 1, untold=Counter(nowhere=1))
    assert late not in world.marks()
    assert [one.planned for one in standings(world.store)] == [EVERYONE - 1]


def test_a_web_process_that_is_killed_loses_receipts_at_most(world: World) -> None:
    url = f"http://127.0.0.1:{world.settings.port}/wechat"
    world.platform.behave(
        latency=0.02, receipt_url=url, receipt_token=PLAIN_ACCOUNT.token, receipt_after=[0.0, 0.1], receipt_twice=0.2
    )
    first = world.start("web")
    world.until(lambda: health.answers(world.settings, "/healthz"))
    world.tick()
    world.start("worker")
    world.until_seen(20)
    first.kill()
    first.join(60)
    world.start("web")
    world.until_done()
    world.until(lambda: world.tick() is not None and world.conditions()[Condition.DELIVERED] > 0)

    assert world.outcome() == TOLD
    assert set(world.conditions()) <= {Condition.SENT, Condition.DELIVERED}
