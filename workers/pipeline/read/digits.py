"""Steps of digit probabilities → the digit strings they may spell, each with its exact score.

Prefix search over a CTC output (Graves et al. 2006): the score of a string is the sum over all
alignments that collapse to it.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from schemas.table import Candidate
from workers.pipeline.read.recognition import DIGITS

BEAM = 24
KEPT = 5
_FLOOR = 1e-5


def candidates(steps: NDArray[np.float32]) -> tuple[Candidate, ...]:
    """Return the likeliest digit strings of steps × (blank + DIGITS), best first.

    Probabilities are shares among all digit strings: a glyph that is no digit at all shows as a
    low `mass`, not here.
    """
    scores = _search(steps.astype(np.float64))
    scores.pop("", None)
    total = sum(scores.values())
    if total <= 0.0:
        return ()
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:KEPT]
    return tuple(
        Candidate(text=text, probability=round(min(1.0, score / total), 6))
        for text, score in ranked
        if score / total >= _FLOOR
    )


def mass(steps: NDArray[np.float32]) -> float:
    """Return how much of the probability fell on digits, the point and blank: lowest step."""
    return float(np.clip(steps.sum(axis=1).min(), 0.0, 1.0)) if steps.size else 0.0


def _search(steps: NDArray[np.float64]) -> dict[str, float]:
    """Return score by string; each beam carries (ending in blank, ending in its last digit)."""
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    for step in steps:
        following: dict[str, list[float]] = {}
        best = sorted(beams.items(), key=lambda item: -sum(item[1]))[:BEAM]
        for text, (blank, digit) in best:
            _extend(following, text, blank, digit, step)
        beams = {text: (pair[0], pair[1]) for text, pair in following.items()}
    return {text: blank + digit for text, (blank, digit) in beams.items()}


def _extend(
    following: dict[str, list[float]],
    text: str,
    blank: float,
    digit: float,
    step: NDArray[np.float64],
) -> None:
    both = blank + digit
    following.setdefault(text, [0.0, 0.0])[0] += both * step[0]
    for at, character in enumerate(DIGITS, start=1):
        probability = float(step[at])
        if probability < 1e-9:
            continue
        if text.endswith(character):
            following.setdefault(text, [0.0, 0.0])[1] += digit * probability
            following.setdefault(text + character, [0.0, 0.0])[1] += blank * probability
        else:
            following.setdefault(text + character, [0.0, 0.0])[1] += both * probability


def agreement(candidate: str, blobs: int) -> bool:
    """Say whether a string can be that many glyphs side by side: digits may touch, not vanish."""
    return len(candidate) >= blobs


def by_text(found: tuple[Candidate, ...]) -> Mapping[str, float]:
    """Return probability by string."""
    return {candidate.text: candidate.probability for candidate in found}
