"""Steps of digit probabilities → the digit strings they may spell, each with its exact score.

Prefix search over a CTC output (Graves et al. 2006): the score of a string is the sum over all
alignments that collapse to it.
"""

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from schemas.table import Candidate
from workers.pipeline.read.recognition import DIGITS

BEAM = 24
KEPT = 5
_FLOOR = 1e-5
_LEAST = 0.01
"""Least share of a number in a second reader's opinion."""
_LOOKALIKES = str.maketrans("OoО〇○lI", "0000011")
_CERTAIN = 1e-7
"""Share of each step up to which all but its likeliest character together cannot matter."""
_NEGLIGIBLE = 1e-7
"""Share of a step's likeliest character below which a digit is not followed."""


def candidates(steps: NDArray[np.float32]) -> tuple[Candidate, ...]:
    """Return the likeliest digit strings of steps × (blank + DIGITS), best first.

    Probabilities are shares among all digit strings: a glyph that is no digit at all shows as a
    low `mass`, not here.
    """
    return _ranked(steps.astype(np.float32).tobytes())


@lru_cache(maxsize=256)
def _ranked(content: bytes) -> tuple[Candidate, ...]:
    """Rank the strings of steps given as bytes: prints of one glyph share a reading."""
    steps = np.frombuffer(content, np.float32).reshape(-1, len(DIGITS) + 1)
    sure = _sure(steps)
    if sure:
        return (Candidate(text=sure, probability=1.0),)
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


def _sure(steps: NDArray[np.float32]) -> str:
    """Return the one string that no step leaves a doubt of; else nothing."""
    best = steps.argmax(axis=1)
    if (steps[np.arange(best.size), best] < (1.0 - _CERTAIN) * steps.sum(axis=1)).any():
        return ""
    kept = best[(best != 0) & np.concatenate(([True], best[1:] != best[:-1]))]
    return "".join(DIGITS[at - 1] for at in kept)


def mass(steps: NDArray[np.float32]) -> float:
    """Return how much of the probability fell on digits, the point and blank: lowest step."""
    return float(np.clip(steps.sum(axis=1).min(), 0.0, 1.0)) if steps.size else 0.0


def _search(steps: NDArray[np.float64]) -> dict[str, float]:
    """Return score by string; each beam carries (ending in blank, ending in its last digit)."""
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    for step in steps:
        blank, likely = float(step[0]), _likely(step)
        if not likely:
            beams = {text: (sum(pair) * blank, 0.0) for text, pair in beams.items()}
            continue
        following: dict[str, list[float]] = {}
        for text, pair in _best(beams):
            _extend(following, text, pair, blank, likely)
        beams = {text: (pair[0], pair[1]) for text, pair in following.items()}
    return {text: sum(pair) for text, pair in beams.items()}


def _best(beams: dict[str, tuple[float, float]]) -> list[tuple[str, tuple[float, float]]]:
    """Return the beams worth following."""
    ranked = sorted(beams.items(), key=lambda item: -sum(item[1]))[:BEAM]
    least = _NEGLIGIBLE * sum(ranked[0][1])
    return [item for item in ranked if sum(item[1]) >= least]


def _likely(step: NDArray[np.float64]) -> list[tuple[str, float]]:
    """Return the digits a step may be; shares that cannot show in a result are left out."""
    least = max(1e-9, _NEGLIGIBLE * float(step.max()))
    return [(DIGITS[at], float(step[at + 1])) for at in np.flatnonzero(step[1:] >= least)]


def _extend(
    following: dict[str, list[float]],
    text: str,
    pair: tuple[float, float],
    blank: float,
    likely: list[tuple[str, float]],
) -> None:
    """Carry a beam over one step."""
    both = pair[0] + pair[1]
    following.setdefault(text, [0.0, 0.0])[0] += both * blank
    for character, probability in likely:
        if text.endswith(character):
            following.setdefault(text, [0.0, 0.0])[1] += pair[1] * probability
            following.setdefault(text + character, [0.0, 0.0])[1] += pair[0] * probability
        else:
            following.setdefault(text + character, [0.0, 0.0])[1] += both * probability


def agrees(text: str, number: str) -> bool:
    """Say whether a free reading spells a number; letters that look like digits count as them."""
    spelt = unicodedata.normalize("NFKC", text).replace(" ", "").rstrip(".")
    return spelt.translate(_LOOKALIKES) == number


def both(first: tuple[Candidate, ...], second: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Weigh the first reader's numbers by the second's, which can cast doubt and never allay it.

    Both look at the same damaged print and are misled alike: what they agree on is no surer for
    it (docs/decisions/0002). Alone the second cannot bring in a number; one that it never saw may
    be right all the same: its share counts as _LEAST.
    """
    shares = {candidate.text: candidate.probability for candidate in second}
    weighed = {c.text: c.probability * max(shares.get(c.text, 0.0), _LEAST) for c in first}
    total = sum(weighed.values())
    if not total or weighed[first[0].text] / total >= first[0].probability:
        return first
    return tuple(
        Candidate(text=text, probability=round(min(1.0, weight / total), 6))
        for text, weight in sorted(weighed.items(), key=lambda item: (-item[1], item[0]))
        if weight / total >= _FLOOR
    )
