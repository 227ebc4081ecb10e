"""Secret addresses of calendars: who may read which branch's, without logging in."""

import hmac
from typing import Final
from urllib.parse import quote

from bot.store import Store

_SIGNATURE: Final = 32  # hexadecimal digits: nobody finds one by trying


class CalendarLinks:
    """Makes and checks the addresses. Every method raises StoreUnavailable.

    A key is ``<pseudonym>-<signature>`` for one member, or ``<signature>`` alone for the branch's own link.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def path(self, branch_id: str, who: str = "") -> str:
        """The path of a branch's calendar, beginning with a slash.

        Args:
            who: pseudonym of the member it is for; empty = the branch's own link, which shows every activity.
        """
        key = "-".join(filter(None, (who, self._signature(branch_id, who))))
        return f"/calendar/{quote(branch_id, safe='')}.ics?key={key}"

    def reader(self, branch_id: str, key: str) -> str | None:
        """The pseudonym of the member this key is for, empty for the branch's own; None = no valid key."""
        who, _, signature = key.rpartition("-")
        wanted = self._signature(branch_id, who)
        return who if hmac.compare_digest(signature.encode("utf-8", "replace"), wanted.encode()) else None

    def _signature(self, branch_id: str, who: str) -> str:
        signed = f"calendar {branch_id} {who}".encode("utf-8", "replace")
        return hmac.digest(self._store.secret().encode(), signed, "sha256").hex()[:_SIGNATURE]
