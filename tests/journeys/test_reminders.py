"""From "what is due?" to a message on the phone: real processes, a real store, WeChat's API played by a process."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot import embedded
from bot.branch_book import BranchBook
from bot.heartbeats import WEB, Heartbeats
from bot.notes import RECEIPTS
from bot.rounds import standings
from bot.sandbox.remote import Remote
from bot.store import Store
from handlers.book import Consent
from tests.fakes import SHANGHAI
from tests.journeys.test_run import ROOT, TOKEN, free_port, started

BRANCHES = "branch_id,name,parent,party_day,party_time,place\nb1,红旗支部,,,,村部\nb2,青山支部,,每月最后一天,19:30,\n"
MEMBERS = "openid,branch_id,roles\n" + "".join(
    f"o{number},{'b1' if number < 30 else 'b2'},{'党员;党代表' if number == 3 else '党员'}\n" for number in range(40)
)
FIRST_LEAD = "2027-03-02T09:00"  # three days before Friday 5 March 2027


@pytest.fixture
def environment(valkey_url: str, store: Store, platform: Remote, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "BOT_REDIS_URL": valkey_url,
        "BOT_WECHAT_API_URL": platform.url,
        "BOT_WECHAT_TOKEN": TOKEN,
        "BOT_WECHAT_APP_ID": "wx0123456789abcdef",
        "BOT_WECHAT_APP_SECRET": "secret",
        "BOT_WECHAT_TEMPLATE_PARTY_DAY": "party",
        "BOT_WECHAT_TEMPLATE_LIAISON_DAY": "liaison",
        "BOT_PUSH_THREADS": "8",
        "BOT_DATA_DIR": str(tmp_path / "var"),
    }


def bot(environment: dict[str, str], *arguments: str) -> Any:
    """Run a command; its JSON, if it gave any."""
    result = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout) if "--json" in arguments else result.stdout


@contextmanager
def running(environment: dict[str, str], role: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One of the processes; ended with SIGTERM."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", role], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(40) == 0, log.read_text()


def imported(environment: dict[str, str], folder: Path) -> None:
    (folder / "branches.csv").write_text(BRANCHES, encoding="utf-8")
    (folder / "members.csv").write_text(MEMBERS, encoding="utf-8")
    files = ["--branches", str(folder / "branches.csv"), "--members", str(folder / "members.csv")]
    bot(environment, "roster", "import", *files, "--yes")


def status(
    environment: dict[str, str], *wanted: tuple[str, str, str], within: float = 60
) -> dict[tuple[str, str, str], Any]:
    """The rounds as `push status` gives them, once the wanted ones are done."""
    until(within, lambda: set(wanted) <= done(environment))
    return {(one["activity"], one["date"], one["lead"]): one for one in bot(environment, "push", "status", "--json")}


def done(environment: dict[str, str]) -> set[tuple[str, str, str]]:
    found = standings(Store(environment["BOT_REDIS_URL"]))
    return {(one.round.activity_id, str(one.round.on), one.round.lead) for one in found if one.done}


def receipts(environment: dict[str, str]) -> int:
    """How many have come, joined already or not."""
    store = Store(environment["BOT_REDIS_URL"])
    with store.commands() as client:
        return int(str(client.llen(RECEIPTS))) + sum(one.delivered for one in standings(store))


def until(within: float, holds: Callable[[], bool]) -> None:
    """Wait until it holds; fails when it takes longer."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def told(platform: Remote) -> Counter[tuple[str, str]]:
    """How often each member was told of 5 March 2027, by template. The real scheduler may tell of other days."""
    return Counter((one.openid, one.template_id) for one in platform.seen() if "2027年3月5日" in str(one.fields))


def test_a_reminder_of_another_time_reaches_every_member_once(
    environment: dict[str, str], store: Store, platform: Remote, tmp_path: Path
) -> None:
    imported(environment, tmp_path)
    BranchBook(store).bind("o8", "b1", Consent.CODE, datetime.now(SHANGHAI))
    platform.behave(members={"o7": 43004, "o8": 43004}, busy=0.05, latency=0.01)
    dry = bot(environment, "remind", "tick", "--at", FIRST_LEAD, "--dry-run", "--json")
    assert bot(environment, "push", "status", "--json") == []
    assert {(one["activity"], one["lead"]): one["members"] for one in dry["rounds"]} == {
        ("party_day", "3d"): 30,
        ("liaison_day", "3d"): 1,
    }
    assert (dry["forecast"]["count"], dry["forecast"]["fits_quota"]) == (31, True)

    with running(environment, "worker", tmp_path / "worker.log"), running(environment, "scheduler", tmp_path / "s.log"):
        for _ in range(2):
            bot(environment, "remind", "tick", "--at", FIRST_LEAD)
        rounds = status(environment, ("party_day", "2027-03-05", "3d"), ("liaison_day", "2027-03-05", "3d"))
        for role in ("worker", "scheduler"):
            bot(environment, "healthcheck", role)
        Heartbeats(store, "elsewhere").beat(WEB, datetime.now(SHANGHAI))
        doctor = bot(environment, "doctor")

    assert "发送进程正常" in doctor
    assert "定时进程正常" in doctor
    party_day = rounds["party_day", "2027-03-05", "3d"]
    assert party_day == {
        "activity": "party_day",
        "date": "2027-03-05",
        "lead": "3d",
        "planned": 29,
        "sent": 28,
        "delivered": 0,
        "failed": 1,
        "unknown": 0,
        "skipped": 0,
        "pending": 0,
        "done": True,
        "reasons": {"unfollowed": 1},
    }
    seen = told(platform)
    assert set(seen.values()) == {1}
    assert {openid for openid, template in seen if template == "party"} == {
        f"o{n}" for n in range(30) if n not in (7, 8)
    }
    assert [openid for openid, template in seen if template == "liaison"] == ["o3"]
    book = BranchBook(store)
    assert book.member("o7") is not None
    assert book.member("o8") is None, "who bound themselves has followed, and unfollowed since"


def test_pause_resume_and_retry_tell_nobody_twice(
    environment: dict[str, str], platform: Remote, tmp_path: Path
) -> None:
    imported(environment, tmp_path)
    platform.behave(members={"o7": 43117, "o8": 43004})
    bot(environment, "push", "pause")
    with running(environment, "worker", tmp_path / "worker.log"):
        bot(environment, "remind", "tick", "--at", FIRST_LEAD)
        time.sleep(2)
        assert platform.seen() == []
        assert not next(one for one in bot(environment, "push", "status", "--json") if one["planned"] == 30)["done"]

        bot(environment, "push", "resume")
        party_day = ("party_day", "2027-03-05", "3d")
        assert status(environment, party_day, within=90)[party_day]["failed"] == 2

        platform.behave(members={})
        assert bot(environment, "push", "retry-failed", "--json") == {"retried": 1, "left": {"unfollowed": 1}}
        assert bot(environment, "push", "retry-failed", "--json") == {"retried": 0, "left": {"unfollowed": 1}}
        assert status(environment, party_day, within=90)[party_day]["sent"] == 29

    assert set(told(platform).values()) == {1}


def test_in_the_demo_the_stand_in_gets_the_reminders_and_gives_receipts(tmp_path: Path) -> None:
    port = free_port()
    data = tmp_path / "var"
    environment = {**os.environ, "BOT_DATA_DIR": str(data), "BOT_PORT": str(port)}
    with started(data, port) as demo:
        demo.box(within=90)
        imported(environment, tmp_path)
        bot(environment, "remind", "tick", "--at", FIRST_LEAD)
        party_day = ("party_day", "2027-03-05", "3d")
        environment["BOT_REDIS_URL"] = embedded.url(data)
        status(environment, party_day)
        until(30, lambda: receipts(environment) >= 31)
        bot(environment, "remind", "tick")
        assert status(environment, party_day)[party_day]["delivered"] == 30
