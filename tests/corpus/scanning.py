"""Turn a PDF into scans: rasterise, degrade by a named profile, write image-only files."""

import hashlib
import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymupdf
from PIL import Image as Pillow

from tests.corpus import degradations, marks
from tests.corpus.marks import Image

Degrade = Callable[[Image, np.random.Generator, float], Image]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A way of scanning: resolution, what befalls the page in order, and how it is stored."""

    dpi: int
    steps: tuple[tuple[Degrade, float], ...] = ()
    quality: int = 75  # of the JPEG; 0 stores black and white only (CCITT group 4)
    hides: tuple[Degrade, ...] = (marks.pen,)  # which steps leave print unreadable beneath them
    usual: bool = False  # what offices hand in, at 150 dpi or more


@dataclass(frozen=True, kw_only=True)
class Scan:
    """The pages of a scan: each height × width × 3, RGB, 8 bit."""

    pages: tuple[Image, ...]
    profile: Profile
    covered: tuple[str, ...] = ()  # cells on whose print an opaque stroke lies


_OFFICE = (degradations.office, 0.5)

PROFILES: dict[str, Profile] = {
    "clean": Profile(usual=True, dpi=200, quality=92),
    "fine": Profile(usual=True, dpi=300, steps=((degradations.office, 0.3),), quality=80),
    "office": Profile(usual=True, dpi=150, steps=(_OFFICE,)),
    "skew": Profile(usual=True, dpi=200, steps=((degradations.skew, 0.4), _OFFICE)),
    "steep": Profile(dpi=200, steps=((degradations.skew, 1.0), _OFFICE)),
    "upside": Profile(usual=True, dpi=150, steps=(_OFFICE, (degradations.upside, 1.0))),
    "side": Profile(usual=True, dpi=150, steps=(_OFFICE, (degradations.side, 0.0))),
    "side_right": Profile(usual=True, dpi=150, steps=(_OFFICE, (degradations.side, 1.0))),
    "fax": Profile(
        usual=True, dpi=200, steps=((degradations.skew, 0.1), (degradations.fax, 0.8)), quality=0
    ),
    "stamp": Profile(usual=True, dpi=150, steps=((marks.stamp, 0.8), _OFFICE)),
    "low": Profile(dpi=110, steps=(_OFFICE,), quality=75),
    "photo": Profile(usual=True, dpi=180, steps=((degradations.photo, 0.8),), quality=80),
    "faint": Profile(dpi=150, steps=((degradations.faint, 0.9), _OFFICE)),
    "bleed": Profile(dpi=150, steps=((marks.bleed, 0.7), _OFFICE)),
    "pen": Profile(dpi=150, steps=((marks.pen, 0.7), _OFFICE)),
    "broken": Profile(usual=True, dpi=150, steps=((marks.broken_rules, 0.6), _OFFICE)),
    "jpeg": Profile(dpi=150, steps=(_OFFICE, (degradations.jpeg, 0.9)), quality=60),
    "copy": Profile(
        dpi=150,
        steps=((degradations.copy, 0.4), (degradations.skew, 0.1), (degradations.copy, 0.6)),
    ),
    "edge": Profile(dpi=150, steps=((degradations.lid_open, 0.8),)),
    "curl": Profile(
        dpi=180, steps=((degradations.curl, 0.8), (degradations.photo, 0.4)), quality=80
    ),
    "coarse": Profile(dpi=100, steps=((degradations.office, 0.4),), quality=85),
    "bilevel": Profile(dpi=200, steps=(_OFFICE, (degradations.bilevel, 0.5)), quality=0),
    "bilevel_fine": Profile(
        dpi=300, steps=((degradations.office, 0.3), (degradations.bilevel, 0.6)), quality=0
    ),
    "copies": Profile(dpi=200, steps=((degradations.copies, 0.25),)),
    "dim": Profile(dpi=150, steps=((degradations.dim, 0.8),)),
    "tilt": Profile(dpi=180, steps=((degradations.tilt, 0.9), _OFFICE), quality=80),
    "bend": Profile(dpi=150, steps=((degradations.curl, 1.0), _OFFICE)),
    "seals": Profile(dpi=150, steps=((marks.seals, 1.0), _OFFICE)),
    "lost": Profile(dpi=150, steps=((marks.lost_rules, 0.8), _OFFICE)),
    "desk": Profile(  # sealed, ticked off, then photographed
        dpi=200,
        steps=((marks.stamp, 0.7), (marks.pen, 0.3), (degradations.photo, 0.5)),
        quality=80,
    ),
    "binder": Profile(  # both sides printed, copied from a binder, scanned askew
        dpi=200,
        steps=(
            (marks.bleed, 0.5),
            (degradations.copy, 0.4),
            (degradations.curl, 0.5),
            (degradations.skew, 0.3),
        ),
    ),
    "forwarded": Profile(  # sealed, faxed, and the fax scanned
        dpi=200,
        steps=((marks.stamp, 0.6), (degradations.fax, 0.5), (degradations.office, 0.8)),
        hides=(marks.stamp,),  # black after the fax
    ),
    "rough": Profile(
        dpi=130,
        steps=(
            (marks.broken_rules, 0.3),
            (marks.stamp, 0.6),
            (degradations.faint, 0.4),
            (degradations.skew, 0.3),
            (degradations.jpeg, 0.6),
        ),
        quality=70,
    ),
}
"""The named profiles; `fine` is the largest, `low` the smallest."""


Boxes = Mapping[str, tuple[int, tuple[float, float, float, float]]]
"""Where cells are printed, by JSON pointer: page from 0; left, top, right, bottom in points."""


def scan(pdf: bytes, name: str, seed: int, boxes: Boxes | None = None) -> Scan:
    """Scan a document by a profile of PROFILES; the same seed gives the same pages.

    With the boxes of its cells, those are listed whose print is hidden in part.
    """
    profile = PROFILES[name]
    digest = hashlib.sha256(f"{name}/{seed}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    pages, covered = [], []
    for number, page in enumerate(rasterise(pdf, profile.dpi)):
        here = {p: box for p, (on, box) in (boxes or {}).items() if on == number}
        for step, strength in profile.steps:
            before, page = page, step(page, rng, strength)
            if step in profile.hides:
                covered += [p for p, box in here.items() if _hidden(before, page, box, profile.dpi)]
        pages.append(page)
    return Scan(pages=tuple(pages), profile=profile, covered=tuple(covered))


def _hidden(before: Image, after: Image, box: tuple[float, ...], dpi: int) -> bool:
    """Tell whether a stroke lies on a twelfth of the ink in a box, or on a sixth of the box.

    The page must not have been moved yet: profiles mark the paper first.
    """
    left, top, right, bottom = (round(each * dpi / 72) for each in box)
    place = (slice(max(0, top - 1), bottom + 2), slice(max(0, left - 1), right + 2))
    ink = before[place].min(axis=2) < 160
    drawn = (before[place] != after[place]).any(axis=2)
    on_ink = bool(ink.any()) and float((ink & drawn).sum()) > ink.sum() / 12
    return on_ink or float(drawn.mean()) > 1 / 6


def rasterise(pdf: bytes, dpi: int) -> list[Image]:
    """Render every page at a resolution."""
    with pymupdf.open(stream=pdf) as document:
        pictures = [page.get_pixmap(dpi=dpi) for page in document]
    return [
        np.frombuffer(each.samples, np.uint8).reshape(each.height, each.width, 3).copy()
        for each in pictures
    ]


def degrade(page: Image, profile: Profile, rng: np.random.Generator) -> Image:
    """Apply the steps of a profile to one page."""
    for step, strength in profile.steps:
        page = step(page, rng, strength)
    return page


def encode(scanned: Scan, suffix: str = ".pdf") -> bytes:
    """Encode all pages as one `.pdf` (images only) or `.tif`."""
    first, *rest = (_picture(page, scanned.profile) for page in scanned.pages)
    out = io.BytesIO()
    dpi, bilevel = scanned.profile.dpi, not scanned.profile.quality
    if suffix == ".pdf":
        epoch = time.gmtime(0)
        quality = {} if bilevel else {"quality": scanned.profile.quality}
        first.save(
            out, "PDF", save_all=True, append_images=rest, resolution=dpi,
            creationDate=epoch, modDate=epoch, **quality,
        )  # fmt: skip
    else:
        packing = "group4" if bilevel else "tiff_deflate"
        first.save(
            out, "TIFF", save_all=True, append_images=rest, dpi=(dpi, dpi), compression=packing
        )
    return out.getvalue()


def write(scanned: Scan, path: Path) -> list[Path]:
    """Write a scan in the format of the suffix: one PDF or TIFF, or one PNG or JPEG a page."""
    if path.suffix in {".pdf", ".tif"}:
        path.write_bytes(encode(scanned, path.suffix))
        return [path]
    paths = [path.with_stem(f"{path.stem}-{n}") for n in range(1, len(scanned.pages) + 1)]
    dpi = scanned.profile.dpi
    for each, page in zip(paths, scanned.pages, strict=True):
        _picture(page, scanned.profile).save(
            each, dpi=(dpi, dpi), quality=scanned.profile.quality or 85
        )
    return paths


def _picture(page: Image, profile: Profile) -> Pillow.Image:
    picture = Pillow.fromarray(page)
    return picture if profile.quality else picture.convert("1", dither=Pillow.Dither.NONE)
