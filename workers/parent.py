"""What becomes of a process whose parent is killed."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(by: int = signal.SIGKILL) -> None:
    """Have the kernel end this process with its parent (Linux): nobody would ever end it else."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, by)
