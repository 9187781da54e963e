"""What hangs together in a mask, pixels touching at corners too, for less than labels cost.

Labels, and counts by them, cost as much for an empty pixel as for a set one. Where only the boxes
of parts are asked for, outlines give them; where little is set, empty rows are left out.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask

Ints = NDArray[np.int64]


def sides(mask: Mask) -> NDArray[np.int32]:
    """Return the box of each part of a mask: left, top, width, height; in no order."""
    outlines, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return np.zeros((0, 4), np.int32)
    boxes = np.array([cv2.boundingRect(outline) for outline in outlines], np.int32)
    return boxes[tree[0, :, 3] < 0]  # the others are of holes


def filled_rows(mask: Mask) -> Ints:
    """Return the pairs of rows of a mask in which something is set, and one behind each run.

    What hangs together in these rows alone is what hangs together in the mask; labels go by pairs
    of rows, so that they number the parts alike.
    """
    filled = np.zeros((len(mask) + 1) // 2 * 2, np.bool_)
    filled[: len(mask)] = mask.any(axis=1)
    pairs = np.asarray(filled.reshape(-1, 2).any(axis=1), np.bool_)
    pairs[1:] |= pairs[:-1].copy()
    return np.flatnonzero(np.repeat(pairs, 2)[: len(mask)])


def parts_across(mask: Mask) -> tuple[Ints, NDArray[np.float64]]:
    """Return of each part: left, top, width, height, area; and its centre, x and y.

    As OpenCV's `connectedComponentsWithStats`, without the background. The height of a mask's parts
    is that of lines across; hand in the transpose for lines down.
    """
    rows = filled_rows(mask)
    if not rows.size:
        return np.zeros((0, 5), np.int64), np.zeros((0, 2))
    dense = np.ascontiguousarray(mask[rows])
    _, _, found, centres = cv2.connectedComponentsWithStats(dense, connectivity=8)
    stats, places = found[1:].astype(np.int64), np.array(centres[1:], np.float64)
    area = stats[:, cv2.CC_STAT_AREA]
    down = rows[stats[:, cv2.CC_STAT_TOP]] - stats[:, cv2.CC_STAT_TOP]
    stats[:, cv2.CC_STAT_TOP] += down
    places[:, 1] = (np.rint(places[:, 1] * area) + down * area) / area
    return stats, places


def kept_parts(mask: Mask, kept: Callable[[NDArray[np.int32]], NDArray[np.bool_]]) -> Mask:
    """Return a mask with those of its parts alone whose boxes are kept: left, top, width, height.

    Drawn from their outlines, those of their holes among them.
    """
    left = np.zeros_like(mask)
    outlines, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return left
    around = tree[0, :, 3]
    own = np.flatnonzero(around < 0)
    chosen = np.zeros(len(outlines), bool)
    boxes = np.array([cv2.boundingRect(outlines[at]) for at in own.tolist()], np.int32)
    chosen[own] = kept(boxes)
    chosen |= (around >= 0) & chosen[around]
    drawn = [outlines[at] for at in np.flatnonzero(chosen).tolist()]
    cv2.drawContours(left, drawn, -1, (255,), cv2.FILLED)
    return left
