"""Column boundaries of a match moved to where the form's own edges are ruled.

Possible boundaries are chosen by all that seems ruled along the whole height: strokes of a column
of digits, with those of letters above and below, may outweigh the short ruling right beside them.
Once it is known between which rows the form has a boundary, the ruling tells itself from them: it
runs from line to line, also where no print is.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.tables.evidence import Floats
from workers.pipeline.tables.form_match import Match
from workers.pipeline.tables.sight import Sight, certainty, reaching

_ASIDE = 0.9
"""Letters to both sides within which a boundary may have been taken for its ruling."""
_BETTER = 0.25
"""Share of the form's edges that must be drawn more than at the boundary's own place."""
_DRAWN = 0.5
"""Share of the form's edges that must be drawn at all: digits in low rows nearly touch the lines
across."""
_BEST = 0.9
"""Share of the most that is drawn from which a place lies on the ruling."""


def settled(sight: Sight, match: Match) -> Sight:
    """Return a sight whose inner columns of the match lie where most of their edges are drawn."""
    bounds = sight.rows[list(match.chain.bounds)]
    there = match.pattern.beside[list(match.chain.rows), 1:-1]
    columns = sight.columns.copy()
    for at, on in zip(match.columns[1:-1].tolist(), there.T, strict=True):
        if on.any():
            columns[at] = _place(sight, columns[at], bounds, on)
    beside = sight.down.cover(columns, sight.rows)
    reach = reaching(sight.down.reach(columns, sight.rows), beside)
    return replace(sight, columns=columns, beside=beside, reaching=reach)


def _place(sight: Sight, own: float, bounds: Floats, on: NDArray[np.bool_]) -> float:
    """Return the middle of where the edges `on` a boundary are drawn, or its own place."""
    aside = round(_ASIDE * sight.letter)
    places = round(own) + np.arange(-aside, aside + 1, dtype=np.float64)
    drawn = certainty(sight.down.cover(places, bounds)) * sight.down.reach(places, bounds)
    shares = drawn[on].mean(axis=0)
    if shares.max() < max(_DRAWN, shares[aside] + _BETTER):
        return own
    best = np.flatnonzero(shares >= _BEST * shares.max())
    run = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    return float(places[max(run, key=len)].mean())
