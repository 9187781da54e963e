"""Where events may go: public addresses, checked when the connection is made."""

import socket
import threading
import time
from typing import Any

import httpcore
import pytest

from tests.bare_receiver import BODY, LOOPBACK, OK, Resolver, post, receiver
from workers.webhook.transport import send


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
