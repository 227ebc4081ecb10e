"""`python -m bot remind next` and `remind tick`: what comes next and what is due, for programs and for people."""

import json
from datetime import date, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.announcements import Announcements
from bot.branch_book import BranchBook
from bot.roster_store import RosterStore
from bot.store import Store
from content.calendar.announcement import read
from content.wording import DATA
from scheduler.agenda import Meeting
from scheduler.roster import Branch
from scheduler.roster_changes import compare
from scheduler.roster_files import Roster
from tests.bot.test_cli import run
from tests.bot.test_roster_store import imported, member
from tests.content.calendar.official import MADE_UP_2027
from tests.fakes import SHANGHAI

AT = "2026-11-28T10:00"
NOW = datetime(2026, 11, 28, 10, tzinfo=SHANGHAI)
BRANCHES = (
    Branch("b1", "红旗支部", place="二楼会议室"),
    Branch("b2", "青山支部", party_day="每月最后一个工作日", party_time=time(19, 30)),
)


@pytest.fixture
def roster(store: Store) -> RosterStore:
    keeper = RosterStore(store)
    wanted = Roster({branch.id: branch for branch in BRANCHES}, {})
    assert keeper.write(compare({}, {}, wanted), 0)
    return keeper


def coming(url: str, *options: str, **environment: str) -> list[dict[str, Any]]:
    result = run("remind", "next", "--at", AT, "--json", *options, BOT_REDIS_URL=url, **environment)
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.output)
    return found


def test_without_a_roster_the_activities_as_they_come_are_shown(store: Store, valkey_url: str) -> None:
    first, second, third, *_ = coming(valkey_url)

    assert (first["activity"], first["date"], first["time"]) == ("liaison_day", "2026-12-04", "09:00")
    assert (first["rule"], first["moved_from"], first["day_source"]) == ("每月第一个周五", None, "official")
    assert (second["activity"], second["date"], second["moved_from"]) == ("party_day", "2026-12-07", "2026-12-05")
    assert (third["date"], third["moved_from"], third["day_source"]) == ("2027-01-04", "2027-01-01", "provisional")


def test_all_branches_come_in_time_order(roster: RosterStore, valkey_url: str) -> None:
    found = coming(valkey_url, "-n", "7")

    assert len(found) == 7
    assert all(a["begins"] <= b["begins"] for a, b in pairwise(found))
    assert [(one["branch_id"], one["activity"], one["date"]) for one in found[:4]] == [
        ("b2", "party_day", "2026-11-30"),
        ("b1", "liaison_day", "2026-12-04"),
        ("b2", "liaison_day", "2026-12-04"),
        ("b1", "party_day", "2026-12-07"),
    ]


def test_a_branch_has_its_own_rule_time_and_place(roster: RosterStore, valkey_url: str) -> None:
    own = [one for one in coming(valkey_url, "--branch", "b2") if one["activity"] == "party_day"]
    default = [one for one in coming(valkey_url, "--branch", "b1") if one["activity"] == "party_day"]

    assert {(one["branch_id"], one["time"], one["rule"], one["place"]) for one in own} == {
        ("b2", "19:30", "每月最后一个工作日", "")
    }
    assert {(one["time"], one["rule"], one["place"]) for one in default} == {("15:00", "每月5日", "二楼会议室")}


def test_what_the_secretary_changed_is_shown(roster: RosterStore, store: Store, valkey_url: str) -> None:
    meeting = Meeting("party_day", "b1", date(2026, 12, 5))
    BranchBook(store).change(meeting, "oSecretary", NOW, to=date(2026, 12, 8), at=time(19))
    BranchBook(store).change(Meeting("party_day", "b1", date(2027, 1, 5)), "oSecretary", NOW, cancelled=True)

    moved, cancelled, *_ = (one for one in coming(valkey_url, "--branch", "b1") if one["activity"] == "party_day")

    assert (moved["date"], moved["time"], moved["moved_from"]) == ("2026-12-08", "19:00", "2026-12-05")
    assert (moved["version"], moved["day_source"], moved["cancelled"]) == (1, "decided", False)
    assert (cancelled["date"], cancelled["version"], cancelled["cancelled"]) == ("2027-01-05", 1, True)


def test_an_entered_notice_decides(store: Store, valkey_url: str) -> None:
    Announcements(store).enter(read(MADE_UP_2027))

    february = next(one for one in coming(valkey_url) if one["moved_from"] == "2027-02-05")

    assert (february["date"], february["day_source"]) == ("2027-02-12", "uploaded")


def test_times_are_those_of_the_zone(store: Store, valkey_url: str) -> None:
    first, *_ = coming(valkey_url, BOT_TIMEZONE="Asia/Urumqi")

    assert (first["time"], first["begins"]) == ("09:00", "2026-12-04T09:00:00+06:00")


def test_what_has_begun_is_over(store: Store, valkey_url: str) -> None:
    result = run("remind", "next", "--at", "2026-12-04T01:00+00:00", "--json", BOT_REDIS_URL=valkey_url)

    assert json.loads(result.output)[0]["date"] == "2026-12-07"


def test_a_secretary_reads_day_time_activity_and_reason(roster: RosterStore, valkey_url: str) -> None:
    result = run("remind", "next", "--branch", "b1", "--at", AT, BOT_REDIS_URL=valkey_url)

    lines = result.output.splitlines()
    assert lines[1] == (
        "2026年12月7日（周一） 15:00　主题党日　红旗支部　二楼会议室　（每月5日）　原定2026年12月5日（周六）"
    )
    assert "以正式通知为准" in lines[2]
    assert "以正式通知为准" not in lines[1]


def test_an_unknown_branch_is_wrong_usage(roster: RosterStore, valkey_url: str) -> None:
    result = run("remind", "next", "--branch", "nowhere", BOT_REDIS_URL=valkey_url)

    assert result.exit_code == 2
    assert "nowhere" in result.output


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "9999-12-31", "0001-01-01"])
def test_a_moment_nobody_can_mean_is_wrong_usage(valkey_url: str, text: str) -> None:
    result = run("remind", "next", "--at", text, BOT_REDIS_URL=valkey_url)

    assert result.exit_code == 2
    assert text in result.output


@pytest.mark.parametrize("text", ["2026-12-31T23:59", "2027-01-01", "2031-06-01", "2189-12-31"])
@pytest.mark.usefixtures("store")
def test_a_year_nobody_knows_is_told_with_a_warning_and_never_fails(valkey_url: str, text: str) -> None:
    """The announcement for a year may come as late as December."""
    found = run("remind", "next", "--at", text, "-n", "30", BOT_REDIS_URL=valkey_url)
    data = json.loads(run("remind", "next", "--at", text, "-n", "30", "--json", BOT_REDIS_URL=valkey_url).output)

    assert len(data) == 30
    assert {one["day_source"] for one in data} <= {"provisional", "weekday"}
    assert all("以正式通知为准" in line for line in found.output.splitlines())


def test_a_rule_kept_from_before_that_can_no_longer_be_read_is_a_finding(store: Store, valkey_url: str) -> None:
    wanted = Roster({"b1": Branch("b1", "甲支部", party_day="有空的时候")}, {})
    assert RosterStore(store).write(compare({}, {}, wanted), 0)

    result = run("remind", "next", BOT_REDIS_URL=valkey_url)

    assert result.exit_code == 1
    assert "看不懂日子“有空的时候”" in result.output


def test_a_branch_whose_rule_has_ended_and_nothing_else_is_said_to_have_nothing(
    store: Store, valkey_url: str, tmp_path: Path
) -> None:
    (tmp_path / "activities.yaml").write_text(
        (DATA / "activities.yaml").read_text(encoding="utf-8").replace("每月第一个周五", "FREQ=DAILY;UNTIL=20200101"),
        encoding="utf-8",
    )
    wanted = Roster({"b1": Branch("b1", "甲支部", party_day="FREQ=DAILY;UNTIL=20200101")}, {})
    assert RosterStore(store).write(compare({}, {}, wanted), 0)

    result = run("remind", "next", BOT_REDIS_URL=valkey_url, BOT_CONTENT_DIR=str(tmp_path))

    assert result.output == "接下来没有活动。\n"


def ticked(url: str, at: str, *options: str) -> str:
    result = run("remind", "tick", "--at", at, *options, BOT_REDIS_URL=url)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_tick_says_in_plain_words_what_it_would_do(store: Store, valkey_url: str) -> None:
    imported(store, list(BRANCHES), [member("o1", "b1"), member("o2", "b1"), member("o3", "b2")])

    assert ticked(valkey_url, "2026-12-04T09:00", "--dry-run").splitlines() == [
        "主题党日　2026年12月7日（周一）　提前3天　1 个支部，提醒 2 人，不提醒 0 人",
        "共 2 条，最快 0.0 秒发完",
        "只是预演，什么也没有发、没有改",
    ]


def test_what_a_tick_missed_is_said_with_branch_and_reason(store: Store, valkey_url: str) -> None:
    imported(store, list(BRANCHES), [member("o1", "b1"), member("o2", "b1")])
    ticked(valkey_url, "2026-12-03T10:00")

    missed = ticked(valkey_url, "2026-12-07T16:00", "--dry-run")

    assert "主题党日　2026年12月7日（周一）　当天　红旗支部　2 人没有按时提醒（过了时候，没有再发）" in missed
    assert "联系日" not in missed, "there was one meanwhile, but it concerns none of them"


@pytest.mark.parametrize(("rule", "kind"), [("", "missed"), ("有空的时候", "troubled")])
def test_of_many_branches_missed_or_in_trouble_some_are_named_and_the_others_counted(
    store: Store, valkey_url: str, rule: str, kind: str
) -> None:
    many = [Branch(f"b{number:02d}", f"支部{number:02d}", party_day=rule) for number in range(30)]
    imported(store, many, [member(f"o{one.id}", one.id) for one in many])
    ticked(valkey_url, "2026-12-06T10:00")

    text = ticked(valkey_url, "2026-12-07T16:00", "--dry-run")
    data = json.loads(ticked(valkey_url, "2026-12-07T16:00", "--dry-run", "--json"))

    lines = text.splitlines()
    assert len([line for line in lines if "没有按时提醒" in line or "排不出来" in line]) == 20
    assert "…… 另有 10 个支部，加 --json 看全部" in lines
    assert len(data[kind]) == 30


def test_a_branch_a_tick_cannot_plan_is_named(store: Store, valkey_url: str) -> None:
    imported(store, [Branch("b1", "红旗支部", party_day="有空的时候")], [member("o1", "b1")])

    assert ticked(valkey_url, AT, "--dry-run").startswith("红旗支部　主题党日　排不出来：BadRule")


def test_a_tick_with_nothing_to_do_says_for_when(store: Store, valkey_url: str) -> None:
    assert ticked(valkey_url, "2026-11-28T02:00+00:00") == "2026年11月28日（周六） 10:00　没有要提醒的\n"
