"""`python -m bot purge`: nothing of a member is left, wherever it was."""

from datetime import datetime, timedelta
from typing import Any

from bot.branch_book import BranchBook
from bot.inbox import Inbox
from bot.ledger import LedgerStore
from bot.ledger_format import WISHES, dump_meeting
from bot.ledger_upkeep import tidy
from bot.pseudonyms import Pseudonyms
from bot.receipts import PATIENCE, Receipts
from bot.roster_store import RosterStore
from bot.store import Store
from handlers.book import Attendance
from handlers.messages import BLANK, Kind, Missed, Outcome, Reply, Reported, Turn
from scheduler.reminders import Condition, Mark, Opening, Wish
from scheduler.roster import Branch
from tests.bot.test_cli import run
from tests.bot.test_ledger import MEETING, NOTICE, NOW
from tests.bot.test_roster_store import imported, member
from tests.fakes import SHANGHAI

GONE, STAYS = "oGoneForEver", "oStays"


def everything(store: Store) -> str:
    """All keys and values as one text."""
    readers = {"string": "get", "hash": "hgetall", "set": "smembers"}
    with store.commands() as client:
        found: list[Any] = []
        for key in sorted(client.scan_iter()):
            match client.type(key):
                case "list" | "zset" as kind:
                    found.append((key, client.lrange(key, 0, -1) if kind == "list" else client.zrange(key, 0, -1)))
                case "stream":
                    found.append((key, client.xrange(key)))
                case kind:
                    found.append((key, getattr(client, readers[str(kind)])(key)))
    return str(found)


def test_nothing_of_a_member_is_left_and_everything_of_the_others(store: Store, valkey_url: str) -> None:
    branch_id = MEETING.branch_id
    imported(store, [Branch(branch_id, "甲支部")], [member(GONE, branch_id), member(STAYS, branch_id)])
    ledger, book = LedgerStore(store), BranchBook(store)
    ledger.open([Opening(NOTICE, {GONE: "", STAYS: ""})], NOW)
    ledger.wish(Wish(MEETING, GONE, NOW))
    book.set_name(GONE, "张三")
    book.attend(GONE, MEETING, Attendance(coming=False, reason="出差", at=NOW))
    with store.commands() as client:
        client.zadd(WISHES, {f"{GONE} {dump_meeting(MEETING)}": 1})  # as a version before kept it
    real = datetime.now(SHANGHAI)
    notes = (Missed("我的问题", ()), Reported(Kind.TEMPLATE_RECEIPT, (("MsgID", "1"), ("Status", "success"))))
    who = Pseudonyms(store.secret)
    Inbox(store, who).finish("m", GONE, Turn(Reply(Outcome.FALLBACK), BLANK, notes), real, wrote=True)
    assert GONE in everything(store)

    result = run("purge", "--openid", GONE, BOT_REDIS_URL=valkey_url)
    assert result.exit_code == 0, result.output
    assert "已全部删掉" in result.output
    again = run("purge", "--openid", GONE, BOT_REDIS_URL=valkey_url)
    assert again.exit_code == 0

    left = everything(store)
    for trace in (GONE, "张三", "出差", "我的问题"):
        assert trace not in left
    tidy(store, NOW + timedelta(hours=18))
    Receipts(store, ledger).join(real + PATIENCE)
    assert who(GONE) not in everything(store)
    assert ledger.rows(NOTICE, [GONE, STAYS]) == {STAYS: Mark(Condition.DUE)}
    assert [one.openid for one in RosterStore(store).members([branch_id])[branch_id]] == [STAYS]


def test_who_is_on_no_roster_any_more_is_forgotten_as_well(store: Store, valkey_url: str) -> None:
    """An import dropped them; their rows are still there."""
    branch_id = MEETING.branch_id
    imported(store, [Branch(branch_id, "甲支部")], [member(GONE, branch_id), member(STAYS, branch_id)])
    ledger, who = LedgerStore(store), Pseudonyms(store.secret)
    ledger.open([Opening(NOTICE, {GONE: "", STAYS: ""})], NOW)
    ledger.wish(Wish(MEETING, GONE, NOW))
    imported(store, [Branch(branch_id, "甲支部")], [member(STAYS, branch_id)])

    assert run("purge", "--openid", GONE, BOT_REDIS_URL=valkey_url).exit_code == 0
    tidy(store, NOW)

    assert who(GONE) not in everything(store)
