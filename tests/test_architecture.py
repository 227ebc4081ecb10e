"""The rules of the house, checked by a machine."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot import web_app
from bot.cli import COMMANDS
from bot.metrics import Metrics
from bot.store import Store
from handlers.services import Services
from tests.bot.test_cli import run
from tests.fakes import ACCOUNT, Clock

ROOT = Path(__file__).parents[1]
CODE = [
    path for folder in ("bot", "handlers", "scheduler", "content") for path in sorted((ROOT / folder).rglob("*.py"))
]
HAN = re.compile(r"[\u4e00-\u9fff]")
SENTENCE = re.compile(r"[\u4e00-\u9fff].*[。！？]")
GRAMMAR = {  # modules that read Chinese text and name its numerals, units, particles and marks: grammar, not wording
    "content/calendar/grammar.py",
    "content/calendar/announcement.py",
    "content/figures.py",
    "content/moments.py",
    "content/numerals.py",
    "content/template_fields.py",
    "content/verify.py",
    "handlers/parts.py",
}
PROMISED = [  # scripts of operators may rest on these
    "run",
    "web",
    "scheduler",
    "worker",
    "ask",
    "chat",
    "eval",
    "content check",
    "content verify",
    "content import",
    "content export",
    "roster import",
    "remind next",
    "remind tick",
    "push status",
    "doctor",
    "healthcheck",
    "backup",
    "restore",
    "purge",
]


def test_imports_go_down_only_and_every_library_has_one_door() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]

    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_for_people_stands_in_code(path: Path) -> None:
    """Members' and editors' texts live in content/data, where editors can change them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings
    ]

    forbidden = SENTENCE if str(path.relative_to(ROOT)) in GRAMMAR else HAN
    assert [text for text in texts if forbidden.search(text)] == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_lives_in_it(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_function_is_longer_than_forty_lines() -> None:
    long = []
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1 - (ast.get_docstring(node) or "").count("\n")
                if lines > 40:
                    long.append(f"{path.name}:{node.name}")

    assert long == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_carry_hashes_and_no_addresses(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")

    assert "://" not in lock
    assert "index-url" not in lock
    assert lock.count("==") <= lock.count("--hash=sha256:")


def test_docs_name_every_route(services: Services, store: Store) -> None:
    app = web_app.assemble(ACCOUNT, store, lambda: services, Clock(), Metrics(), demo=True)
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

    for rule in app.url_map.iter_rules():
        if "static" not in rule.endpoint:
            assert f"`{rule.rule}`" in text, rule.rule


def test_docs_say_of_every_key_of_the_store_how_long_it_is_kept() -> None:
    literals = [
        node.value
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

    used = {key.removesuffix(":") for literal in literals if (key := literal) and re.fullmatch(r"bot:[a-z_:]+", key)}
    told = {key.rstrip(":") for key in re.findall(r"`(bot:[a-z_:]+)(?:…|<[a-z ]+>)?`", table)}
    assert "bot:ledger:wishes" in used
    assert used == told


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_both_readmes_name_every_command(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")

    assert "run" in COMMANDS
    for command in COMMANDS:
        assert re.search(rf"python -m bot {command}\b|`{command}\b", text), command


@pytest.mark.parametrize("command", PROMISED)
def test_every_promised_command_exists(command: str) -> None:
    assert run(*command.split(), "--help").exit_code == 0


def test_glossary_words_are_used_in_the_code() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    code = "\n".join(path.read_text(encoding="utf-8") for path in CODE)

    words = re.findall(r"^\| \*\*(\w+)\*\*", glossary, re.MULTILINE)
    assert len(words) >= 20
    assert [word for word in words if not re.search(rf"\b{word}", code)] == []


def test_the_python_version_is_stated_once_and_alike() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]

    assert tools["ruff"]["target-version"].removeprefix("py3") == tools["mypy"]["python_version"].removeprefix("3.")
    assert "3, 11" in (ROOT / "Makefile").read_text(encoding="utf-8")
