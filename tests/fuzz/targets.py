"""One function a reader: any bytes in, nothing out but what the reader may raise by contract."""

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.hostile.files import word
from workers import archive
from workers.archive import ArchiveLimits, ArchiveRefused
from workers.engines import image_headers
from workers.engines.image_headers import ImageFaultError
from workers.pipeline.read.docx import read_docx
from workers.pipeline.read.docx_package import PackageError
from workers.pipeline.read.encoding import EncodingUnknownError, decode
from workers.pipeline.read.html import read_html
from workers.pipeline.read.html_flow import TooDeepError
from workers.pipeline.read.markdown import read_markdown
from workers.pipeline.read.plain_text import read_plain_text

_LIMITS = ArchiveLimits(max_entries=50, max_entry_bytes=1 << 20, max_total_bytes=1 << 22)
_EXPECTED = (EncodingUnknownError, PackageError, TooDeepError, ArchiveRefused, ImageFaultError)


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


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one for one in (text, markdown, html, docx, package, unpacking, images)
}


def run(name: str, data: bytes) -> None:
    """Run a target; what it may raise is no find."""
    with contextlib.suppress(*_EXPECTED):
        TARGETS[name](data)
