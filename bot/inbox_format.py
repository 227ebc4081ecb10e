"""How replies and memories are written down between two messages."""

import json
from datetime import datetime
from typing import Any

from handlers.messages import BLANK, Choice, Memory, Outcome, Pending, Reply


def dump_reply(reply: Reply) -> str:
    """The reply as text."""
    return json.dumps([reply.outcome, reply.text])


def load_reply(raw: str) -> Reply:
    """The reply of that text."""
    outcome, text = json.loads(raw)
    return Reply(Outcome(outcome), text)


def dump_memory(memory: Memory) -> str:
    """The memory as text."""
    return json.dumps(memory, default=_fields)


def _fields(value: Memory | Choice | Pending | datetime) -> dict[str, Any] | str:
    """What JSON has no word for; `asdict` would copy everything first."""
    return value.isoformat() if isinstance(value, datetime) else {f: getattr(value, f) for f in value.__slots__}


def load_memory(raw: str) -> Memory:
    """The memory of that text. One written by another version of the product counts as forgotten."""
    try:
        kept = json.loads(raw)
        kept["at"] = datetime.fromisoformat(kept["at"]) if kept["at"] else None
        kept["choices"] = tuple(Choice(**choice) for choice in kept["choices"])
        kept |= {name: tuple(kept.get(name, ())) for name in ("cases", "told")}
        if pending := kept["pending"]:
            kept["pending"] = Pending(**pending | {"about": tuple(pending["about"])})
        return Memory(**kept)
    except (ValueError, KeyError, TypeError):
        return BLANK
