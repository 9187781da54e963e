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

_Beams = dict[str, tuple[float, float]]
"""Strings with their scores: ending in a blank, ending in their last digit."""

BEAM = 24
KEPT = 5
_FLOOR = 1e-5
_LEAST = 0.01
"""Least share of a number in a second reader's opinion."""
DOTTED_ZEROS = {"日": "0", "θ": "0"}
"""Letters that dotted and slashed zeros read as."""
_SPELT_LIKE = str.maketrans("OoО〇○lI", "0000011")
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
    """Return score by string."""
    beams: _Beams = {"": (1.0, 0.0)}
    for step in steps.tolist():
        blank, likely = step[0], _likely(step)
        if not likely:
            beams = {text: ((a + b) * blank, 0.0) for text, (a, b) in beams.items()}
            continue
        if len(beams) > 1:
            beams = _best(beams)
        beams = _extended(beams, blank, likely)
    return {text: a + b for text, (a, b) in beams.items()}


def _best(beams: _Beams) -> _Beams:
    """Return the beams worth following, the best first."""
    scores = {text: a + b for text, (a, b) in beams.items()}
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)[:BEAM]
    least = _NEGLIGIBLE * scores[ranked[0]]
    return {text: beams[text] for text in ranked if scores[text] >= least}


def _likely(step: list[float]) -> list[tuple[str, float]]:
    """Return the digits a step may be; shares that cannot show in a result are left out."""
    least = max(1e-9, _NEGLIGIBLE * max(step))
    return [(DIGITS[at], share) for at, share in enumerate(step[1:]) if share >= least]


def _extended(beams: _Beams, blank: float, likely: list[tuple[str, float]]) -> _Beams:
    """Carry beams over one step."""
    ending_blank: dict[str, float] = {}
    ending_digit: dict[str, float] = {}
    for text, (a, b) in beams.items():
        whole = a + b
        ending_blank[text] = whole * blank
        ending_digit.setdefault(text, 0.0)
        last = text[-1:]
        for character, probability in likely:
            longer = text + character
            if character == last:
                ending_digit[text] += b * probability
                ending_digit[longer] = ending_digit.get(longer, 0.0) + a * probability
            else:
                ending_digit[longer] = ending_digit.get(longer, 0.0) + whole * probability
    return {text: (ending_blank.get(text, 0.0), b) for text, b in ending_digit.items()}


def agrees(text: str, number: str) -> bool:
    """Say whether a free reading spells a number; letters that look like digits count as them."""
    spelt = unicodedata.normalize("NFKC", text).replace(" ", "").rstrip(".")
    return spelt.translate(_SPELT_LIKE) == number


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
