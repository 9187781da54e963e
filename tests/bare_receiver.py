"""Webhook receivers of one's own words: they record requests and answer on the bare socket."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

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


class Resolver:
    """Answers for names from a script, one answer a question; the last is repeated."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *_: object, **__: object) -> list[Any]:
        self.asked.append(host)
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in found]
