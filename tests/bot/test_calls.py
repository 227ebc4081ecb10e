"""Calls over HTTP: connections are kept and shared out, everything ends in time, nothing secret gets into an error."""

import datetime as dt
import json
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from ipaddress import IPv4Address
from pathlib import Path
from threading import Barrier

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.calls import MAX_ANSWER, Calls, NoAnswer, NotSent
from tests.scripted import OK, Server, answer, serving

SECRET = "very-secret"


@contextmanager
def calling(server: Server, answer_within: float = 5.0) -> Iterator[Calls]:
    calls = Calls(server.url, answer_within=answer_within)
    yield calls
    calls.close()


def test_a_post_sends_json_in_utf_8_below_the_base_and_reads_the_object_that_comes_back() -> None:
    with serving(lambda _number, _request: answer('{"errcode": 0, "msg": "好"}')) as server:
        calls = Calls(f"{server.url}gateway/")
        response = calls.post("cgi-bin/x", {"access_token": "a b"}, {"name": "党日"})
        calls.close()

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /gateway/cgi-bin/x?access_token=a+b HTTP/1.1\r\n")
    assert json.loads(body) == {"name": "党日"}
    assert (response.status, response.data) == (200, {"errcode": 0, "msg": "好"})


def test_a_get_has_no_body() -> None:
    with serving(lambda _number, _request: OK) as server, calling(server) as calls:
        calls.get("cgi-bin/token", {"appid": "wx1"})

    assert server.requests[0].startswith(b"GET /cgi-bin/token?appid=wx1 HTTP/1.1\r\n")
    assert server.requests[0].endswith(b"\r\n\r\n")


def test_a_text_that_is_no_unicode_is_sent_with_question_marks() -> None:
    with serving(lambda _number, _request: OK) as server, calling(server) as calls:
        calls.post("x", {}, {"name": "坏\ud800字"})

    assert '{"name": "坏?字"}'.encode() in server.requests[0]


@pytest.mark.parametrize(
    "body", ["<html>sign in</html>", "[1]", "", '"ok"', b"\xff\xfe", '{"a": "' + "x" * MAX_ANSWER + '"}'],
    ids=["page", "list", "empty", "text", "bytes", "endless"],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_no_data(body: str | bytes) -> None:
    with serving(lambda _number, _request: answer(body)) as server, calling(server) as calls:
        assert calls.get("x", {}).data is None
        assert calls.get("x", {}).data is None  # and the connection, if kept, is where it should be


def test_a_status_that_is_an_error_is_an_answer_too() -> None:
    oops = answer("oops", "HTTP/1.1 502 Bad Gateway")
    with serving(lambda _number, _request: oops) as server, calling(server) as calls:
        response = calls.get("x", {})

    assert (response.status, response.data) == (502, None)


def test_calls_after_each_other_use_one_connection() -> None:
    with serving(lambda _number, _request: OK) as server, calling(server) as calls:
        for _ in range(20):
            calls.post("x", {}, {})

    assert (server.connections, len(server.requests)) == (1, 20)


def test_calls_at_once_use_as_many_connections_as_there_are_threads() -> None:
    together = Barrier(8)

    def script(_number: int, _request: bytes) -> bytes:
        together.wait(5)
        return OK

    with serving(script) as server, calling(server) as calls, ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            list(pool.map(lambda _: calls.post("x", {}, {}), range(8)))

    assert (server.connections, len(server.requests)) == (8, 40)


def test_a_connection_the_other_side_closed_meanwhile_is_not_used_again() -> None:
    def script(number: int, _request: bytes) -> bytes:
        return OK if number == 0 else b""

    with serving(script) as server, calling(server) as calls:
        for _ in range(3):
            calls.post("x", {}, {})
            _wait_until_hung_up(calls)

    assert server.connections == 3


def _wait_until_hung_up(calls: Calls) -> None:
    """Make the server hang up (it does at the second request) and wait until that has reached us."""
    (connection, _since) = calls._idle[-1]
    connection.sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert connection.sock.recv(1, socket.MSG_PEEK) == b""


def test_a_connection_that_was_idle_too_long_is_not_used_again() -> None:
    seconds = 0.0
    with serving(lambda _number, _request: OK) as server:
        calls = Calls(server.url, monotonic=lambda: seconds)
        for seconds in (0.0, 14.0, 30.0):  # noqa: B007 - read by the clock
            calls.get("x", {})
        calls.close()

    assert server.connections == 2


def test_a_connection_the_other_side_wants_closed_is_closed() -> None:
    closing = answer('{"errcode": 0}', "HTTP/1.1 200 OK\r\nConnection: close")
    with serving(lambda _number, _request: closing) as server, calling(server) as calls:
        assert [calls.get("x", {}).status for _ in range(2)] == [200, 200]

    assert server.connections == 2


def test_nobody_there_means_not_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening
        calls = Calls(f"http://127.0.0.1:{taken.getsockname()[1]}/")
        with pytest.raises(NotSent) as caught:
            calls.get("x", {"secret": SECRET})

    assert str(caught.value) == "ConnectionRefusedError"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", f"{'x' * 70}.example"])
def test_a_host_that_is_none_means_not_sent(host: str) -> None:
    with pytest.raises(NotSent):
        Calls(f"http://{host}/").get("x", {"secret": SECRET})


def test_whoever_accepts_and_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        calls = Calls(f"http://127.0.0.1:{silent.getsockname()[1]}/", answer_within=0.05)
        with pytest.raises(NoAnswer) as caught:
            calls.post("x", {"access_token": SECRET}, {"secret": SECRET})

    assert str(caught.value) == "TimeoutError"


@pytest.mark.parametrize(
    "answered", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"],
    ids=["hangs up", "other protocol", "stops in the middle"],
)  # fmt: skip
def test_half_an_answer_is_no_answer_and_names_neither_address_nor_secret(answered: bytes) -> None:
    with (
        serving(lambda _number, _request: answered) as server,
        calling(server, answer_within=0.2) as calls,
        pytest.raises(NoAnswer) as caught,
    ):
        calls.post("cgi-bin/x", {"access_token": SECRET}, {"secret": SECRET})

    assert SECRET not in repr(caught.value)
    assert caught.value.__suppress_context__
    assert "cgi-bin" not in repr(caught.value)


def test_a_broken_call_leaves_the_next_one_a_new_connection() -> None:
    with serving(lambda _number, request: b"" if b"/bad" in request else OK) as server, calling(server) as calls:
        calls.get("good", {})
        with pytest.raises(NoAnswer):
            calls.get("bad", {})
        assert calls.get("good", {}).status == 200


@contextmanager
def serving_tls(certificate: Path) -> Iterator[tuple[Server, Calls]]:
    """A server behind TLS, and calls to it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(lambda _number, _request: OK) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        with closing(Calls(server.url.replace("http:", "https:"))) as calls:
            yield server, calls


def test_over_tls_a_certificate_nobody_signed_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with serving_tls(_self_signed(tmp_path / "server.pem")) as (server, calls):
        with pytest.raises(NotSent) as caught:
            calls.get("x", {"secret": SECRET})

        assert str(caught.value) == "SSLCertVerificationError"
        assert server.requests == []


def test_over_tls_connections_are_kept_as_well(tmp_path: Path) -> None:
    certificate = _self_signed(tmp_path / "server.pem")
    with serving_tls(certificate) as (server, calls):
        assert calls._tls
        calls._tls.load_verify_locations(certificate)
        for _ in range(5):
            calls.post("x", {}, {})

        assert (server.connections, len(server.requests)) == (1, 5)


def _self_signed(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(pem + certificate)
    return path
