"""`python -m bot misses …` and `stats`: what editors see, what is written into the corpus, and how it is taken back."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from bot.inbox import Inbox
from bot.pseudonyms import Pseudonyms
from bot.store import Store
from handlers.messages import Answered, Missed, Note, Outcome, Rated, Reply, Turn
from tests.bot.test_cli import run
from tests.content.test_library import GOOD, write
from tests.fakes import NOW

ENTRY = "somewhere-thing-when"


class Editor:
    """Someone at the commands, with a corpus of one case and a store in which members asked in vain."""

    def __init__(self, folder: Path, store: Store, url: str) -> None:
        self.folder, self.store, self.url = folder, store, url
        self.path = write(folder, GOOD)
        self._sent = 0

    def run(self, *arguments: str) -> Result:
        return run(*arguments, BOT_CONTENT_DIR=str(self.folder), BOT_REDIS_URL=self.url)

    def groups(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.run("misses", "list", "--json").stdout)["groups"]
        return found

    def heard(self, who: str, *notes: Note) -> None:
        self._sent += 1
        turn = Turn(Reply(Outcome.FALLBACK), notes=notes)
        Inbox(self.store, Pseudonyms("key")).finish(f"m{self._sent}", who, turn, NOW)


@pytest.fixture
def editor(tmp_path: Path, store: Store, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> Editor:
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path / "var"))
    editor = Editor(tmp_path / "content", store, valkey_url)
    for who in ("oFirst", "oSecond"):
        editor.heard(who, Missed("搞那个要到几号才轮到", (ENTRY,)))
    editor.heard("oThird", Missed("搞那个要到几号轮到呀", ()))
    editor.heard("oThird", Missed("茅台股票能买吗", ()))
    return editor


class TestList:
    def test_groups_come_with_counts_wordings_and_the_nearest_entries(self, editor: Editor) -> None:
        said = editor.run("misses", "list")

        (group_id, _) = (group["id"] for group in editor.groups())
        assert said.exit_code == 0
        assert said.output.splitlines() == [
            f"{group_id}　搞那个要到几号才轮到　（3 人，3 次）",
            "· 也有人问：搞那个要到几号轮到呀",
            f"· 相近的：{ENTRY}　某事在哪天？",
            f"{editor.groups()[1]['id']}　茅台股票能买吗　（1 人，1 次）",
            "共 2 组，4 次。收进资料：misses adopt 组号 问答编号；划掉：misses drop 组号。",
        ]

    def test_no_openid_and_no_row_number_is_shown(self, editor: Editor) -> None:
        text = editor.run("misses", "list", "--json").stdout

        assert "oFirst" not in text
        assert "rows" not in text


class TestAdopt:
    def test_the_question_becomes_a_phrasing_and_leaves_the_list(self, editor: Editor) -> None:
        group = editor.groups()[0]

        said = editor.run("misses", "adopt", group["id"], ENTRY)

        assert said.exit_code == 0
        assert "phrasings: [某事 时间, 搞那个要到几号才轮到]" in editor.path.read_text(encoding="utf-8")
        assert [left["question"] for left in editor.groups()] == ["茅台股票能买吗"]

    def test_it_is_found_from_then_on(self, editor: Editor) -> None:
        editor.run("misses", "adopt", editor.groups()[0]["id"], ENTRY)

        assert "每月五日" in editor.run("ask", "搞那个要到几号才轮到").output

    def test_undo_takes_it_out_and_puts_the_questions_back(self, editor: Editor) -> None:
        before = editor.groups()
        editor.run("misses", "adopt", before[0]["id"], ENTRY)

        assert editor.run("misses", "undo").exit_code == 0
        assert editor.path.read_text(encoding="utf-8") == GOOD
        assert editor.groups() == before

    def test_undo_says_so_when_an_editor_took_it_out_already(self, editor: Editor) -> None:
        editor.run("misses", "adopt", editor.groups()[0]["id"], ENTRY)
        editor.path.write_text(GOOD, encoding="utf-8")

        said = editor.run("misses", "undo")

        assert "早就不在资料里了" in said.output
        assert len(editor.groups()) == 2

    def test_another_wording_may_be_written_instead(self, editor: Editor) -> None:
        editor.run("misses", "adopt", editor.groups()[0]["id"], ENTRY, "--as", "某事几号轮到")

        assert "[某事 时间, 某事几号轮到]" in editor.path.read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("wording", "finding"), [("某事 介绍", "重复"), ("长" * 61, "超过 60 个字"), ("？？", "里没有字")]
    )
    def test_what_content_check_would_refuse_is_not_written(self, editor: Editor, wording: str, finding: str) -> None:
        said = editor.run("misses", "adopt", editor.groups()[0]["id"], ENTRY, "--as", wording)

        assert said.exit_code == 1
        assert finding in said.output
        assert editor.path.read_text(encoding="utf-8") == GOOD
        assert len(editor.groups()) == 2

    @pytest.mark.parametrize(("group", "entry"), [("nosuch", ENTRY), ("", "no-such-entry")])
    def test_an_unknown_group_or_entry_is_a_usage_error(self, editor: Editor, group: str, entry: str) -> None:
        said = editor.run("misses", "adopt", group or editor.groups()[0]["id"], entry)

        assert said.exit_code == 2
        assert editor.path.read_text(encoding="utf-8") == GOOD

    @pytest.mark.parametrize("command", ["adopt", "undo"])
    def test_files_that_cannot_be_written_are_said_to_be_with_what_to_do(self, editor: Editor, command: str) -> None:
        group = editor.groups()[0]
        adopt = ("misses", "adopt", group["id"], ENTRY)
        if command == "undo":
            editor.run(*adopt)
        before = (editor.path.read_text(encoding="utf-8"), editor.groups())
        editor.path.with_suffix(".new").mkdir()  # stands in the way, as a read-only file system would

        said = editor.run(*(adopt if command == "adopt" else ("misses", "undo")))

        assert (said.exit_code, "docker compose run" in said.stderr) == (1, True)
        assert str(editor.path.with_suffix(".new")) in said.stderr
        assert (editor.path.read_text(encoding="utf-8"), editor.groups()) == before


class TestDrop:
    def test_it_leaves_the_list_and_the_corpus_alone_until_undone(self, editor: Editor) -> None:
        before = editor.groups()

        assert editor.run("misses", "drop", before[1]["id"]).exit_code == 0
        assert editor.groups() == before[:1]
        assert editor.path.read_text(encoding="utf-8") == GOOD

        editor.run("misses", "undo")
        assert editor.groups() == before

    def test_when_nothing_was_done_there_is_nothing_to_undo(self, editor: Editor) -> None:
        said = editor.run("misses", "undo")

        assert (said.exit_code, "没有可以撤销的" in said.output) == (1, True)


class TestStats:
    def test_entries_and_what_was_asked_in_vain(self, editor: Editor) -> None:
        editor.heard("oFirst", Answered(ENTRY))
        editor.heard("oFirst", Rated(ENTRY, useful=False))
        editor.heard("oFirst", Rated(ENTRY, useful=False, reason="outdated"))

        said, read = editor.run("stats"), json.loads(editor.run("stats", "--json").stdout)

        assert "某事在哪天？" in said.output
        assert "过时了 1" in said.output
        assert "茅台股票能买吗" in said.output
        assert read["entries"] == [
            {"entry_id": ENTRY, "answered": 1, "useful": 0, "useless": 1, "reasons": {"outdated": 1}}
        ]
        assert [group["members"] for group in read["missed"]] == [3, 1]
        assert "oFirst" not in said.output

    def test_an_empty_store_is_said_to_be(self, tmp_path: Path, store: Store, valkey_url: str) -> None:
        write(tmp_path, GOOD)

        said = run("stats", BOT_CONTENT_DIR=str(tmp_path), BOT_REDIS_URL=valkey_url)

        assert said.output == "还没有回答过问题。\n没有答不上来的问题。\n"
