"""Events go to real receivers on loopback: plain, secured, slow, endless and lying ones."""

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from workers.webhook import sign
from workers.webhook.transport import Attempt, send

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
BODY = b'{"type":"job.succeeded"}'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Talk = Callable[[socket.socket], None]


class Receiver:
    """A server of one's own words: it records requests and lets `talk` answer on the socket."""

    def __init__(self, talk: Talk, context: ssl.SSLContext | None) -> None:
        self.requests: list[bytes] = []
        self.names: list[str | None] = []
        self._talk = talk
        self._context = context
        if context:
            context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            try:
                if self._context:
                    connection = self._context.wrap_socket(connection, server_side=True)
                with connection:
                    self.requests.append(_request(connection))
                    self._talk(connection)
            except OSError:
                connection.close()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received or not received.endswith(BODY):
        piece = connection.recv(65536)
        if not piece:
            break
        received += piece
    return received


@contextmanager
def receiver(talk: Talk | bytes, context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    answer = talk if callable(talk) else lambda connection: connection.sendall(talk)
    server = Receiver(answer, context)
    try:
        yield server
    finally:
        server.close()


def post(server: Receiver, url: str = "http://127.0.0.1:{port}/hook?a=1", **how: Any) -> Attempt:
    how = {"timeout_s": 5.0, "allow_networks": LOOPBACK} | how
    return send(url.format(port=server.port), BODY, {"webhook-id": "evt_1"}, **how)


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


# What receivers answer


def test_event_arrives_as_sent() -> None:
    with receiver(OK) as server:
        attempt = post(server)
    assert attempt == Attempt(
        status=200,
        error=None,
        duration_ms=attempt.duration_ms,
        response="ok",
        retry_after_s=None,
        gone=False,
    )
    assert attempt.delivered
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert lines[0] == b"post /hook?a=1 http/1.1"
    assert f"host: 127.0.0.1:{server.port}".encode() in lines
    assert b"webhook-id: evt_1" in lines
    assert b"content-type: application/json" in lines
    assert body == BODY


def test_signed_event_is_verified_by_the_receiver() -> None:
    from standardwebhooks import Webhook

    secret = sign.new_secret()
    headers = sign.headers([secret], "evt_2", dt.datetime.now(dt.UTC), BODY)
    with receiver(OK) as server:
        url = f"http://127.0.0.1:{server.port}/"
        assert send(url, BODY, headers, timeout_s=5, allow_networks=LOOPBACK).delivered
    head, _, body = server.requests[0].decode().partition("\r\n\r\n")
    received = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    assert Webhook(secret).verify(body, received) == {"type": "job.succeeded"}


@pytest.mark.parametrize(
    ("status", "error", "gone"),
    [
        ("204 No Content", None, False),
        ("299 Odd", None, False),
        ("302 Found", "not_2xx", False),
        ("400 Bad Request", "not_2xx", False),
        ("410 Gone", "not_2xx", True),
        ("500 Oops", "not_2xx", False),
    ],
)
def test_only_2xx_is_success(status: str, error: str | None, gone: bool) -> None:
    with receiver(answer(status)) as server:
        attempt = post(server)
    assert (attempt.status, attempt.error, attempt.gone) == (int(status[:3]), error, gone)
    assert attempt.delivered == (error is None)


def test_redirect_is_not_followed() -> None:
    with receiver(OK) as inner:
        location = f"Location: http://127.0.0.1:{inner.port}/"
        with receiver(answer("307 Temporary Redirect", location)) as outer:
            assert post(outer).status == 307
    assert inner.requests == []


def test_patience_asked_for_is_reported() -> None:
    with receiver(answer("429 Too Many", "Retry-After: 120")) as server:
        assert post(server).retry_after_s == 120
    with receiver(answer("503 Busy", "Retry-After: soon")) as server:
        assert post(server).retry_after_s is None


def test_body_of_the_answer_is_capped_and_fit_for_the_log() -> None:
    with receiver(answer("500 Oops", body="错误\0".encode() + b"\xff" + b"x" * 9000)) as server:
        attempt = post(server, max_response_bytes=10)
    assert attempt.response == "错误��xx"


def test_endless_answer_is_cut_off() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with receiver(talk) as server:
        attempt = post(server)
    assert attempt.delivered
    assert len(attempt.response) == 4096


@pytest.mark.parametrize(
    ("part", "error"), [("headers", "timed_out"), ("nothing", "timed_out"), ("body", None)]
)
def test_dripping_answer_cannot_outlast_the_deadline(part: str, error: str | None) -> None:
    """A body is only for the log: the status, once given, stands."""

    def talk(connection: socket.socket) -> None:
        if part == "body":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        for _ in range(30):
            if part != "nothing":
                connection.sendall(b"x")
            time.sleep(0.05)

    with receiver(talk) as server:
        started = time.monotonic()
        attempt = post(server, timeout_s=0.5)
        elapsed = time.monotonic() - started
    assert attempt.error == error
    assert elapsed < 2
    assert attempt.duration_ms == pytest.approx(elapsed * 1000, abs=200)


def test_closed_connection_is_told_from_an_answer() -> None:
    with receiver(b"") as server:
        assert post(server).error == "protocol_error"


@pytest.mark.parametrize(
    "garbage",
    [b"\r\n" * 9, b"SSH-2.0-OpenSSH\r\n", b"\0" * 500,
     b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 40000],
)  # fmt: skip
def test_garbage_is_a_protocol_error(garbage: bytes) -> None:
    with receiver(garbage) as server:
        assert post(server).error == "protocol_error"


def test_broken_off_body_does_not_undo_success() -> None:
    with receiver(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nx") as server:
        attempt = post(server)
    assert (attempt.delivered, attempt.response) == (True, "x")


def test_closed_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    assert send(url, BODY, {}, timeout_s=2, allow_networks=LOOPBACK).error == "connect_failed"


# Where events may go


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user:word@example.com/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://exam ple.com/",
        "https://例子.cn/",
        "https://example.com/\r\nX: y",
        "https://[::1/",
        "example.com",
        "",
    ],
)
def test_url_that_is_none_is_refused(url: str) -> None:
    attempt = send(url, BODY, {}, timeout_s=2, allow_networks=[])
    assert (attempt.error, attempt.status) == ("url_refused", None)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0",
     "[::1]", "[::ffff:127.0.0.1]", "[::]", "169.254.169.254", "[64:ff9b::7f00:1]"],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_own_network_is_not_reached_however_it_is_written(host: str, scheme: str) -> None:
    with receiver(OK) as server:
        url = f"{scheme}://{host}:{server.port}/"
        assert send(url, BODY, {}, timeout_s=5, allow_networks=[]).error == "address_refused"
    assert server.requests == []


class Resolver:
    """Answers for names from a script, one answer a question; the last is repeated."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *_: object, **__: object) -> list[Any]:
        self.asked.append(host)
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in found]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the addresses connections are made to, and make none."""
    seen: list[str] = []

    def connect(_self: object, host: str, *_: object, **__: object) -> None:
        seen.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return seen


def test_rebinding_name_leads_to_the_checked_address_only(
    monkeypatch: pytest.MonkeyPatch, connected: list[str]
) -> None:
    resolver = Resolver(["223.5.5.5"], ["127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    attempt = send("https://rebind.test/", BODY, {}, timeout_s=2, allow_networks=[])
    assert attempt.error == "connect_failed"
    assert connected == ["223.5.5.5"]
    assert resolver.asked == ["rebind.test"]


def test_one_bad_address_among_good_ones_refuses_the_name(
    monkeypatch: pytest.MonkeyPatch, connected: list[str]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver(["223.5.5.5", "10.0.0.1"]))
    attempt = send("https://mixed.test/", BODY, {}, timeout_s=2, allow_networks=[])
    assert attempt.error == "address_refused"
    assert connected == []


def test_all_addresses_are_tried_in_turn(
    monkeypatch: pytest.MonkeyPatch, connected: list[str]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver(["223.5.5.5", "8.8.8.8"]))
    send("https://two.test/", BODY, {}, timeout_s=2, allow_networks=[])
    assert connected == ["223.5.5.5", "8.8.8.8"]


def test_plain_http_goes_to_listed_networks_only(
    monkeypatch: pytest.MonkeyPatch, connected: list[str]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver(["223.5.5.5"]))
    attempt = send("http://public.test/", BODY, {}, timeout_s=2, allow_networks=LOOPBACK)
    assert attempt.error == "address_refused"
    assert connected == []


def test_resolver_that_hangs_does_not_hang_us(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hang(*_: object, **__: object) -> list[Any]:
        release.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    started = time.monotonic()
    attempt = send("https://slow.test/", BODY, {}, timeout_s=0.3, allow_networks=[])
    release.set()
    assert attempt.error == "timed_out"
    assert time.monotonic() - started < 2


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(OK) as proxy, receiver(OK) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert post(server).delivered
    assert proxy.requests == []


# Secured


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a self-signed certificate for receiver.test, with its key, as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver.test")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("receiver.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "receiver.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secured(certificate: Path) -> Iterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with receiver(OK, context) as server:
        yield server


def test_name_is_kept_for_host_and_certificate(
    monkeypatch: pytest.MonkeyPatch, certificate: Path, secured: Receiver
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver(["127.0.0.1"]))
    trust = ssl.create_default_context(cafile=certificate)
    attempt = post(secured, "https://receiver.test:{port}/", ssl_context=trust)
    assert attempt.delivered
    assert secured.names == ["receiver.test"]
    assert f"host: receiver.test:{secured.port}".encode() in secured.requests[0].lower()


def test_certificate_of_another_name_or_authority_is_refused(
    monkeypatch: pytest.MonkeyPatch, certificate: Path, secured: Receiver
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver(["127.0.0.1"]))
    trust = ssl.create_default_context(cafile=certificate)
    other = post(secured, "https://other.test:{port}/", ssl_context=trust)
    unknown = post(secured, "https://receiver.test:{port}/")
    assert (other.error, unknown.error) == ("tls_failed", "tls_failed")
    assert secured.requests == []


def test_plain_server_is_no_secured_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"220 mail.test ESMTP\r\n" * 10)
                connection.recv(65536)

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        url = f"https://127.0.0.1:{port}/"
        assert send(url, BODY, {}, timeout_s=5, allow_networks=LOOPBACK).error == "tls_failed"
        thread.join(5)
