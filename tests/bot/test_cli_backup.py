"""`python -m bot backup`, `restore`, and going on with `push resume`: what an operator reads, and the exit codes."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from bot import wiring
from bot.brake import Brake
from bot.heartbeats import WEB, Heartbeats
from bot.ledger import LedgerStore
from bot.rounds import standings
from bot.store import Store
from scheduler.reminders import Condition, Mark, Notice
from scheduler.roster import Branch
from tests.bot.test_cli import run
from tests.bot.test_roster_store import imported, member
from tests.fakes import SHANGHAI

NOON, NIGHT = datetime(2027, 3, 2, 12, 0, tzinfo=SHANGHAI), datetime(2027, 3, 2, 23, 0, tzinfo=SHANGHAI)


class Operator:
    """Someone at the commands, at noon three days before a party day."""

    def __init__(self, store: Store, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.url, self.folder, self.file = store, url, folder, folder / "b.jsonl.gz"
        self._patch = monkeypatch
        self.look_at(NOON)

    def look_at(self, now: datetime) -> None:
        self._patch.setattr(wiring, "clock", lambda _settings: lambda: now)

    def run(self, *arguments: object) -> Result:
        return run(*map(str, arguments), BOT_REDIS_URL=self.url, BOT_DATA_DIR=str(self.folder / "var"))

    def notice(self) -> Notice:
        return next(one for one in LedgerStore(self.store).notices("b1") if one.round.activity_id == "party_day")

    def figures(self) -> dict[str, Any]:
        (found,) = (
            one for one in standings(self.store) if (one.round.activity_id, one.round.lead) == ("party_day", "3d")
        )
        return {"pending": found.pending, "sent": found.sent, "skipped": found.skipped, "reasons": dict(found.reasons)}


@pytest.fixture
def operator(store: Store, valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    imported(store, [Branch("b1", "甲支部")], [member(openid, "b1") for openid in ("o1", "o2", "o3")])
    return Operator(store, valkey_url, tmp_path, monkeypatch)


class TestBackup:
    def test_it_says_where_it_is_and_that_it_must_be_kept_well(self, operator: Operator) -> None:
        said = operator.run("backup")

        (file,) = (operator.folder / "var" / "backup").iterdir()
        assert (said.exit_code, file.name) == (0, "zhibu-20270302-120000+0800.jsonl.gz")
        assert str(file) in said.output
        assert "像保管名册一样" in said.output
        assert oct(file.stat().st_mode & 0o777) == "0o600"

    def test_programs_read_what_it_holds(self, operator: Operator) -> None:
        made = json.loads(operator.run("backup", operator.file, "--json").output)

        assert (made["made"], made["path"], made["format"]) == (NOON.isoformat(), str(operator.file), 1)
        assert (made["keys"] > 1, made["bytes"]) == (True, operator.file.stat().st_size)

    def test_a_file_that_is_there_is_a_usage_error(self, operator: Operator) -> None:
        operator.run("backup", operator.file)

        assert operator.run("backup", operator.file).exit_code == 2

    def test_without_a_store_there_is_none(self, tmp_path: Path) -> None:
        said = run("backup", str(tmp_path / "b"), BOT_REDIS_URL="redis://127.0.0.1:1/0")

        assert (said.exit_code, list(tmp_path.iterdir())) == (1, [])

    def test_doctor_knows_when_the_last_one_was_made(self, operator: Operator) -> None:
        def doctor() -> str:
            return run("doctor", BOT_REDIS_URL=operator.url, BOT_WECHAT_TOKEN="abc").output

        assert "· 还没有备份过" in doctor()
        operator.run("backup", operator.file)
        assert "✓ 上次备份：2027-03-02 12:00" in doctor()
        operator.look_at(NOON + timedelta(days=9))
        assert "· 上次备份：2027-03-02 12:00" in doctor()


class TestRestore:
    def test_it_says_what_it_did_and_what_comes_next(self, operator: Operator) -> None:
        keys = json.loads(operator.run("backup", operator.file, "--json").output)["keys"]

        said = operator.run("restore", operator.file, "--replace")

        assert said.exit_code == 0
        assert f"已恢复 {keys} 项（2027-03-02 12:00 的备份" in said.output
        assert "push resume --skip-due" in said.output
        assert "restored" not in said.output

    def test_a_dry_run_checks_the_file_and_changes_nothing(self, operator: Operator) -> None:
        operator.run("backup", operator.file)
        fine = operator.run("restore", operator.file, "--dry-run")
        operator.file.write_bytes(operator.file.read_bytes()[:-9])
        damaged = operator.run("restore", operator.file, "--dry-run")

        assert (fine.exit_code, "备份文件完好：2027-03-02 12:00" in fine.output) == (0, True)
        assert (damaged.exit_code, "不完整" in damaged.stderr) == (1, True)
        assert not Brake(operator.store, lambda: NOON).pauses()

    def test_what_stands_in_the_way_is_a_finding_with_what_to_do(self, operator: Operator) -> None:
        operator.run("backup", operator.file)
        full = operator.run("restore", operator.file)
        Heartbeats(operator.store).beat(WEB, datetime.now(SHANGHAI))
        busy = operator.run("restore", operator.file, "--replace")
        operator.file.write_bytes(operator.file.read_bytes()[:-9])
        damaged = operator.run("restore", operator.file, "--replace", "--anyway")
        missing = operator.run("restore", operator.folder / "no-such-file")

        assert (full.exit_code, "加 --replace" in full.stderr) == (1, True)
        assert (busy.exit_code, "还在运行：网页进程" in busy.stderr) == (1, True)
        assert (damaged.exit_code, "不完整" in damaged.stderr) == (1, True)
        assert missing.exit_code == 2
        assert not Brake(operator.store, lambda: NOON).pauses()

    @pytest.mark.parametrize("format_", ["text", "json"])
    def test_doctor_and_push_status_say_that_reminders_stand_still(self, operator: Operator, format_: str) -> None:
        operator.run("backup", operator.file)
        operator.run("restore", operator.file, "--replace", *(["--json"] if format_ == "json" else []))

        for said in (operator.run("doctor"), operator.run("push", "status")):
            assert "提醒从 2027-03-02 12:00 起停发：数据是从备份恢复的" in said.output
            assert "（2027-03-02 12:00）" in said.output


class TestGoingOn:
    @pytest.fixture
    def restored(self, operator: Operator) -> Operator:
        """Backed up when one of three had been told; the other two were told later; then restored."""
        operator.run("remind", "tick")
        ledger, real = LedgerStore(operator.store), datetime.now(SHANGHAI)
        ledger.claim(operator.notice(), ["o1"], real)
        ledger.settle(operator.notice(), {"o1": Mark(Condition.SENT, "7")}, real)
        operator.run("backup", operator.file)
        operator.run("restore", operator.file, "--replace")
        return operator

    def test_nothing_goes_out_before_the_operator_has_chosen(self, restored: Operator) -> None:
        said = restored.run("push", "resume")

        assert said.exit_code == 1
        assert "--tell-due" in said.stderr
        assert [pause.reason for pause in Brake(restored.store, lambda: NOON).pauses()] == ["restored"]

    def test_who_may_have_been_told_since_is_skipped_with_the_reason(self, restored: Operator) -> None:
        said = restored.run("push", "resume", "--skip-due")

        assert (said.exit_code, said.output.splitlines()[0]) == (0, "到期没发的 2 条不再发了")
        assert restored.figures() == {"pending": 0, "sent": 1, "skipped": 2, "reasons": {"restored": 2}}
        assert not Brake(restored.store, lambda: NOON).pauses()
        restored.run("remind", "tick")
        assert LedgerStore(restored.store).claim(restored.notice(), ["o1", "o2", "o3"], datetime.now(SHANGHAI)) == []

    def test_what_came_due_since_the_backup_is_skipped_as_well(self, operator: Operator) -> None:
        operator.run("backup", operator.file)
        operator.run("restore", operator.file, "--replace")

        operator.run("push", "resume", "--skip-due")

        assert operator.figures() == {"pending": 0, "sent": 0, "skipped": 3, "reasons": {"restored": 3}}

    def test_at_night_when_it_is_not_known_what_will_be_due_in_the_morning_it_waits(self, restored: Operator) -> None:
        restored.look_at(NIGHT)

        said = restored.run("push", "resume", "--skip-due")

        assert (said.exit_code, "以后再运行" in said.stderr) == (1, True)
        assert restored.figures()["skipped"] == 0
        assert Brake(restored.store, lambda: NIGHT).pauses()

    def test_when_nothing_was_told_since_whoever_is_due_is_told(self, restored: Operator) -> None:
        said = restored.run("push", "resume", "--tell-due")

        assert said.exit_code == 0
        assert restored.figures() == {"pending": 2, "sent": 1, "skipped": 0, "reasons": {}}
        assert not Brake(restored.store, lambda: NOON).pauses()

    def test_half_a_restore_is_never_resumed(self, operator: Operator) -> None:
        Brake(operator.store, lambda: NOON).pause("restoring")

        for choice in ((), ("--tell-due",), ("--skip-due",)):
            said = operator.run("push", "resume", *choice)
            assert (said.exit_code, "--replace" in said.stderr) == (1, True)
