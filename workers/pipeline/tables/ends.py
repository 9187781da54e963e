"""Ends of lines across → the sides that they make, for tables that have no lines down.

Rules that end one below the other end at a side of their table; it leans and bends as a line down
there would.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask
from workers.pipeline.tables.waves import Samples

_SLOPE, _ASIDE, _NEXT = 0.12, 0.5, 12.0
"""Slope at which a side leans at most, letters by which an end may lie beside it, and letters down
to the next rule that ends at it."""
_FEWEST = 4
"""Rules that make a side."""
_TIP_PX = 6
"""Pixels of a rule at whose height its end lies."""

Points = NDArray[np.float64]


def sides_of(across: Mask, shortest: float, letter: float) -> Samples:
    """Return the sides that the ends of rules of at least `shortest` pixels make.

    They are samples of lines down: `along` is down the image and `place` across, from its middle.
    """
    height, width = across.shape
    chains = [chain for ends in _ends(across, shortest) for chain in _chains(ends, letter)]
    points = np.concatenate([np.zeros((0, 2)), *chains])
    return Samples(
        along=points[:, 1] - height / 2,
        place=points[:, 0] - width / 2,
        line=np.repeat(np.arange(len(chains)), [len(chain) for chain in chains]).astype(np.int64),
    )


def _ends(across: Mask, shortest: float) -> tuple[Points, Points]:
    """Return the left and the right ends (x, y) of rules, from top to bottom."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(across, connectivity=8)
    left: list[tuple[float, float]] = []
    right: list[tuple[float, float]] = []
    for at in range(1, len(stats)):
        x, y, wide, high, _ = stats[at].tolist()
        if wide >= shortest and high <= wide / 4:
            own = labels[y : y + high, x : x + wide] == at
            left.append((x, y + _height(own[:, :_TIP_PX])))
            right.append((x + wide - 1, y + _height(own[:, -_TIP_PX:])))
    both = (np.array(sorted(ends, key=lambda end: end[1])).reshape(-1, 2) for ends in (left, right))
    first, last = both
    return first, last


def _height(tip: NDArray[np.bool_]) -> float:
    return float(np.nonzero(tip)[0].mean())


def _chains(ends: Points, letter: float) -> list[Points]:
    """Put ends one below the other into sides."""
    chains: list[list[tuple[float, float]]] = []
    for x, y in ends.tolist():
        near = [(_astray(chain[-1], x, y, letter), chain) for chain in chains]
        off, nearest = min(near, key=lambda pair: pair[0], default=(np.inf, []))
        if off <= 1:
            nearest.append((x, y))
        else:
            chains.append([(x, y)])
    return [np.array(chain) for chain in chains if len(chain) >= _FEWEST]


def _astray(above: tuple[float, float], x: float, y: float, letter: float) -> float:
    """Return how far an end lies from the side that the one above it is on; up to 1 it is on it."""
    down = y - above[1]
    reach = _ASIDE * letter + _SLOPE * down
    return abs(x - above[0]) / reach if down <= _NEXT * letter else np.inf
