"""An HTTP server that answers byte by byte what a test says, to show what is made of odd answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

Script = Callable[[int, bytes], bytes]


def answer(body: str | bytes, head: str = "HTTP/1.1 200 OK") -> bytes:
    raw = body.encode() if isinstance(body, str) else body
    return f"{head}\r\nContent-Length: {len(raw)}\r\n\r\n".encode() + raw


OK = answer('{"errcode": 0}')


class Server(ThreadingTCPServer):
    """Answers each request on a connection with what the script gives for (requests so far on it, request); b"" hangs
    up.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, script: Script) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        server = self

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                server.connections += 1
                number = 0
                while request := _request(self):
                    server.requests.append(request)
                    if not (answered := script(number, request)):
                        return
                    self.wfile.write(answered)
                    number += 1

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


def _request(handler: StreamRequestHandler) -> bytes:
    """The next request whole; b"" when the other side hung up."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        if not (line := handler.rfile.readline()):
            return b""
        head += line
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    return head + handler.rfile.read(int(lengths[0]) if lengths else 0)


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    with Server(script) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()
