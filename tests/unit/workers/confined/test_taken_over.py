"""A process that a document took over may say anything: it neither fills nor holds who asked."""

import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from schemas.environment import Confinement
from schemas.failure import Failure
from tests.documents import pdf
from workers.archive import ArchiveLimits, ArchiveRefused
from workers.confined import messages, wire
from workers.confined import reader as reading
from workers.confined.reader import Reader
from workers.confined.wire import EndedError, Frame, Kind
from workers.engines.inspection import Limits

ENDLESS = 100_000
GIVEN = Frame(kind=Kind.GIVEN, text=messages.Given(name="a.pdf").model_dump_json().encode())
DONE = Frame(kind=Kind.ANSWERED, text=messages.Unpacked().model_dump_json().encode())


class Impostor:
    """Stands where the warm process does, and says these frames to whoever asks."""

    def __init__(self, says: Iterable[Frame | bytes]) -> None:
        self._says = says
        self.said = 0

    def await_ready(self, _: float) -> bool:
        return True

    def hand_line(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        threading.Thread(target=self._talk, args=(theirs,), daemon=True).start()
        return ours

    def _talk(self, line: socket.socket) -> None:
        with line, suppress(EndedError, OSError):
            wire.receive(line)
            wire.receive(line)
            for frame in self._says:
                if isinstance(frame, bytes):
                    line.sendall(frame)
                else:
                    wire.send(line, frame)
                self.said += 1

    def end_of_document(self, _: float) -> int:
        return 0

    def kill(self) -> None:
        pass


@pytest.fixture
def posing(monkeypatch: pytest.MonkeyPatch) -> list[Impostor]:
    """The impostors that are to be started."""
    waiting: list[Impostor] = []
    monkeypatch.setattr(reading, "Warm", lambda: waiting[0])
    return waiting


def test_what_was_not_asked_for_ends_the_page_at_once(posing: list[Impostor]) -> None:
    posing.append(Impostor([GIVEN] * ENDLESS))
    page = Reader(Confinement()).open_page(pdf(1), "born_digital", 1).page
    assert page is not None
    assert page.failure is not None
    assert page.failure.code == "reading_crashed"
    assert posing[0].said < ENDLESS


def test_more_than_a_picture_can_be_is_not_taken(posing: list[Impostor]) -> None:
    opening = wire._OPENING.pack(Kind.ANSWERED, 2, 600 * 1024**2)
    posing.append(Impostor([opening, *[bytes(1024**2)] * 600]))
    page = Reader(Confinement()).open_page(pdf(1), "born_digital", 1).page
    assert page is not None
    assert page.failure is not None
    assert page.failure.code == "reading_crashed"
    assert posing[0].said < 600


def test_no_inspection_is_as_long_as_that(posing: list[Impostor]) -> None:
    posing.append(Impostor([wire._OPENING.pack(Kind.ANSWERED, 100 * 1024**2, 0)]))
    found = Reader(Confinement()).inspect(pdf(1), "a.pdf", Limits())
    assert isinstance(found, Failure)
    assert found.code == "reading_crashed"


@pytest.mark.parametrize(
    ("limits", "size"),
    [
        (ArchiveLimits(max_entries=9), 1),
        (ArchiveLimits(max_total_bytes=9_000), 1_000),
        (ArchiveLimits(max_entry_bytes=1), 2 * 1024**2),
    ],
    ids=["entries", "bytes in all", "bytes of one"],
)
def test_members_beyond_the_limits_are_not_taken(
    posing: list[Impostor], tmp_path: Path, limits: ArchiveLimits, size: int
) -> None:
    """The process holds itself to them; one that was taken over does not."""
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK")
    given = Frame(kind=Kind.GIVEN, text=GIVEN.text, content=bytes(size))
    posing.append(Impostor([*[given] * 20, DONE]))
    taken = []
    with pytest.raises(ArchiveRefused) as refused:
        taken.extend(Reader(Confinement()).members(path, limits))
    assert refused.value.failure.code == "reading_crashed"
    assert len(taken) <= 9


def group(leader: int) -> list[int]:
    """Return the processes of a group."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, of, *_ = entry.read_text().rpartition(")")[2].split()
            if int(of) == leader and state not in "ZX":
                found.append(int(entry.parent.name))
    return found


def test_programs_that_a_document_leaves_running_end_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A converter that starts others in sessions of their own and goes away."""
    office = tmp_path / "soffice"
    office.write_text(
        "#!/bin/sh\nfor at in 1 2 3; do setsid sh -c 'sleep 900 & sleep 900' & done\n"
    )
    office.chmod(0o755)
    monkeypatch.setenv("GOUJI_SOFFICE", str(office))
    made = Reader(Confinement())
    try:
        warm = made.start()
        assert warm.await_ready(120)
        page = made.open_page(b"{\\rtf1\\ansi hello\\par}", "docx", 1).page
        assert page is not None
        assert page.failure is not None
        assert page.failure.code == "conversion_failed"
        made.close_document()
        leader = warm._process.pid
        assert group(leader) == [leader]
    finally:
        made.close()
