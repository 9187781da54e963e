"""Ending in time: a worker that is told to stop hands back what it cannot finish by then.

The moment is shared between a worker and the children it forked; both see the same clock.
"""

import mmap
import struct
import time

_NEVER = 0.0
_moment = mmap.mmap(-1, 8)  # anonymous and shared: children forked later see what is written


def anew() -> None:
    """Share nothing with the process this one was forked from: orders to end are not for it."""
    global _moment
    _moment = mmap.mmap(-1, 8)


def begin(grace_s: float) -> None:
    """Have all that is under way in this worker end within the grace."""
    struct.pack_into("d", _moment, 0, time.monotonic() + grace_s)


def cancel() -> None:
    """Take the order to end back."""
    struct.pack_into("d", _moment, 0, _NEVER)


def is_told() -> bool:
    """Say whether this worker was told to end: nothing new is to be begun."""
    return bool(struct.unpack_from("d", _moment, 0)[0] > _NEVER)


def is_over() -> bool:
    """Say whether the grace of an order to end is over."""
    (moment,) = struct.unpack_from("d", _moment, 0)
    return bool(_NEVER < moment <= time.monotonic())
