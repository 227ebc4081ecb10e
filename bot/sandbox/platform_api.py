"""The stand-in for WeChat's API as a process of its own: `python -m bot.sandbox.platform_api --port 8100`.

Plain asyncio, so that it is never the bottleneck of a measurement. Beside WeChat's calls it answers calls of its own
below `/sandbox/`: `seen` (what members saw, `?after=N`), `counts`, `behave` (change its behaviour), `wrote`, `rotate`.
"""

import argparse
import asyncio
import json
import math
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import IO, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from bot.sandbox.answers import Answer
from bot.sandbox.behaviour import DELIVERED, Behaviour
from bot.sandbox.envelope import Platform, message
from bot.sandbox.stand_in import Seen, StandIn

OWN: Final = "sandbox/"
MAX_ROWS: Final = 20_000  # what one call of `seen` gives at most
RECEIPTS_AT_ONCE: Final = 16
_REASONS: Final = {200: "OK", 400: "Bad Request", 404: "Not Found"}


class Receipts:
    """Posts receipts to the webhook, late, twice or never, as the behaviour says."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._chance = random.Random(2)  # noqa: S311 - no secret
        self._free = asyncio.Semaphore(RECEIPTS_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, seen: Seen, status: str) -> None:
        """Plan the receipts of a message."""
        behaviour = self._behaviour
        if not behaviour.receipt_url or not seen.message_id or self._chance.random() < behaviour.receipt_never:
            return
        for _ in range(2 if self._chance.random() < behaviour.receipt_twice else 1):
            task = asyncio.create_task(self._post_later(seen, status))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _post_later(self, seen: Seen, status: str) -> None:
        await asyncio.sleep(self._chance.uniform(*self._behaviour.receipt_after))
        tags: dict[str, str | int] = {
            "Event": "TEMPLATESENDJOBFINISH",
            "MsgID": int(seen.message_id),
            "Status": status,
        }
        async with self._free:
            try:
                await asyncio.wait_for(self._post(message("event", seen.openid, int(time.time()), tags)), 10)
            except (OSError, TimeoutError) as error:
                print(f"receipt not delivered: {error!r}", file=sys.stderr)

    async def _post(self, xml: str) -> None:
        behaviour = self._behaviour
        wechat = Platform(behaviour.receipt_token, behaviour.receipt_app_id, behaviour.receipt_aes_key)
        sent = (wechat.safe if behaviour.receipt_aes_key else wechat.plain)(xml, int(time.time()))
        address = urlsplit(behaviour.receipt_url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port or 80)
        body = sent.body.encode()
        head = (
            f"POST {address.path}?{urlencode(sent.query)} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n"
        )
        writer.write(f"{head}Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await reader.read()
        writer.close()
        await writer.wait_closed()


class Service:
    """WeChat's calls and the stand-in's own, by path."""

    def __init__(self, behaviour: Behaviour, log: IO[str] | None = None) -> None:
        self.behaviour = behaviour
        self._log = log
        self._receipts = Receipts(behaviour)
        self._stand_in = StandIn(behaviour, time.time, self._accepted)
        self._chance = random.Random(3)  # noqa: S311 - no secret
        self._own: dict[str, Callable[[dict[str, str], Any], Any]] = {
            "seen": self._seen,
            "counts": lambda _query, _asked: self._counts(),
            "behave": lambda _query, asked: self._behave(asked),
            "wrote": lambda _query, asked: self._stand_in.wrote(str(asked["openid"])),
            "rotate": lambda _query, _asked: self._stand_in.rotate(),
        }

    def answer(self, path: str, query: dict[str, str], body: bytes) -> tuple[Answer, float]:
        """The answer, and the seconds to wait before giving it."""
        if not path.startswith(OWN):
            return self._stand_in.answer(path, query, body), self._delay()
        own = self._own.get(path.removeprefix(OWN))
        if own is None:
            return Answer({"error": "no such call"}, 404), 0.0
        try:
            return Answer(own(query, json.loads(body or b"{}")) or {"ok": True}), 0.0
        except (ValueError, KeyError, TypeError) as error:
            return Answer({"error": str(error)}, 400), 0.0

    def _delay(self) -> float:
        """Seconds, log-normal around the mean."""
        mean, sigma = self.behaviour.latency, self.behaviour.tail
        if not mean or not sigma:
            return mean
        return self._chance.lognormvariate(math.log(mean) - sigma * sigma / 2, sigma)

    def _accepted(self, seen: Seen, status: str) -> None:
        if self._log and status == DELIVERED:
            print(json.dumps(asdict(seen), ensure_ascii=False), file=self._log, flush=True)
        self._receipts(seen, status)

    def _seen(self, query: dict[str, str], _asked: Any) -> Any:
        after, openid = int(query.get("after", "0")), query.get("openid")
        rows = self._stand_in.seen[after : after + MAX_ROWS]
        last = rows[-1].number if rows else after
        return {"seen": [asdict(row) for row in rows if openid in (None, row.openid)], "last": last}

    def _counts(self) -> Any:
        return {**self._stand_in.counts, "seen": len(self._stand_in.seen), "used": self._stand_in.used}

    def _behave(self, asked: Any) -> Any:
        self.behaviour.change(asked)
        return asdict(self.behaviour)


class Connection(asyncio.Protocol):
    """One keep-alive connection: reads a request, answers it after its delay, reads the next."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._buffer = b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # it is one for TCP servers

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            total = end + 4 + _length(head)
            if len(self._buffer) < total:
                return
            body, self._buffer = self._buffer[end + 4 : total], self._buffer[total:]
            self._handle(head, body)

    def _handle(self, head: bytes, body: bytes) -> None:
        target = head.split(b" ", 2)[1].decode("latin-1")
        path, _, query = target.lstrip("/").partition("?")
        answer, delay = self._service.answer(path, dict(parse_qsl(query)), body)
        if delay:
            self._loop.call_later(delay, self._send, answer)
        else:
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        if answer.payload is None:
            self._transport.abort()
            return
        body = json.dumps(answer.payload, ensure_ascii=False).encode()
        self._transport.write(
            b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (answer.status, _REASONS[answer.status].encode(), len(body), body)
        )


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def serve(service: Callable[[], Service], host: str, port: int, on_ready: Callable[[int], None]) -> None:
    """Serve until SIGINT or SIGTERM. `on_ready` is told the port, which matters when 0 was asked for."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    shared = service()
    server = await loop.create_server(lambda: Connection(shared), host, port, backlog=1024)
    on_ready(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()


def main(arguments: list[str] | None = None) -> None:
    """Entry point: options are the behaviour's fields, as JSON values."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.platform_api", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 = any free one; it is printed")
    parser.add_argument("--log", help="append what members saw to this file, one JSON object a line")
    for known in fields(Behaviour):
        parser.add_argument(
            f"--{known.name.replace('_', '-')}", dest=f"set_{known.name}", type=str if known.type is str else _value
        )
    given = vars(parser.parse_args(arguments))
    behaviour = Behaviour()
    chosen = {name.removeprefix("set_"): value for name, value in given.items() if name.startswith("set_")}
    behaviour.change({name: value for name, value in chosen.items() if value is not None})
    log = open(given["log"], "a", encoding="utf-8") if given["log"] else None  # noqa: SIM115 - open until the end
    ready = lambda port: print(port, flush=True)  # noqa: E731
    asyncio.run(serve(lambda: Service(behaviour, log), given["host"], given["port"], ready))


def _value(text: str) -> Any:
    """JSON, or the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
