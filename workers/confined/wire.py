"""How a reader and its confined process speak: frames of a kind, a JSON text and raw bytes.

No pickle: what comes out of the confined process is data from whoever wrote the file.
"""

import socket
import struct
import time
from dataclasses import dataclass
from enum import IntEnum

_OPENING = struct.Struct("!BQQ")
MOST_BYTES = 2 * 1024**3
"""Of a frame whose receiver names no less; the largest is a document."""
_PIECE_BYTES = 1024 * 1024


class Kind(IntEnum):
    """What a frame is."""

    ASKED = 1
    ANSWERED = 2
    GIVEN = 3
    """One of many: more follow before the answer."""
    RAISED = 4
    """Our own code raised something: its name, never its words."""


class EndedError(Exception):
    """The other side is no more."""


class WireError(Exception):
    """What came is no frame."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One message; `content` may be any buffer of bytes."""

    kind: Kind
    text: bytes
    content: bytes | bytearray | memoryview = b""


def send(line: socket.socket, frame: Frame, limit_s: float | None = None) -> None:
    """Send a frame; EndedError where nobody listens any more, TimeoutError if nobody takes it."""
    opening = _OPENING.pack(frame.kind, len(frame.text), memoryview(frame.content).nbytes)
    line.settimeout(limit_s)
    try:
        line.sendall(opening + frame.text)
        if frame.content:
            line.sendall(frame.content)
    except ConnectionError as error:
        raise EndedError from error


def receive(
    line: socket.socket, deadline: float | None = None, most_bytes: int = MOST_BYTES
) -> Frame:
    """Receive a frame by a deadline (monotonic seconds); TimeoutError, EndedError or WireError."""
    kind, text, content = _OPENING.unpack(_exactly(line, _OPENING.size, deadline))
    if kind not in Kind.__members__.values() or text + content > most_bytes:
        raise WireError
    return Frame(
        kind=Kind(kind),
        text=bytes(_exactly(line, text, deadline)),
        content=_exactly(line, content, deadline),
    )


def _exactly(line: socket.socket, size: int, deadline: float | None) -> bytearray:
    """Receive so many bytes; what is announced and never comes takes no memory."""
    got = bytearray(size)
    room = memoryview(got)
    while room:
        if deadline is not None:
            line.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            came = line.recv_into(room[:_PIECE_BYTES])
        except ConnectionError as error:
            raise EndedError from error
        if not came:
            raise EndedError
        room = room[came:]
    return got
