"""What `/metrics` tells of reminders and processes, and the alert rules that rest on it."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import backups
from bot.brake import Brake
from bot.heartbeats import SCHEDULER, WORKER, Heartbeats
from bot.ledger import LedgerStore
from bot.metrics import Metrics
from bot.store import Store
from bot.watch import RUNNING, Watch
from scheduler.reminders import Condition, Mark, Opening
from tests.bot.test_ledger import NOTICE
from tests.fakes import SHANGHAI

RULES = Path(__file__).parents[2] / "docs" / "alerts.yaml"
OF_PROMETHEUS = {"up"}


@pytest.fixture
def now() -> datetime:
    """The store's clock cannot be set."""
    return datetime.now(SHANGHAI)


def page(store: Store, folder: Path | None = None) -> str:
    return Metrics(folder, Watch(store)).page().decode()


def told(store: Store, now: datetime) -> None:
    ledger = LedgerStore(store)
    ledger.open([Opening(NOTICE, {"o1": "", "o2": "", "o3": "", "o4": "opt_out"})], now)
    ledger.claim(NOTICE, ["o1", "o2"], now)
    ledger.settle(NOTICE, {"o1": Mark(Condition.SENT, "7"), "o2": Mark(Condition.FAILED, "blocked")}, now)


def test_processes_are_counted_by_role_and_missing_ones_are_nought(store: Store, now: datetime) -> None:
    for process in (1, 2):
        Heartbeats(store, "m", process).beat(WORKER, now)
    Heartbeats(store, "m", 3).beat(SCHEDULER, now - timedelta(minutes=10))

    said = page(store)

    assert 'zhibu_processes{role="worker"} 2.0' in said
    assert 'zhibu_processes{role="scheduler"} 0.0' in said
    assert 'zhibu_processes{role="web"} 0.0' in said
    (age,) = re.findall(r'zhibu_sign_age_seconds{role="scheduler"} (\S+)', said)
    assert 600 <= float(age) < 660
    assert 'zhibu_sign_age_seconds{role="web"}' not in said


def test_pauses_are_told_with_reason_and_activity_until_they_lapse(store: Store, now: datetime) -> None:
    brake = Brake(store, lambda: now)
    brake.pause("quota", until=now - timedelta(seconds=1))
    brake.pause("template_gone", activity_id="party_day")
    brake.pause("operator")

    found = re.findall(r"^zhibu_pushes_paused\{.*$", page(store), re.M)

    assert sorted(found) == [
        'zhibu_pushes_paused{activity="all",reason="operator"} 1.0',
        'zhibu_pushes_paused{activity="party_day",reason="template_gone"} 1.0',
    ]


def test_running_rounds_are_told_by_state_and_those_long_over_are_not(store: Store, now: datetime) -> None:
    assert "zhibu_reminders_open 0.0" in page(store)

    told(store, now)

    said = page(store)
    assert "zhibu_reminders_open 1.0" in said
    states = dict(re.findall(r'zhibu_round_members{activity="party_day",state="(\w+)"} (\S+)', said))
    assert {state for state, number in states.items() if number == "1.0"} == {"pending", "sent", "failed", "skipped"}
    assert {state for state, number in states.items() if number == "0.0"} == {"delivered", "unknown"}


def test_a_round_of_long_ago_is_left_out(store: Store, now: datetime) -> None:
    told(store, now - RUNNING - timedelta(minutes=1))

    assert "zhibu_round_members{" not in page(store)


def test_no_openid_and_no_branch_becomes_a_label(store: Store, now: datetime) -> None:
    told(store, now)

    assert not re.search(r'"(o1|b1)"', page(store))


def test_without_a_store_only_that_is_told(no_store: Store) -> None:
    said = page(no_store)

    assert "zhibu_store_up 0.0" in said
    assert "zhibu_processes" not in said


def test_several_web_processes_tell_it_once(store: Store, tmp_path: Path) -> None:
    assert page(store, tmp_path).count("zhibu_store_up 1.0") == 1


def test_every_alert_rests_on_a_figure_that_is_told(store: Store, now: datetime, tmp_path: Path) -> None:
    told(store, now)
    backups.save(store, tmp_path / "b.gz", now)
    known = Metrics(None, Watch(store))
    known.days_known(now)
    figures = set(re.findall(r"^# TYPE (\w+)", known.page().decode(), re.M)) | OF_PROMETHEUS
    rules: list[dict[str, Any]] = yaml.safe_load(RULES.read_text("utf-8"))["groups"][0]["rules"]

    assert len({rule["alert"] for rule in rules}) == len(rules) >= 3
    for rule in rules:
        names = re.findall(r"\bzhibu_\w+|\bup\b", rule["expr"])
        assert names
        assert set(names) <= figures, rule["alert"]
        assert rule["annotations"]["summary"]
