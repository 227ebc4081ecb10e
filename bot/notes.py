"""What a turn wants kept: hits, questions without an answer, ratings, receipts. Members stand under their pseudonyms.

They are read elsewhere: `misses`, `stats`, `receipts`.
"""

import json
from datetime import datetime
from typing import Any, Final

from bot import hits
from handlers.messages import Answered, Kind, Missed, Note, Rated, Reported

MISSES: Final = "bot:misses"
RATINGS: Final = "bot:ratings"
RECEIPTS: Final = "bot:ledger:receipts"  # member, message id, status, time; joined with the ledger later
MAX_MISSES: Final = 20_000
MAX_RATINGS: Final = 50_000
MAX_RECEIPTS: Final = 500_000  # nobody has joined them for days


def keep(pipe: Any, note: Note, who: str, now: datetime) -> None:
    """Queue what a note keeps."""
    match note:
        case Answered(entry_id):
            hits.count(pipe, entry_id, now.date())
        case Missed(question, nearest):
            text = question.encode("utf-8", "replace").decode()  # hiredis takes no lone surrogates
            fields = {"who": who, "text": text, "at": now.isoformat(), "nearest": " ".join(nearest)}
            pipe.xadd(MISSES, fields, maxlen=MAX_MISSES)
        case Rated(entry_id, useful, reason):
            fields = {
                "who": who,
                "entry": entry_id,
                "useful": str(int(useful)),
                "reason": reason,
                "at": now.isoformat(),
            }
            pipe.xadd(RATINGS, fields, maxlen=MAX_RATINGS)
        case Reported(Kind.TEMPLATE_RECEIPT, fields_):
            told = dict(fields_)
            pipe.rpush(RECEIPTS, json.dumps([who, told.get("MsgID", ""), told.get("Status", ""), now.timestamp()]))
            pipe.ltrim(RECEIPTS, -MAX_RECEIPTS, -1)


def forget(client: Any, who: str) -> None:
    """Remove a member's questions and ratings. Receipts go when they are joined, within an hour."""
    for stream in (MISSES, RATINGS):
        rows = client.xrange(stream)
        if theirs := [row for row, fields in rows if fields.get("who") == who]:
            client.xdel(stream, *theirs)
