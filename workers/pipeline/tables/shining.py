"""Pale lines beside dark ones: the back of the sheet, or the same lines worn by copying."""

import cv2
import numpy as np

from workers.pipeline.read.clean import Mask
from workers.pipeline.read.recognition import Gray

_PALER = 3.0
"""How often as dark as what shines through the sheet its own lines are."""
_IN_PART, _WHOLLY = 0.1, 0.7
"""Share of a line from which it is dark in part, and of all such lines up to which they are worn.

Measured: 0.35 to 0.45 on a copy of copies, 0.93 to 1 on sheets whose backs shine through."""
_BESIDE_PX = 7
"""Pixels across which a pale line and a dark one are one."""

Lines = tuple[Mask, Mask]
"""What is ruled across and what down."""


def shine_through(flat: Gray, light: Lines, strict: Lines) -> bool:
    """Say whether light lines beside dark ones are far paler: those of the sheet's back are."""
    if _worn(light, strict):
        return False
    dark = np.asarray(cv2.bitwise_or(*strict), np.uint8)
    pale = cv2.subtract(cv2.bitwise_or(*light), _around(dark))
    firm, weak = (255.0 - flat[mask > 0] for mask in (dark, pale))
    return weak.size > 0 and _PALER * float(np.median(weak)) < float(np.median(firm))


def _worn(light: Lines, strict: Lines) -> bool:
    """Say whether lines that are dark in part are pale elsewhere, as on copies of copies."""
    dark, whole = 0, 0
    for ruled, firm in zip(light, strict, strict=True):
        count, labels = cv2.connectedComponents(ruled, connectivity=8)
        sizes = np.bincount(labels.ravel(), minlength=count)
        both = cv2.bitwise_and(ruled, _around(firm))
        kept = np.bincount(labels[both > 0], minlength=count)
        own = kept >= _IN_PART * sizes
        own[0] = False
        dark, whole = dark + int(kept[own].sum()), whole + int(sizes[own].sum())
    return dark < _WHOLLY * whole


def _around(mask: Mask) -> Mask:
    return np.asarray(cv2.dilate(mask, np.ones((_BESIDE_PX, _BESIDE_PX), np.uint8)), np.uint8)
