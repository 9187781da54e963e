"""Lines of words, skimmed; what a skimming cannot be trusted with is read again at full width.

Words are skimmed at a share of their width, which costs that share of the time and hardly an error
a thousand characters (docs/decisions/0018). Digits are narrower than words, so that doubled ones
run together: each run of them is cut out with its neighbours and read in full.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from workers.pipeline.read.recognition import Gray, LineReading, Recogniser

_DIGITS = re.compile(r"[0-9０-９][0-9０-９.,，．]*(?<![.,，．])")
_NUMBER_LIKE = re.compile(r"[0-9０-９OoIl|〇○]")
_BESIDE = 1.6
"""Characters taken along on each side of a run of digits, so that its ends stay whole."""
_MOST = 0.6
"""Share of a line in runs of digits from which the whole line is read in full."""
_DOUBTFUL = 0.9
"""Mean score of a skimmed line below which it is read in full."""


@dataclass(frozen=True, kw_only=True)
class _Run:
    """Characters `first` to `last` (not included) of a skimmed line: a run of digits, cut out."""

    first: int
    last: int
    crop: Gray


def read_words(lines: Sequence[Gray], recogniser: Recogniser) -> list[LineReading]:
    """Read lines of words with the numbers in them."""
    return [
        _with_numbers(line, reading, recogniser)
        for line, reading in zip(lines, recogniser.skim(lines), strict=True)
    ]


def _with_numbers(line: Gray, reading: LineReading, recogniser: Recogniser) -> LineReading:
    if reading.confidence < _DOUBTFUL:
        return recogniser.read([line])[0]
    runs = list(_runs(line, reading))
    if not runs:
        return reading
    if sum(run.crop.shape[1] for run in runs) > _MOST * line.shape[1]:
        return recogniser.read([line])[0]
    text = reading.text
    for run, found in reversed(
        list(zip(runs, recogniser.read([run.crop for run in runs]), strict=True))
    ):
        digits = _between(found.text, text[: run.first][-1:], text[run.last :][:1])
        if digits is None:
            return recogniser.read([line])[0]
        text = text[: run.first] + digits + text[run.last :]
    return replace(reading, text=text, centres=())


def _runs(line: Gray, reading: LineReading) -> Iterator[_Run]:
    """Cut each run of digits out of a line, a character to either side included."""
    height, width = line.shape
    beside = _BESIDE * height
    for match in _DIGITS.finditer(reading.text):
        first, last = match.span()
        left = reading.centres[first] * width - beside
        right = reading.centres[last - 1] * width + beside
        crop = line[:, max(0, round(left)) : min(width, round(right))]
        yield _Run(first=first, last=last, crop=crop)


def _between(text: str, before: str, after: str) -> str | None:
    """Return the digits of a cut-out's reading; None unless they stand between the neighbours."""
    pattern = f"{re.escape(before)}({_DIGITS.pattern}){re.escape(after)}"
    found = re.findall(pattern, text)
    return found[0] if len(found) == 1 else None
