"""Frames between a reader and its process: what goes in comes out, and nonsense ends at once."""

import socket
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.confined import wire
from workers.confined.ends import OUT_OF_MEMORY, UNFIT, verdict
from workers.confined.wire import EndedError, Frame, Kind, WireError


@given(kind=st.sampled_from(Kind), text=st.binary(max_size=200), size=st.integers(0, 3_000_000))
def test_a_frame_comes_out_as_it_went_in(kind: Kind, text: bytes, size: int) -> None:
    here, there = socket.socketpair()
    content = bytes(range(256)) * (size // 256)
    with here, there:
        frame = Frame(kind=kind, text=text, content=content)
        sending = threading.Thread(target=wire.send, args=(here, frame))
        sending.start()
        got = wire.receive(there)
        sending.join()
    assert (got.kind, got.text, bytes(got.content)) == (kind, text, content)


@pytest.mark.parametrize("opening", [b"\x09" + bytes(16), b"\x02" + b"\xff" * 16, b"\0" * 17])
def test_what_is_no_frame_is_refused_before_room_is_made_for_it(opening: bytes) -> None:
    here, there = socket.socketpair()
    with here, there:
        here.sendall(opening)
        with pytest.raises(WireError):
            wire.receive(there)


def test_a_line_that_is_cut_and_one_that_is_late_are_told_apart() -> None:
    here, there = socket.socketpair()
    with there:
        with here:
            with pytest.raises(TimeoutError):
                wire.receive(there, deadline=time.monotonic())
            here.sendall(b"\x02\0")
        with pytest.raises(EndedError):
            wire.receive(there)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (11, "reading_crashed"),  # SIGSEGV
        (6, "reading_crashed"),  # SIGABRT
        (31, "reading_crashed"),  # SIGSYS
        (24, "timed_out"),  # SIGXCPU
        (9, None),  # SIGKILL
        (15, None),  # SIGTERM
        (OUT_OF_MEMORY << 8, "out_of_memory"),
        (UNFIT << 8, None),
        (1 << 8, "reading_crashed"),
        (0, "reading_crashed"),  # it should not have ended at all
    ],
)
def test_how_a_process_ended_says_whose_fault_it_was(status: int, code: str | None) -> None:
    failure = verdict(status, 60.0)
    assert (failure and failure.code) == code
