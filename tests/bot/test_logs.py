"""What is logged, and where it goes."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from bot import logs
from bot.server import Server
from bot.settings import Settings
from bot.store import Store
from tests.conftest import AppFactory
from tests.fakes import Clock, Member

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    handlers = logging.getLogger().handlers[:]
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers


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


def test_what_libraries_log_is_a_line_of_json_as_well_with_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logs.configure(logging.WARNING)

    try:
        raise ZeroDivisionError("a mistake of ours")
    except ZeroDivisionError:
        logging.getLogger("apscheduler.executors").exception("Job %s raised", "tick")
    logging.getLogger("dramatiq").info("unimportant")

    (line,) = capsys.readouterr().err.splitlines()
    logged = json.loads(line)
    assert (logged["event"], logged["level"], logged["logger"]) == ("Job tick raised", "error", "apscheduler.executors")
    assert "ZeroDivisionError: a mistake of ours" in logged["exception"]


def test_gunicorn_logs_as_everyone_does(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    options = Server(Settings(data_dir=tmp_path)).cfg
    logs.configure()

    options.logger_class(options).error("Connection in use: %s", "127.0.0.1:8000")

    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "Connection in use: 127.0.0.1:8000"


@pytest.mark.parametrize("logger", [structlog.get_logger("ours"), logging.getLogger("theirs")], ids=["ours", "theirs"])
def test_times_are_utc_and_say_so(capsys: pytest.CaptureFixture[str], logger: logging.Logger) -> None:
    logs.configure()

    logger.warning("something")

    stamp = json.loads(capsys.readouterr().err)["timestamp"]
    assert abs(datetime.now(UTC) - datetime.fromisoformat(stamp)) < timedelta(hours=1)
    assert stamp.endswith("Z")


def test_what_a_command_prints_for_programs_is_nothing_else(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "BOT_ENCODER": "none", "BOT_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "bot", "doctor", "--json"]

    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert isinstance(json.loads(result.stdout), list)
