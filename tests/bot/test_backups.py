"""Backup and restore: what goes round comes back the same, and nobody is told twice."""

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import __version__, backup_file, backups, keyspace
from bot.backup_file import BadBackup
from bot.brake import BRAKE, RESTORED, RESTORING, Brake
from bot.heartbeats import WORKER, Heartbeats
from bot.ledger import LedgerStore
from bot.ledger_format import OPEN_ONES, counts_key, rows_key
from bot.pseudonyms import Pseudonyms
from bot.rounds import standings
from bot.store import Store, StoreUnavailable
from scheduler.reminders import Condition, Mark, Opening
from tests.bot.test_ledger import NOTICE
from tests.fakes import NOW

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.lists(text, min_size=1, max_size=8, unique=True)
lifetimes = st.one_of(st.none(), st.integers(10_000, 10**9))
values = st.one_of(
    st.tuples(st.just("string"), text),
    st.tuples(st.just("hash"), st.dictionaries(text, text, min_size=1, max_size=8)),
    st.tuples(st.just("list"), st.lists(text, min_size=1, max_size=8)),
    st.tuples(st.just("set"), names),
    st.tuples(st.just("zset"), names.map(lambda some: [(name, number / 3) for number, name in enumerate(some)])),
    st.tuples(st.just("stream"), names.map(lambda some: [(f"{n}-1", {name: name}) for n, name in enumerate(some, 1)])),
)


def stored(store: Store) -> dict[str, tuple[Any, int]]:
    """Everything in the store, with what remains of its lifetime in milliseconds."""
    read: dict[str, Callable[[Any, str], Any]] = {
        "string": lambda c, key: c.get(key),
        "hash": lambda c, key: c.hgetall(key),
        "list": lambda c, key: c.lrange(key, 0, -1),
        "set": lambda c, key: c.smembers(key),
        "zset": lambda c, key: c.zrange(key, 0, -1, withscores=True),
        "stream": lambda c, key: c.xrange(key),
    }
    with store.commands() as client:
        return {key: (read[client.type(key)](client, key), client.pttl(key)) for key in client.scan_iter()}  # type: ignore[index]


def put(store: Store, key: str, kind: str, value: Any, lasts: int | None = None) -> None:
    now = keyspace.milliseconds(store)
    keyspace.put(store, [backup_file.Piece(key, kind, value, None if lasts is None else now + lasts)], now)


def restored(store: Store, path: Path, **how: bool) -> backup_file.Contents:
    return backups.restore(store, path, lambda: NOW, **how)


@given(st.dictionaries(text.map("bot:{}".format), st.tuples(values, lifetimes), max_size=6))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_store_holds_comes_back_the_same(
    store: Store, tmp_path: Path, held: dict[str, tuple[tuple[str, Any], int | None]]
) -> None:
    path = tmp_path / "one.gz"
    path.unlink(missing_ok=True)
    with store.commands() as client:
        client.flushall()
    for key, ((kind, value), lasts) in held.items():
        put(store, key, kind, value, lasts)
    before = stored(store)

    assert backups.save(store, path, NOW).keys == len(held)
    restored(store, path, replace=True)

    after = stored(store)
    del after[BRAKE]
    assert after.keys() == before.keys()
    for key, (value, left) in after.items():
        assert value == before[key][0]
        assert left == pytest.approx(before[key][1], abs=5_000)


def test_large_keys_come_back_whole_in_pieces(store: Store, tmp_path: Path) -> None:
    many = [f"m{number}" for number in range(3 * keyspace.VALUES + 7)]
    put(store, "bot:hash", "hash", dict.fromkeys(many, "x"))
    put(store, "bot:set", "set", many)
    put(store, "bot:list", "list", many)
    put(store, "bot:zset", "zset", [(name, number) for number, name in enumerate(many)])
    put(store, "bot:stream", "stream", [(f"{number}-0", {"a": name}) for number, name in enumerate(many, 1)])
    before = stored(store)

    backups.save(store, tmp_path / "b.gz", NOW)
    restored(store, tmp_path / "b.gz", replace=True)

    assert {key: value for key, value in stored(store).items() if key != BRAKE} == before
    assert all(len(piece.value) < 2 * keyspace.VALUES for piece in backup_file.read(tmp_path / "b.gz"))


def test_members_stand_under_the_same_pseudonyms_afterwards(store: Store, tmp_path: Path) -> None:
    before = Pseudonyms(store.secret)("oSomeone")
    backups.save(store, tmp_path / "b.gz", NOW)

    restored(store, tmp_path / "b.gz", replace=True)

    fresh = Pseudonyms(Store(store._url).secret)
    assert fresh("oSomeone") == before


def test_what_passes_by_itself_and_what_is_not_ours_stays_out_and_is_left_alone(store: Store, tmp_path: Path) -> None:
    Heartbeats(store).beat(WORKER, NOW)
    put(store, "bot:token:1", "string", "secret-of-wechat")
    put(store, "somebody-elses", "string", "x")

    assert backups.save(store, tmp_path / "b.gz", NOW).keys == 0
    restored(store, tmp_path / "b.gz", replace=True)

    with store.commands() as client:
        assert client.get("somebody-elses") == "x"


def test_what_has_lapsed_since_does_not_come_back(store: Store, tmp_path: Path) -> None:
    now = keyspace.milliseconds(store)
    pieces = [
        backup_file.Piece("bot:a", "string", "x", now - 1),
        backup_file.Piece("bot:b", "string", "x", now + 10**6),
    ]
    backup_file.write(tmp_path / "b.gz", backup_file.Heading("0", NOW), pieces)

    restored(store, tmp_path / "b.gz")

    assert stored(store).keys() == {"bot:b", BRAKE}


class TestTheFile:
    @pytest.fixture
    def path(self, store: Store, tmp_path: Path) -> Path:
        for number in range(50):
            put(store, f"bot:{number}", "string", f"value {number}")
        backups.save(store, tmp_path / "new" / "b.gz", NOW)
        return tmp_path / "new" / "b.gz"

    def test_only_its_owner_may_read_it_and_nothing_lies_beside_it(self, path: Path) -> None:
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert list(path.parent.iterdir()) == [path]

    def test_it_can_be_read_with_ordinary_tools(self, path: Path) -> None:
        first, *pieces, last = map(json.loads, gzip.decompress(path.read_bytes()).splitlines())

        assert first == {"backup": "zhibu", "format": 1, "version": __version__, "made": NOW.isoformat()}
        assert {"key": "bot:7", "kind": "string", "value": "value 7", "until": None} in pieces
        assert last["pieces"] == len(pieces) == 50

    def test_an_earlier_one_is_never_written_over(self, store: Store, path: Path) -> None:
        before = path.read_bytes()

        with pytest.raises(FileExistsError):
            backups.save(store, path, NOW)

        assert path.read_bytes() == before

    def test_when_the_store_goes_away_nothing_is_left(self, no_store: Store, tmp_path: Path) -> None:
        with pytest.raises(StoreUnavailable):
            backups.save(no_store, tmp_path / "b.gz", NOW)

        assert list(tmp_path.iterdir()) == []

    @given(st.data())
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_no_changed_or_cut_line_goes_unnoticed_and_the_store_is_left_alone(
        self, store: Store, path: Path, tmp_path: Path, data: st.DataObject
    ) -> None:
        lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
        number = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(["drop", "twice", "change", "cut"]))
        changed = {
            "drop": [*lines[:number], *lines[number + 1 :]],
            "twice": [*lines[: number + 1], *lines[number:]],
            "change": [
                *lines[:number],
                lines[number].replace(b"1", b"2").replace(b"value", b"Value"),
                *lines[number + 1 :],
            ],
            "cut": lines[:number],
        }[how]
        if changed == lines:
            return
        other = tmp_path / "other.gz"
        other.write_bytes(gzip.compress(b"".join(changed)))
        before = stored(store)

        with pytest.raises(BadBackup):
            restored(store, other, replace=True)

        assert stored(store) == before

    def test_a_file_cut_off_in_the_middle_is_damaged(self, path: Path) -> None:
        path.write_bytes(path.read_bytes()[:-20])

        with pytest.raises(BadBackup, match="damaged"):
            backup_file.check(path)

    @pytest.mark.parametrize(
        "content", [b"", b"hello", gzip.compress(b"hello"), gzip.compress(b"{}\n"), gzip.compress(b"1\n")]
    )
    def test_another_file_is_no_backup(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "b.gz").write_bytes(content)

        with pytest.raises(BadBackup, match="not_a_backup"):
            backup_file.check(tmp_path / "b.gz")

    def test_one_of_a_newer_format_is_refused(self, tmp_path: Path) -> None:
        heading = {"backup": "zhibu", "version": "9", "made": NOW.isoformat(), "format": backup_file.FORMAT + 1}
        (tmp_path / "b.gz").write_bytes(gzip.compress(json.dumps(heading).encode() + b"\n"))

        with pytest.raises(BadBackup, match="newer"):
            backup_file.check(tmp_path / "b.gz")


class TestRestore:
    @pytest.fixture
    def path(self, store: Store, tmp_path: Path) -> Path:
        put(store, "bot:a", "string", "old")
        backups.save(store, tmp_path / "b.gz", NOW)
        put(store, "bot:a", "string", "new")
        put(store, "bot:b", "string", "new")
        return tmp_path / "b.gz"

    def test_a_store_that_holds_something_is_left_alone_unless_told(self, store: Store, path: Path) -> None:
        before = stored(store)

        with pytest.raises(backups.NotEmpty):
            restored(store, path)
        assert stored(store) == before

        restored(store, path, replace=True)
        assert {key: value for key, (value, _) in stored(store).items() if key != BRAKE} == {"bot:a": "old"}

    def test_while_a_process_is_at_work_nothing_is_done_unless_told(self, store: Store, path: Path) -> None:
        Heartbeats(store, "elsewhere").beat(WORKER, datetime.now(NOW.tzinfo))
        before = stored(store)

        with pytest.raises(backups.Running, match=WORKER):
            restored(store, path, replace=True)
        assert stored(store) == before

        restored(store, path, replace=True, anyway=True)

    def test_reminders_are_paused_from_before_the_first_write_on(
        self, store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        brake = Brake(store, lambda: NOW)

        def dies(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(keyspace, "put", dies)
            with pytest.raises(KeyboardInterrupt):
                restored(store, path, replace=True)
        assert [pause.reason for pause in brake.pauses()] == [RESTORING]

        restored(store, path, replace=True)
        assert [(pause.reason, pause.detail) for pause in brake.pauses()] == [(RESTORED, f"{NOW:%Y-%m-%d %H:%M}")]

    def test_whoever_was_told_as_far_as_the_backup_knows_is_not_told_again(self, store: Store, tmp_path: Path) -> None:
        ledger = LedgerStore(store)
        ledger.open([Opening(NOTICE, dict.fromkeys(("o1", "o2"), ""))], NOW)
        ledger.claim(NOTICE, ["o1"], NOW)
        ledger.settle(NOTICE, {"o1": Mark(Condition.SENT, "7")}, NOW)
        backups.save(store, tmp_path / "b.gz", NOW)

        restored(store, tmp_path / "b.gz", replace=True)

        later = NOW + timedelta(days=1)
        assert ledger.open([Opening(NOTICE, dict.fromkeys(("o1", "o2"), ""))], later) == 0
        assert ledger.claim(NOTICE, ["o1", "o2"], later) == ["o2"]

    def test_counts_of_running_rounds_follow_their_rows_however_the_backup_caught_them(
        self, store: Store, tmp_path: Path
    ) -> None:
        ledger = LedgerStore(store)
        ledger.open([Opening(NOTICE, {"o1": "", "o2": "", "o3": "opt_out"})], NOW)
        with store.commands() as client:
            client.hset(counts_key(NOTICE.round), mapping={"pending": "-1", "sent": "5", "why:changed": "2"})
        backups.save(store, tmp_path / "b.gz", NOW)

        restored(store, tmp_path / "b.gz", replace=True)

        (standing,) = standings(store)
        assert (standing.pending, standing.skipped, standing.planned) == (2, 1, 3)
        assert standing.reasons == {"opt_out": 1}


def test_a_reminder_opened_amid_a_backup_is_never_known_without_its_rows(store: Store, tmp_path: Path) -> None:
    ledger = LedgerStore(store)
    for number in range(3 * keyspace.KEYS):
        put(store, f"bot:{number}", "string", "x")

    def opened_amid() -> Iterator[backup_file.Piece]:
        for count, piece in enumerate(keyspace.pieces(store)):
            if count == keyspace.KEYS // 2:
                ledger.open([Opening(NOTICE, {"o1": ""})], NOW)
            yield piece

    backup_file.write(tmp_path / "b.gz", backup_file.Heading("0", NOW), opened_amid())
    restored(store, tmp_path / "b.gz", replace=True)

    ledger.open([Opening(NOTICE, {"o1": ""})], NOW)
    assert ledger.claim(NOTICE, ["o1"], NOW) == ["o1"]


def test_what_reminders_say_is_read_before_who_was_told(store: Store) -> None:
    LedgerStore(store).open([Opening(NOTICE, {"o1": ""})], NOW)
    order = [piece.key for piece in keyspace.pieces(store)]

    notices = order.index(f"bot:ledger:notices:{NOTICE.reminder.meeting.branch_id}")
    assert notices < order.index(OPEN_ONES) < order.index(rows_key(NOTICE.reminder))
    assert len(order) == len(set(order))
