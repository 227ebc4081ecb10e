"""`python -m bot content …`: what editors read, what programs read, and the exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from content import library
from content.matching.postings import Holdings
from content.wording import DATA
from tests.bot import test_workbook as sheets
from tests.bot.test_cli import run
from tests.content.test_library import GOOD, write
from tests.content.test_verify import CORPUS, DOCUMENT, FAMILY, OTHER

ALIKE = "青山县的支部每个月在哪一天办学习会"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of one case that its document proves."""
    write(tmp_path, CORPUS, "hills/bench.yaml")
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text(DOCUMENT, encoding="utf-8")
    return tmp_path


def content(folder: Path, command: str, *arguments: object) -> Result:
    return run("content", command, *map(str, arguments), BOT_CONTENT_DIR=str(folder))


def data(result: Result) -> Any:
    return json.loads(result.stdout)


class TestCheck:
    def test_mistakes_in_the_activities_are_found_as_well(self, folder: Path) -> None:
        text = (DATA / "activities.yaml").read_text(encoding="utf-8")
        (folder / "activities.yaml").write_text(text.replace("rule: 每月5日", "rule: 每月32日"), encoding="utf-8")

        said, read = content(folder, "check"), content(folder, "check", "--json")

        assert (said.exit_code, read.exit_code) == (1, 1)
        assert "一个月没有第 32 天" in said.output
        assert [problem["kind"] for problem in json.loads(read.output)["problems"]] == ["rule_day"]

    def test_a_clean_corpus_is_counted(self, folder: Path) -> None:
        said, read = content(folder, "check"), content(folder, "check", "--json")

        assert (said.exit_code, said.output) == (0, "资料没有问题：1 个案例，1 条问答，1 种问法。\n")
        assert (read.exit_code, data(read)) == (0, {"problems": [], "cases": 1, "entries": 1, "phrasings": 1})

    def test_what_would_end_the_start_ends_the_check(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise IndexError("a mistake of ours")

        monkeypatch.setattr(Holdings, "__init__", fail)

        assert isinstance(content(folder, "check").exception, IndexError)

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            (GOOD + "    valid_to: 2001-01-01\n", "“somewhere-thing-when”已在 2001-01-01 失效"),
            (GOOD + "    review_by: 2001-01-01\n", "“somewhere-thing-when”应在 2001-01-01 前复查"),
            (
                GOOD.replace("某事 介绍", ALIKE).replace("某事 时间", ALIKE.replace("办", "开")),
                f"问法“{ALIKE.replace('办', '开')}”和 somewhere-thing-overview 的“{ALIKE}”只差一两个字",
            ),
        ],
    )
    def test_what_misleads_is_a_finding_with_file_and_line(self, folder: Path, text: str, sentence: str) -> None:
        path = write(folder, text)

        said, read = content(folder, "check"), content(folder, "check", "--json")

        assert (said.exit_code, read.exit_code) == (1, 1)
        assert f"{path}:15: {sentence}" in said.output
        assert "共 1 处问题。" in said.output
        assert [(problem["line"], problem["where"]) for problem in data(read)["problems"]] == [(15, f"{path}:15")]

    @pytest.mark.parametrize(
        ("old", "new"), [("  title: 某事\n", ""), ("  title:", "  titel:"), ("  title:", "  id: a\n  title:")]
    )
    def test_a_key_that_is_missing_unknown_or_twice_is_a_finding(self, folder: Path, old: str, new: str) -> None:
        path = write(folder, GOOD.replace(old, new, 1))

        assert f"{path}:" in content(folder, "check").output

    def test_a_corpus_of_which_nothing_is_valid_yet_is_no_crash(self, folder: Path) -> None:
        write(folder, CORPUS + "    valid_from: 2999-01-01\n", "hills/bench.yaml")

        assert isinstance(content(folder, "check").exception, SystemExit | None)


class TestVerify:
    def test_a_corpus_that_is_proven_is_said_to_be(self, folder: Path) -> None:
        said = content(folder, "verify", "--sources", folder / "documents")
        read = content(folder, "verify", "--sources", folder / "documents", "--json")

        assert said.exit_code == 0
        assert "核对完毕：1 条问答、0 条同类的总答案" in said.output
        assert (read.exit_code, data(read)) == (0, {"problems": []})

    @pytest.mark.parametrize(
        ("old", "new", "kind", "sentence"),
        [
            ("a.txt", "b.txt", "source", "的原文文件“b.txt”不在文件夹里"),
            ("[3, 3]", "[3, 9]", "lines", "的原文行 [3, 9] 超出了文件"),
            ("5200", "5300", "figure", "有“5300”，它引的原文行里没有这个数"),
            ("洛阳", "青岛", "name", "有“青岛”，它引的原文行里没有这个名字"),
        ],
    )
    def test_what_is_not_proven_is_a_finding_with_file_and_line(
        self, folder: Path, old: str, new: str, kind: str, sentence: str
    ) -> None:
        path = write(folder, CORPUS.replace(old, new), "hills/bench.yaml")

        said = content(folder, "verify", "--sources", folder / "documents")
        read = content(folder, "verify", "--sources", folder / "documents", "--json")

        assert (said.exit_code, read.exit_code) == (1, 1)
        assert said.output.startswith(f"{path}:7: “hills-bench-overview”")
        assert sentence in said.output
        assert [problem["kind"] for problem in data(read)["problems"]] == [f"unverified_{kind}"]

    def test_the_overviews_of_families_are_proven_too(self, folder: Path) -> None:
        write(folder, OTHER, "lake/points.yaml")
        path = folder / "families.yaml"
        path.write_text(FAMILY, encoding="utf-8")
        clean = content(folder, "verify", "--sources", folder / "documents")
        path.write_text(FAMILY.replace("5200", "5300"), encoding="utf-8")
        planted = content(folder, "verify", "--sources", folder / "documents")

        assert (clean.exit_code, planted.exit_code) == (0, 1)
        assert "2 条问答、1 条同类的总答案" in clean.output
        assert planted.output.startswith(f"{path}:3: “family-learning”的答案里有“5300”")

    def test_the_editors_own_list_of_known_words_counts(self, folder: Path) -> None:
        write(folder, CORPUS.replace("洛阳", "青岛"), "hills/bench.yaml")
        (folder / "known_words.txt").write_text("# 不是地名\n青岛\n", encoding="utf-8")

        assert content(folder, "verify", "--sources", folder / "documents").exit_code == 0

    @pytest.mark.parametrize("command", ["verify", "coverage"])
    def test_without_documents_the_usage_is_wrong(self, folder: Path, command: str) -> None:
        empty = content(folder, command, "--sources", folder / "faq")

        assert (empty.exit_code, empty.stdout) == (2, "")
        assert "没有原文（*.txt）" in empty.stderr
        assert content(folder, command, "--sources", folder / "nowhere").exit_code == 2
        assert content(folder, command).exit_code == 2

    @pytest.mark.parametrize("command", ["check", "verify", "coverage"])
    def test_a_corpus_that_does_not_load_is_reported_instead(self, folder: Path, command: str) -> None:
        path = write(folder, CORPUS.replace("[1, 4]", "[4, 1]"), "hills/bench.yaml")
        sources = () if command == "check" else ("--sources", folder / "documents")

        said, read = content(folder, command, *sources), content(folder, command, *sources, "--json")

        assert (said.exit_code, read.exit_code) == (1, 1)
        assert f"{path}:5: 行号要写成" in said.output
        assert [problem["kind"] for problem in data(read)["problems"]] == ["bad_lines"]

    def test_a_list_of_known_words_in_another_encoding_is_named(self, folder: Path) -> None:
        (folder / "known_words.txt").write_bytes("青岛".encode("gbk"))

        result = content(folder, "verify", "--sources", folder / "documents")

        assert "known_words.txt" in result.output


class TestCoverage:
    def test_each_document_has_its_shares_and_what_is_not_told_can_be_listed(self, folder: Path) -> None:
        said = content(folder, "coverage", "--sources", folder / "documents", "--untold")
        read = content(folder, "coverage", "--sources", folder / "documents", "--json")

        assert (said.exit_code, read.exit_code) == (0, 0)
        (row,) = data(read)
        assert (row["file"], row["sentences"]) == ("a.txt", 3)
        assert row["cited"] == pytest.approx(2 / 3)
        assert "a.txt　3 句，引用 66.7%，讲到" in said.output
        assert "hills-bench　第 4 行　村里的老槐树" in said.output


class TestTable:
    def test_cases_entries_and_phrasings_are_counted_for_each_document_and_for_all(self, folder: Path) -> None:
        write(folder, GOOD.replace("file: a.txt", "file: b.txt"))

        said = content(folder, "table")

        assert (said.exit_code, said.output.splitlines()) == (
            0,
            [
                "| 文件 | 案例 | 问答 | 问法 |",
                "|---|---|---|---|",
                "| a.txt | 1 | 1 | 1 |",
                "| b.txt | 1 | 2 | 3 |",
                "| 合计 | 2 | 3 | 4 |",
            ],
        )


class TestExport:
    def test_the_corpus_becomes_a_spreadsheet(self, folder: Path) -> None:
        path = folder / "corpus.xlsx"

        result = content(folder, "export", path)

        assert (result.exit_code, result.output) == (0, f"已导出 1 个案例、1 条问答到 {path}\n")
        assert path.exists()

    def test_a_place_that_cannot_be_written_is_named(self, folder: Path) -> None:
        result = content(folder, "export", folder / "nowhere" / "corpus.xlsx")

        assert "nowhere" in result.output


class TestImport:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        write(tmp_path, GOOD)
        write(tmp_path, sheets.OTHER, "elsewhere/thing.yaml")
        return tmp_path

    @pytest.fixture
    def edited(self, folder: Path) -> Path:
        """One entry changed, one new, one removed, in two cases."""
        new = ("elsewhere-thing", "elsewhere-thing-who", "另事谁来做？", "另事 谁", "支部来做。")
        edits = [sheets.put("问答", "E3", "另一种说法。"), sheets.add("问答", *new), sheets.drop_row("问答", 6)]
        return sheets.exported(folder, *edits)

    def test_first_it_shows_what_would_change_and_how_to_do_it(self, folder: Path, edited: Path) -> None:
        before = sheets.files(folder)

        result = content(folder, "import", edited)

        assert result.exit_code == 0
        assert result.output.splitlines() == [
            "＋ elsewhere-thing-who",
            "～ elsewhere-thing-overview",
            "－ somewhere-thing-when",
            "新增 1 条，修改 1 条，删除 1 条，不变 2 条。",
            "还没有写进文件。确认无误后，加 --yes 再运行一次。",
        ]
        assert sheets.files(folder) == before

    def test_with_yes_it_writes_and_then_nothing_is_left_to_change(self, folder: Path, edited: Path) -> None:
        result = content(folder, "import", edited, "--yes")

        assert result.exit_code == 0
        assert "已写进 2 个文件。" in result.output
        assert [entry.id for entry in library.load(folder).entries] == [
            *("elsewhere-thing-overview", "elsewhere-thing-when", "elsewhere-thing-who", "somewhere-thing-overview"),
        ]
        before = sheets.files(folder)
        again = content(folder, "import", edited, "--yes")
        assert (again.exit_code, again.output) == (0, "表格和资料完全一样，没有要改的。\n")
        assert sheets.files(folder) == before

    def test_files_that_cannot_be_written_are_said_to_be_with_what_to_do(self, folder: Path, edited: Path) -> None:
        blocked = folder / "faq" / "elsewhere" / "thing.new"
        blocked.mkdir()  # stands in the way, as a read-only file system would

        result = content(folder, "import", edited, "--yes")

        assert (result.exit_code, "docker compose run" in result.stderr) == (1, True)
        assert str(blocked) in result.stderr

    def test_programs_read_the_same_and_whether_it_was_written(self, folder: Path, edited: Path) -> None:
        shown = data(content(folder, "import", edited, "--json"))
        written = data(content(folder, "import", edited, "--yes", "--json"))
        again = data(content(folder, "import", edited, "--yes", "--json"))

        expected = {
            "new": ["elsewhere-thing-who"],
            "changed": ["elsewhere-thing-overview"],
            "removed": ["somewhere-thing-when"],
            "unchanged": 2,
            "cases": ["elsewhere-thing", "somewhere-thing"],
            "gone": [],
        }
        assert shown == expected | {"written": False}
        assert written == expected | {"written": True}
        assert (again["unchanged"], again["written"]) == (4, False)

    @pytest.mark.parametrize(
        ("edit", "said"),
        [
            (sheets.put("问答", "E6", "=1+1"), "问答!E6: 这一格是公式，请改成文字"),
            (sheets.put("问答", "A6", "nobody"), "问答!A6: 没有编号为“nobody”的案例"),
            (sheets.put("问答", "I6", "明天"), "问答!I6: 日期“明天”要写成 2026-11-21"),
            (sheets.put("问答", "E6", "长" * 501), "问答!E6: 答案有 1503 字节"),
            (lambda book: book["问答"].delete_cols(5), "问答!1: 缺少“答案”这一列"),
            (lambda book: book.remove(book["案例"]), ":0: 没有名为“案例”的工作表"),
        ],
    )
    def test_a_spreadsheet_with_a_mistake_changes_not_one_file(
        self, folder: Path, edit: sheets.Edit, said: str
    ) -> None:
        path = sheets.exported(folder, sheets.put("问答", "E3", "另一种说法。"), edit)
        before = sheets.files(folder)

        result, read = content(folder, "import", path, "--yes"), content(folder, "import", path, "--yes", "--json")

        assert (result.exit_code, read.exit_code) == (1, 1)
        assert f"{path}" in result.output
        assert said in result.output
        assert said.partition(":")[0] in data(read)["problems"][0]["where"]
        assert sheets.files(folder) == before

    def test_what_is_no_spreadsheet_changes_not_one_file(self, folder: Path) -> None:
        (folder / "corpus.xlsx").write_text("编号,案例名称", encoding="utf-8")
        before = sheets.files(folder)

        result = content(folder, "import", folder / "corpus.xlsx", "--yes")

        assert result.exit_code == 1
        assert "这不是 xlsx 文件" in result.output
        assert sheets.files(folder) == before

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("featured.yaml", "[somewhere-thing-when]"),
            (
                "families.yaml",
                "everywhere: 各地\nfamilies:\n  - {id: f, name: 事, cases: [elsewhere-thing, somewhere-thing], "
                "question: 某事谁来做？, answer: 都做。}",
            ),
        ],
    )
    def test_what_would_leave_a_corpus_that_does_not_load_changes_not_one_file(
        self, folder: Path, name: str, text: str
    ) -> None:
        edit = {
            "featured.yaml": sheets.drop_row("问答", 6),
            "families.yaml": sheets.put("问答", "C6", "某事谁来做？"),
        }[name]
        path = sheets.exported(folder, edit)
        (folder / name).write_text(text, encoding="utf-8")
        before = sheets.files(folder)
        library.load(folder)

        result = content(folder, "import", path, "--yes")

        assert result.exit_code == 1
        assert sheets.files(folder) == before

    def test_a_spreadsheet_without_cases_changes_not_one_file(self, folder: Path) -> None:
        rows = [sheets.drop_row(sheet, 3) for sheet, count in (("案例", 2), ("问答", 4)) for _ in range(count)]
        path = sheets.exported(folder, *rows)
        before = sheets.files(folder)

        assert content(folder, "import", path, "--yes").exit_code == 1
        assert sheets.files(folder) == before
