"""The embedded store: found by others, kept on disk, gone when its owner is."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot import embedded
from bot.store import Store

OWNER = """
import sys, time
from pathlib import Path
from bot import embedded
with embedded.running(Path(sys.argv[1])):
    print("up", flush=True)
    time.sleep(60)
"""


def eventually(condition: object, within: float = 5.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def start_owner(folder: Path) -> subprocess.Popen[str]:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "up\n"
    owner.stdout.close()
    return owner


def test_what_is_written_is_there_after_a_restart(tmp_path: Path) -> None:
    for expected in (1, 2, 3):
        with embedded.running(tmp_path) as url, Store(url).commands() as client:
            assert client.incr("count") == expected


def test_it_runs_only_while_wanted(tmp_path: Path) -> None:
    with embedded.running(tmp_path):
        assert embedded.is_running(tmp_path)
    assert not embedded.is_running(tmp_path)


def test_a_second_command_uses_the_running_one_and_leaves_it_running(tmp_path: Path) -> None:
    with embedded.running(tmp_path) as first:
        with embedded.running(tmp_path) as second:
            assert first == second
        assert embedded.is_running(tmp_path)


def test_it_can_be_found_from_the_data_folder_alone(tmp_path: Path) -> None:
    with embedded.running(tmp_path) as url:
        assert embedded.url(tmp_path) == url
        Store(embedded.url(tmp_path)).ping()


def test_a_path_too_long_for_a_socket_works_all_the_same(tmp_path: Path) -> None:
    deep = tmp_path / ("a-very-long-folder-name" * 6)

    with embedded.running(deep) as url:
        assert len(url) < 108
        Store(url).ping()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux stops children of a killed parent")
def test_the_server_goes_when_its_owner_is_killed_and_the_data_is_kept(tmp_path: Path) -> None:
    owner = start_owner(tmp_path)
    with Store(embedded.url(tmp_path)).commands() as client:
        client.set("kept", "yes")
    time.sleep(1.1)  # append-only files are synced every second; this is the one thing here that needs real time

    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()

    assert eventually(lambda: not embedded.is_running(tmp_path))
    with embedded.running(tmp_path) as url, Store(url).commands() as client:
        assert client.get("kept") == "yes"


def test_a_folder_that_cannot_be_used_is_reported_with_the_servers_own_words(tmp_path: Path) -> None:
    folder = tmp_path / "store" / "appendonlydir"
    folder.mkdir(parents=True)
    (folder / "appendonly.aof.manifest").write_text("nonsense\n")

    with pytest.raises(embedded.StoreWillNotStart, match=r"(?i)aof|manifest|append"), embedded.running(tmp_path):
        pass
