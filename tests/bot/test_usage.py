"""Commands that are called wrongly: what is wrong, in Chinese, with exit code 2."""

import pytest
from click.testing import CliRunner

from bot.cli import main


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["aks", "你好"], "没有“aks”这个命令"),
        (["content", "chek"], "没有“chek”这个命令，是不是 check？"),
        (["--loud"], "没有“--loud”这个选项"),
        (["ask", "--exlain", "你好"], "没有“--exlain”这个选项，是不是 --explain？"),
        (["ask"], "少写了“TEXT”"),
        (["purge"], "少写了“--openid”"),
        (["ask", "主题党日", "多久一次"], "要用英文引号括起来"),
        (["remind", "next", "-n", "很多"], "“-n”后面的内容不对"),
        (["content", "verify", "--sources", "/nowhere"], "“--sources”写的文件或文件夹找不到"),
    ],
)
def test_a_mistake_is_named_in_chinese_with_the_right_way(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 2
    assert says in result.stderr
    assert "用法：" in result.stderr
    assert result.stdout == ""
    assert "Error" not in result.stderr


def test_an_option_without_its_value_is_named() -> None:
    result = CliRunner().invoke(main, ["remind", "next", "--at"])

    assert (result.exit_code, result.stderr) == (2, "“--at”后面要写上内容\n")


@pytest.mark.parametrize("arguments", [[], ["content"]])
def test_a_group_alone_lists_its_commands(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)

    assert "资料" in result.output
    assert "命令写得不对" not in result.output
