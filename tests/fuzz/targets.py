"""One function a reader: any bytes in, nothing out but what the reader may raise by contract."""

import contextlib
import socket
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from api.batch_events import Position
from api.entity import version_of
from api.errors import ApiError
from api.headers import disposition
from api.intake import parse_metadata
from gouji.client.errors import NotAuthentic
from gouji.client.stream import of_batch
from gouji.client.webhook import verify_webhook
from schemas.event import make_secret
from schemas.filename import folder_name, plain_name
from schemas.formats import sniff
from schemas.long_row import csv_bytes, rows_of
from storage.inbox import is_allowed
from tests.hostile.files import word
from tests.text_reading import read
from workers import archive
from workers.archive import ArchiveLimits, ArchiveRefused
from workers.archive.member import decode_name, safe_name, shown_name
from workers.confined import wire
from workers.confined.wire import EndedError, WireError
from workers.engines import image_headers
from workers.engines.image_headers import ImageFaultError
from workers.pipeline.read.docx import read_docx
from workers.pipeline.read.docx_package import PackageError
from workers.pipeline.read.encoding import EncodingUnknownError, decode
from workers.pipeline.read.html import read_html
from workers.pipeline.read.html_flow import TooDeepError
from workers.pipeline.read.markdown import read_markdown
from workers.pipeline.read.plain_text import read_plain_text
from workers.webhook import sign, transport
from workers.webhook.schedule import parse_retry_after

_LIMITS = ArchiveLimits(max_entries=50, max_entry_bytes=1 << 20, max_total_bytes=1 << 22)
_EXPECTED = (EncodingUnknownError, PackageError, TooDeepError, ArchiveRefused, ImageFaultError)
_SECRET = make_secret(bytes(range(32)))
_NOW = datetime(2025, 1, 1, tzinfo=UTC)


def text(data: bytes) -> None:
    """Read a plain text."""
    read_plain_text(decode(data).text)


def markdown(data: bytes) -> None:
    """Read Markdown."""
    read_markdown(decode(data).text)


def html(data: bytes) -> None:
    """Read a web page, or one in an envelope."""
    read_html(data)


def docx(data: bytes) -> None:
    """Read a DOCX whose body is the data; the package around it is whole."""
    from tests.hostile.files import docx as package

    read_docx(package(word(data.decode("utf-8", "replace"))))


def package(data: bytes) -> None:
    """Read a DOCX from its first byte."""
    read_docx(data)


def report(data: bytes) -> None:
    """Read a report to its findings: tables, numbers, narrative and rules."""
    read(data.decode("utf-8", "replace"))


def unpacking(data: bytes) -> None:
    """Unpack an archive."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        list(archive.iterate(Path(file.name), _LIMITS))


def images(data: bytes) -> None:
    """Measure an image of each kind."""
    for kind in ("png", "jpeg", "tiff", "bmp"):
        with contextlib.suppress(ImageFaultError):
            image_headers.measure(kind, data, 5)
            image_headers.check_complete(kind, data, 5)


def kinds(data: bytes) -> None:
    """Say what a file is, by itself and by each ending."""
    for name in ("a", "a.pdf", "a.docx", "a.html", "a.md", "a.txt", "a.zip"):
        sniff(data, name)


def names(data: bytes) -> None:
    """Make a name, a folder and a header of whatever a file is called."""
    name = decode_name(data)
    assert "/" not in plain_name(name)
    assert Path("/out", folder_name(name)).parent == Path("/out")
    assert disposition("attachment", plain_name(name)).isprintable()
    shown_name(name)
    safe = safe_name(name)
    assert safe is None or ".." not in safe.split("/")


def requests(data: bytes) -> None:
    """Take what stands in headers and parameters: cursors, tags, prefixes, metadata."""
    said = data.decode("latin-1")
    with contextlib.suppress(ValueError):
        assert str(Position.parse(said)).count(".") == 1
    version_of(said)
    with contextlib.suppress(ApiError):
        parse_metadata(data.decode("utf-8", "replace"))
    parse_retry_after(said, _NOW)
    transport._split(said)
    root = "s3://bucket/in"
    if is_allowed(said, [f"{root}/{{tenant}}"], "me"):
        assert said.startswith(f"{root}/me")
        assert "/../" not in f"{said}/"


def webhook(data: bytes) -> None:
    """Verify an event: what nobody signed is never taken, and what was signed only unchanged."""
    head, _, body = data.partition(b"\n\n")
    lines = (line.partition(":") for line in head.decode("latin-1").split("\n"))
    given = {name: value.strip() for name, _, value in lines}
    with contextlib.suppress(NotAuthentic):
        verify_webhook(body, given, _SECRET)
        raise AssertionError("taken without our signature")
    whole = b'{"type":"job.succeeded"}'
    ours = sign.headers([_SECRET], "evt_1", datetime.now(UTC), whole)
    if body != whole:
        with contextlib.suppress(NotAuthentic):
            verify_webhook(body, ours, _SECRET)
            raise AssertionError("taken with another's signature")


def stream(data: bytes) -> None:
    """Put the lines of an event stream together."""
    subscription = of_batch("bat_0", None)
    for line in data.decode("utf-8", "replace").splitlines():
        with contextlib.suppress(ValidationError):
            subscription.take(line)


def rows(data: bytes) -> None:
    """Read tidy rows again, and write what was read."""
    with contextlib.suppress(ValidationError, UnicodeDecodeError, ValueError):
        csv_bytes(rows_of(data))


def frames(data: bytes) -> None:
    """Take frames from a process that may say anything."""
    ours, theirs = socket.socketpair()
    with ours:
        theirs.sendall(data[:60_000])
        theirs.close()
        with contextlib.suppress(EndedError, WireError):
            while True:
                wire.receive(ours, most_bytes=1 << 20)


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (
        *(text, markdown, html, docx, package, report, unpacking, images),
        *(kinds, names, requests, webhook, stream, rows, frames),
    )
}


def run(name: str, data: bytes) -> None:
    """Run a target; what it may raise is no find."""
    with contextlib.suppress(*_EXPECTED):
        TARGETS[name](data)
