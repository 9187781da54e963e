"""Make a whole sample by seed: a report, maybe a fault in it, a look, and its document."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import pymupdf

from tests.corpus.faults import FAULTS, NoRoomForFaultError, plant
from tests.corpus.form import Template
from tests.corpus.layouts import LAYOUTS, Layout, draw_layout
from tests.corpus.reports import OUTDATED, Report, Size, make_report, mark_zeros
from tests.corpus.setting import set_report

ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A report and the born-digital PDF that prints it."""

    seed: int
    name: str
    report: Report
    layout: Layout
    pdf: bytes


def make_sample(
    seed: int,
    *,
    layout: str = ANY,
    size: Size | None = None,
    fault: str | None = None,
    font: str | None = None,
    short: bool = False,
    template: Template = "2021",
) -> Sample:
    """Make the sample of a seed; `any` draws the layout, and a fault in one report of three.

    A fault asked for by name finds room: a report too small for it is made again as a county's.
    """
    rng = random.Random(f"sample/{seed}")
    look = draw_layout(rng) if layout == ANY else LAYOUTS[layout]
    look = replace(look, text_font=font) if font else look
    make = partial(make_report, seed, short=short, template=template)
    if fault == OUTDATED:
        report = make(size=size, outdated=True)
    else:
        report = _fault(make(size=size), fault, rng) or plant(make(size="county"), fault or "", rng)
    if look.mark is not None:
        report = mark_zeros(report, look.mark, rng, share=0.7)
    return Sample(
        seed=seed,
        name=f"report-{seed:04d}",
        report=report,
        layout=look,
        pdf=set_report(report, look),
    )


def joined(documents: Sequence[bytes]) -> bytes:
    """Return one PDF with the pages of several, as when reports are handed in stapled together."""
    with pymupdf.open() as whole:
        for content in documents:
            with pymupdf.open(stream=content) as document:
                whole.insert_pdf(document)
        return bytes(whole.tobytes(garbage=3, deflate=True, no_new_id=True))


def _fault(report: Report, fault: str | None, rng: random.Random) -> Report | None:
    """Plant a fault, or return nothing when a fault asked for by name has no room."""
    if not fault:
        return report
    if fault != ANY:
        try:
            return plant(report, fault, rng)
        except NoRoomForFaultError:
            return None
    if rng.random() > 1 / 3:
        return report
    for name in rng.sample(sorted(FAULTS), len(FAULTS)):
        try:
            return plant(report, name, rng)
        except NoRoomForFaultError:
            continue
    return report
