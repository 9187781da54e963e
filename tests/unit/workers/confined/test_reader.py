"""A reader and the processes it opens documents in; crashes are sent as signals, as MuPDF would."""

import io
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from schemas.environment import Confinement, Conversion
from schemas.failure import Failure
from tests.documents import pdf, zip_of
from workers.archive import ArchiveLimits, ArchiveRefused, Member, Refused
from workers.confined import kernel
from workers.confined import reader as reading
from workers.confined.reader import Reader, ReaderLostError, check_confinement
from workers.engines.inspection import Inspection, Limits
from workers.engines.office import program

LIMITS = Limits()


@pytest.fixture(scope="module")
def shared() -> Iterator[Reader]:
    made = Reader(Confinement())
    yield made
    made.close()


def children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in listed.split()]


def process_of(reader: Reader) -> int:
    """Return the process of the document that is open."""
    assert reader._warm is not None
    [process] = children(reader._warm._process.pid)
    return process


def is_over(process: int) -> bool:
    """Say whether a process ended; a killed one may still wait to be counted by the first one."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.01)
    return False


def opened(reader: Reader, mark: str) -> bytes:
    content = pdf(2, mark)
    assert isinstance(reader.inspect(content, "a.pdf", LIMITS), Inspection)
    return content


def test_pages_of_one_document_are_opened_in_one_process_and_the_next_in_another(
    shared: Reader,
) -> None:
    first = opened(shared, "first")
    process = process_of(shared)
    assert shared.open_page(first, "born_digital", 2).pixels is not None
    assert process_of(shared) == process
    opened(shared, "second")
    assert process_of(shared) != process
    assert not Path(f"/proc/{process}").exists()


def test_no_secret_and_no_folder_of_ours_is_known_inside(
    shared: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOUJI_S3_SECRET_KEY", "not for documents")
    shared.close()
    opened(shared, "environment")
    process = process_of(shared)
    told = Path(f"/proc/{process}/environ").read_text()
    assert "GOUJI_" not in told
    assert "PATH=" in told
    at = Path(f"/proc/{process}/cwd").readlink()
    assert at.name == "document"
    assert at.parent.name.startswith("gouji-reader-")


def test_a_process_is_bound(shared: Reader) -> None:
    opened(shared, "bounds")
    lines = Path(f"/proc/{process_of(shared)}/limits").read_text().splitlines()
    hard = {line[:26].strip(): line[26:].split()[1] for line in lines[1:]}
    soft = {line[:26].strip(): line[26:].split()[0] for line in lines[1:]}
    assert int(hard["Max address space"]) > Confinement().document_memory_bytes
    assert hard["Max core file size"] == "0"
    assert int(hard["Max file size"]) == Confinement().document_file_bytes
    assert int(hard["Max open files"]) == 256
    assert 0 < int(soft["Max cpu time"]) < 300


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGSEGV, "reading_crashed"),
        (signal.SIGABRT, "reading_crashed"),
        (signal.SIGBUS, "reading_crashed"),
        (signal.SIGXCPU, "timed_out"),
    ],
)
def test_a_document_that_kills_its_process_is_refused_by_name_and_the_next_is_read(
    shared: Reader, number: signal.Signals, code: str
) -> None:
    content = opened(shared, f"ends by {number.name}")
    os.kill(process_of(shared), number)
    page = shared.open_page(content, "born_digital", 1).page
    assert page is not None
    assert page.failure is not None
    assert page.failure.code == code
    assert isinstance(shared.inspect(pdf(1, "after"), "b.pdf", LIMITS), Inspection)


def test_a_process_killed_from_outside_says_nothing_of_its_document(shared: Reader) -> None:
    """Killed once it is opened again; where it is always killed, who asked hears of it."""
    content = opened(shared, "killed")
    os.kill(process_of(shared), signal.SIGKILL)
    page = shared.open_page(content, "born_digital", 1).page
    assert page is None or page.failure is None


def test_a_reader_that_cannot_start_is_the_worlds_fault(
    shared: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.confined.warm.sys.executable", "/bin/false")
    broken = Reader(Confinement())
    with pytest.raises(ReaderLostError):
        broken.inspect(pdf(1), "a.pdf", LIMITS)


def test_nothing_is_left_of_a_reader(shared: Reader) -> None:
    made = Reader(Confinement())
    opened(made, "left")
    assert made._warm is not None
    folder, warm = made._warm._folder, made._warm._process.pid
    inside = process_of(made)
    assert folder.parent == Path(tempfile.gettempdir())
    made.close()
    assert not folder.exists()
    assert is_over(warm)
    assert is_over(inside)


def test_the_folder_of_a_reader_that_was_killed_is_cleared_away_by_the_next(
    shared: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / "gouji-reader-left"
    left.mkdir()
    (left / "document").mkdir()
    made = Reader(Confinement())
    made.start()
    in_use = list(tmp_path.iterdir())
    made.close()
    assert left not in in_use
    assert len(in_use) == 1


def test_a_document_that_never_comes_to_an_end_is_stopped() -> None:
    """The limit is a second of the clock; the page draws for a minute."""
    slow = Confinement.model_construct(**{**Confinement().model_dump(), "document_limit_s": 1.0})
    made = Reader(slow)
    made.start().await_ready(120)
    found = made.inspect(_endless(), "a.pdf", LIMITS)
    made.close()
    assert isinstance(found, Failure)
    assert found.code == "timed_out"


def _endless() -> bytes:
    import zlib

    drawn = zlib.compress(b"0 0 m 9 9 l S " * 8_000_000)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream " % (len(drawn), drawn),
    )
    numbered = (b"%d 0 obj%bendobj\n" % (at, body) for at, body in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + b"".join(numbered) + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def test_a_document_that_takes_too_much_memory_is_refused_for_that() -> None:
    """A JPEG of 5,000 × 5,000 in colours is 75 MB of pixels; 40 are granted."""
    told = {**Confinement().model_dump(), "document_memory_bytes": 40 * 1024**2}
    coded = io.BytesIO()
    Image.new("RGB", (5000, 5000)).save(coded, "JPEG")
    made = Reader(Confinement.model_construct(**told))
    page = made.open_page(coded.getvalue(), "image", 1).page
    made.close()
    assert page is not None
    assert page.failure is not None
    assert page.failure.code == "out_of_memory"


@pytest.mark.skipif(program(Conversion()) is None, reason="LibreOffice is not installed")
def test_libreoffice_converts_while_it_is_confined(shared: Reader) -> None:
    content = b"{\\rtf1\\ansi hello\\par}"
    page = shared.open_page(content, "docx", 1).page
    assert page is not None
    assert [line.text for line in page.lines] == ["hello"]


def test_members_of_an_archive_are_given_as_they_are_unpacked(
    shared: Reader, tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of({"甲/a.pdf": pdf(1), "../b.pdf": pdf(1), "c.bin": b"\0" * 9}))
    found = list(shared.members(path, ArchiveLimits()))
    assert [type(one) for one in found] == [Member, Refused, Refused]
    assert found[0] == Member(name="甲/a.pdf", content=pdf(1))
    assert isinstance(found[1], Refused)
    assert found[1].failure.code == "archive_path_unsafe"


def test_an_archive_that_is_none_is_refused(shared: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of({"a.pdf": pdf(1)})[:-30])
    with pytest.raises(ArchiveRefused) as refused:
        list(shared.members(path, ArchiveLimits()))
    assert refused.value.failure.code == "archive_corrupt"


def test_an_archive_may_be_left_half_read(shared: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of({f"{number}.pdf": pdf(1, str(number)) for number in range(20)}))
    members = shared.members(path, ArchiveLimits())
    next(members)
    members.close()  # type: ignore[attr-defined]  # a generator
    assert isinstance(shared.inspect(pdf(1), "a.pdf", LIMITS), Inspection)


def test_where_confinement_is_required_and_missing_nothing_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernel, "support", lambda: kernel.Support(landlock=0, seccomp=True))
    with pytest.raises(SystemExit, match="GOUJI_CONFINEMENT"):
        check_confinement(Confinement(confinement="required"))
    check_confinement(Confinement(confinement="available"))


def test_a_fork_of_this_process_has_a_reader_of_its_own() -> None:
    own = reading.reader()
    assert reading.reader() is own
    told, tell = os.pipe()
    process = os.fork()
    if process == 0:
        os.write(tell, b"1" if reading.reader() is own else b"0")
        os._exit(0)
    os.waitpid(process, 0)
    assert os.read(told, 1) == b"0"
