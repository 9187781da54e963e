"""One reader of pages in a process of its own, so that its memory is its own.

`python bench/readers.py NAME` reads paths of .npy pages (height × width × 3, blue-green-red) from
standard input and answers each with a line of JSON: wall and CPU seconds, tables found. An empty
line ends it; it answers with its peak memory. RapidOCR brings a second OpenCV beside PaddleOCR's:
it runs under another interpreter that has it, so nothing but numpy is imported before the reader.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
for variable in THREADS:
    os.environ.setdefault(variable, "1")

import numpy as np  # noqa: E402  # its threads are set above

Reader = Callable[[Any], int]
"""Pixels → how many tables were found (0 for a reader that knows none)."""


def gouji() -> Reader:
    """Return this program's reading of a scanned page."""
    import cv2

    from workers.engines.recognise import build_engines
    from workers.pipeline.read.scan import read_scan

    cv2.setNumThreads(1)
    recogniser = build_engines().recogniser
    return lambda pixels: len(read_scan(pixels, 1, recogniser).page.tables)


def paddleocr() -> Reader:
    """Return PaddleOCR's own pipeline with its defaults, on the same weights and runtime."""
    import tempfile
    from pathlib import Path

    import cv2
    from paddleocr import PaddleOCR

    from workers.engines.models import DETECTION, RECOGNITION, lay_out

    cv2.setNumThreads(1)
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


def rapidocr() -> Reader:
    """Return RapidOCR with its defaults: the same weights, from its own wheel."""
    import cv2
    from rapidocr import RapidOCR  # type: ignore[import-not-found]  # in another environment

    cv2.setNumThreads(1)
    engine = RapidOCR(
        params={
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def read(pixels: Any) -> int:
        engine(pixels, use_cls=False)
        return 0

    return read


READERS: dict[str, Callable[[], Reader]] = {
    "gouji": gouji,
    "paddleocr": paddleocr,
    "rapidocr": rapidocr,
}


def peak_mb() -> float:
    """Return this program's peak resident memory; `ru_maxrss` would carry over its parent's."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Answer page by page until an empty line."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    read = READERS[sys.argv[1]]()
    read(np.full((1200, 850, 3), 255, np.uint8))  # warm up
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        if not line.strip():
            break
        pixels = np.load(line.strip())
        wall, cpu = time.perf_counter(), time.process_time()
        tables = read(pixels)
        spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        print(json.dumps({**spent, "tables": tables}), file=answers, flush=True)
    print(json.dumps({"peak_mb": peak_mb()}), file=answers, flush=True)


if __name__ == "__main__":
    main()
