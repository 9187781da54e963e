"""The fonts of the pages, all from wheels: nothing is fetched and nothing of the system is needed.

Noto Serif SC and Noto Sans SC (OFL-1.1) come with `pylopdf-fonts-zh-cn`, Arimo (OFL-1.1) with
`fontpkg-arimo`, Droid Sans Fallback (Apache-2.0) with PyMuPDF, and Libertinus Serif, New Computer
Modern and DejaVu Sans Mono with typst itself. No wheel holds a 楷体, 仿宋 or 圆体: rounded print is
drawn by outlining 黑体 with round joins (`layouts`); the others may lie in the folder that
GOUJI_CORPUS_FONTS names, and are asked for by `--font` with any family `families` lists.
"""

import functools
import os
import struct
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pymupdf
import typst

_FOLDER = "GOUJI_CORPUS_FONTS"
_WHEELS = ("pylopdf_fonts_zh_cn", "fontpkg_arimo")


@functools.cache
def fonts() -> typst.Fonts:
    """Gather the fonts once a process."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[*_folders(), str(fallback_font().parent)],
    )


def families() -> list[str]:
    """List the families a text can be set in."""
    return sorted(fonts().families())


def _folders() -> list[str]:
    found = [find_spec(name) for name in _WHEELS]
    folders = [each for spec in found if spec for each in spec.submodule_search_locations or ()]
    return [*folders, *filter(None, [os.environ.get(_FOLDER)])]


@functools.cache
def fallback_font() -> Path:
    """Unpack the font PyMuPDF carries, which typst can only read from a file."""
    folder = Path(tempfile.gettempdir()) / f"gouji-corpus-fonts-{pymupdf.__version__}-{os.getuid()}"
    font = folder / "DroidSansFallback.ttf"
    if not font.exists():
        folder.mkdir(exist_ok=True)
        handle, part = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(_named(pymupdf.Font("cjk").buffer, "Droid Sans Fallback"))
        Path(part).replace(font)
    return font


def _named(font: bytes, family: str) -> bytes:
    """Return a TrueType font with a complete name table: typst skips fonts without all four names.

    Layout of the name table: OpenType specification, chapter “name”.
    """
    names = {1: family, 2: "Regular", 4: family, 6: family.replace(" ", "")}
    records, texts = b"", b""
    for name_id, name in names.items():
        text = name.encode("utf-16-be")
        records += struct.pack(">6H", 3, 1, 0x409, name_id, len(text), len(texts))
        texts += text
    table = struct.pack(">3H", 0, len(names), 6 + len(records)) + records + texts
    out = bytearray(font) + b"\0" * (-len(font) % 4)
    (count,) = struct.unpack_from(">H", out, 4)
    entry = next(at for at in range(12, 12 + 16 * count, 16) if out[at : at + 4] == b"name")
    struct.pack_into(">2I", out, entry + 8, len(out), len(table))
    return bytes(out + table)
