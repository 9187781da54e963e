"""Memory given back: what is free between what is used goes to the system."""

from pathlib import Path

from workers import memory

_BLOCK = 4096
_BLOCKS = 25_000


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def test_free_memory_below_what_is_used_is_given_back() -> None:
    blocks = [bytearray(_BLOCK) for _ in range(_BLOCKS)]
    last = blocks[-1]  # the top of the heap is used: by itself the C library gives nothing back
    blocks.clear()
    before = _resident()
    memory.give_back()
    assert before - _resident() > _BLOCK * _BLOCKS // 2
    assert len(last) == _BLOCK
