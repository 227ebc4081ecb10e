"""How a member comes to a branch: a short code to type, a signed scene for a QR code.

A branch has one code at a time, and its scene is signed over that code: a new code makes both the old code and every
printed QR code of the branch useless.
"""

import hmac
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from bot.store import Store

CODES: Final = "bot:roster:codes"  # code -> id of the branch
CODE_OF: Final = "bot:roster:code_of"  # id of the branch -> code
ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is mistaken for something else when read aloud
LENGTH: Final = 6  # 31^6 codes for some thousand branches
SCENE_LENGTH: Final = 64  # characters; the platform's limit
_SIGNATURE: Final = 16  # hexadecimal digits


class Invitations:
    """Codes and scenes of the branches. Every method raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def code(self, branch_id: str) -> str:
        """The branch's code; empty = no such branch."""
        with self._store.commands() as client:
            code: Any = client.hget(CODE_OF, branch_id)
        return code or ""

    def renew(self, branch_id: str) -> str:
        """A new code for an existing branch; the old one and its QR codes are void from now on."""
        with self._store.commands() as client:
            old: Any = client.hget(CODE_OF, branch_id)
            codes = _unused(client, [branch_id])
            pipe = client.pipeline()
            if old:
                pipe.hdel(CODES, old)
            write_codes(pipe, codes)
            pipe.execute()
        return codes[branch_id]

    def scene(self, branch_id: str) -> str:
        """What the branch's QR code carries (`scene_str`); empty = no such branch."""
        code = self.code(branch_id)
        return f"{branch_id}.{self._signature(branch_id, code)}" if code else ""

    def branch_id_of_code(self, code: str) -> str | None:
        """Whose code this is, in any case and width; None = nobody's."""
        typed = _sendable(unicodedata.normalize("NFKC", code).strip().upper())
        with self._store.commands() as client:
            found: Any = client.hget(CODES, typed)
        return found if found and self.code(found) == typed else None  # CODES may still hold one renewed meanwhile

    def branch_id_of_scene(self, scene: str) -> str | None:
        """Whose QR code this is; None = not ours, or no longer."""
        branch_id, dot, signature = _sendable(scene).rpartition(".")
        code = self.code(branch_id) if dot and len(scene) <= SCENE_LENGTH else ""
        wanted = self._signature(branch_id, code)
        return branch_id if code and hmac.compare_digest(signature.encode(), wanted.encode()) else None

    def _signature(self, branch_id: str, code: str) -> str:
        digest = hmac.digest(self._store.secret().encode(), f"scene {branch_id} {code}".encode(), "sha256")
        return digest.hex()[:_SIGNATURE]


def new_codes(client: Any, branch_ids: Iterable[str]) -> dict[str, str]:
    """A code nobody has for each of these branches that has none yet; writes nothing."""
    ids = list(branch_ids)
    have = codes_of(client, ids)
    return _unused(client, [branch_id for branch_id in ids if branch_id not in have])


def codes_of(client: Any, branch_ids: Iterable[str]) -> dict[str, str]:
    """The codes of those of these branches that have one."""
    ids = list(branch_ids)
    have = client.hmget(CODE_OF, ids) if ids else []
    return {branch_id: code for branch_id, code in zip(ids, have, strict=True) if code}


def write_codes(pipe: Any, codes: Mapping[str, str]) -> None:
    """Queue giving these branches their codes."""
    if codes:
        pipe.hset(CODE_OF, mapping=dict(codes))
        pipe.hset(CODES, mapping={code: branch_id for branch_id, code in codes.items()})


def remove_codes(pipe: Any, codes: Mapping[str, str]) -> None:
    """Queue taking these codes away from their branches."""
    if codes:
        pipe.hdel(CODE_OF, *codes)
        pipe.hdel(CODES, *codes.values())


def _unused(client: Any, branch_ids: Iterable[str]) -> dict[str, str]:
    taken = set(client.hkeys(CODES))
    fresh: dict[str, str] = {}
    for branch_id in branch_ids:
        code = _random()
        while code in taken:
            code = _random()
        taken.add(code)
        fresh[branch_id] = code
    return fresh


def _sendable(text: str) -> str:
    """The text without lone surrogates, which hiredis does not take."""
    return text.encode("utf-8", "replace").decode()


def _random() -> str:
    """A code with letters and digits both: whoever sends one alone is known to mean a code."""
    code = ""
    while code.isalpha() or code.isdigit() or not code:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return code
