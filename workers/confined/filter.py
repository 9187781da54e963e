"""The filter of system calls: a program of classic BPF, made of the tables in `calls`.

What it does not name is allowed; what it refuses fails with EPERM. Sources: seccomp(2), bpf(4).
"""

import errno
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from workers.confined import calls
from workers.confined.calls import Numbers

_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _FAIL, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_REFUSED, _UNKNOWN, _AS_IF_DONE = _FAIL | errno.EPERM, _FAIL | errno.ENOSYS, _FAIL
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT, _ARGUMENT_BYTES = 0, 4, 16, 8
_EVERY_BIT = 0xFFFFFFFF
INSTRUCTION_BYTES = 8

_AF_UNIX, _SOCK_STREAM, _TYPE_OF_SOCKET = 1, 1, 0xF
_NEW_NAMESPACES = 0x7E020000
_PR_SET_PDEATHSIG = 1
_OWNERS_OF_SIGNALS = (8, 10, 15)
"""F_SETOWN, F_SETSIG, F_SETOWN_EX: who gets a signal when something can be read."""
_TYPING_FOR_OTHERS = (0x5412, 0x541C, 0x8901, 0x8902)
"""TIOCSTI, TIOCLINUX; FIOSETOWN and SIOCSPGRP do what F_SETOWN does."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """An architecture: how calls name it (`linux/audit.h`), and its column in the tables."""

    audit: int
    column: int

    def numbers(self, table: Mapping[str, Numbers]) -> list[int]:
        """Return the numbers of the calls of a table that there are on this architecture."""
        found = (numbers[self.column] for numbers in table.values())
        return [number for number in found if number is not None]

    def number(self, name: str) -> int:
        """Return the number of a call that is looked at."""
        number = calls.LOOKED_AT[name][self.column]
        assert number is not None
        return number


MACHINES = {
    "x86_64": Machine(audit=0xC000003E, column=0),
    "aarch64": Machine(audit=0xC00000B7, column=1),
}


@dataclass(frozen=True, kw_only=True)
class _Must:
    """An argument's low 32 bits, masked, must be this; others are refused."""

    argument: int
    be: int
    mask: int = _EVERY_BIT


def program(machine: Machine, *, programs: bool, process: int) -> bytes:
    """Return the filter for a process, which may signal itself: so it is that it aborts."""
    return b"".join(_instructions(machine, programs=programs, process=process))


def _instructions(machine: Machine, *, programs: bool, process: int) -> Iterator[bytes]:
    yield _instruction(_LOAD, _ARCHITECTURE_AT)
    yield _instruction(_EQUAL, machine.audit, yes=1)
    yield _instruction(_RETURN, _KILL)
    yield _instruction(_LOAD, _NUMBER_AT)
    yield _instruction(_AT_LEAST, calls.NEWER, no=1)  # the 32-bit numbers of x86_64 too
    yield _instruction(_RETURN, _UNKNOWN)
    yield from _answered(machine.numbers(calls.NEVER), _REFUSED)
    yield from _answered(machine.numbers(calls.FEIGNED), _AS_IF_DONE if programs else _REFUSED)
    yield from _answered([machine.number("clone3")], _UNKNOWN)  # libraries then try clone
    stream = _Must(argument=1, be=_SOCK_STREAM, mask=_TYPE_OF_SOCKET)
    local = _Must(argument=0, be=_AF_UNIX)
    yield from _if(machine.number("socketpair"), local, stream)
    yield from _if(machine.number("prlimit64"), _Must(argument=0, be=0))
    yield from _unless(machine.number("prctl"), 0, (_PR_SET_PDEATHSIG,))
    yield from _unless(machine.number("fcntl"), 1, _OWNERS_OF_SIGNALS)
    yield from _unless(machine.number("ioctl"), 1, _TYPING_FOR_OTHERS)
    if programs:
        yield from _if(machine.number("socket"), local, stream)
        yield from _if(machine.number("clone"), _Must(argument=0, be=0, mask=_NEW_NAMESPACES))
    else:
        closed = [machine.number("socket"), machine.number("clone")]
        yield from _answered([*closed, *machine.numbers(calls.OF_PROGRAMS)], _REFUSED)
        yield from _if(machine.number("tgkill"), _Must(argument=0, be=process))
    yield _instruction(_RETURN, _ALLOW)


def _answered(numbers: Iterable[int], answer: int) -> Iterator[bytes]:
    for number in numbers:
        yield _instruction(_EQUAL, number, no=1)
        yield _instruction(_RETURN, answer)


def _if(number: int, *musts: _Must) -> Iterator[bytes]:
    steps: list[bytes] = []
    for must in musts:
        steps += [
            _argument(must.argument),
            _instruction(_AND, must.mask),
            _instruction(_EQUAL, must.be, yes=1),
            _instruction(_RETURN, _REFUSED),
        ]
    return _block(number, steps)


def _unless(number: int, argument: int, values: Iterable[int]) -> Iterator[bytes]:
    return _block(number, [_argument(argument), *_answered(values, _REFUSED)])


def _block(number: int, steps: list[bytes]) -> Iterator[bytes]:
    """Yield steps for one call, after which it is allowed."""
    yield _instruction(_EQUAL, number, no=len(steps) + 1)
    yield from steps
    yield _instruction(_RETURN, _ALLOW)


def _argument(index: int) -> bytes:
    """Load the low half of an argument: kernels take no more of those that are looked at.

    Both architectures are little-endian.
    """
    return _instruction(_LOAD, _ARGUMENTS_AT + _ARGUMENT_BYTES * index)


def _instruction(code: int, operand: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, operand)
