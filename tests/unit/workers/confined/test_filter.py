"""What the filter of calls answers, worked out step by step for machines we are not on, too."""

import errno
import struct
from collections.abc import Iterator, Mapping

import pytest

from workers.confined import calls
from workers.confined.filter import MACHINES, Machine, program

ALLOWED, KILLED = "allowed", "killed"
REFUSED, UNKNOWN, FEIGNED = errno.EPERM, errno.ENOSYS, 0
PROCESS = 4711
X32 = 0x40000000
"""Set in the number of a call of x86_64's 32-bit interface."""

PLAIN: Mapping[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "openat": (257, 56), "close": (3, 57), "mmap": (9, 222),
    "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "futex": (202, 98),
    "exit_group": (231, 94), "rt_sigreturn": (15, 139), "newfstatat": (262, 79),
    "getrandom": (318, 278), "sendto": (44, 206), "recvfrom": (45, 207), "ppoll": (271, 73),
    "clock_gettime": (228, 113), "wait4": (61, 260), "madvise": (28, 233), "lseek": (8, 62),
    "fstat": (5, 80), "getpid": (39, 172), "gettid": (186, 178), "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135), "dup3": (292, 24), "pipe2": (293, 59), "sched_yield": (24, 124),
    "landlock_restrict_self": (446, 446), "close_range": (436, 436), "rseq": (334, 293),
}  # fmt: skip
"""Calls without which nothing is read (`asm/unistd_64.h`, `asm-generic/unistd.h`)."""


def answered(code: bytes, audit: int, number: int, *arguments: int) -> str | int:
    """Run a filter on one call as the kernel does; return what becomes of the call."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<iIQ6Q", number - (1 << 32 if number >> 31 else 0), audit, 0, *padded)
    steps = list(struct.iter_unpack("HBBI", code))
    at, held = 0, 0
    while True:
        operation, yes, no, operand = steps[at]
        at += 1
        if operation == 0x20:
            (held,) = struct.unpack_from("<I", data, operand)
        elif operation == 0x54:
            held &= operand
        elif operation in (0x15, 0x35):
            holds = held == operand if operation == 0x15 else held >= operand
            at += yes if holds else no
        else:
            assert operation == 0x06, "a step nobody knows"
            answer, more = operand & 0xFFFF0000, operand & 0xFFFF
            return {0x7FFF0000: ALLOWED, 0x80000000: KILLED}.get(answer) or more


EVERY = [(name, programs) for name in sorted(MACHINES) for programs in (False, True)]


@pytest.fixture(params=EVERY, ids=str)
def made(request: pytest.FixtureRequest) -> tuple[Machine, bool, bytes]:
    name, programs = request.param
    machine = MACHINES[name]
    return machine, programs, program(machine, programs=programs, process=PROCESS)


def of(machine: Machine, table: Mapping[str, calls.Numbers]) -> Iterator[int]:
    return iter(machine.numbers(table))


def test_calls_are_answered_as_their_table_says(made: tuple[Machine, bool, bytes]) -> None:
    machine, programs, code = made
    expected = {
        **dict.fromkeys(of(machine, PLAIN), ALLOWED),
        **dict.fromkeys(of(machine, calls.NEVER), REFUSED),
        **dict.fromkeys(of(machine, calls.OF_PROGRAMS), ALLOWED if programs else REFUSED),
        **dict.fromkeys(of(machine, calls.FEIGNED), FEIGNED if programs else REFUSED),
    }
    tables = (PLAIN, calls.NEVER, calls.OF_PROGRAMS, calls.FEIGNED)
    assert len(expected) == sum(len(machine.numbers(table)) for table in tables), "one name each"
    found = {number: answered(code, machine.audit, number) for number in expected}
    assert found == expected


def test_calls_nobody_named_are_allowed_and_newer_ones_unknown(
    made: tuple[Machine, bool, bytes],
) -> None:
    machine, _, code = made
    tables = (calls.NEVER, calls.OF_PROGRAMS, calls.FEIGNED, calls.LOOKED_AT)
    named = {number for table in tables for number in machine.numbers(table)}
    others = [number for number in range(calls.NEWER) if number not in named]
    assert {answered(code, machine.audit, number) for number in others} == {ALLOWED}
    newer = [*range(calls.NEWER, calls.NEWER + 100), X32, X32 | 59, X32 | 42, 0xFFFFFFFF]
    assert {answered(code, machine.audit, number) for number in newer} == {UNKNOWN}


def test_calls_in_the_way_of_another_machine_end_the_process(
    made: tuple[Machine, bool, bytes],
) -> None:
    machine, _, code = made
    others = {0x40000003, 0x40000028, *(one.audit for one in MACHINES.values())} - {machine.audit}
    for audit in others:  # i386 and 32-bit ARM have other numbers for the same calls
        assert {answered(code, audit, number) for number in range(500)} == {KILLED}


UNIX, INET, STREAM, DGRAM, ASIDE = 1, 2, 1, 2, 0o2000000
LOOKED_AT: list[tuple[str, tuple[int, ...], object, object]] = [
    ("socket", (UNIX, STREAM, 0), REFUSED, ALLOWED),
    ("socket", (UNIX, STREAM | ASIDE, 0), REFUSED, ALLOWED),
    ("socket", (UNIX, DGRAM, 0), REFUSED, REFUSED),
    ("socket", (INET, STREAM, 0), REFUSED, REFUSED),
    ("socketpair", (UNIX, STREAM, 0), ALLOWED, ALLOWED),
    ("socketpair", (UNIX, DGRAM, 0), REFUSED, REFUSED),
    ("socketpair", (1 << 32 | INET, STREAM, 0), REFUSED, REFUSED),
    ("clone", (17,), REFUSED, ALLOWED),
    ("clone", (0x10000000 | 17,), REFUSED, REFUSED),
    ("clone3", (), UNKNOWN, UNKNOWN),
    ("prlimit64", (0, 7), ALLOWED, ALLOWED),
    ("prlimit64", (1, 7), REFUSED, REFUSED),
    ("prctl", (1, 0), REFUSED, REFUSED),
    ("prctl", (15, 0), ALLOWED, ALLOWED),
    ("fcntl", (3, 8, 1), REFUSED, REFUSED),
    ("fcntl", (3, 2, 1), ALLOWED, ALLOWED),
    ("ioctl", (0, 0x5412), REFUSED, REFUSED),
    ("ioctl", (0, 1 << 32 | 0x5412), REFUSED, REFUSED),
    ("ioctl", (0, 0x5401), ALLOWED, ALLOWED),
    ("tgkill", (PROCESS, PROCESS, 6), ALLOWED, ALLOWED),
    ("tgkill", (PROCESS + 1, PROCESS + 1, 6), REFUSED, ALLOWED),
]
"""Call, arguments, and what becomes of it without programs and with."""


@pytest.mark.parametrize(("name", "arguments", "alone", "with_programs"), LOOKED_AT)
def test_what_is_asked_for_decides(
    made: tuple[Machine, bool, bytes],
    name: str,
    arguments: tuple[int, ...],
    alone: object,
    with_programs: object,
) -> None:
    machine, programs, code = made
    found = answered(code, machine.audit, machine.number(name), *arguments)
    assert found == (with_programs if programs else alone)


def test_all_calls_that_are_looked_at_are_tried_here() -> None:
    assert {name for name, *_ in LOOKED_AT} == set(calls.LOOKED_AT)
