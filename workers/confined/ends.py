"""How the process of a document ended, as it is told and what it means."""

import os
import signal
import struct

from schemas import failures
from schemas.failure import Failure

END = struct.Struct("i")
"""A wait status (wait(2))."""
READY = -1
"""No wait status: said once, when what opens documents is loaded."""
OUT_OF_MEMORY = 3
"""Exit code of a process that was refused memory,"""
UNFIT = 4
"""and of one that could not be confined, or whose reader is gone."""

_FROM_OUTSIDE = frozenset(
    {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT}
)


def verdict(status: int, cpu_s: float) -> Failure | None:
    """Return why a document is refused whose process ended like this; None if it was the world.

    A process is killed from outside by whoever stops a service, or when the machine runs out of
    memory: that says nothing of the document.
    """
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number in _FROM_OUTSIDE:
            return None
        if number == signal.SIGXCPU:
            return failures.timed_out(cpu_s)
        return failures.reading_crashed()
    code = os.WEXITSTATUS(status)
    if code == UNFIT:
        return None
    return failures.out_of_memory() if code == OUT_OF_MEMORY else failures.reading_crashed()
