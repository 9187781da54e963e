"""What code that took a confined process over would try; run there, each attempt by itself.

    python attacks.py OWN VICTIM SECRET SOCKET USER CONFINEMENT

CONFINEMENT is `none`, `nothing` or `programs` (what may be done), or `calls` (without Landlock, as
old kernels are). Prints a JSON object: attempt → `ok` or the name of the error. Without confinement
most attempts succeed, or the test would show nothing.
"""

import ctypes
import errno
import fcntl
import json
import os
import platform
import resource
import socket
import struct
import sys
from _thread import start_new_thread
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from workers.confined import kernel

_SYSTEM = tuple(map(Path, ("/usr", "/bin", "/lib", "/lib64", "/proc")))
_SI_QUEUE = -1
_LIBC = ctypes.CDLL(None, use_errno=True)
_NUMBERS = {
    "x86_64": {
        "shmget": 29, "msgget": 68, "semget": 64, "prlimit64": 302, "tgkill": 234, "tkill": 200,
        "rt_tgsigqueueinfo": 297, "mq_open": 240, "ptrace": 101, "process_vm_readv": 310,
        "keyctl": 250, "add_key": 248, "unshare": 272, "bpf": 321, "perf_event_open": 298,
        "userfaultfd": 323, "clone": 56, "memfd_create": 319, "io_setup": 206,
        "sched_setaffinity": 203, "personality": 135, "fanotify_init": 300, "memfd_secret": 447,
        "open_tree": 428, "fsopen": 430, "chroot": 161, "name_to_handle_at": 303, "kcmp": 312,
        "ioprio_set": 251, "inotify_init1": 294,
    },
    "aarch64": {
        "shmget": 194, "msgget": 186, "semget": 190, "prlimit64": 261, "tgkill": 131, "tkill": 130,
        "rt_tgsigqueueinfo": 240, "mq_open": 180, "ptrace": 117, "process_vm_readv": 270,
        "keyctl": 219, "add_key": 217, "unshare": 97, "bpf": 280, "perf_event_open": 241,
        "userfaultfd": 282, "clone": 220, "memfd_create": 279, "io_setup": 0,
        "sched_setaffinity": 122, "personality": 92, "fanotify_init": 262, "memfd_secret": 447,
        "open_tree": 428, "fsopen": 430, "chroot": 51, "name_to_handle_at": 264, "kcmp": 272,
        "ioprio_set": 30, "inotify_init1": 26,
    },
}[platform.machine()]  # fmt: skip


def call(name: str, *arguments: object) -> int:
    number = _NUMBERS[name] if name in _NUMBERS else int(name)
    done = _LIBC.syscall(ctypes.c_long(number), *arguments)
    if done < 0:
        raise OSError(ctypes.get_errno(), name)
    return int(done)


def abstract_name(local: Path) -> str:
    """Return the name of a socket that is no file, of nobody else's."""
    return f"\0{local}"


def attempts(own: Path, victim: int, secret: Path, local: Path) -> dict[str, Callable[[], object]]:
    one = ctypes.c_ulong(1)
    buffer = ctypes.create_string_buffer(64)
    queued = struct.pack("iii116x", 0, 0, _SI_QUEUE)
    abstract = abstract_name(local)
    listening = socket.create_server(("127.0.0.1", 0))

    def datagram(family: int, to: object) -> Callable[[], object]:
        return lambda: socket.socket(family, socket.SOCK_DGRAM).sendto(b"x", to)

    def from_a_pair(to: str) -> None:
        mine, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        mine.sendto(b"x", to)

    def with_a_file(to: str) -> None:
        mine, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        mine.sendmsg([b"x"], (), 0, to)

    def own_signal() -> None:
        reading, _ = os.pipe()
        fcntl.fcntl(reading, fcntl.F_SETOWN, victim)

    def survive() -> None:
        if _LIBC.prctl(1, 0, 0, 0, 0) < 0:
            raise OSError(ctypes.get_errno(), "prctl")

    def limit_of_victim() -> None:
        old = (ctypes.c_ulong * 2)()
        call(
            "prlimit64", victim, resource.RLIMIT_CORE, ctypes.byref((ctypes.c_ulong * 2)(0, 0)), old
        )

    return {
        "tcp": lambda: socket.create_connection(listening.getsockname(), 5),
        "udp": datagram(socket.AF_INET, ("127.0.0.1", 9)),
        "udp over v6": datagram(socket.AF_INET6, ("::1", 9)),
        "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
        "packets": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
        "kernel's cipher": lambda: socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET),
        "vsock": lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM),
        "local stream": lambda: socket.socket(socket.AF_UNIX).connect(str(local)),
        "local datagram": datagram(socket.AF_UNIX, str(local)),
        "datagram of a pair": lambda: from_a_pair(str(local)),
        "message of a pair": lambda: with_a_file(str(local)),
        "abstract datagram": datagram(socket.AF_UNIX, abstract),
        "abstract datagram of a pair": lambda: from_a_pair(abstract),
        "bind abstract": lambda: socket.socket(socket.AF_UNIX).bind("\0gouji-attack"),
        "kill": lambda: os.kill(victim, 0),
        "kill group": lambda: os.killpg(os.getpgid(victim), 0),
        "kill everybody": lambda: os.kill(-1, 0),
        "tkill": lambda: call("tkill", victim, 0),
        "tgkill": lambda: call("tgkill", victim, victim, 0),
        "queue signal": lambda: call("rt_tgsigqueueinfo", victim, victim, 0, queued),
        "pidfd": lambda: os.pidfd_open(victim),
        "signals by a pipe": own_signal,
        "outlive": survive,
        "limits of another": limit_of_victim,
        "priority of another": lambda: os.setpriority(os.PRIO_PROCESS, victim, 19),
        "processors of another": lambda: os.sched_setaffinity(victim, os.sched_getaffinity(0)),
        "scheduling of another": lambda: os.sched_setscheduler(
            victim, os.SCHED_OTHER, os.sched_param(0)
        ),
        "disc priority of another": lambda: call("ioprio_set", 1, victim, 0),
        "ptrace": lambda: call("ptrace", 0x4206, victim, 0, 0),
        "memory of another": lambda: call("process_vm_readv", victim, one, 0, one, 0, 0),
        "mem file of another": lambda: Path(f"/proc/{victim}/mem").open("rb"),
        "environment of another": lambda: Path(f"/proc/{victim}/environ").read_bytes(),
        "root of another": lambda: os.listdir(f"/proc/{victim}/root"),
        "files of another": lambda: os.readlink(f"/proc/{victim}/fd/0"),
        "compare with another": lambda: call("kcmp", os.getpid(), victim, 2, 0, 0),
        "shared memory": lambda: call("shmget", 0, 4096, 0o1600),
        "messages": lambda: call("msgget", 0, 0o1600),
        "semaphores": lambda: call("semget", 0, 1, 0o1600),
        "message queue": lambda: call("mq_open", b"gouji", os.O_CREAT | os.O_RDWR, 0o600, None),
        "memory as a file": lambda: call("memfd_create", b"x", 0),
        "rings": lambda: call("425", 4, ctypes.create_string_buffer(256)),
        "old rings": lambda: call("io_setup", 1, ctypes.byref(ctypes.c_ulong(0))),
        "keys": lambda: call("keyctl", 0, -3, 1),
        "add key": lambda: call("add_key", b"user", b"gouji", b"x", 1, -2),
        "bpf": lambda: call("bpf", 0, buffer, 64),
        "perf": lambda: call("perf_event_open", buffer, 0, -1, -1, 0),
        "userfaultfd": lambda: call("userfaultfd", 1),
        "personality": lambda: call("personality", 0x0040000),
        "open tree": lambda: call("open_tree", -100, b"/", 1),
        "file system": lambda: call("fsopen", b"tmpfs", 0),
        "fanotify": lambda: call("fanotify_init", 0, 0),
        "watch": lambda: call("inotify_init1", 0),
        "handle": lambda: call("name_to_handle_at", -100, b"/", buffer, buffer, 0),
        "read": secret.read_bytes,
        "mode": lambda: secret.chmod(0o666),
        "owner": lambda: os.chown(secret, os.getuid(), os.getgid()),
        "times": lambda: os.utime(secret, (1, 1)),
        "attributes": lambda: os.setxattr(secret, b"user.gouji", b"x"),
        "write": lambda: secret.write_bytes(b""),
        "append": lambda: secret.open("ab"),
        "truncate": lambda: os.truncate(secret, 0),
        "list": lambda: os.listdir(secret.parent),
        "link to": lambda: os.link(secret, own / "hard"),
        "rename": lambda: os.rename(secret, secret.parent / "moved"),
        "remove": lambda: os.remove(secret.parent / "spare"),
        "make": lambda: (secret.parent / "new").open("x"),
        "symbolic link": lambda: ((own / "soft").symlink_to(secret), (own / "soft").read_bytes()),
        "device": lambda: os.mknod(own / "zero", 0o20600, os.makedev(1, 5)),
        "users": lambda: Path("/etc/shadow").read_bytes(),
        "system settings": lambda: Path("/proc/sys/kernel/core_pattern").open("r+b"),
        "new user": lambda: os.setuid(0 if os.getuid() else 65534),
        "fork": lambda: os.fork() or os._exit(0),
        "thread": lambda: start_new_thread(lambda: None, ()),
        "program": lambda: os.posix_spawn("/bin/true", ["true"], {}),
        "new group": os.setpgrp,
        "namespace": lambda: call("unshare", 0x10000000),
    }


def tried(step: Callable[[], object]) -> str:
    try:
        step()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    except Exception as error:
        return type(error).__name__
    return "ok"


def main() -> None:
    own, secret, local = Path(sys.argv[1]), Path(sys.argv[3]), Path(sys.argv[4])
    user, confinement = int(sys.argv[5]), sys.argv[6]
    "".encode("idna")  # another user may not be able to load what a socket needs
    steps = attempts(own, int(sys.argv[2]), secret, local)
    if user != os.getuid():
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    if confinement != "none":
        read = tuple(Path(part) for part in sys.path if part)
        programs = confinement == "programs"
        reach = kernel.Reach(
            read=(*read, *_SYSTEM) if programs else read,
            write=own if programs else None,
            programs=programs,
        )
        offered = kernel.support()
        kernel.confine(reach, replace(offered, landlock=0) if confinement == "calls" else offered)
    print(json.dumps({name: tried(step) for name, step in steps.items()}))


if __name__ == "__main__":
    main()
