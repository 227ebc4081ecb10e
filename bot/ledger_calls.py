"""How each change of the ledger is asked of the server: which script, with which keys and arguments. Touches nothing;
members stand here under their pseudonyms.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from bot.ledger_format import (
    HEARD,
    OPEN_ONES,
    ROUNDS,
    as_opened,
    counts_key,
    dump_heard,
    dump_mark,
    dump_meeting,
    dump_notice,
    dump_round,
    first_row,
    in_milliseconds,
    milliseconds,
    missed_key,
    notices_key,
    rows_key,
)
from bot.ledger_scripts import CLAIM, EXPIRE, FORGET, OPEN, RETRY, SETTLE, SKIP, SWEEP
from scheduler.reminders import AGAIN, EXPIRED, LATER, UNMARKED, Condition, Expiry, Mark, Notice, Opening

KEY_LASTS: Final = timedelta(minutes=10)  # WeChat drops a second message with the same key (`client_msg_id`)
YOUNG: Final = timedelta(minutes=8)  # an older attempt is not repeated: its key may not last
LEASE: Final = timedelta(seconds=12)  # a claimed member may be taken over after that; longer than a batch takes

Call = tuple[str, Sequence[str], Sequence[Any]]  # a script, its keys, its arguments


def open_(opening: Opening, now: datetime, progress: datetime, who: Callable[[str], str]) -> Call:
    """Open a reminder.

    Args:
        progress: when it was last seen to.
        who: the pseudonym of an openid.
    """
    notice = as_opened(opening.notice, now)
    reminder = notice.reminder
    grows = reminder.lead in (AGAIN, LATER)
    heard = "" if grows else dump_heard(notice.says)
    names = [reminder.key, dump_notice(notice), dump_round(notice.round), dump_meeting(reminder.meeting)]
    rows = [part for openid, reason in opening.audience.items() for part in (who(openid), first_row(reason))]
    branch_id = reminder.meeting.branch_id
    own = [notices_key(branch_id), missed_key(branch_id), *_rows_and_counts(notice)]
    args = [*names, heard, milliseconds(now), milliseconds(progress), int(grows), *rows]
    return OPEN, [*own, OPEN_ONES, ROUNDS, HEARD], args


def expire(expiry: Expiry, now: datetime) -> Call:
    """Report a reminder as never sent."""
    reminder, round_ = expiry.notice.reminder, expiry.notice.round
    branch_id = reminder.meeting.branch_id
    keys = [notices_key(branch_id), missed_key(branch_id), counts_key(round_), ROUNDS]
    return EXPIRE, keys, [reminder.key, expiry.reason, expiry.count, dump_round(round_), milliseconds(now)]


def skip(notice: Notice, reason: str, besides: Iterable[str] = ()) -> Call:
    """Skip whoever is still due, but for `besides`."""
    return SKIP, _rows_and_counts(notice), [dump_mark(Mark(Condition.SKIPPED, reason)), *besides]


def claim(notice: Notice, members: Iterable[str], now: datetime) -> Call:
    """Take members to be told."""
    times = [milliseconds(now), in_milliseconds(LEASE), in_milliseconds(YOUNG)]
    return CLAIM, [rows_key(notice.reminder), OPEN_ONES], [notice.reminder.key, *times, *members]


def settle(notice: Notice, marks: Mapping[str, Mark], now: datetime) -> Call:
    """Write down how it went."""
    rows = [part for who, mark in marks.items() for part in (who, dump_mark(mark))]
    return SETTLE, [*_rows_and_counts(notice), OPEN_ONES], [notice.reminder.key, milliseconds(now), *rows]


def sweep(notice: Notice, now: datetime, idle: timedelta) -> Call:
    """Age what was never marked, skip what is of no use any more, close what is done."""
    over = int(now + notice.ahead >= notice.until)
    times = [milliseconds(now), milliseconds(now - idle), in_milliseconds(YOUNG)]
    keys = [*_rows_and_counts(notice), OPEN_ONES]
    return SWEEP, keys, [notice.reminder.key, *times, over, EXPIRED, UNMARKED]


def retry(notice: Notice, left: Iterable[str]) -> Call:
    """Make due again whoever it failed for, unless for one of these reasons."""
    return RETRY, [*_rows_and_counts(notice), OPEN_ONES], [notice.reminder.key, *left]


def forget(notice: Notice, members: Sequence[str]) -> Call:
    """Remove the rows of members."""
    return FORGET, _rows_and_counts(notice), members


def _rows_and_counts(notice: Notice) -> list[str]:
    return [rows_key(notice.reminder), counts_key(notice.round)]
