"""A webhook receiver that keeps what it gets and answers as it is told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True, kw_only=True)
class Got:
    """One request: its headers in lower case and its body."""

    headers: dict[str, str]
    body: bytes

    def verify(self, secret: str) -> Any:
        """Check the signature as a customer would and return the event."""
        return Webhook(secret).verify(self.body.decode(), self.headers)


@dataclass
class Receiver:
    """Answers with the statuses given, the last one for ever."""

    url: str
    statuses: list[int] = field(default_factory=lambda: [204])
    got: list[Got] = field(default_factory=list)

    def answer(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def await_count(self, number: int, within_s: float = 30) -> list[Got]:
        deadline = time.monotonic() + within_s
        while len(self.got) < number and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(self.got) >= number, f"{len(self.got)} of {number} requests came"
        return list(self.got)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run a receiver on a free port of the loopback address."""
    found = Receiver(url="")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.got.append(Got(headers=headers, body=body))
            self.send_response(found.answer())
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
