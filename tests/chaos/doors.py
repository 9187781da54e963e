"""A TCP door before a server: what passes can be cut, refused, held up or dropped at a commit."""

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_PIECE_BYTES = 64 * 1024


@dataclass
class Door:
    """One listening port; `port` is known once it is open."""

    upstream: Path
    rng: random.Random
    _loop: asyncio.AbstractEventLoop
    port: int = 0
    shut: bool = False
    """Whether new connections are closed at once."""
    commits_lost: float = 0.0
    """The share of commits whose connection is cut, half of them after the server has it."""
    cuts: int = 0
    """How many ends of connections were cut, pieces held up, and commits cut off, until now."""
    held: int = 0
    lost: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _through: asyncio.Event = field(default_factory=asyncio.Event)

    def cut(self) -> None:
        """Break every connection, as a router that restarts does."""
        self._loop.call_soon_threadsafe(self._abort_all)

    def hold(self, held: bool) -> None:
        """Let nothing pass for a while, without closing anything."""
        self._loop.call_soon_threadsafe(self._through.clear if held else self._through.set)

    def _abort_all(self) -> None:
        for writer in list(self._writers):
            self.cuts += 1
            writer.transport.abort()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.shut:
            writer.transport.abort()
            return
        try:
            inner, outer = await asyncio.open_unix_connection(str(self.upstream))
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, outer)
        self._writers.update(pair)
        try:
            await asyncio.gather(
                self._pass(reader, outer, pair, asks=True),
                self._pass(inner, writer, pair, asks=False),
            )
        finally:
            self._writers.difference_update(pair)

    async def _pass(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        pair: tuple[asyncio.StreamWriter, ...],
        *,
        asks: bool,
    ) -> None:
        with suppress(OSError, asyncio.CancelledError):
            while piece := await source.read(_PIECE_BYTES):
                self.held += not self._through.is_set()
                await self._through.wait()
                lost = asks and b"COMMIT" in piece and self.rng.random() < self.commits_lost
                if not lost or self.rng.random() < 0.5:
                    target.write(piece)
                    await target.drain()
                if lost:
                    self.lost += 1
                    await asyncio.sleep(0.02)
                    break
        for writer in pair:
            with suppress(OSError):
                if asks and not source.at_eof():
                    writer.transport.abort()
                else:
                    writer.close()

    async def serve(self, opened: threading.Event) -> None:
        """Stand open until the task is cancelled."""
        self._through.set()
        server = await asyncio.start_server(self._meet, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        opened.set()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            self._abort_all()


@contextmanager
def door(upstream: Path, rng: random.Random) -> Iterator[Door]:
    """Open a door before a socket of this machine."""
    with asyncio.Runner() as runner:
        made = Door(upstream=upstream, rng=rng, _loop=runner.get_loop())
        opened = threading.Event()
        task = runner.get_loop().create_task(made.serve(opened))

        def run() -> None:
            with suppress(asyncio.CancelledError):
                runner.get_loop().run_until_complete(task)

        thread = threading.Thread(target=run, name="door", daemon=True)
        thread.start()
        assert opened.wait(10)
        try:
            yield made
        finally:
            runner.get_loop().call_soon_threadsafe(task.cancel)
            thread.join(10)
