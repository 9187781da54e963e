"""Grid ← statutory form: the boundaries of the form looked for among all lines of a table.

Columns are chosen by how much of the table they run through and by even widths; then rows of the
form are laid along the lines across by dynamic programming, each edge speaking for or against.
Where no form fits so, rulings may be lost: what white shows is then taken for boundaries too, for a
part of them. What contradicts every form is left to the grid of its rulings alone.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask
from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.cells import Grid, cells_of
from workers.pipeline.tables.chain import NEVER, Chain, Scores, best_chains
from workers.pipeline.tables.evidence import Floats, crossed, thickness
from workers.pipeline.tables.pattern import Pattern, patterns
from workers.pipeline.tables.sight import Sight, certainty, evidence, look, look_closer

Ints = NDArray[np.int64]
_Block = tuple[float, list[int]]
"""Score and boundaries of columns about equally wide."""

_RULED = 0.9
"""Share of an edge from which it is surely ruled."""
_FEW, _TRIALS = 3, 6
"""Tables with so few even columns are tried with so many choices of columns."""
_EVEN = 0.6
"""What a column as wide again as it should be costs, in strengths of a boundary."""
_MOST_SLOTS = 6
"""Most slots a row of the form may take: lines of letters may lie between its boundaries."""
_LOWEST = 0.75
"""Least height of a row in letters."""
_UNEVEN = 20.0
"""The same for chains of rows, in edges, where columns were found by white too."""
_USUAL, _TALLEST = 1.5, 4.0
"""Height in letters of a row whose edges count once; most that they count in a taller one."""
_ABSENT = 0.4
"""Weight of an edge that the form does not have: most places have no ruling anyway."""
_STRAY = 0.3
"""Weight of lines down where the form has no boundary (strokes of letters)."""
_LEAST_SLOTS = 20
"""Rows times columns of a part from which its rulings tell what it is."""
_GOOD, _WEAKEST, _CLEAR = 0.6, 0.3, 0.5
"""How ruled the form's edges must be on average, along each boundary, and more than others are."""
_MOST_LOST, _MOST_LOST_ONE_WAY = 0.4, 0.7
"""Share of all inner boundaries, and of those of one direction, that may be lost altogether."""
_WIDE_BAND = 0.45
"""Letters to both sides of a lost column boundary in which nothing may be printed beside a number:
digits of one number may be set apart."""
_CLEARLY, _CLEARLY_DOWN, _MANY = 0.6, 0.85, 8
"""Ruled shares from which a boundary is one of the table, whatever the form says; the latter in
tables of more boundaries across than that, since letters stand one below the other."""
_BAND = 0.25
"""Letters to both sides of an edge that is not seen in which nothing may be printed."""
_MOSTLY = 0.6
"""Ruled share of a column boundary below which none of its edges parts what is printed near: digits
have strokes as high as a row."""
_WHOLE = 0.95
"""Lined share from which an edge is seen in a table of few rows: strokes may stand in all."""
_UNSEEN, _CROSSED = 0.3, 0.06
"""Lined share below which an edge is not seen, and inked share from which letters lie across."""


@dataclass(frozen=True, kw_only=True)
class _Steps:
    """What speaks for a row from one boundary to another: slots − 1 × lower boundary."""

    upper: Ints
    """The upper boundary."""
    low: NDArray[np.bool_]
    none: NDArray[np.bool_]
    """Where no row is as low, and where there are not as many slots (× 1)."""
    down: Floats
    """× columns: what speaks for a ruling down."""
    stray: Floats
    """Slots × columns: what is ruled down, should there be no boundary."""


@dataclass(frozen=True, kw_only=True)
class _Match:
    """A part of a pattern laid on boundaries: which rows of the form lie between which of them."""

    pattern: Pattern
    columns: Ints
    chain: Chain


def form_grid(flat: Gray, ink: Mask, letter: float) -> Grid | None:
    """Return the grid of a straight table as its statutory form has it; None where none fits."""
    sight = look(flat, letter)
    if sight is None:
        return None
    found = _best_borne_out(sight)
    weak = found is None or _weakest_column(sight, found) < _MOSTLY
    closer = look_closer(sight, ink)
    if closer and (weak or closer.lost_rows.any()):
        other = _best_borne_out(closer)
        if other and (found is None or _is_better(closer, other, sight, found, weak)):
            sight, found = closer, other
    if found is None or _overflows(sight, found, ink):
        return None
    return _grid(sight, found, ink)


def _is_better(closer: Sight, other: _Match, sight: Sight, found: _Match, weak: bool) -> bool:
    """Say whether what white shows fits better; to columns well ruled it may only add rows."""
    same = np.array_equal(closer.columns[other.columns], sight.columns[found.columns])
    more = len(other.chain.rows) > len(found.chain.rows)
    return other.chain.score > found.chain.score and (weak or (same and more))


def _best_borne_out(sight: Sight) -> _Match | None:
    matches = sorted(_matches(sight), key=lambda match: -match.chain.score)
    return next((match for match in matches if _bears_out(sight, match)), None)


def _matches(sight: Sight) -> list[_Match]:
    """Lay every pattern along the lines across, on the columns that suit it best."""
    kinds = {(pattern.even, pattern.columns > pattern.even) for pattern in patterns()}
    blocks = {kind: _even_blocks(sight, *kind) for kind in kinds}
    steps = _steps(sight)
    trials = [
        (pattern, columns)
        for pattern in patterns()
        for columns in _columns(
            sight, pattern, blocks[pattern.even, pattern.columns > pattern.even]
        )
    ]
    chains = best_chains([_scores(sight, steps, *trial) for trial in trials])
    best: dict[int, tuple[float, _Match]] = {}
    for (pattern, columns), chain in zip(trials, chains, strict=True):
        if not pattern.beside[list(chain.rows)].any(axis=0).all():
            continue  # a boundary that none of these rows has
        score = chain.score - (_UNEVEN * _unevenness(sight, pattern, columns) if sight.white else 0)
        if id(pattern) not in best or score > best[id(pattern)][0]:
            best[id(pattern)] = score, _Match(pattern=pattern, columns=columns, chain=chain)
    return [match for _, match in best.values()]


def _unevenness(sight: Sight, pattern: Pattern, columns: Ints) -> float:
    """Return by how much the value columns are wider or narrower than usual, in usual widths."""
    widths = np.diff(sight.columns[columns[-pattern.even - 1 :]])
    return float(np.abs(widths / widths.mean() - 1).sum())


def _columns(sight: Sight, pattern: Pattern, blocks: dict[int, _Block]) -> list[Ints]:
    """Choose column boundaries: strong ones, the last columns about equally wide; best first.

    A table of few columns is tried in several ways: strokes of letters may seem as strong.
    """
    places = sight.columns
    before = pattern.columns - pattern.even
    found: list[tuple[float, list[int]]] = []
    for first in blocks:
        if before and places[first] - places[0] < 2 * sight.letter:
            continue
        labels = _strongest(sight, first, before - 1)
        if labels is None:
            continue
        score, block = blocks[first]
        score += float(sight.strengths[[first, *labels]].sum())
        found.append((score, [*([0] if before else []), *labels, *block]))
    found.sort(reverse=True)
    trials = _TRIALS if pattern.even <= _FEW or sight.white is not None else 1
    return [np.array(columns, np.int64) for score, columns in found[:trials] if score > 0]


def _strongest(sight: Sight, first: int, wanted: int) -> list[int] | None:
    """Return the strongest boundaries between the left side and the first value column."""
    if wanted <= 0:
        return []
    inner = sorted(range(1, first), key=lambda at: -sight.strengths[at])
    kept: list[int] = []
    for at in inner:
        near = [abs(sight.columns[at] - sight.columns[k]) for k in (0, first, *kept)]
        if min(near) > 1.2 * sight.letter:
            kept.append(at)
        if len(kept) == wanted:
            return sorted(kept)
    return None


def _even_blocks(sight: Sight, even: int, labelled: bool) -> dict[int, _Block]:
    """Part the width from a boundary to the right side into `even` columns about as wide.

    Return score and boundaries by the first one; where no labels come before, that is the left
    side.
    """
    places = sight.columns
    refs = (places[-1] - places) / even
    starts = np.flatnonzero((refs >= sight.letter) & (np.arange(len(places)) < len(places) - even))
    starts = starts if labelled else starts[starts == 0]
    refs = refs[starts, None, None]
    width = places[:, None] - places[None, :]  # to × from
    step = sight.strengths[:, None] - _EVEN * np.abs(width - refs) / refs
    step[width < 0.5 * refs] = -1e6
    best = np.full((len(starts), len(places)), -1e9)
    best[np.arange(len(starts)), starts] = 0.0
    came = []
    for _ in range(even):
        total = best[:, None, :] + step
        came.append(total.argmax(axis=2))
        best = total.max(axis=2)
    blocks = {}
    for at, start in enumerate(starts.tolist()):
        block = [len(places) - 1]
        for before in reversed(came):
            block.append(int(before[at, block[-1]]))
        blocks[start] = float(best[at, -1]), block[::-1]
    return blocks


def _steps(sight: Sight) -> _Steps:
    """Weigh what is seen of the lines down between any two boundaries few slots apart."""
    count = len(sight.rows)
    at = np.arange(count)
    slots = np.arange(1, min(_MOST_SLOTS, count - 1) + 1)[:, None]
    upper = np.maximum(at - slots, 0)
    high = (sight.rows[at] - sight.rows[upper])[:, :, None]
    down = sight.down_evidence(upper)
    down *= np.minimum(high / (_USUAL * sight.letter), _TALLEST)
    return _Steps(
        upper=upper,
        low=high < _LOWEST * sight.letter,
        none=(at < slots)[:, :, None],
        down=down,
        stray=np.maximum(evidence(sight.beside), 0),
    )


def _scores(sight: Sight, steps: _Steps, pattern: Pattern, columns: Ints) -> Scores:
    """Say what the edges say for each row of the form between the lines across."""
    across = sight.across_evidence(sight.columns[columns])
    skipped = np.cumsum([0.0, *sight.passed_over(across)])
    others = np.ones(len(sight.columns), bool)
    others[columns] = False
    stray = np.cumsum([0.0, *(_STRAY * steps.stray[:, others].sum(axis=1))])
    gains = steps.down[:, :, columns[1:-1]] @ _weights(pattern.beside[:, 1:-1]).T
    gains = np.where(steps.low, -1e6, gains)
    gains -= (skipped[:-1] - skipped[steps.upper + 1])[:, :, None]
    gains -= (stray - stray[steps.upper])[:, :, None]
    return Scores(
        gains=np.where(steps.none, NEVER, gains),
        inner=across @ _weights(pattern.below).T,
        ends=np.maximum(across, -0.1).sum(axis=1),
        above=skipped[:-1] + stray,
        below=skipped[-1] - skipped[1:] + stray[-1] - stray,
        allowed=pattern.rows,
        heads=pattern.heads if pattern.repeats else 0,
    )


def _weights(edges: NDArray[np.bool_]) -> Floats:
    return np.where(edges, 1.0, -_ABSENT)


def _bears_out(sight: Sight, match: _Match) -> bool:
    """Say whether the form's edges are ruled, each of its boundaries in part, and few others."""
    pattern, rows = match.pattern, list(match.chain.rows)
    if len(rows) * pattern.columns < _LEAST_SLOTS:
        return False
    across, down = _covers(sight, match)
    below, beside = pattern.below[rows[1:]], pattern.beside[rows, 1:-1]
    lost_rows, lost_columns = _lost(sight, match, across, down)
    lost = np.concatenate([lost_rows, lost_columns])
    most = _MOST_LOST_ONE_WAY if len(rows) >= _MANY else _MOST_LOST
    if lost.mean() > _MOST_LOST or lost_rows.mean() > _MOST_LOST_ONE_WAY:
        return False
    if lost_columns.mean() > most:
        return False
    below, beside = below & ~lost_rows[:, None], beside & ~lost_columns
    sure_across, sure_down = certainty(across), certainty(down)
    ruled = float(np.concatenate([sure_across[below], sure_down[beside]]).mean())
    others = np.concatenate([across[~below], down[~beside]])  # what is lost is not ruled either
    false = float((others > _RULED).mean()) if others.size else 0.0
    if ruled < _GOOD or ruled - false < _CLEAR:
        return False
    weakest = min(_means(sure_across, below), _means(sure_down, beside))
    if min(weakest, _means(sure_down.T, beside.T)) < _WEAKEST:
        return False
    return not _leaves_out(sight, match)


def _lost(
    sight: Sight, match: _Match, across: Floats, down: Floats
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which inner boundaries of a match no line shows, where that is allowed for at all.

    A stroke of a letter may lie where a ruling was lost.
    """
    bounds, rows = list(match.chain.bounds), list(match.chain.rows)
    lost_rows, lost_columns = sight.lost_rows[bounds[1:-1]], sight.lost_columns[match.columns[1:-1]]
    if sight.white is None:
        return lost_rows, lost_columns
    below, beside = match.pattern.below[rows[1:]], match.pattern.beside[rows, 1:-1]
    unseen_rows = _line_means(certainty(across), below) < _WEAKEST
    unseen_columns = _line_means(certainty(down).T, beside.T) < _WEAKEST
    return lost_rows | unseen_rows, lost_columns | unseen_columns


def _means(sure: Floats, there: NDArray[np.bool_]) -> float:
    """Return how ruled the least ruled line of edges is, of the edges the form has on it."""
    return float(_line_means(sure, there).min(initial=1.0))


def _line_means(sure: Floats, there: NDArray[np.bool_]) -> Floats:
    """Return how ruled each line of edges is, of the edges the form has on it; 1 where none."""
    counts = there.sum(axis=1)
    sums = np.where(there, sure, 0.0).sum(axis=1)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), 1.0), np.float64)


def _leaves_out(sight: Sight, match: _Match) -> bool:
    """Say whether a boundary is clearly ruled that the form does not have, or a row goes on."""
    bounds, columns = list(match.chain.bounds), match.columns
    every = sight.across.cover(sight.rows, sight.columns[columns]).T
    left_out = np.setdiff1d(np.arange(len(sight.rows)), bounds)
    if ((certainty(every[left_out]) > 0.5).mean(axis=1) > _CLEARLY).any():
        return True
    outside = np.r_[0 : bounds[0], bounds[-1] : len(sight.rows) - 1]
    if (certainty(sight.beside[outside][:, columns[1:-1]]).mean(axis=1) > 0.5).any():
        return True
    others = np.setdiff1d(np.arange(len(sight.columns)), columns)
    return len(bounds) > _MANY and bool((sight.strengths[others] > _CLEARLY_DOWN).any())


def _covers(sight: Sight, match: _Match) -> tuple[Floats, Floats]:
    """Return the lined shares of the inner edges: row boundaries × columns, rows × boundaries."""
    bounds, columns = sight.rows[list(match.chain.bounds)], sight.columns[match.columns]
    across = sight.across.cover(bounds[1:-1], columns).T
    return across, sight.down.cover(columns[1:-1], bounds)


def _overflows(sight: Sight, match: _Match, ink: Mask) -> bool:
    """Say whether something is printed where a side of the table should be and is not ruled."""
    bounds, places = sight.rows[list(match.chain.bounds)], sight.columns[match.columns]
    sides = places[[0, -1]]
    unseen = sight.down.cover(sides, bounds) < _UNSEEN
    over = crossed(ink, sides, bounds, round(_BAND * sight.letter)) > _CROSSED
    return bool((unseen & over).any())


def _grid(sight: Sight, match: _Match, ink: Mask) -> Grid:
    """Return the grid of a match; a cell of the form cut by a page break is what is here of it.

    Cells between which no ruling is seen and across whose edge something is printed are one.
    """
    labels = match.pattern.slots[list(match.chain.rows)] + 1000 * _part(match.chain.rows)[:, None]
    bounds, places = sight.rows[list(match.chain.bounds)], sight.columns[match.columns]
    across, down = _covers(sight, match)
    reach = round(_BAND * sight.letter)
    crossed_down = crossed(ink, places[1:-1], bounds, reach)
    _widened(crossed_down, sight, match, ink)
    crossed_across = crossed(np.ascontiguousarray(ink.T), bounds[1:-1], places, reach).T
    numbers = labels.shape[1] - match.pattern.even  # labels cut by an edge do no harm
    few = len(match.chain.rows) < _MANY
    unseen = (down < (_WHOLE if few else _UNSEEN)) | (_columns_ruled(match, down) < _MOSTLY)
    for row, at in np.argwhere(unseen & (crossed_down > _CROSSED)):
        if at >= numbers:
            _unite(labels, (row, at), (row, at + 1))
    for at, column in np.argwhere((across < _UNSEEN) & (crossed_across > _CROSSED)):
        if column >= numbers:
            _unite(labels, (at, column), (at + 1, column))
    return Grid(
        rows=tuple(bounds.tolist()),
        columns=tuple(places.tolist()),
        cells=cells_of(labels),
        thickness=thickness(ink, bounds),
    )


def _columns_ruled(match: _Match, down: Floats) -> Floats:
    """Return how ruled each inner column boundary is, of the edges the form has on it."""
    beside = match.pattern.beside[list(match.chain.rows), 1:-1]
    return _line_means(certainty(down).T, beside.T)


def _weakest_column(sight: Sight, match: _Match) -> float:
    return float(_columns_ruled(match, _covers(sight, match)[1]).min(initial=1.0))


def _widened(crossed_down: Floats, sight: Sight, match: _Match, ink: Mask) -> None:
    """Look farther aside for print along column boundaries that are lost, below the header."""
    lost = _lost(sight, match, *_covers(sight, match))[1]
    if lost.any():
        bounds, places = sight.rows[list(match.chain.bounds)], sight.columns[match.columns[1:-1]]
        wide = crossed(ink, places[lost], bounds, round(_WIDE_BAND * sight.letter))
        values = np.array(match.chain.rows) >= match.pattern.heads
        crossed_down[np.ix_(values, lost)] = wide[values]


def _unite(labels: Ints, one: tuple[int, int], other: tuple[int, int]) -> None:
    """Make two cells one where together they are a rectangle."""
    both = np.isin(labels, (labels[one], labels[other]))
    rows, columns = np.nonzero(both)
    if both.sum() == (np.ptp(rows) + 1) * (np.ptp(columns) + 1):
        labels[both] = labels[one]


def _part(rows: tuple[int, ...]) -> Ints:
    """Give each row the number of its run of rows that follow each other in the form."""
    return np.cumsum([0, *(after != row + 1 for row, after in pairwise(rows))])
