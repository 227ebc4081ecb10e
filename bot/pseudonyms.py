"""Members' openids as strings that cannot be turned back: how the store names them in whatever is kept about them."""

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Final

PSEUDONYM: Final = re.compile("[0-9a-f]{24}")  # no openid is


class Pseudonyms:
    """Turns openids into strings that cannot be turned back without the key.

    Args:
        key: the key, or what gives it when it is first needed (`Store.secret`).
    """

    def __init__(self, key: str | Callable[[], str]) -> None:
        self._key = key

    def __call__(self, openid: str) -> str:
        """The same short string for the same openid. Raises what the key's giver raises."""
        if not isinstance(self._key, str):
            self._key = self._key()
        return hmac.digest(self._key.encode(), openid.encode("utf-8", "replace"), hashlib.sha256).hex()[:24]
