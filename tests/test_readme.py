"""What README claims and a command can print is what the command prints."""

from pathlib import Path

import pytest

from bench.corpus_table import renewed
from tests.bot.test_cli import run

ROOT = Path(__file__).parents[1]


def rows(text: str) -> list[str]:
    """The lines of Markdown tables, headings and rules left out."""
    return [line for line in text.splitlines() if line.startswith("| ") and line[-3].isdigit()]


def test_the_chinese_readme_holds_the_table_of_documents_as_the_command_prints_it() -> None:
    table = run("content", "table").output

    assert table in (ROOT / "README.zh-CN.md").read_text("utf-8"), "run `make table`"


def test_the_english_readme_has_the_same_figures() -> None:
    *documents, total = rows(run("content", "table").output)
    wanted = "\n".join([*documents, total.replace("合计", "all")])

    assert len(documents) == 5
    assert wanted in (ROOT / "README.md").read_text("utf-8"), "run `make table`"


def test_the_table_is_renewed_in_the_words_of_each_readme() -> None:
    readme = "a\n\n| document | cases |\n|---|---|\n| a.txt | 1 |\n| b.txt | 1 |\n| all | 2 |\n\nb\n"

    assert renewed(readme, "| 文件 | 案例 |\n|---|---|\n| a.txt | 4 |\n| 合计 | 4 |\n") == (
        "a\n\n| document | cases |\n|---|---|\n| a.txt | 4 |\n| all | 4 |\n\nb\n"
    )


@pytest.mark.parametrize("command", ["check", "verify", "coverage", "table", "export", "import"])
@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_command_for_editors_is_listed(name: str, command: str) -> None:
    assert command in run("content", "--help").output
    assert f"python -m bot content {command}" in (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_who_follows_the_steps_of_deploying_has_all_that_reminders_need(name: str) -> None:
    readme = (ROOT / name).read_text("utf-8")
    steps = readme[readme.index("1. ", readme.index("mp.weixin.qq.com") - 100) :].split("\n\n")[0]

    for needed in ("PARTY_DAY", "LIAISON_DAY", "make secrets", "roster import", "roster code", "roster role", "doctor"):
        assert needed in steps
