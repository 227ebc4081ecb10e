"""`python -m bot calendar …`: readings previewed, the announcement shown before it counts, activities checked."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result

from bot.announcements import Announcements
from bot.roster_store import RosterStore
from bot.store import Store
from content.calendar.announcement import Announcement, read
from content.wording import DATA
from scheduler.roster import Branch
from scheduler.roster_changes import compare
from scheduler.roster_files import Roster
from tests.bot.test_cli import run
from tests.content.calendar.official import MADE_UP_2027, TEXTS

AT = ("--at", "2026-11-28T10:00")


@pytest.fixture
def announcement(tmp_path: Path) -> str:
    path = tmp_path / "announcement.txt"
    path.write_text(MADE_UP_2027, encoding="utf-8")
    return str(path)


def calendar(url: str, *arguments: str, typed: str = "", **environment: str) -> Result:
    return run("calendar", *arguments, typed=typed, BOT_REDIS_URL=url, **environment)


@pytest.mark.usefixtures("store")
class TestPreview:
    def test_every_reading_is_shown_with_how_to_write_it(self, valkey_url: str) -> None:
        result = calendar(valkey_url, "preview", "每月第一周的周五", "-n", "2", *AT)

        assert result.exit_code == 0
        lines = [line.strip() for line in result.output.splitlines()]
        assert lines[1:3] == ["1. 每月第一个周五", "2026年12月4日（周五）"]
        assert "2. 每月第一个自然周的周五" in lines
        assert lines[lines.index("3. 每月第一个整周的周五") + 1] == "2026年12月11日（周五）"

    def test_a_rule_without_doubt_is_just_its_dates(self, valkey_url: str) -> None:
        result = calendar(valkey_url, "preview", "每周三", "-n", "2", *AT)

        assert [line.strip() for line in result.output.splitlines()] == [
            "2026年12月2日（周三）",
            "2026年12月9日（周三）",
        ]

    def test_programs_get_dates_with_their_source(self, valkey_url: str) -> None:
        (reading,) = json.loads(calendar(valkey_url, "preview", "每月第一个周五", "-n", "2", "--json", *AT).output)

        assert reading == {
            "rule": "每月第一个周五",
            "week": None,
            "dates": [
                {"date": "2026-12-04", "moved_from": None, "day_source": "official"},
                {"date": "2027-01-04", "moved_from": "2027-01-01", "day_source": "provisional"},
            ],
        }

    def test_what_cannot_be_read_is_answered_with_what_to_write(self, valkey_url: str) -> None:
        result = calendar(valkey_url, "preview", "周五")

        assert result.exit_code == 2
        assert "请写“每周五”或“每月第一个周五”" in result.output

    def test_an_unknown_activity_is_wrong_usage(self, valkey_url: str) -> None:
        assert calendar(valkey_url, "preview", "每周三", "--activity", "dance").exit_code == 2


@pytest.mark.usefixtures("store")
class TestNotice:
    def test_what_changes_is_shown_and_nothing_kept(self, store: Store, valkey_url: str, announcement: str) -> None:
        result = calendar(valkey_url, "notice", announcement, *AT)

        assert result.exit_code == 0
        assert "2027年的通知：放假 27 天" in result.output
        assert "2027年2月11日（周四）　改为放假" in result.output
        assert "2027年10月9日（周六）　改为上班" in result.output
        assert "2027年2月11日（周四） → 2027年2月12日（周五） 09:00　党代表联系日" in result.output
        assert "--yes" in result.output
        assert Announcements(store).all() == ()

    def test_once_confirmed_it_counts(self, store: Store, valkey_url: str, announcement: str) -> None:
        result = calendar(valkey_url, "notice", announcement, "--yes", *AT)

        assert "已记下 2027 年" in result.output
        assert Announcements(store).all() == (read(MADE_UP_2027),)
        again = calendar(valkey_url, "notice", announcement, *AT)
        assert "和现在知道的完全一样" in again.output

    def test_it_can_be_pasted(self, valkey_url: str) -> None:
        result = calendar(valkey_url, "notice", "-", "--json", *AT, typed=MADE_UP_2027)

        data = json.loads(result.output)
        assert (data["year"], data["written"]) == (2027, False)
        assert {"date": "2027-02-11", "working": False} in data["changed"]
        assert {(one["before"], one["date"]) for one in data["moved"]} >= {("2027-02-11", "2027-02-12")}

    def test_a_notice_the_library_has_changes_nothing(self, valkey_url: str, tmp_path: Path) -> None:
        path = tmp_path / "known.txt"
        path.write_text(TEXTS[2026], encoding="utf-8-sig")

        assert "和现在知道的完全一样" in calendar(valkey_url, "notice", str(path), *AT).output

    def test_a_corrected_notice_replaces_the_one_before(self, store: Store, valkey_url: str, announcement: str) -> None:
        Announcements(store).enter(Announcement(2027, frozenset({date(2027, 3, 1)}), frozenset()))

        result = calendar(valkey_url, "notice", announcement, "--yes", *AT)

        assert "2027年3月1日（周一）　改为上班" in result.output
        assert Announcements(store).all() == (read(MADE_UP_2027),)

    @pytest.mark.parametrize(
        ("text", "code", "said"),
        [
            (MADE_UP_2027.replace("共7天", "共9天").encode(), 1, "通知写共 9 天，数出来是 7 天"),
            (b"hello", 1, "请贴上通知的全文"),
            (MADE_UP_2027.encode("gb18030"), 2, "请另存为 UTF-8"),
        ],
    )
    def test_a_text_that_cannot_be_trusted_is_refused(
        self, store: Store, valkey_url: str, tmp_path: Path, text: bytes, code: int, said: str
    ) -> None:
        path = tmp_path / "bad.txt"
        path.write_bytes(text)

        result = calendar(valkey_url, "notice", str(path), "--yes", *AT)

        assert result.exit_code == code
        assert said in result.output
        assert Announcements(store).all() == ()


@pytest.mark.usefixtures("store")
class TestCheck:
    def test_activities_are_shown_as_members_will_meet_them(self, valkey_url: str) -> None:
        result = calendar(valkey_url, "check", *AT)

        assert result.exit_code == 0
        assert "主题党日　每月5日　15:00　提醒：提前 3 天 09:00、当天 08:00" in result.output
        assert "时间：12月7日（周一）15:00" in result.output
        assert "time2　2026年12月7日 15:00" in result.output
        assert "放假数据到 2026-12-28" in result.output
        assert "还没有 2027 年的放假安排" in result.output

    def test_branches_whose_rule_means_several_things_are_findings(self, store: Store, valkey_url: str) -> None:
        branches = [Branch("b1", "甲", party_day="每月第一周的周五"), Branch("b2", "乙", party_day="每月第一个周五")]
        wanted = Roster({branch.id: branch for branch in branches}, {})
        assert RosterStore(store).write(compare({}, {}, wanted), 0)

        result = calendar(valkey_url, "check", *AT)

        assert result.exit_code == 1
        assert "支部 b1：“每月第一周的周五”有 3 种读法，现在按“每月第一个周五”" in result.output
        assert "b2" not in result.output

    def test_a_mistake_in_the_file_is_named_with_its_line(self, valkey_url: str, tmp_path: Path) -> None:
        shutil.copytree(DATA, tmp_path / "data")
        path = tmp_path / "data" / "activities.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("3天前 09:00", "3天前 23:00"), encoding="utf-8")

        result = calendar(valkey_url, "check", BOT_CONTENT_DIR=str(tmp_path / "data"))

        assert result.exit_code == 1
        assert f"{path}:" in result.output
        assert "“3天前 23:00”在免打扰时间里" in result.output
