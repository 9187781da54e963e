"""The other end of a reader: a warm process, and a fork of it for each document.

    python -m workers.confined.child LINES ENDS PARENT FOLDER

The warm process has loaded what opens documents, holds no secret and looks at nothing. Through the
socket LINES it is handed a line for each document, forks, and waits. The fork learns what it may
use and reach, gives up the rest, and answers on its line until it is told to end. How it ended goes
through the pipe ENDS, before all that one word that all is loaded. So no document is opened where
another one was, but for plain texts (`plain`).
"""

import gc
import os
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import cv2
import numpy as np

import schemas
import workers
from schemas.environment import Conversion
from schemas.failure import Failure
from schemas.value import Value
from workers import archive
from workers.archive import ArchiveRefused, Member, seven_zip
from workers.confined import bounds, kernel, messages, wire
from workers.confined.bounds import Bounds
from workers.confined.ends import END, OUT_OF_MEMORY, READY, UNFIT
from workers.confined.kernel import Reach, Support
from workers.confined.messages import (
    AskEnd,
    AskInspection,
    AskMembers,
    AskNext,
    AskPage,
    Given,
    Inspected,
    Opened,
    OpenedPage,
    Opening,
    Raised,
    Unpacked,
)
from workers.confined.opening import open_page
from workers.confined.rehearsal import rehearse
from workers.confined.wire import EndedError, Frame, Kind
from workers.engines.inspect import inspect
from workers.engines.inspection import Inspection
from workers.engines.office import PIPES, program

_SYSTEM = tuple(
    Path(name)
    for name in (
        *("/usr", "/lib", "/lib64", "/bin", "/opt", "/proc"),
        *("/etc/alternatives", "/etc/fonts", "/etc/libreoffice", "/etc/ld.so.cache"),
        *("/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd"),
        *("/var/lib/libreoffice", "/var/spool/libreoffice", "/var/cache/fontconfig"),
    )
)
"""What LibreOffice is made of, wherever a distribution puts it."""
_SHOWN_FRAMES = 8
_BETWEEN_ROUNDS = 50_000
"""Objects a document makes, and does not free, between two rounds of the garbage collector."""
_MOST_FILES = 4096
"""More than the warm process ever has open."""


def main(lines: socket.socket, ends: int, folder: Path) -> None:
    """Fork for each document until the reader is gone."""
    offered = kernel.support()
    kernel.adopt_orphans()
    cv2.setNumThreads(0)  # none can be started, and none is needed
    seven_zip.load()  # looking for it takes a program
    rehearse()
    gc.collect()
    gc.freeze()  # what is loaded is not looked at again, so that forks share it
    gc.set_threshold(_BETWEEN_ROUNDS, 20, 20)
    os.write(ends, END.pack(READY))
    while (line := _handed(lines)) is not None:
        own = folder / "document"
        own.mkdir()
        process = os.fork()
        if process == 0:
            _close_but(line.fileno())
            _live(line, own, offered)
        line.close()
        _, status = os.waitpid(process, 0)
        _end_what_is_left()
        shutil.rmtree(own, ignore_errors=True)
        os.write(ends, END.pack(status))


def _handed(lines: socket.socket) -> socket.socket | None:
    """Return the line of the next document; None when there is no more."""
    word, numbers, _, _ = socket.recv_fds(lines, 1, 1)
    if not word:
        return None
    os.set_inheritable(numbers[0], False)
    return socket.socket(fileno=numbers[0])


def _end_what_is_left() -> None:
    """End what programs of a document started and left behind: now it is ours."""
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, os.WNOHANG)
            for process in _children():
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            os.waitpid(-1, 0)


def _children() -> Iterator[int]:
    """Yield the processes whose parent is this one (proc_pid_stat(5))."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            _, parent, *_ = entry.read_text().rpartition(")")[2].split()
            if int(parent) == os.getpid():
                yield int(entry.parent.name)


def _close_but(line: int) -> None:
    """Close what was open before there was a document, locks of its folder too."""
    os.closerange(sys.stderr.fileno() + 1, line)
    os.closerange(line + 1, _MOST_FILES)


def _live(line: socket.socket, folder: Path, offered: Support) -> NoReturn:
    """Be the process of one document; never returns to what forked it."""
    status = 1
    try:
        kernel.die_with_parent(os.getppid())
        opening, content = _told(line)
        _give_up(opening, folder, offered)
        _serve(line, opening, content)
        status = 0
    except MemoryError:
        status = OUT_OF_MEMORY
    except (OSError, EndedError):
        status = UNFIT
    finally:
        os._exit(status)


def _told(line: socket.socket) -> tuple[Opening, bytes]:
    frame = wire.receive(line)
    return Opening.model_validate_json(frame.text), bytes(frame.content)


def _give_up(opening: Opening, folder: Path, offered: Support) -> None:
    os.dup2(os.open(os.devnull, os.O_RDWR), sys.stderr.fileno())
    os.environ.update({**opening.environment, "HOME": str(folder), "TMPDIR": str(folder)})
    tempfile.tempdir = str(folder)
    os.chdir(folder)
    read = [*_code(), *(_office() if opening.programs else ())]
    if opening.archive is not None:
        read.append(Path(opening.archive))
    bounds.bind(Bounds(memory_bytes=opening.memory_bytes, file_bytes=opening.file_bytes))
    sockets = PIPES if opening.programs else None
    write = folder if opening.programs else None
    reach = Reach(read=tuple(read), write=write, programs=opening.programs, sockets=sockets)
    kernel.confine(reach, offered)


def _code() -> list[Path]:
    """Return where modules lie that may still be loaded; of a checkout the packages only."""
    ours = Path(str(workers.__file__)).parent
    checkout = ours.parent if (ours.parent / "pyproject.toml").exists() else None
    paths = [Path(part) for part in sys.path if part]
    packages = [ours, Path(str(schemas.__file__)).parent]
    return [*(path for path in paths if path != checkout), Path(sys.base_prefix, "lib"), *packages]


def _office() -> list[Path]:
    """Return what LibreOffice needs to read and run, and where it lies itself."""
    found = program(Conversion())
    return [*_SYSTEM, *([Path(found).resolve().parent] if found else [])]


def _serve(line: socket.socket, opening: Opening, content: bytes) -> None:
    while True:
        told = wire.receive(line)
        ask = messages.ASK.validate_json(told.text)
        if isinstance(ask, AskEnd):
            return
        if isinstance(ask, AskNext):
            content = bytes(told.content)
            continue
        bounds.grant(opening.cpu_s)
        for frame in _frames(ask, opening, content):
            wire.send(line, frame)
            bounds.grant(opening.cpu_s)


def _frames(ask: messages.Ask, opening: Opening, content: bytes) -> Iterator[Frame]:
    """Yield the answer to an ask; of an archive its members first."""
    try:
        if isinstance(ask, AskMembers):
            yield from _members(Path(opening.archive or ""), ask)
        elif isinstance(ask, AskPage):
            yield _page(open_page(content, ask.kind, ask.number))
        elif isinstance(ask, AskInspection):
            yield _inspection(inspect(content, ask.filename, ask.limits))
    except MemoryError:
        raise
    except Exception as error:  # whatever it is, who asked must hear of it
        yield _frame(_raised(error), Kind.RAISED)


def _members(path: Path, ask: AskMembers) -> Iterator[Frame]:
    try:
        for one in archive.iterate(path, ask.limits):
            if isinstance(one, Member):
                yield _frame(Given(name=one.name), Kind.GIVEN, one.content)
            else:
                yield _frame(Given(name=one.name, failure=one.failure), Kind.GIVEN)
    except ArchiveRefused as refused:
        yield _frame(Unpacked(failure=refused.failure))
    else:
        yield _frame(Unpacked())


def _page(opened: Opened) -> Frame:
    if opened.pixels is None:
        return _frame(OpenedPage(page=opened.page, size=None))
    height, width, _ = opened.pixels.shape
    return _frame(
        OpenedPage(page=opened.page, size=(height, width)),
        content=np.ascontiguousarray(opened.pixels).data.cast("B"),
    )


def _inspection(found: Inspection | Failure) -> Frame:
    if isinstance(found, Failure):
        return _frame(Inspected(failure=found))
    return _frame(Inspected(found=found))


def _raised(error: Exception) -> Raised:
    """Say what was raised and where; never the words, which may be the document's."""
    frames = traceback.extract_tb(error.__traceback__)[-_SHOWN_FRAMES:]
    where = tuple(f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in frames)
    return Raised(error=type(error).__name__, where=where)


def _frame(value: Value, kind: Kind = Kind.ANSWERED, content: bytes | memoryview = b"") -> Frame:
    text = value.model_dump_json(exclude_defaults=True)  # most of what a cell says is usual
    return Frame(kind=kind, text=text.encode(), content=content)


if __name__ == "__main__":
    _lines, _ends, _parent = (int(number) for number in sys.argv[1:4])
    kernel.die_with_parent(_parent)
    main(socket.socket(fileno=_lines), _ends, Path(sys.argv[4]))
