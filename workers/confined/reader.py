"""What the rest of the house asks when a file is to be opened.

A reader serves one thread of one process, one document after another. A document that kills its
process, never comes to an end or takes too much memory is refused for that, by name. What the world
does to the process (it is killed, it does not start) is raised, and tried again by who asked.
"""

import atexit
import os
import socket
import time
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import structlog
from pydantic import ValidationError

from schemas import failures
from schemas.environment import Confinement
from schemas.failure import Failure
from schemas.formats import sniff
from schemas.value import Value
from workers.archive import ArchiveLimits, ArchiveRefused, Member, Refused
from workers.archive.member import safe_name, shown_name
from workers.confined import kernel, wire
from workers.confined.ends import verdict
from workers.confined.messages import (
    Ask,
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
    failed_page,
)
from workers.confined.plain import MOST_DOCUMENTS, is_asked_plainly, is_plain
from workers.confined.unconfined import Unconfined
from workers.confined.warm import Warm
from workers.confined.wire import EndedError, Frame, Kind, WireError
from workers.engines.inspection import Inspection, Limits
from workers.pipeline.read.clean import Pixels

log = structlog.get_logger()

Document = bytes | Path
"""The bytes of a document, or where an archive lies."""
_T = TypeVar("_T", bound=Value)

_TOLD = ("GOUJI_SOFFICE", "GOUJI_SOFFICE_TIMEOUT_S")
"""Settings that go along: what happens inside depends on them."""
_STARTING_S = 120.0
"""How long a process may take to load what it needs, on the busiest machine;"""
_PATIENCE_S = 5.0
"""and to end when it is told to."""
_MOST_BYTES: dict[type[Ask], int] = {AskInspection: 64 * 1024**2, AskPage: 512 * 1024**2}
"""Of an answer: pictures have at most some 40 million pixels. A process that was taken over may say
anything, but not fill the memory of who asked."""
_NAME_BYTES = 1024**2
"""Of what goes along with a member of an archive, at most."""

MISSING = (
    "GOUJI_CONFINEMENT=required, but this kernel offers no Landlock (Linux 5.13, enabled at boot) "
    "or no seccomp filters. Run the workers on a newer kernel, or set GOUJI_CONFINEMENT=available "
    "and let containers keep them from network and files."
)


class ReaderLostError(Exception):
    """The confined process was lost through no fault of the document: ask again."""


class OpeningError(Exception):
    """Our own code raised something while it opened a document; the log has where."""


def check_confinement(settings: Confinement) -> None:
    """End the program with a sentence where confinement is required and missing; else say so."""
    offered = kernel.support()
    if settings.confinement == "off" or offered.whole:
        return
    if settings.confinement == "required":
        raise SystemExit(MISSING)
    log.warning("confinement_incomplete", landlock=offered.landlock, seccomp=offered.seccomp)


class _RefusedError(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


@dataclass(kw_only=True)
class _Allowance:
    """What an archive may still give; the process holds itself to it unless it was taken over."""

    members: int
    size_bytes: int

    def spend(self, size_bytes: int) -> None:
        self.members -= 1
        self.size_bytes -= size_bytes
        if min(self.members, self.size_bytes) < 0:
            raise _RefusedError(failures.reading_crashed())


class Reader:
    """Opens documents in a confined process, which is started when it is first needed."""

    def __init__(self, settings: Confinement) -> None:
        self._settings = settings
        self._warm: Warm | None = None
        self._line: socket.socket | None = None
        self._open: Document | None = None
        self._texts = 0
        """Plain texts the process at the end of the line has had; 0: it has another document."""

    def inspect(self, content: bytes, filename: str, limits: Limits) -> Inspection | Failure:
        """Say what a document is, or why it is refused."""
        try:
            frame = self._answer(content, AskInspection(filename=filename, limits=limits))
            answer = self._checked(Inspected, frame)
        except _RefusedError as refused:
            return refused.failure
        return answer.found or answer.failure or failures.reading_crashed()

    def open_page(self, content: bytes, kind: str, number: int) -> Opened:
        """Open page `number` (from 1) of a document; one that cannot be opened says why."""
        try:
            ask = AskPage.model_validate({"kind": kind, "number": number})
            frame = self._answer(content, ask)
            answer = self._checked(OpenedPage, frame)
            return Opened(page=answer.page, pixels=_pixels(answer.size, frame.content))
        except _RefusedError as refused:
            return Opened(page=failed_page(number, refused.failure))

    def members(self, archive: Path, limits: ArchiveLimits) -> Iterator[Member | Refused]:
        """Yield the members of an archive as they are unpacked; raises ArchiveRefused."""
        most_bytes = limits.max_entry_bytes + _NAME_BYTES
        allowance = _Allowance(members=limits.max_entries, size_bytes=limits.max_total_bytes)
        try:
            for frame in self._frames(archive, AskMembers(limits=limits), most_bytes):
                if frame.kind is Kind.GIVEN:
                    allowance.spend(len(frame.content))
                    yield _member(self._checked(Given, frame), frame.content)
                    continue
                refused = self._checked(Unpacked, frame).failure
                if refused is not None:
                    raise ArchiveRefused(refused)
        except _RefusedError as error:
            raise ArchiveRefused(error.failure) from error
        finally:
            self.close_document()

    def start(self) -> Warm:
        """Start the process, if need be ahead of the first document; it takes a second to load."""
        if self._warm is None:
            self._warm = Warm()
        return self._warm

    def close_document(self) -> None:
        """End the process of the document that was opened last."""
        line, self._line = self._line, None
        if self._warm is None or line is None:
            return
        with line, suppress(EndedError, TimeoutError):
            wire.send(line, _frame(AskEnd()), _PATIENCE_S)
        if self._warm.end_of_document(_PATIENCE_S) is None:
            self.close()

    def close(self) -> None:
        """End everything; a later ask starts anew."""
        warm, self._warm = self._warm, None
        line, self._line = self._line, None
        if line is not None:
            line.close()
        if warm is not None:
            warm.kill()

    def _answer(self, document: Document, ask: Ask) -> Frame:
        """Ask, and once more in a new process where it was lost, killed while it idled perhaps.

        What goes wrong where other texts were before is blamed on none of them.
        """
        try:
            return self._only(document, ask)
        except ReaderLostError:
            pass
        except (_RefusedError, OpeningError):
            if self._texts < 2:
                raise
        self.close_document()
        return self._only(document, ask)

    def _only(self, document: Document, ask: Ask) -> Frame:
        """Return the one frame that answers an ask; a process that gives more was taken over."""
        with closing(self._frames(document, ask, _MOST_BYTES[type(ask)])) as frames:
            answer = next(frames)
            if answer.kind is not Kind.ANSWERED:
                raise _RefusedError(failures.reading_crashed())
            next(frames, None)
        return answer

    def _frames(self, document: Document, ask: Ask, most_bytes: int) -> Generator[Frame]:
        """Yield what comes of an ask, the answer last; after anything unusual begin anew."""
        whole = False
        limit_s = self._settings.document_limit_s
        try:
            line = self._line_to(document, ask)
            wire.send(line, _frame(ask), limit_s)
            while not whole:
                frame = wire.receive(line, time.monotonic() + limit_s, most_bytes)
                if frame.kind is Kind.RAISED:
                    raise self._raised(frame)
                whole = frame.kind is Kind.ANSWERED
                yield frame
        except TimeoutError as error:
            raise _RefusedError(failures.timed_out(limit_s)) from error
        except EndedError as error:
            raise self._ended() from error
        except WireError as error:
            raise _RefusedError(failures.reading_crashed()) from error
        finally:
            if not whole and self._line is not None:
                self.close()

    def _line_to(self, document: Document, ask: Ask) -> socket.socket:
        """Return the line to the process in which this document is open.

        No other was there, unless both are plain texts.
        """
        asked = is_asked_plainly(ask)
        if self._line is not None and self._open == document and (asked or not self._texts):
            return self._line
        plain = asked and isinstance(document, bytes) and is_plain(document)
        if self._line is not None and plain and 0 < self._texts < MOST_DOCUMENTS:
            self._texts, self._open = self._texts + 1, document
            self._hand(self._line, document, AskNext())
            return self._line
        self.close_document()
        self._texts = int(plain)
        warm = self.start()
        if not warm.await_ready(_STARTING_S):
            self.close()
            raise ReaderLostError
        self._line, self._open = warm.hand_line(), document
        self._hand(self._line, document, self._opening(document))
        return self._line

    def _hand(self, line: socket.socket, document: Document, words: Value) -> None:
        """Hand a document over; an archive stays where it is."""
        content = document if isinstance(document, bytes) else b""
        opening = Frame(kind=Kind.ASKED, text=_text(words), content=content)
        wire.send(line, opening, self._settings.document_limit_s)

    def _opening(self, document: Document) -> Opening:
        settings = self._settings
        kind = sniff(document, "") if isinstance(document, bytes) else None
        return Opening(
            memory_bytes=settings.document_memory_bytes,
            file_bytes=settings.document_file_bytes,
            cpu_s=settings.document_cpu_s,
            programs=kind is not None and kind.role == "convertible",
            archive=str(document.resolve()) if isinstance(document, Path) else None,
            environment={name: os.environ[name] for name in _TOLD if name in os.environ},
        )

    def _ended(self) -> Exception:
        """Say what the end of a document's process means; the next one is forked as usual."""
        assert self._warm is not None
        assert self._line is not None
        status = self._warm.end_of_document(_PATIENCE_S)
        if status is None:  # the warm process itself is gone
            return ReaderLostError()
        self._line.close()
        self._line = None
        failure = verdict(status, self._settings.document_cpu_s)
        log.warning("document_process_ended", status=status, code=failure and failure.code)
        return _RefusedError(failure) if failure else ReaderLostError()

    def _raised(self, frame: Frame) -> Exception:
        raised = self._checked(Raised, frame)
        log.error("opening_raised", error=raised.error[:100], where=list(raised.where[:20]))
        return OpeningError(raised.error[:100])

    def _checked(self, form: type[_T], frame: Frame) -> _T:
        """Return what a frame says; a process that talks nonsense was taken over or crashed."""
        try:
            return form.model_validate_json(frame.text)
        except ValidationError as error:
            self.close()
            raise _RefusedError(failures.reading_crashed()) from error


def _frame(ask: Ask) -> Frame:
    return Frame(kind=Kind.ASKED, text=_text(ask))


def _text(value: Value) -> bytes:
    return value.model_dump_json().encode()


def _pixels(size: tuple[int, int] | None, content: bytes | bytearray | memoryview) -> Pixels | None:
    """Return the picture that came along; one that is not as large as it says is none of ours."""
    if size is None:
        return None
    height, width = size
    if min(size) < 1 or height * width * 3 != len(content):
        raise _RefusedError(failures.reading_crashed())
    return np.frombuffer(content, np.uint8).reshape(height, width, 3)


def _member(given: Given, content: bytes | bytearray | memoryview) -> Member | Refused:
    name = safe_name(given.name)
    if given.failure is not None or name is None:
        return Refused(
            name=shown_name(given.name), failure=given.failure or failures.archive_path_unsafe()
        )
    return Member(name=name, content=bytes(content))


_readers: dict[int, Reader | Unconfined] = {}


def reader() -> Reader | Unconfined:
    """Return this process's reader; what a fork inherits belongs to its parent."""
    own = os.getpid()
    if own not in _readers:
        settings = Confinement()
        _readers.clear()
        _readers[own] = Unconfined() if settings.confinement == "off" else Reader(settings)
        atexit.register(_close, own)
    return _readers[own]


def _close(process: int) -> None:
    if process == os.getpid() and process in _readers:
        _readers.pop(process).close()
