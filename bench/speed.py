"""Seconds a page of gouji and of stock PaddleOCR: same models, same pages, same run, one thread.

Each reader runs in a process of its own, so that its memory is its own. Pages are handed over as
pixels, so rendering is nobody's time. Page by page the two take turns in order, and the ratio is
of the sums: the machine's moods fall on both.
"""

import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from workers.engines.inspect import Limits, inspect
from workers.engines.render import open_document, render
from workers.pipeline.read.scan import read_scan

MAX_PAGES = 24
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Reader = Callable[[Any], int]
"""Pixels → how many tables were found (0 for a reader that knows none)."""


@dataclass
class Total:
    """Sums over pages of one reader."""

    pages: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0


def run(paths: Sequence[Path], *, as_json: bool) -> None:
    pages = _scanned_pages(paths)
    totals: dict[str, dict[str, Total]] = {}
    memory: dict[str, float] = {}
    ends = {name: _start(name) for name in ("gouji", "paddleocr")}
    for pixels in pages:
        ends["gouji"].send(pixels)
        wall, cpu, tables = ends["gouji"].recv()
        kind = "form pages" if tables else "text pages"
        _add(totals, "gouji", kind, wall, cpu)
        ends["paddleocr"].send(pixels)
        wall, cpu, _ = ends["paddleocr"].recv()
        _add(totals, "paddleocr", kind, wall, cpu)
    for name, end in ends.items():
        end.send(None)
        memory[name] = end.recv()
    _print(totals, memory, as_json=as_json)


def _scanned_pages(paths: Sequence[Path]) -> list[np.ndarray]:
    """Render the pages of all scans, an even choice of at most MAX_PAGES."""
    pages = []
    for path in paths:
        content = path.read_bytes()
        found = inspect(content, path.name, Limits())
        if getattr(found, "kind", None) in ("scan", "image"):
            with open_document(content) as document:
                pages += [render(page) for page in document]
    step = max(1, -(-len(pages) // MAX_PAGES))
    return pages[::step]


def _start(name: str) -> Connection:
    for variable in _THREADS:
        os.environ[variable] = "1"
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    context.Process(target=_serve, args=(name, there), daemon=True).start()
    here.recv()
    return here


def _serve(name: str, end: Connection) -> None:
    cv2.setNumThreads(1)
    read = _gouji() if name == "gouji" else _paddleocr()
    read(np.full((1200, 850, 3), 255, np.uint8))  # warm up
    end.send("ready")
    while (pixels := end.recv()) is not None:
        wall, cpu = time.perf_counter(), time.process_time()
        tables = read(pixels)
        end.send((time.perf_counter() - wall, time.process_time() - cpu, tables))
    end.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _gouji() -> Reader:
    from workers.engines.recognise import build_engines

    recogniser = build_engines().recogniser
    return lambda pixels: len(read_scan(pixels, 1, recogniser).page.tables)


def _paddleocr() -> Reader:
    """Return PaddleOCR's own pipeline with its defaults, on the same weights and runtime."""
    from paddleocr import PaddleOCR

    from workers.engines.models import DETECTION, RECOGNITION, lay_out

    root = Path(tempfile.mkdtemp(prefix="gouji-bench-models-"))
    pipeline = PaddleOCR(
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": 1},
        text_detection_model_name=DETECTION.name,
        text_detection_model_dir=str(lay_out(DETECTION, root)),
        text_recognition_model_name=RECOGNITION.name,
        text_recognition_model_dir=str(lay_out(RECOGNITION, root)),
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
    )

    def read(pixels: Any) -> int:
        pipeline.predict(pixels)
        return 0

    return read


def _add(
    totals: dict[str, dict[str, Total]], name: str, kind: str, wall: float, cpu: float
) -> None:
    for key in (kind, "all pages"):
        total = totals.setdefault(name, {}).setdefault(key, Total())
        total.pages += 1
        total.wall_s += wall
        total.cpu_s += cpu


def _print(totals: dict[str, dict[str, Total]], memory: dict[str, float], *, as_json: bool) -> None:
    if as_json:
        figures = {
            name: {kind: asdict(total) for kind, total in kinds.items()}
            for name, kinds in totals.items()
        }
        print(json.dumps({"speed": figures, "peak_mb": memory}))
        return
    print("\nSeconds a page, one thread each (stock PaddleOCR: same weights, same pages, this run)")
    print(f"{'':12s}{'pages':>6s}{'gouji s':>10s}{'stock s':>10s}{'wall':>8s}{'CPU':>8s}")
    for kind, own in sorted(totals["gouji"].items()):
        stock = totals["paddleocr"][kind]
        print(
            f"{kind:12s}{own.pages:6d}{own.wall_s / own.pages:10.2f}"
            f"{stock.wall_s / own.pages:10.2f}"
            f"{own.wall_s / stock.wall_s:8.2f}{own.cpu_s / stock.cpu_s:8.2f}"
        )
    print("Last two columns: gouji's share of stock PaddleOCR's wall and CPU seconds.")
    print(", ".join(f"peak memory {name} {size:.0f} MB" for name, size in memory.items()))
