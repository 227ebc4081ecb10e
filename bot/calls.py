"""JSON over HTTP to one host, on connections that are kept open. Knows nothing of WeChat's codes or tokens.

Written on the standard library because it costs a third to a quarter of what requests costs a call (measured by
`bench.calls`; docs/decisions/0011-platform.md). No address ever appears in an error: addresses carry tokens.
"""

import contextlib
import http.client
import json
import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

CONNECT_WITHIN: Final = 3.0  # seconds
ANSWER_WITHIN: Final = 8.0
MAX_ANSWER: Final = 1024 * 1024  # bytes; WeChat's are a few hundred
IDLE_AT_MOST: Final = 15.0  # a connection unused for longer may just be closing at the other end


class NotSent(Exception):
    """No connection: nothing reached the other side."""


class NoAnswer(Exception):
    """The call went out and no whole answer came back: it may or may not have been carried out."""


@dataclass(frozen=True, slots=True)
class Response:
    """A status and the JSON object in the body; `data` is None when the body is anything else."""

    status: int
    data: Mapping[str, Any] | None


class Calls:
    """Calls to one base address. Safe to use from many threads; there are as many connections as calls under way.

    Args:
        base: http(s)://host/…; paths are appended.
        connect_within, answer_within: seconds.
        monotonic: seconds that only grow.
    """

    def __init__(
        self,
        base: str,
        connect_within: float = CONNECT_WITHIN,
        answer_within: float = ANSWER_WITHIN,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        address = urlsplit(base)
        self._secure = address.scheme == "https"
        self._host, self._port = address.hostname or "", address.port
        self._prefix = address.path.rstrip("/")
        self._tls = ssl.create_default_context() if self._secure else None
        self._connect_within, self._answer_within = connect_within, answer_within
        self._monotonic = monotonic
        self._idle: deque[tuple[http.client.HTTPConnection, float]] = deque()

    def get(self, path: str, query: Mapping[str, str]) -> Response:
        """One GET. Raises NotSent, NoAnswer."""
        return self._call("GET", path, query, None)

    def post(self, path: str, query: Mapping[str, str], payload: Mapping[str, Any]) -> Response:
        """One POST of a JSON object. Raises NotSent, NoAnswer."""
        return self._call("POST", path, query, json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace"))

    def close(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            self._idle.pop()[0].close()

    def _call(self, method: str, path: str, query: Mapping[str, str], body: bytes | None) -> Response:
        connection = self._connected()
        target = f"{self._prefix}/{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            connection.request(method, target, body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            raw = answer.read(MAX_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise NoAnswer(type(error).__name__) from None
        if answer.will_close or not answer.isclosed():
            connection.close()
        else:
            self._idle.append((connection, self._monotonic()))
        return Response(answer.status, _object(raw))

    def _connected(self) -> http.client.HTTPConnection:
        """A connection that looks alive: the one used last, or a new one."""
        with contextlib.suppress(IndexError):  # another thread may take the last one first
            while self._idle:
                connection, since = self._idle.pop()
                if self._monotonic() - since < IDLE_AT_MOST and not _hung_up(connection.sock):
                    return connection
                connection.close()
        connection = self._new()
        try:
            connection.connect()
        except (OSError, UnicodeError) as error:  # UnicodeError: a host name that can be none
            connection.close()
            raise NotSent(type(error).__name__) from None
        connection.sock.settimeout(self._answer_within)
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _new(self) -> http.client.HTTPConnection:
        if self._tls:
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._connect_within, context=self._tls)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._connect_within)


def _hung_up(sock: socket.socket) -> bool:
    """Between two calls nothing may be readable; if something is, it is the end of the connection."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _object(raw: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
