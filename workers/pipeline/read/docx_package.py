"""The parts of a DOCX file (ECMA-376 part 2): a ZIP of XML, opened within bounds."""

import posixpath
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Literal, TypeVar

from lxml import etree

from workers.pipeline.read.ooxml import Element, attribute, parse_xml

_T = TypeVar("_T")

Reason = Literal["damaged", "encrypted", "bomb"]

_MOST_PARTS = 20_000
_MOST_PART_BYTES = 64 * 1024 * 1024
_MOST_RATIO, _RATIO_FROM = 250, 4 * 1024 * 1024
"""A part larger than the second unpacks to at most so many bytes a packed one; XML does to 30."""
_IS_ENCRYPTED = 0x1
_BESIDE = ("numbering", "styles")
_DOCUMENT_RELATION = "/officeDocument"


class PackageError(Exception):
    """The file is no DOCX that can be opened."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, kw_only=True)
class Package:
    """The parts that say what is shown: the document itself, its numbering and its styles."""

    document: Element
    numbering: Element | None
    styles: Element | None


def open_package(content: bytes) -> Package:
    """Open a DOCX and parse what is needed of it; PackageError where that is not possible."""
    return _attempt(_opened, content)


def check_package(
    content: bytes, *, max_parts: int = _MOST_PARTS, max_part_bytes: int = _MOST_PART_BYTES
) -> None:
    """Raise PackageError where a DOCX cannot be opened; what is needed is unpacked, not parsed."""

    def check(archive: zipfile.ZipFile) -> None:
        if len(archive.infolist()) > max_parts:
            raise PackageError("bomb")
        for name in _needed(archive).values():
            if len(_part(archive, name)) > max_part_bytes:
                raise PackageError("bomb")

    _attempt(check, content)


def _attempt(step: Callable[[zipfile.ZipFile], _T], content: bytes) -> _T:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if len(archive.infolist()) > _MOST_PARTS:
                raise PackageError("bomb")
            return step(archive)
    except etree.XMLSyntaxError as error:
        if error.args[1:2] == (etree.ErrorTypes.ERR_NO_MEMORY,):
            raise MemoryError from error
        raise PackageError("damaged") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise PackageError("damaged") from error
    except (KeyError, OSError, ValueError, NotImplementedError) as error:  # a lying directory
        raise PackageError("damaged") from error


def _opened(archive: zipfile.ZipFile) -> Package:
    parts = {role: parse_xml(_part(archive, name)) for role, name in _needed(archive).items()}
    return Package(
        document=parts["document"], numbering=parts.get("numbering"), styles=parts.get("styles")
    )


def _needed(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the names of the parts that say what is shown, by what they say."""
    main = _main_part(archive)
    present = _entries(archive)
    beside = {role: posixpath.join(posixpath.dirname(main), f"{role}.xml") for role in _BESIDE}
    found = {role: name for role, name in beside.items() if _plain(name) in present}
    return {"document": main} | found


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the entries by the names of their parts, in which capitals do not count."""
    return {_plain(info.filename): info for info in archive.infolist()}


def _plain(name: str) -> str:
    """Return the name of a part as names are compared (ECMA-376 part 2, 6.2.2.3)."""
    return name.replace("\\", "/").lower()  # old .NET packs with the other stroke


def _main_part(archive: zipfile.ZipFile) -> str:
    """Return the name of the part the package's relations call the document."""
    for relation in parse_xml(_part(archive, "_rels/.rels")):
        if (attribute(relation, "Type") or "").endswith(_DOCUMENT_RELATION):
            return (attribute(relation, "Target") or "").lstrip("/")
    raise PackageError("damaged")


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Unpack one part; what it claims to hold and what comes out are both bounded."""
    info = _entries(archive)[_plain(name)]
    if info.flag_bits & _IS_ENCRYPTED:
        raise PackageError("encrypted")
    most = _MOST_PART_BYTES
    if info.file_size > _RATIO_FROM:
        most = min(most, _MOST_RATIO * max(1, info.compress_size))
    if info.file_size > most:
        raise PackageError("bomb")
    with archive.open(info) as part:
        content = part.read(most + 1)
    if len(content) > most:
        raise PackageError("bomb")
    return content
