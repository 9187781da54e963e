"""This machine or container: models, fonts, LibreOffice, room on disk, shared memory."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from gouji.doctor.check import Check, skipped, warning, well, wrong
from schemas.environment import Addresses, Conversion

_SHARED = Path("/dev/shm")  # noqa: S108  asked about, not written to
_SHARED_BYTES = 16 * 1024 * 1024
_TEMPORARY_BYTES = 32 * 1024 * 1024
_FULL_BYTES = 16 * 1024 * 1024
_ROOM = 0.1
_READS = ("workers", "onnxruntime", "pymupdf")


def check_machine(addresses: Addresses, conversion: Conversion) -> Iterator[Check]:
    """Yield what is found of the machine this runs on."""
    if all(find_spec(name) for name in _READS):
        yield from _models()
        yield _fonts()
        yield _soffice(conversion)
    else:
        yield skipped("models", "this image reads nothing: run `gouji doctor` in a worker as well")
    yield _shared_memory(_SHARED)
    yield _room("temporary folder", Path(tempfile.gettempdir()), _TEMPORARY_BYTES)
    if not addresses.s3_endpoint:
        yield _room("folder of objects", addresses.objects_dir.absolute(), 0)


def _models() -> Iterator[Check]:
    from workers.engines.models import ALL, ModelError, locate

    for weights in ALL:
        try:
            locate(weights)
        except (ModelError, ModuleNotFoundError) as exc:
            found, _, todo = str(exc).partition("; ")
            package = weights.package.replace("_", "-")
            yield wrong(f"model {weights.name}", found, todo or f"install the package {package}")
        else:
            yield well(f"model {weights.name}", "there, with the hash it was measured with")


def _fonts() -> Check:
    import pymupdf

    font = pymupdf.Font("china-s")
    if not font.has_glyph(ord("稽")):
        return wrong("fonts", "PyMuPDF brings no Chinese font", "reinstall pymupdf as pinned")
    return well("fonts", "the Chinese font of PyMuPDF is there")


def _soffice(conversion: Conversion) -> Check:
    path = shutil.which(conversion.soffice)
    if path is None:
        return warning(
            "LibreOffice",
            f"there is no {conversion.soffice}: DOC, WPS, RTF and ODT are refused",
            "install libreoffice-writer where `inspecting` and `worker` run, or set GOUJI_SOFFICE",
        )
    return well("LibreOffice", path)


def _shared_memory(folder: Path) -> Check:
    """Look at where the locks of worker processes live, and PostgreSQL's shared memory."""
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return wrong(
            "shared memory",
            f"{folder} is not there or cannot be written",
            "mount a tmpfs there: Celery's worker processes cannot start without it",
        )
    free = shutil.disk_usage(folder).free
    if free < _SHARED_BYTES:
        return warning(
            "shared memory", f"{free // 1024} kB free in {folder}", "give it 64 MB (shm_size)"
        )
    return well("shared memory", f"{free // 2**20} MB free in {folder}")


def _room(name: str, folder: Path, wanted_bytes: int) -> Check:
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    disk = shutil.disk_usage(nearest)
    found = f"{disk.free // 2**20} of {disk.total // 2**20} MB free at {nearest}"
    if disk.free < _FULL_BYTES:
        return wrong(name, found, "make room: nothing is taken in; work goes on by itself then")
    if disk.free < wanted_bytes or disk.free < _ROOM * disk.total:
        return warning(
            name, found, "archives are unpacked and documents kept there: enlarge it or clear it"
        )
    return well(name, found)
