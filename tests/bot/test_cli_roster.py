"""`python -m bot roster …`: an import shown, confirmed, written; what is wrong with its files; export; invitations."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result

from bot.branch_book import BranchBook
from bot.cli_roster import TRIES
from bot.invitations import Invitations
from bot.roster_rows import VERSION
from bot.roster_store import RosterStore, Snapshot
from bot.store import Store
from handlers.book import Consent
from scheduler.roster import Role
from tests.bot.test_cli import run
from tests.fakes import NOW

ROOT = Path(__file__).parents[2]
OPENID = "oAbcdefghijklmnopqrstuvwxyz1"
BRANCHES = """branch_id,name,parent,party_day,party_time,place
hs-01,红石村党支部,红石镇党委,每月第一个周五,15:00,村委会二楼
hs-02,青山社区党支部,,,,
"""
MEMBERS = f"""openid,branch_id,roles
{OPENID},hs-01,党员;书记
oSecond,hs-02,党员
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.csv").write_text(BRANCHES, encoding="utf-8")
    (tmp_path / "m.csv").write_text(MEMBERS, encoding="gb18030")
    return tmp_path


@pytest.fixture(autouse=True)
def own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path / "var"))


@dataclass
class Terminal:
    """A command that asks."""

    process: "subprocess.Popen[str]"
    keyboard: int

    def asked(self) -> str:
        """What it has said since last time, once it asks."""
        said = ""
        while not said.endswith("[y/N]: "):
            assert self.process.stdout
            said += (character := self.process.stdout.read(1))
            assert character, said
        return said

    def answer(self, line: str) -> None:
        os.write(self.keyboard, line.encode())


class Roster:
    """The commands, on one store and one folder of files."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder

    def run(self, *arguments: str) -> Result:
        return run("roster", *arguments, BOT_REDIS_URL=self.url)

    @contextmanager
    def at_terminal(self, *options: str) -> Iterator["Terminal"]:
        """An import with somebody to ask; it has ended after the block."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "bot", "roster", "import", *self.files(), *options],
            cwd=ROOT,
            env={**os.environ, "BOT_REDIS_URL": self.url},
            stdin=theirs,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            yield Terminal(process, ours)
            process.wait(60)
        os.close(ours)
        os.close(theirs)

    def imports(self, *options: str) -> Result:
        return self.run("import", *self.files(), *options)

    def files(self, branches: str = "b.csv", members: str = "m.csv") -> tuple[str, ...]:
        return ("--branches", str(self.folder / branches), "--members", str(self.folder / members))


@pytest.fixture
def roster(valkey_url: str, store: Store, folder: Path) -> Roster:
    return Roster(valkey_url, folder)


class TestImport:
    def test_without_yes_it_only_shows_what_would_change(self, roster: Roster, store: Store) -> None:
        result = roster.imports()

        assert result.exit_code == 0
        assert "＋ hs-01　红石村党支部　红石镇党委　每月第一个周五　15:00　村委会二楼" in result.output
        assert "支部：新增 2，修改 0，去掉 0" in result.output
        assert "党员：新增 2，修改 0，去掉 0" in result.output
        assert "还没有写进名册" in result.output
        assert RosterStore(store).is_empty()

    def test_with_yes_it_is_written_and_the_same_again_changes_nothing(self, roster: Roster, store: Store) -> None:
        written, again = roster.imports("--yes"), roster.imports("--yes")

        assert "已写进名册：现有 2 个支部，2 名党员" in written.output
        assert again.output == "文件和名册完全一样，没有要改的。\n"
        assert {branch.id for branch in RosterStore(store).branches()} == {"hs-01", "hs-02"}

    def test_a_change_is_shown_as_before_and_after(self, roster: Roster) -> None:
        roster.imports("--yes")
        text = BRANCHES.replace("村委会二楼", "党群服务中心")
        (roster.folder / "b.csv").write_text(text, encoding="utf-8")

        output = roster.imports().output

        assert "～ hs-01" in output
        assert "村委会二楼 → hs-01" in output

    def test_openids_are_masked(self, roster: Roster) -> None:
        output = roster.imports().output

        assert "oAbc…xyz1" in output
        assert OPENID not in output
        assert "oSecond" not in output

    def test_long_lists_are_cut_and_counted(self, roster: Roster) -> None:
        rows = "".join(f"oMember{number:03d},hs-02,\n" for number in range(30))
        (roster.folder / "m.csv").write_text("openid,branch_id,roles\n" + rows, encoding="utf-8")

        output = roster.imports().output

        assert "还有 10 行" in output
        assert "新增 30" in output

    def test_mistakes_are_named_with_file_line_and_what_to_do_and_nothing_is_written(
        self, roster: Roster, store: Store
    ) -> None:
        (roster.folder / "m.csv").write_text(MEMBERS + "oSecond,nowhere,团员\n", encoding="utf-8")

        result = roster.imports("--yes")

        assert result.exit_code == 1
        where = f"{roster.folder / 'm.csv'}:4: "
        assert f"{where}这个 openid 和第 3 行重复，一个人只能在一个支部，请删掉一行" in result.output
        assert f"{where}支部文件里没有编号为“nowhere”的支部" in result.output
        assert f"{where}不认识角色“团员”，请写党员、预备党员、正式党员" in result.output
        assert RosterStore(store).is_empty()

    def test_a_file_that_is_not_there_is_said_to_be_missing(self, roster: Roster) -> None:
        result = roster.run("import", *roster.files(branches="none.csv"))

        assert result.exit_code == 1
        assert "none.csv:0: 打不开文件" in result.output

    def test_self_bound_members_stay_unless_told_otherwise(self, roster: Roster, store: Store) -> None:
        roster.imports("--yes")
        BranchBook(store).bind("oNeighbour", "hs-02", Consent.CODE, NOW)

        kept = roster.imports("--yes")
        assert "文件里没有这 1 名党员" in kept.output
        assert BranchBook(store).member("oNeighbour") is not None

        roster.imports("--yes", "--replace")
        assert BranchBook(store).member("oNeighbour") is None

    def test_those_who_unbound_are_counted_and_stay_away(self, roster: Roster, store: Store) -> None:
        roster.imports("--yes")
        BranchBook(store).unbind("oSecond")

        output = roster.imports("--yes").output

        assert "文件里有 1 名党员自己解绑过" in output
        assert BranchBook(store).member("oSecond") is None

    def test_programs_get_counts(self, roster: Roster) -> None:
        data = json.loads(roster.imports("--yes", "--json").output)

        assert data["branches"] == {"new": 2, "changed": 0, "gone": 0}
        assert data["members"] == {"new": 2, "changed": 0, "gone": 0}
        assert data["written"] is True

    @pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("n\n", False)])
    def test_on_a_terminal_it_asks(self, roster: Roster, store: Store, answer: str, written: bool) -> None:
        with roster.at_terminal() as terminal:
            terminal.asked()
            terminal.answer(answer)

        assert RosterStore(store).is_empty() is not written

    @pytest.mark.parametrize(("answer", "stays"), [("y\n", False), ("n\n", True)])
    def test_what_changed_while_it_asked_is_shown_and_asked_about(
        self, roster: Roster, store: Store, answer: str, stays: bool
    ) -> None:
        with roster.at_terminal("--replace") as terminal:
            assert "去掉 0" in terminal.asked()
            roster.imports("--yes")
            BranchBook(store).bind("oNeighbour", "hs-02", Consent.CODE, NOW)
            terminal.answer("y\n")
            assert "党员：新增 0，修改 0，去掉 1" in terminal.asked()
            terminal.answer(answer)

        assert (BranchBook(store).member("oNeighbour") is not None) is stays

    @pytest.mark.parametrize("times", [1, 100])
    def test_with_yes_what_changed_meanwhile_is_compared_anew_some_times(
        self, roster: Roster, store: Store, monkeypatch: pytest.MonkeyPatch, times: int
    ) -> None:
        snapshot, left = RosterStore.snapshot, iter(range(times))

        def meanwhile(keeper: RosterStore) -> Snapshot:
            found = snapshot(keeper)
            if next(left, None) is not None:
                with store.commands() as client:
                    client.incr(VERSION)
            return found

        monkeypatch.setattr(RosterStore, "snapshot", meanwhile)
        result = roster.imports("--yes")

        busy = times > TRIES
        assert result.exit_code == int(busy)
        assert result.output.count("党员：新增 2") == (TRIES if busy else 2), "what is written was shown"
        assert RosterStore(store).is_empty() is busy

    def test_without_a_running_store_the_embedded_one_is_started_for_it(self, folder: Path) -> None:
        files = ("--branches", str(folder / "b.csv"), "--members", str(folder / "m.csv"))

        assert "已写进名册" in run("roster", "import", *files, "--yes").output
        assert "没有要改的" in run("roster", "import", *files).output

    def test_a_store_out_of_reach_is_said_to_be(self, folder: Path, tmp_path: Path) -> None:
        files = ("--branches", str(folder / "b.csv"), "--members", str(folder / "m.csv"))

        result = run("roster", "import", *files, BOT_REDIS_URL=f"unix://{tmp_path}/nobody.sock")

        assert result.exit_code == 1
        assert "数据存储" in result.output


class TestExport:
    def test_what_is_exported_can_be_imported_without_any_change(self, roster: Roster, store: Store) -> None:
        roster.imports("--yes")
        BranchBook(store).bind("oNeighbour", "hs-02", Consent.CODE, NOW)

        exported = roster.run("export", *roster.files("out-b.csv", "out-m.csv"))
        again = roster.run("import", *roster.files("out-b.csv", "out-m.csv"))

        assert "已导出 2 个支部、3 名党员" in exported.output
        assert "没有要改的" in again.output

    def test_only_its_owner_may_read_it(self, roster: Roster) -> None:
        roster.imports("--yes")
        roster.run("export", *roster.files("out-b.csv", "out-m.csv"))

        assert (roster.folder / "out-m.csv").stat().st_mode & 0o077 == 0

    def test_a_folder_that_is_not_there_is_wrong_usage(self, roster: Roster) -> None:
        assert roster.run("export", *roster.files("no/b.csv", "no/m.csv")).exit_code == 2


class TestInvitations:
    def test_the_code_and_the_scene_of_a_branch_lead_to_it(self, roster: Roster, store: Store) -> None:
        roster.imports("--yes")
        invitations = Invitations(store)

        code, scene = roster.run("code", "hs-01").output.strip(), roster.run("scene", "hs-01").output.strip()

        assert invitations.branch_id_of_code(code) == "hs-01"
        assert invitations.branch_id_of_scene(scene) == "hs-01"

    def test_a_new_code_replaces_the_old_one(self, roster: Roster) -> None:
        roster.imports("--yes")
        old = roster.run("code", "hs-01").output

        new = roster.run("code", "hs-01", "--renew").output

        assert new != old
        assert roster.run("code", "hs-01").output == new

    @pytest.mark.parametrize("command", ["code", "scene"])
    def test_a_branch_that_is_not_there_is_a_finding(self, roster: Roster, command: str) -> None:
        result = roster.run(command, "nowhere")

        assert result.exit_code == 1
        assert "nowhere" in result.output


class TestRole:
    def test_who_bound_themselves_is_made_secretary_by_the_name_they_left(self, roster: Roster, store: Store) -> None:
        roster.imports("--yes")
        book = BranchBook(store)
        book.bind("oWang", "hs-02", Consent.CODE, NOW)
        book.set_name("oWang", "王建国")

        result = roster.run("role", "hs-02", "王建国", "党员；书记")

        assert result.output == "王建国现在是：党员;书记\n"
        member = book.member("oWang")
        assert member is not None
        assert member.roles == {Role.MEMBER, Role.SECRETARY}

    def test_a_name_nobody_left_or_two_did_changes_nothing(self, roster: Roster, store: Store) -> None:
        roster.imports("--yes")
        book = BranchBook(store)
        for openid in ("oWang", "oOther"):
            book.bind(openid, "hs-02", Consent.CODE, NOW)
            book.set_name(openid, "王建国")

        unknown, twice = roster.run("role", "hs-02", "张三", "书记"), roster.run("role", "hs-02", "王建国", "书记")

        assert (unknown.exit_code, twice.exit_code) == (1, 1)
        assert "没有人留过“张三”" in unknown.output
        assert "不止一个人" in twice.output
        assert not any(Role.SECRETARY in one.roles for one in book.members("hs-02"))

    @pytest.mark.parametrize("words", ["团员", "书记;团员", ";"])
    def test_an_unknown_role_is_wrong_usage(self, roster: Roster, words: str) -> None:
        assert roster.run("role", "hs-01", "王建国", words).exit_code == 2
