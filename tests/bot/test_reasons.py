"""Every reason a push can end with has a sentence for operators."""

import ast
from pathlib import Path

import pytest

from bot import platform, quota, reasons
from bot.brake import BY_OPERATOR
from bot.platform_errors import ERRORS, UNDELIVERED
from bot.receipts import BLOCKED
from scheduler.reminders import CHANGED, EXEMPT, EXPIRED, LEFT, MERGED, OPT_OUT, UNMARKED

SENDERS = [platform, quota]
ENDINGS = {"Later", "Unclear", "Stop", "Refused", "QuotaUnknown"}


def own_reasons() -> set[str]:
    """What the sender says of its own accord: the first argument of every ending that is a plain text."""
    trees = [ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")) for module in SENDERS]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ENDINGS]
    return {str(call.args[0].value) for call in named if isinstance(call.args[0], ast.Constant)}


def test_the_senders_own_reasons_are_found() -> None:
    assert {"pace", "store", "no_answer", "unreachable", "text_unclear", "token"} <= own_reasons()


LEDGERS = {CHANGED, EXEMPT, EXPIRED, LEFT, MERGED, OPT_OUT, UNMARKED, BLOCKED, UNDELIVERED}
MISSING = {"account_missing", "app_id_missing", "app_secret_missing", "template_missing"}


@pytest.mark.parametrize(
    "reason", sorted({key for _, key in ERRORS.values()} | own_reasons() | MISSING | LEDGERS | {BY_OPERATOR})
)
def test_a_reason_has_a_sentence(reason: str) -> None:
    assert len(reasons.sentence(reason)) > 3


def test_a_code_nobody_knows_is_named_and_a_detail_added() -> None:
    assert "61501" in reasons.sentence("code_61501")
    assert reasons.sentence("ip_not_listed", "203.0.113.7").endswith("（203.0.113.7）")
