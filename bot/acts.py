"""What secretaries did, a stream a branch: who (by pseudonym) did what, to whom or to which meeting, and when."""

from collections.abc import Mapping
from typing import Any, Final

from bot.roster_rows import acted_key, acts_key
from handlers.book import Action

KEPT: Final = 1_000  # of one branch


def note(pipe: Any, by: str, action: Action, branch_id: str, fields: Mapping[str, str]) -> None:
    """Queue keeping an act.

    Args:
        by: pseudonym of whoever acted.
        fields: what else is to be known of it; ``whom`` is the pseudonym of whoever it was done to.
    """
    pipe.xadd(acts_key(branch_id), {"by": by, "action": action.value, **fields}, maxlen=KEPT)
    for who in filter(None, (by, fields.get("whom"))):
        pipe.sadd(acted_key(who), branch_id)


def of(client: Any, who: str) -> dict[str, list[str]]:
    """Everything kept of what this one did, or of what was done to them: stream -> its rows."""
    keys = sorted(map(acts_key, client.smembers(acted_key(who))))
    rows = {key: client.xrange(key) for key in keys}
    return {
        key: theirs
        for key, found in rows.items()
        if (theirs := [row for row, fields in found if who in (fields["by"], fields.get("whom"))])
    }


def remove(pipe: Any, who: str, rows: Mapping[str, list[str]]) -> None:
    """Queue the removal of what `of` found."""
    pipe.delete(acted_key(who))
    for key, theirs in rows.items():
        pipe.xdel(key, *theirs)
