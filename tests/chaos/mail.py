"""A webhook receiver on bad days: down, slow, answering garbage; it keeps what it took."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

from standardwebhooks.webhooks import WebhookVerificationError

from tests.receiver import Got

Mood = Literal["well", "down", "slow", "garbage", "failing", "silent"]


@dataclass
class Postbox:
    """What came, what of it was answered with success, and how it answers now."""

    rng: random.Random
    port: int = 0
    mood: Mood = "well"
    secret: str = ""
    forged: int = 0
    """How many requests did not bear our signature."""
    met: Counter[Mood] = field(default_factory=Counter)
    """How many requests came, by the mood they met."""
    came: list[Got] = field(default_factory=list)
    taken: list[Got] = field(default_factory=list)

    def check(self, got: Got) -> None:
        """Look at the signature at once: it is good for minutes only."""
        try:
            got.verify(self.secret)
        except WebhookVerificationError:
            self.forged += 1

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""


@contextmanager
def postbox(rng: random.Random) -> Iterator[Postbox]:
    """Run a receiver; its moods are changed by whoever holds it."""
    box = Postbox(rng=rng)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            mood = box.mood
            box.met[mood] += 1
            if mood == "down":
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers["content-length"]))
            got = Got(headers={k.lower(): v for k, v in self.headers.items()}, body=body)
            box.came.append(got)
            if box.secret:
                box.check(got)
            if mood == "slow":
                time.sleep(box.rng.uniform(0.5, 2.0))
            elif mood == "silent":
                time.sleep(20)
                return
            elif mood == "garbage":
                with suppress(OSError):
                    self.wfile.write(box.rng.randbytes(2000))
                self.close_connection = True
                return
            status = box.rng.choice((400, 404, 500, 503)) if mood == "failing" else 204
            if status == 204:
                box.taken.append(got)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with _Quiet(("127.0.0.1", 0), Handler) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
