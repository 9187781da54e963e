"""Make a whole sample by seed: a report, maybe a fault in it, a look, and its document."""

import random
from dataclasses import dataclass, replace

from tests.corpus.faults import FAULTS, NoRoomForFaultError, plant
from tests.corpus.layouts import LAYOUTS, Layout, draw_layout
from tests.corpus.reports import Report, Size, make_report, mark_zeros
from tests.corpus.setting import set_report

ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A report and the born-digital PDF that prints it."""

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
) -> Sample:
    """Make the sample of a seed; `any` draws the layout, and a fault in one report of three."""
    rng = random.Random(f"sample/{seed}")
    look = draw_layout(rng) if layout == ANY else LAYOUTS[layout]
    look = replace(look, text_font=font) if font else look
    report = _fault(make_report(seed, size), fault, rng)
    if look.mark is not None:
        report = mark_zeros(report, look.mark, rng, share=0.7)
    return Sample(
        name=f"report-{seed:04d}", report=report, layout=look, pdf=set_report(report, look)
    )


def _fault(report: Report, fault: str | None, rng: random.Random) -> Report:
    if fault != ANY:
        return plant(report, fault, rng) if fault else report
    if rng.random() > 1 / 3:
        return report
    for name in rng.sample(sorted(FAULTS), len(FAULTS)):
        try:
            return plant(report, name, rng)
        except NoRoomForFaultError:
            continue
    return report
