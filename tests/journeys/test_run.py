"""`python -m bot run` as a newcomer meets it: from nothing to an answer, stopped cleanly, data kept."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import embedded
from bot.sandbox.envelope import Platform, fields, message
from bot.store import Store

ROOT = Path(__file__).parents[2]
TOKEN = "RunToken"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def post(port: int, text: str, number: int) -> str:
    now = int(time.time())
    request = Platform(TOKEN, "").plain(message("text", "oRunner", now, {"Content": text, "MsgId": number}), now)
    query = "&".join(f"{name}={value}" for name, value in request.query.items())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", f"/wechat?{query}", request.body.encode())
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return fields(body).get("Content", "") if body.startswith("<xml>") else body


class Running:
    """A product that was started; what it printed so far can be read."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def printed(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def box(self, within: float = 30) -> str:
        """What stands in the box, once it is printed."""
        deadline = time.monotonic() + within
        while "╰" not in self.printed:
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < deadline, self.printed
            time.sleep(0.05)
        return self.printed


@contextmanager
def started(data: Path, port: int, **environment: str) -> Iterator[Running]:
    """The product, running; whatever happens, it is stopped."""
    log = data.parent / f"{data.name}.log"
    settings = {"BOT_DATA_DIR": str(data), "BOT_PORT": str(port), "PYTHONUNBUFFERED": "1", **environment}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Running(process, log)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_it_starts_says_where_to_look_answers_and_stops_cleanly_keeping_its_data(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path, port, BOT_WECHAT_TOKEN=TOKEN) as running:
        assert str(port) in running.box()
        assert "您可能还想问" in post(port, "主题党日多久开展一次", 1)
        remembered = post(port, "1", 2)
        assert "来源" in remembered

        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(20) == 0
    assert not embedded.is_running(tmp_path)

    with started(tmp_path, port, BOT_WECHAT_TOKEN=TOKEN) as running:
        running.box()
        assert post(port, "1", 2) == remembered, "a retry after the restart gets the reply given before"

        os.killpg(running.process.pid, signal.SIGINT)  # as Ctrl-C does
        assert running.process.wait(20) == 0
    assert not embedded.is_running(tmp_path)


def test_other_commands_find_the_running_store_and_web_process(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path, port) as running:
        assert "聊天页" in running.box()

        for command, at, said in (
            ("doctor", port, "✓ 网页进程正常：http"),
            ("doctor", free_port(), "✓ 网页进程正常（2 个，在别的容器或机器上）"),
            ("healthcheck", port, ""),
        ):
            result = subprocess.run(
                [sys.executable, "-m", "bot", command],
                cwd=ROOT,
                env={**os.environ, "BOT_DATA_DIR": str(tmp_path), "BOT_PORT": str(at)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert result.returncode == 0, result.stdout
            assert said in result.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(("command", "named"), [(b"bot\0web", "web"), (b"valkey-server", "store")])
def test_when_a_process_dies_all_stop_and_it_is_said_which(tmp_path: Path, command: bytes, named: str) -> None:
    with started(tmp_path, free_port()) as running:
        running.box()
        pid = running.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        (victim,) = [child for child in children if command in Path(f"/proc/{child}/cmdline").read_bytes()]

        os.kill(int(victim), signal.SIGKILL)

        assert running.process.wait(30) == 1
        assert f"有进程停了，已全部停止：{named}" in running.printed
    assert not embedded.is_running(tmp_path)


def test_a_taken_port_is_said_to_be_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with started(tmp_path, other.getsockname()[1]) as running:
            assert running.process.wait(20) == 1
            assert "BOT_PORT" in running.printed


def test_a_given_store_is_used_instead_of_an_embedded_one(tmp_path: Path, valkey_url: str, store: Store) -> None:
    port = free_port()
    with started(tmp_path, port, BOT_WECHAT_TOKEN=TOKEN, BOT_REDIS_URL=valkey_url) as running:
        running.box()
        post(port, "主题党日多久开展一次", 1)

        with store.commands() as client:
            assert client.keys("bot:memory:*")
        assert not (tmp_path / "store").exists()
