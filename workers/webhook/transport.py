"""Send one event to one receiver: the network side of webhooks, with the address guard.

The receiver's address is chosen by a customer, so it may point into our own network. The name is
resolved once, every address it has is checked, and the connection goes to exactly the checked
address; Host header, SNI and certificate check stay on the name. So a name that answers otherwise
the second time (DNS rebinding) gains nothing. Redirects and proxies are not followed.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

import httpcore
import httpx

from workers.webhook import address as guard
from workers.webhook.schedule import parse_retry_after

AttemptError = Literal[
    "url_refused",  # not an http(s) URL with a host, or it carries a password
    "address_refused",  # the name leads to an address that is not public, or http was used there
    "dns_failed",
    "connect_failed",
    "tls_failed",
    "timed_out",
    "protocol_error",  # the answer is not HTTP, or ended early
    "not_2xx",
]

_PIECE_BYTES = 16 * 1024
_USER_AGENT = "gouji-webhooks/1"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What came of sending an event once, as the delivery log keeps it."""

    status: int | None
    error: AttemptError | None
    """None exactly when the receiver answered 2xx."""
    duration_ms: int
    response: str
    """The beginning of the answer's body."""
    retry_after_s: float | None
    gone: bool
    """The receiver answered 410: nothing more is to be sent to it."""
    response_headers: Mapping[str, str] = field(default_factory=dict)
    """The first of the answer's headers, in lower case."""

    @property
    def delivered(self) -> bool:
        """Say whether the receiver took the event."""
        return self.error is None


class _AddressRefusedError(Exception):
    """The name leads where we do not go."""


class _DnsError(Exception):
    """The name has no address."""


class _TlsError(Exception):
    """The receiver does not prove to be who it is called."""


def send(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout_s: float,
    allow_networks: Sequence[IPv4Network | IPv6Network],
    max_response_bytes: int = 4096,
    ssl_context: ssl.SSLContext | None = None,
) -> Attempt:
    """POST `body` once and return what happened; the document's world never makes it raise.

    `timeout_s` bounds the whole attempt, from the name's resolution to the answer's last byte.
    `allow_networks` lists addresses which may be reached although they are not public, and over
    plain http too. `ssl_context` replaces the usual trust in public certificate authorities.
    """
    started = time.monotonic()
    parts = _split(url)
    if parts is None:
        return _failed("url_refused", started)
    deadline = started + timeout_s
    backend = _GuardedBackend(allow_networks, deadline, plain=parts.scheme == "http")
    try:
        with httpcore.ConnectionPool(
            ssl_context=ssl_context or _public_trust(), network_backend=backend
        ) as pool:
            return _post(pool, url, body, _with_ours(headers, parts), max_response_bytes, started)
    except _AddressRefusedError:
        return _failed("address_refused", started)
    except _DnsError:
        return _failed("dns_failed", started)
    except httpcore.TimeoutException:
        return _failed("timed_out", started)
    except _TlsError:
        return _failed("tls_failed", started)
    except httpcore.NetworkError:
        return _failed("connect_failed", started)
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol):
        return _failed("protocol_error", started)


def _split(url: str) -> SplitResult | None:
    """Return the URL's parts, or None when it is none we send to."""
    if not all("!" <= character <= "~" for character in url):
        return None
    try:
        parts = urlsplit(url)
        named = parts.hostname and parts.port != 0
    except ValueError:
        return None
    plain = parts.scheme in ("http", "https") and parts.username is None
    return parts if named and plain else None


def _with_ours(headers: Mapping[str, str], parts: SplitResult) -> list[tuple[bytes, bytes]]:
    merged = {
        "host": parts.netloc,
        "user-agent": _USER_AGENT,
        "accept-encoding": "identity",
        "content-type": "application/json",
        **{name.lower(): value for name, value in headers.items()},
    }
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in merged.items()]


def _post(
    pool: httpcore.ConnectionPool,
    url: str,
    body: bytes,
    headers: list[tuple[bytes, bytes]],
    max_response_bytes: int,
    started: float,
) -> Attempt:
    with pool.stream("POST", url, headers=headers, content=body) as response:
        text = _beginning(response.iter_stream(), max_response_bytes)
        named = {name.lower(): value for name, value in response.headers}
        asked = named.get(b"retry-after", b"").decode("latin-1")
        return Attempt(
            status=response.status,
            error=None if 200 <= response.status < 300 else "not_2xx",
            duration_ms=_elapsed_ms(started),
            response=text,
            retry_after_s=parse_retry_after(asked, datetime.now(UTC)) if asked else None,
            gone=response.status == 410,
            response_headers=_first(response.headers, max_response_bytes),
        )


def _first(headers: Iterable[tuple[bytes, bytes]], limit: int) -> dict[str, str]:
    """Return headers up to `limit` bytes, fit for the log as the body is."""
    found: dict[str, str] = {}
    for name, value in headers:
        limit -= len(name) + len(value)
        if limit < 0:
            break
        found[name.decode("latin-1").lower()] = value.decode("latin-1").replace("\x00", "�")
    return found


def _beginning(pieces: Iterable[bytes], limit: int) -> str:
    """Return at most `limit` bytes of the answer as text; the rest is never read.

    The status has been given before; a body that breaks off or is late changes nothing about it.
    NUL is replaced: the log's database column cannot hold it.
    """
    kept = b""
    with suppress(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        for piece in pieces:
            kept += piece[: limit - len(kept)]
            if len(kept) >= limit:
                break
    return kept.decode("utf-8", "replace").replace("\x00", "�")


def _failed(error: AttemptError, started: float) -> Attempt:
    return Attempt(
        status=None,
        error=error,
        duration_ms=_elapsed_ms(started),
        response="",
        retry_after_s=None,
        gone=False,
    )


def _elapsed_ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


@cache
def _public_trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def resolve(host: str, port: int) -> list[str]:
    """Return every address of a name, in the resolver's order; raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _GuardedBackend(httpcore.NetworkBackend):
    """Connect to checked addresses only, within one deadline (monotonic seconds)."""

    def __init__(
        self, allow_networks: Sequence[guard.Network], deadline: float, *, plain: bool
    ) -> None:
        self._allow_networks = allow_networks
        self._deadline = deadline
        self._plain = plain
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check all addresses, and connect to the first that answers."""
        addresses = _within(lambda: resolve(host, port), self._deadline)
        if not all(self._may_reach(guard.parse(address)) for address in addresses):
            raise _AddressRefusedError
        failure: Exception = _DnsError()
        for index, address in enumerate(addresses):
            share = _left(self._deadline) / (len(addresses) - index)
            try:
                stream = self._backend.connect_tcp(
                    address, port, share, local_address, socket_options
                )
                return _DeadlineStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _may_reach(self, address: guard.Address) -> bool:
        listed = guard.is_allowed(address, self._allow_networks)
        return listed or (guard.is_public(address) and not self._plain)


class _DeadlineStream(httpcore.NetworkStream):
    """Give every operation only the time the whole attempt has left."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE_BYTES):
            self._stream.write(buffer[start : start + _PIECE_BYTES], _left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            secured = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline))
        except httpcore.ConnectError as error:  # whose cause the pool would drop
            raise _TlsError from error
        return _DeadlineStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    """Return the seconds left; raises the timeout error when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ConnectTimeout
    return left


def _within(action: Callable[[], list[str]], deadline: float) -> list[str]:
    """Run a resolution that knows no timeout beside us, and leave it behind when it is late."""
    answers: queue.Queue[list[str] | Exception] = queue.Queue()

    def run() -> None:
        try:
            answers.put(action())
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=run, name="webhook-resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=_left(deadline))
    except queue.Empty as error:
        raise httpcore.ConnectTimeout from error
    if isinstance(answer, Exception):
        raise _DnsError from answer
    return answer
