"""The stand-in for WeChat's API as a child process, and what may be asked of it: for the demo, the tests, the bench."""

import http.client
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bot import children
from bot.sandbox.stand_in import Seen

ROOT: Final = Path(__file__).parents[2]
STOP_WITHIN: Final = 5.0  # seconds
ANSWER_WITHIN: Final = 10.0


class Remote:
    """A running stand-in, told and asked over HTTP.

    Attributes:
        url: what BOT_WECHAT_API_URL must be to reach it.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def seen(self, openid: str | None = None) -> list[Seen]:
        """What reached members, in the order it did; of one member, or of all."""
        return list(self.seen_after(0, openid))

    def seen_after(self, number: int, openid: str | None = None) -> Iterator[Seen]:
        """What reached members after that number of `Seen`."""
        of_member = f"&openid={openid}" if openid else ""
        while True:
            page = self._own(f"seen?after={number}{of_member}")
            yield from (Seen(**row) for row in page["seen"])
            if page["last"] == number:
                return
            number = page["last"]

    def counts(self) -> Counter[str]:
        """Calls by path, errors as "error 40001", "same key", "seen" and "used" (of the day's quota)."""
        return Counter(self._own("counts"))

    def behave(self, **behaviour: Any) -> None:
        """Change fields of its `Behaviour`. Raises ValueError for a name or value that is none."""
        self._own("behave", behaviour)

    def wrote(self, openid: str) -> None:
        """A member wrote to the account: texts may be sent to them for 48 hours."""
        self._own("wrote", {"openid": openid})

    def rotate(self) -> None:
        """Every token given out so far is dead at once."""
        self._own("rotate", {})

    def _own(self, call: str, payload: object = None) -> Any:
        address = urlsplit(self.url)
        with closing(http.client.HTTPConnection(address.netloc, timeout=ANSWER_WITHIN)) as connection:
            body = None if payload is None else json.dumps(payload)
            connection.request("GET" if body is None else "POST", f"/sandbox/{call}", body)
            answer = connection.getresponse()
            found = json.loads(answer.read())
        if answer.status != http.client.OK:
            raise ValueError(found["error"])
        return found


@contextmanager
def stand_in(*, port: int = 0, log: Path | None = None, **behaviour: Any) -> Iterator[Remote]:
    """Keep one running while the block runs.

    Call it from the main thread, as everything that starts children.

    Args:
        port: where it listens on 127.0.0.1; 0 = any free port.
        log: file that what members saw is appended to, one JSON object a line.
        behaviour: fields of `Behaviour`, such as ``latency=0.08, tail=0.4``.
    """
    child = start(port=port, log=log, **behaviour)
    try:
        yield Remote(address(child))
    finally:
        children.stop([child], STOP_WITHIN)
        if child.stdout:
            child.stdout.close()


def start(*, port: int = 0, log: Path | None = None, **behaviour: Any) -> children.Process:
    """Start one, for a supervisor that looks after it. Arguments as of `stand_in`."""
    command = [sys.executable, "-m", "bot.sandbox.platform_api", "--port", str(port)]
    if log:
        command += ["--log", str(log)]
    for name, value in behaviour.items():
        command += [f"--{name.replace('_', '-')}", value if isinstance(value, str) else json.dumps(value)]
    return children.start(command, output=subprocess.PIPE, folder=ROOT)


def address(child: children.Process) -> str:
    """Where a started one listens: what BOT_WECHAT_API_URL must be to reach it. Waits until it does. Raises
    RuntimeError when it ended instead.
    """
    line = child.stdout.readline() if child.stdout else b""
    if not line:
        raise RuntimeError("the stand-in did not start; its own message stands above")
    return f"http://127.0.0.1:{int(line)}/"
