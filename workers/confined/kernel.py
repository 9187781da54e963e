"""What a process gives up before it looks at a file nobody trusts: network, files, other processes.

Three things of the Linux kernel that ask for neither root nor a container's goodwill, and hold for
all the process starts: no new privileges and no capabilities; Landlock (since 5.13), by which only
named folders exist; a seccomp filter, by which no socket can be made or connected.
Network namespaces would be one more, but container engines and some distributions refuse them to
those without rights. Sources: landlock(7), seccomp(2), capabilities(7), `linux/landlock.h`.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from workers.confined.filter import INSTRUCTION_BYTES, MACHINES, program

_LIBC = ctypes.CDLL(None, use_errno=True)

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 22, 36, 38
_SECCOMP_MODE_FILTER = 2


@dataclass(frozen=True, kw_only=True)
class Support:
    """What this kernel offers; `landlock` is the version of its interface, 0 for none."""

    landlock: int
    seccomp: bool

    @property
    def whole(self) -> bool:
        """Say whether neither files nor network are within reach of a confined process."""
        return self.landlock > 0 and self.seccomp


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What a process may still reach: files to read or run, a folder to write to, programs."""

    read: tuple[Path, ...]
    write: Path | None = None
    programs: bool = False
    """Whether it may start programs, which may talk among themselves by local sockets,"""
    sockets: Path | None = None
    """and a folder where they may make those, and remove files."""


def support() -> Support:
    """Ask the kernel what it offers."""
    if sys.platform != "linux":
        return Support(landlock=0, seccomp=False)
    version = int(_LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _CREATE_VERSION))
    return Support(landlock=max(0, version), seccomp=_has_seccomp())


def confine(reach: Reach, offered: Support) -> None:
    """Give up everything beyond `reach` that the kernel lets this process give up; for good.

    Raises OSError where the kernel refuses what it offers: then nothing may be opened.
    """
    if sys.platform != "linux":
        return
    _checked(_LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _drop_capabilities()
    if offered.landlock:
        _landlock(reach, offered.landlock)
    if offered.seccomp:
        machine = MACHINES[platform.machine()]
        _install(program(machine, programs=reach.programs, process=os.getpid()))


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends; at once if that happened already."""
    if sys.platform != "linux":
        return
    _checked(_LIBC.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0))
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of all that descendants leave behind, so that it can be ended."""
    if sys.platform == "linux":
        _checked(_LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


# Capabilities

_CAPABILITY_VERSION = 0x20080522


def _drop_capabilities() -> None:
    """Give up what root may do, for a service that was started as root."""
    header = struct.pack("Ii", _CAPABILITY_VERSION, 0)
    _checked(_LIBC.capset(header, bytes(24)))


# Landlock

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_CREATE_VERSION = 1
_RULE_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_SOCKET_FILES = 1 << 5 | 1 << 9
"""Removing files and making sockets."""
_ALL_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | 1 << 14 | 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_TCP = 0b11
_SCOPES = 0b11
"""Neither abstract sockets nor signals lead out of the confined processes."""
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


def _landlock(reach: Reach, version: int) -> None:
    every = max(rights for since, rights in _ALL_BY_VERSION.items() if since <= version)
    sizes = {1: 8, 4: 16, 6: 24}
    size = max(size for since, size in sizes.items() if since <= version)
    attributes = struct.pack("QQQ", every, _TCP, _SCOPES)[:size]
    ruleset = _checked(_LIBC.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0))
    for path in reach.read:
        _allow(ruleset, path, _READ)
    for device in _DEVICES:
        _allow(ruleset, Path(device), _READ_FILE | _WRITE_FILE)
    if reach.write is not None:
        _allow(ruleset, reach.write, every)
    if reach.sockets is not None:
        _allow(ruleset, reach.sockets, _SOCKET_FILES)
    _checked(_LIBC.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    """Add a rule for a path; one that is not there needs none."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            rights &= _ON_FILES
        rule = struct.pack("=Qi", rights, place)
        _checked(_LIBC.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0))
    finally:
        os.close(place)


# Seccomp


def _has_seccomp() -> bool:
    if platform.machine() not in MACHINES:
        return False
    _LIBC.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, None, 0, 0)  # EFAULT where it is known
    return ctypes.get_errno() == errno.EFAULT


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _install(made: bytes) -> None:
    filter_ = _Program(len(made) // INSTRUCTION_BYTES, made)
    _checked(_LIBC.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filter_), 0, 0))
