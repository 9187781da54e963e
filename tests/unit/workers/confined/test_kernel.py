"""What a confined process still may do, tried from within; and what the filter of calls holds."""

import json
import os
import re
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.workers.confined import attacks
from workers.confined import calls, kernel
from workers.confined import filter as calls_filter
from workers.confined.filter import INSTRUCTION_BYTES, MACHINES

NOBODY = 65534
USERS = sorted({os.getuid(), NOBODY if os.getuid() == 0 else os.getuid()})
AGREED = {"EPERM", "EACCES", "ENOSYS", "EXDEV", "RuntimeError"}
"""Of the last two, one is Landlock's for links between folders, the other Python's for threads."""
FEIGNED = {"mode", "owner", "times", "attributes", "new group"}
"""What programs are told was done: the test looks whether it was."""
ANYBODY_CAN = {
    *("tcp", "udp", "local datagram", "datagram of a pair", "abstract datagram", "outlive"),
    *("kill", "tkill", "tgkill", "queue signal", "limits of another", "priority of another"),
    *("environment of another", "shared memory", "semaphores", "messages", "memory as a file"),
    *("read", "mode", "times", "write", "truncate", "list", "make", "rename", "fork", "thread"),
    *("program", "signals by a pipe", "processors of another", "watch"),
}
"""What every user may do in every container: the other attempts may fail by themselves."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A process of the same user, a file and a socket of its own: what there is to reach."""

    own: Path
    victim: int
    secret: Path
    local: Path
    user: int
    got: tuple[socket.socket, socket.socket]

    def state(self) -> tuple[object, ...]:
        """Return all of it that an attempt may have changed."""
        kept = self.secret.stat()
        told = Path(f"/proc/{self.victim}/limits").read_text()
        priority = os.getpriority(os.PRIO_PROCESS, self.victim)
        listed = sorted(path.name for path in self.secret.parent.iterdir())
        about = (kept.st_mode, kept.st_mtime_ns, kept.st_uid, kept.st_size)
        return about, listed, os.listxattr(self.secret), told, priority

    def heard(self) -> list[bytes]:
        """Return what came to the sockets."""
        found = []
        for one in self.got:
            one.setblocking(False)
            try:
                found.append(one.recv(10))
            except BlockingIOError:
                continue
        return found


@contextmanager
def scene(folder: Path, user: int) -> Iterator[Scene]:
    own, other = folder / "own", folder / "other"
    with ExitStack() as made:
        for path in (own, other):
            path.mkdir()
        secret, local = other / "secret", other / "local"
        for path in (secret, other / "spare"):
            path.write_bytes(b"of another tenant")
        for path in (own, other, secret, other / "spare"):
            os.chown(path, user, user if os.getuid() == 0 else -1)
        for above in (folder, *folder.parents):
            if above.stat().st_uid == os.getuid() and above != Path("/"):
                above.chmod(above.stat().st_mode | 0o711)
        named, abstract = (
            made.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) for _ in "ab"
        )
        named.bind(str(local))
        local.chmod(0o777)
        abstract.bind(attacks.abstract_name(local))
        as_user = {"user": user, "group": user, "extra_groups": []} if os.getuid() == 0 else {}
        victim = made.enter_context(
            subprocess.Popen(["sleep", "600"], process_group=0, **as_user)  # type: ignore[call-overload]
        )
        made.callback(victim.kill)
        yield Scene(
            own=own, victim=victim.pid, secret=secret, local=local, user=user, got=(named, abstract)
        )


def tried(there: Scene, confinement: str) -> dict[str, str]:
    arguments = (there.own, there.victim, there.secret, there.local, there.user, confinement)
    done = subprocess.run(
        [sys.executable, str(attacks.__file__), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(part for part in sys.path if part)},
        timeout=120,
    )
    assert done.stdout, done.stderr
    found: dict[str, str] = json.loads(done.stdout.splitlines()[0])
    return found


@pytest.fixture(autouse=True)
def _confining() -> None:
    offered = kernel.support()
    if not offered.whole:
        pytest.skip(f"this kernel cannot confine: {offered}")


@pytest.mark.parametrize("user", USERS)
def test_what_opens_documents_can_do_nothing_but_think(tmp_path: Path, user: int) -> None:
    with scene(tmp_path, user) as there:
        before = there.state()
        found = tried(there, "nothing")
        assert {name: how for name, how in found.items() if how not in AGREED} == {}
        assert there.state() == before
        assert there.heard() == []


@pytest.mark.parametrize("user", USERS)
def test_what_converts_may_start_programs_and_still_reaches_nobody(
    tmp_path: Path, user: int
) -> None:
    with scene(tmp_path, user) as there:
        before = there.state()
        found = tried(there, "programs")
        own = {"fork", "thread", "program", "memory as a file", "bind abstract"}
        signals = {"kill", "tkill", "tgkill", "queue signal", "kill group", "kill everybody"}
        older = signals if kernel.support().landlock < 6 else {"kill everybody"}
        done = {name for name, how in found.items() if how not in AGREED}
        assert done - FEIGNED - older == own
        assert there.state() == before
        assert there.heard() == []


@pytest.mark.parametrize("user", USERS)
def test_where_there_is_no_landlock_the_filter_alone_keeps_it_from_other_processes(
    tmp_path: Path, user: int
) -> None:
    files = {
        *("read", "write", "append", "list", "link to", "rename", "remove", "make", "users"),
        *("symbolic link", "system settings", "new user", "device"),
        *("environment of another", "mem file of another", "files of another", "root of another"),
    }
    with scene(tmp_path, user) as there:
        found = tried(there, "calls")
        assert {name for name, how in found.items() if how not in AGREED} <= files
        assert there.heard() == []


@pytest.mark.parametrize("user", USERS)
def test_without_confinement_the_same_attempts_succeed(tmp_path: Path, user: int) -> None:
    with scene(tmp_path, user) as there:
        found = tried(there, "none")
        assert ANYBODY_CAN - {name for name, how in found.items() if how == "ok"} == set()
        assert len(there.heard()) == 2


@pytest.mark.parametrize("machine", sorted(MACHINES))
@pytest.mark.parametrize("programs", [False, True])
def test_every_jump_of_the_filter_lands_inside_it(machine: str, *, programs: bool) -> None:
    """A filter ends in an answer whatever the call: the last instruction returns."""
    program = calls_filter.program(MACHINES[machine], programs=programs, process=7)
    steps = list(struct.iter_unpack("HBBI", program))
    assert len(program) == INSTRUCTION_BYTES * len(steps)
    for at, (code, yes, no, _) in enumerate(steps):
        assert at + 1 + max(yes, no) < len(steps) or code == calls_filter._RETURN
    assert steps[-1][0] == calls_filter._RETURN
    assert len(steps) < 4096, "the kernel takes no longer ones"


HEADERS = (
    Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    Path("/usr/include/asm-generic/unistd.h"),
)


@pytest.mark.parametrize("column", [0, 1])
def test_numbers_of_calls_are_those_of_the_system_s_headers(column: int) -> None:
    if not HEADERS[column].exists():
        pytest.skip("the headers of the C library are not installed")
    said = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", HEADERS[column].read_text())
    numbers = {name: int(number) for name, number in said}
    tables = (calls.NEVER, calls.OF_PROGRAMS, calls.FEIGNED, calls.LOOKED_AT)
    ours = {name: of[column] for table in tables for name, of in table.items()}
    assert {name: of for name, of in ours.items() if numbers.get(name, of) != of} == {}
    assert len(numbers.keys() & ours.keys()) > 80
