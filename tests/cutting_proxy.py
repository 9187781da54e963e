"""A proxy between a client and the service that does to connections what networks do."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

Mishap = Literal["answer_lost", "error_and_closed", "cut_in_the_middle"]
_ERROR = (
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 5\r\nConnection: close\r\n\r\noops\n"
)
_MIDDLE_BYTES = 100_000


@dataclass
class Proxy:
    """Passes bytes on; the next connections suffer the mishaps given, one each."""

    url: str
    mishaps: list[Mishap] = field(default_factory=list)
    suffered: list[Mishap] = field(default_factory=list)


@contextmanager
def proxy(port: int) -> Iterator[Proxy]:
    """Stand before a port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    made = Proxy(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_carry, args=(made, connection, port), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _carry(made: Proxy, client: socket.socket, port: int) -> None:
    """Carry one connection to the service and back."""
    first = client.recv(65536)
    mishap = made.mishaps.pop(0) if made.mishaps and first else None
    if mishap is not None:
        made.suffered.append(mishap)
    with client, suppress(OSError):
        if mishap == "error_and_closed":
            client.sendall(_ERROR)
            return
        with socket.create_connection(("127.0.0.1", port)) as server:
            server.sendall(first)
            limit = _MIDDLE_BYTES if mishap == "cut_in_the_middle" else None
            there = threading.Thread(target=_pass, args=(client, server, limit), daemon=True)
            there.start()
            if mishap == "answer_lost":
                server.recv(1)
                client.shutdown(socket.SHUT_RDWR)  # closing alone waits for who reads from it
                return
            back = threading.Thread(target=_pass, args=(server, client, None), daemon=True)
            back.start()
            if mishap == "cut_in_the_middle":
                there.join(60)
                client.shutdown(socket.SHUT_RDWR)
                return
            back.join()


def _pass(source: socket.socket, target: socket.socket, limit: int | None) -> None:
    passed = 0
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
            passed += len(data)
            if limit is not None and passed > limit:
                return
        target.shutdown(socket.SHUT_WR)
