"""Tiny documents and archives for tests of the service; what is on their pages does not matter."""

import io
import tarfile
import zipfile
from collections.abc import Mapping

import pymupdf
from PIL import Image


def pdf(pages: int = 1, mark: str = "") -> bytes:
    """Return a PDF of so many pages; another mark makes another document."""
    with pymupdf.open() as document:
        for number in range(pages):
            document.new_page().insert_text((72, 72), f"{mark} {number + 1}")
        return bytes(document.tobytes(no_new_id=True))


def png(shade: int = 255) -> bytes:
    """Return a small picture of one shade of grey."""
    coded = io.BytesIO()
    Image.new("L", (60, 80), shade).save(coded, "PNG")
    return coded.getvalue()


def zip_of(members: Mapping[str, bytes], *, encoding: str = "utf-8") -> bytes:
    """Return a ZIP whose names are in an encoding, GBK as Windows in China writes it."""
    coded = io.BytesIO()
    with zipfile.ZipFile(coded, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            if encoding == "utf-8":
                archive.writestr(name, content)
            else:
                raw = name.encode(encoding).decode("cp437")
                archive.writestr(_Entry(raw), content)
    return coded.getvalue()


class _Entry(zipfile.ZipInfo):
    """An entry whose name is written byte for byte, without the flag for UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp437"), self.flag_bits


def tar_of(members: Mapping[str, bytes]) -> bytes:
    """Return a gzipped TAR."""
    coded = io.BytesIO()
    with tarfile.open(fileobj=coded, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return coded.getvalue()
