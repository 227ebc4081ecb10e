"""What is logged, and where it goes."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from bot import logs
from bot.store import Store
from tests.conftest import AppFactory
from tests.fakes import Clock, Member

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_neither_who_writes_nor_what_they_write_is_logged(make_app: AppFactory, no_store: Store, clock: Clock) -> None:
    member = Member(make_app(store=no_store, sleep=lambda _seconds: None).test_client(), clock)

    with capture_logs() as logged:
        member.says("家里的私事不想让人知道")
        member.does("unsubscribe")

    assert logged, "a store that is down is logged"
    assert member.openid not in str(logged)
    assert "私事" not in str(logged)


def test_lines_go_to_standard_error_as_it_is_when_they_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(logging.WARNING)

    structlog.get_logger("test").info("unimportant")
    structlog.get_logger("test").warning("store_down", reason="timeout")

    printed = capsys.readouterr()
    assert printed.out == ""
    assert json.loads(printed.err)["event"] == "store_down"


def test_what_a_command_prints_for_programs_is_nothing_else(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "BOT_ENCODER": "none", "BOT_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "bot", "doctor", "--json"]

    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert isinstance(json.loads(result.stdout), list)
