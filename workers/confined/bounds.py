"""What opening one file may use up; the kernel ends or refuses what goes beyond."""

import contextlib
import math
import resource
import time
from dataclasses import dataclass
from pathlib import Path

_OPEN_FILES = 256
_PROCESSES = 1024
"""Of the user, not of the document: those of the service itself count too."""
_STATM = Path("/proc/self/statm")
_OOM_SCORE = Path("/proc/self/oom_score_adj")
_FIRST_TO_GO = "1000"


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Memory of a document beyond what its process begins with, and of all it writes to files."""

    memory_bytes: int
    file_bytes: int


def bind(bounds: Bounds) -> None:
    """Bind this process and what it starts, for good."""
    with contextlib.suppress(OSError):  # when the machine runs out of memory, this one goes first
        _OOM_SCORE.write_text(_FIRST_TO_GO)
    own = _address_space()
    limits = {
        resource.RLIMIT_AS: own + bounds.memory_bytes,
        resource.RLIMIT_FSIZE: bounds.file_bytes,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_NPROC: _PROCESSES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, wanted in limits.items():
        _, most = resource.getrlimit(kind)
        value = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(kind, (value, value))


def grant(cpu_s: float) -> None:
    """Grant seconds of processor time from now on; SIGXCPU ends the process after them."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + cpu_s), most))


def _address_space() -> int:
    """Return the bytes of address space this process has; 0 where it cannot be told."""
    try:
        return int(_STATM.read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0
