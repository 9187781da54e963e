"""Events over TLS: the name stays with Host header, SNI and certificate."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bare_receiver import BODY, LOOPBACK, OK, Receiver, Resolver, post, receiver
from tests.certificates import self_signed
from workers.webhook.transport import send


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a self-signed certificate for receiver.test, with its key, as one PEM file."""
    path = tmp_path_factory.mktemp("tls") / "receiver.pem"
    path.write_bytes(self_signed(["receiver.test"]))
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
