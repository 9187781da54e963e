"""What a confined process still may do, tried in one; and what the filter of calls holds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workers.confined import kernel

PROBE = """
import json, os, socket, subprocess, sys
from pathlib import Path
from workers.confined import kernel

own, secret, programs = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "programs"
read = [Path(part) for part in sys.path if part]
if programs:
    read += [Path("/usr"), Path("/bin"), Path("/lib"), Path("/lib64"), Path("/etc")]
parent = os.getppid()
listening = socket.create_server(("127.0.0.1", 0))
offered = kernel.support()
kernel.confine(kernel.Reach(read=tuple(read), write=own, programs=programs), offered)

def tried(step):
    try:
        step()
    except OSError as error:
        return type(error).__name__
    return "ok"

def datagram():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53))

def connect_local():
    with socket.socket(socket.AF_UNIX) as local:
        local.connect(str(own / "nobody"))

print(json.dumps({
    "tcp": tried(lambda: socket.create_connection(listening.getsockname(), 5)),
    "udp": tried(datagram),
    "local socket": tried(connect_local),
    "pair": tried(socket.socketpair),
    "secret": tried(secret.read_bytes),
    "overwrite": tried(lambda: secret.write_bytes(b"")),
    "list": tried(lambda: os.listdir(secret.parent)),
    "environment of another": tried(Path(f"/proc/{parent}/environ").read_bytes),
    "kill": tried(lambda: os.kill(parent, 0)),
    "own folder": tried(lambda: (own / "file").write_bytes(b"mine")),
    "program": tried(lambda: subprocess.run(["/bin/true"], check=True)),
    "fork": tried(lambda: os.fork() or os._exit(0)),
}))
"""
REFUSED = ("PermissionError",)


def probed(tmp_path: Path, reach: str) -> dict[str, str]:
    offered = kernel.support()
    if not offered.whole:
        pytest.skip(f"this kernel cannot confine: {offered}")
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    (other / "secret").write_bytes(b"of another tenant")
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(own), str(other / "secret"), reach],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(part for part in sys.path if part)},
    )
    assert (other / "secret").read_bytes() == b"of another tenant"
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_what_opens_documents_reaches_nothing_but_its_own_folder(tmp_path: Path) -> None:
    found = probed(tmp_path, "nothing")
    assert {name for name, outcome in found.items() if outcome == "ok"} == {"own folder", "pair"}
    assert {outcome for outcome in found.values() if outcome != "ok"} == {"PermissionError"}


def test_what_converts_may_start_programs_and_still_reaches_nobody(tmp_path: Path) -> None:
    found = probed(tmp_path, "programs")
    assert {name for name, outcome in found.items() if outcome == "ok"} == {
        "own folder",
        "pair",
        "program",
        "fork",
        *({"kill"} if kernel.support().landlock < 6 else set()),
    }


@pytest.mark.parametrize("machine", sorted(kernel._ARCHITECTURES))
@pytest.mark.parametrize("programs", [False, True])
def test_every_jump_of_the_filter_lands_inside_it(machine: str, *, programs: bool) -> None:
    """A filter ends in an answer whatever the call: the last instruction returns."""
    program = kernel._program(kernel._ARCHITECTURES[machine], programs=programs)
    assert len(program) % 8 == 0
    steps = [program[at : at + 8] for at in range(0, len(program), 8)]
    for at, step in enumerate(steps):
        yes, no = step[2], step[3]
        assert at + 1 + max(yes, no) < len(steps) or step[0] == kernel._RETURN
    assert steps[-1][0] == kernel._RETURN
