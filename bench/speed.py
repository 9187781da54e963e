"""Seconds a page of gouji beside stock PaddleOCR and RapidOCR: same pages, one thread each.

Pages are handed over as pixels, so rendering is nobody's time. Page by page the readers take turns,
and the ratio is of the sums: the machine's moods fall on all. Then where gouji's time goes, by
stage, and the memory of one reading process over many documents.
"""

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench.clocks import Stage, clocks, print_stages
from workers.engines.inspect import Limits, inspect
from workers.engines.recognise import PaddleRecogniser, build_engines
from workers.engines.render import open_document, render
from workers.pipeline.read import cells, prose, scan

MAX_PAGES = 24
STAGES: Sequence[Stage] = (
    (PaddleRecogniser, "read", "recognise numbers and doubtful words"),
    (PaddleRecogniser, "reread", "second reader"),
    (PaddleRecogniser, "skim", "recognise words"),
    (PaddleRecogniser, "find", "detect lines"),
    (scan, "flatten", "clean paper"),
    (scan, "coloured", "clean paper"),
    (scan, "attitude", "orientation and skew"),
    (scan, "stand", "turn upright"),
    (scan, "find_rulings", "rulings"),
    (scan, "find_regions", "rulings"),
    (scan, "straighten", "straighten tables"),
    (scan, "build_grid", "grid and form"),
    (scan, "find_loose", "tables without rulings"),
    (scan, "ink_of", "ink of cells"),
    (cells, "read_once", "compare glyphs"),
    (prose, "level_lines", "lines of text"),
)


def add_options(parser: ArgumentParser) -> None:
    """Add the options of this measurement."""
    own = parser.add_argument_group("speed")
    own.add_argument(
        "--rapidocr",
        metavar="PYTHON",
        help="interpreter of an environment with rapidocr and onnxruntime, to measure it beside",
    )


@dataclass
class Total:
    """Sums over pages of one reader."""

    pages: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0


@dataclass
class Figures:
    """What was measured: totals by reader and kind of page, peak memory by reader in MB."""

    totals: dict[str, dict[str, Total]] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)

    def add(self, reader: str, kind: str, spent: dict[str, Any]) -> None:
        """Add one page of a kind to a reader's totals."""
        for key in (kind, "all pages"):
            total = self.totals.setdefault(reader, {}).setdefault(key, Total())
            total.pages += 1
            total.wall_s += spent["wall"]
            total.cpu_s += spent["cpu"]


def run(paths: Sequence[Path], chosen: Namespace) -> None:
    """Measure all readers on the scanned pages of `paths`."""
    pages = _scanned_pages(paths)
    with tempfile.TemporaryDirectory(prefix="gouji-bench-pages-") as folder:
        figures = _measure(_stored(pages, Path(folder)), chosen)
    spent = _stages(pages)
    if chosen.json:
        print(json.dumps({"speed": asdict(figures), "seconds_by_stage": spent}))
        return
    _print(figures)
    print(f"\nWhere gouji's time goes, CPU, over {len(pages)} pages")
    print_stages(spent, len(pages), "page")


def _scanned_pages(paths: Sequence[Path]) -> list[np.ndarray]:
    """Render the pages of all scans, an even choice of at most MAX_PAGES."""
    pages = []
    for path in paths:
        content = path.read_bytes()
        found = inspect(content, path.name, Limits())
        if getattr(found, "kind", None) in ("scan", "image"):
            with open_document(content) as document:
                pages += [render(page) for page in document]
    if not pages:
        raise SystemExit("No document given is a scan: give scanned PDFs or images.")
    step = max(1, -(-len(pages) // MAX_PAGES))
    return pages[::step]


def _stored(pages: Sequence[np.ndarray], folder: Path) -> list[Path]:
    paths = []
    for at, page in enumerate(pages):
        paths.append(folder / f"{at:03d}.npy")
        np.save(paths[-1], page)
    return paths


def _measure(pages: Sequence[Path], chosen: Namespace) -> Figures:
    interpreters = {"gouji": sys.executable, "paddleocr": sys.executable}
    if chosen.rapidocr:
        interpreters["rapidocr"] = chosen.rapidocr
    readers = {name: _Reader(python, name) for name, python in interpreters.items()}
    figures = Figures()
    for at, page in enumerate(pages, start=1):
        spent = {name: reader.ask(str(page)) for name, reader in readers.items()}
        kind = "form pages" if spent["gouji"]["tables"] else "text pages"
        for name in readers:
            figures.add(name, kind, spent[name])
        print(f"\r{at} of {len(pages)} pages", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for name, reader in readers.items():
        figures.peak_mb[name] = reader.ask("")["peak_mb"]
    return figures


class _Reader:
    """A reader's process; see `bench.readers`."""

    def __init__(self, python: str, name: str) -> None:
        script = Path(__file__).with_name("readers.py")
        path = str(script.parent.parent) if python == sys.executable else ""
        self._process = subprocess.Popen(
            [python, str(script), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        if self._answer().strip() != "ready":
            raise SystemExit(f"{name} did not start: run {python} {script} {name} to see why.")

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def ask(self, line: str) -> dict[str, Any]:
        """Send one line and return the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._answer())
        return answer


def _stages(pages: Sequence[np.ndarray]) -> Counter[str]:
    """Read the pages once more with a clock at each stage."""
    cv2.setNumThreads(1)
    recogniser = build_engines().recogniser
    scan.read_scan(pages[0], 1, recogniser)
    spent: Counter[str] = Counter()
    with clocks([*STAGES, (scan, "read_scan", "everything else")], spent):
        for page in pages:
            scan.read_scan(page, 1, recogniser)
    return spent


def _print(figures: Figures) -> None:
    print("\nSeconds a page, one thread each, same pages, this run (paddleocr, rapidocr: defaults)")
    print(
        f"{'':12s}{'reader':12s}{'pages':>6s}{'CPU s':>8s}{'wall s':>8s}{'pages/s':>9s}"
        f"{'gouji CPU':>11s}{'wall':>7s}"
    )
    for kind in sorted(figures.totals["gouji"]):
        own = figures.totals["gouji"][kind]
        for name, kinds in figures.totals.items():
            total = kinds[kind]
            print(
                f"{kind:12s}{name:12s}{total.pages:6d}{total.cpu_s / total.pages:8.2f}"
                f"{total.wall_s / total.pages:8.2f}{total.pages / total.wall_s:9.2f}"
                f"{'1/' + format(total.cpu_s / own.cpu_s, '.1f'):>11s}"
                f"{'1/' + format(total.wall_s / own.wall_s, '.1f'):>7s}"
            )
    print("Last two columns: gouji's share of the reader's CPU and wall seconds.")
    peaks = (f"{name} {size:.0f} MB" for name, size in figures.peak_mb.items())
    print("Peak memory: " + ", ".join(peaks))
