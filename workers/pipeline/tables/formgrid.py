"""Grid ← statutory form: the boundaries of the form looked for among all lines of a table.

Columns are chosen by how much of the table they run through and by even widths; then rows of the
form are laid along the lines across by dynamic programming, each edge speaking for or against.
Where no form fits so, rulings may be lost: what white shows is then taken for boundaries too, for a
part of them. What contradicts every form is left to the grid of its rulings alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask
from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.cells import Grid, cells_of
from workers.pipeline.tables.chain import NEVER, Scores, best_chains
from workers.pipeline.tables.evidence import Floats, crossed, firm_depth, thickness
from workers.pipeline.tables.form_columns import (
    choose_columns,
    even_blocks,
    reaching_columns,
    relabelled,
    unevenness,
)
from workers.pipeline.tables.form_match import (
    CROSSED,
    UNSEEN,
    Match,
    bears_out,
    columns_ruled,
    covers,
    is_ruled_wholly,
    is_small,
    lost_in,
    overflows,
    passes_white,
)
from workers.pipeline.tables.pattern import Pattern, patterns
from workers.pipeline.tables.settled import settled
from workers.pipeline.tables.sight import Sight, evidence, look, look_closer
from workers.pipeline.tables.white import without_lines

Ints = NDArray[np.int64]

_MOST_SLOTS = 6
"""Most slots a row of the form may take: lines of letters may lie between its boundaries."""
_LOWEST = 0.75
"""Least height of a row in letters."""
_UNEVEN = 20.0
"""The same for chains of rows, in edges, where columns were found by white too."""
_WEAKER = 3.0
"""Edges by which other boundaries between the labels than the strongest must fit better."""
_USUAL, _TALLEST = 1.5, 4.0
"""Height in letters of a row whose edges count once; most that they count in a taller one."""
_RULED, _DENYING = 0.9, 2
"""Share of its height on which an edge is surely ruled; so many that a form lacks deny the form:
one may be the stroke of a digit."""
_REACHES = 0.6
"""How far it must reach the lines across then: strokes of letters fill most of a low row."""
_ABSENT = 0.4
"""Weight of an edge that the form does not have: most places have no ruling anyway."""
_STRAY = 0.3
"""Weight of lines down where the form has no boundary (strokes of letters)."""
_WIDE_BAND = 0.45
"""Letters to both sides of a lost column boundary in which nothing may be printed beside a number:
digits of one number may be set apart."""
_BAND = 0.25
"""Letters to both sides of an edge that is not seen in which nothing may be printed."""
_BETTER = 1.2
"""Times the score of the same rows of a form that dark lines alone must have to count alone."""
_MANY_CROSSED = 0.1
"""Share of the edges between rows of values on which print shows that some are no rulings."""
_WIDE = 8
"""Columns of the table of requests at least."""
_MOSTLY = 0.6
"""Ruled share of a column boundary below which none of its edges parts what is printed near: digits
have strokes as high as a row."""


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
class _Between:
    """What some columns say whatever the form: by boundary, or slots − 1 × lower boundary × 1."""

    across: Floats
    """Boundaries × edges: what speaks for a ruling."""
    down: Floats
    """Slots − 1 × lower boundary × inner columns: the same down."""
    passed: Floats
    strayed: Floats
    """What it costs to pass over the boundaries between, and what is ruled down besides."""
    ends: Floats
    above: Floats
    below: Floats
    """As in `Scores`."""


def form_grid(flat: Gray, ink: Mask, letter: float) -> Grid | None:
    """Return the grid of a straight table as its statutory form has it; None where none fits.

    Where many lines are far paler than most, by the others alone if these fit better: the paler
    ones may shine through the sheet.
    """
    sight = look(flat, letter)
    if sight is None:
        return None
    found = _laid(sight, ink, letter)
    least = firm_depth(sight.across, sight.down)
    firm = look(flat, letter, least) if least is not None else None
    other = _laid(firm, ink, letter) if firm is not None else None
    if other is not None and (found is None or _is_better(other[1], *found, ink)):
        found = other
    return _grid(settled(*found), found[1], ink) if found is not None else None


def _is_better(match: Match, sight: Sight, other: Match, ink: Mask) -> bool:
    """Say whether a match of the dark lines alone is better than one of all.

    It fits the same rows clearly better, or the rows of the other cut print.
    """
    if match.chain.rows != other.chain.rows:
        return _runs_through_print(sight, other, ink)
    return sight.white is None and match.chain.score > _BETTER * other.chain.score


def _laid(sight: Sight, ink: Mask, letter: float) -> tuple[Sight, Match] | None:
    print_only = without_lines(ink, sight.across, sight.down, letter)
    sight, found = _best(sight, print_only)
    return None if found is None or overflows(sight, found, print_only) else (sight, found)


def _runs_through_print(sight: Sight, match: Match, ink: Mask) -> bool:
    """Say whether many edges between rows of values have print on them: they are none."""
    bounds, places = sight.rows[list(match.chain.bounds)], sight.columns[match.columns]
    values = places[-match.pattern.even - 1 :]
    over = crossed(np.ascontiguousarray(ink.T), bounds[1:-1], values, round(_BAND * sight.letter))
    between = match.pattern.below[list(match.chain.rows)[1:], -match.pattern.even :].T
    return bool((over > CROSSED)[between].mean() > _MANY_CROSSED) if between.any() else False


def _best(sight: Sight, print_only: Mask) -> tuple[Sight, Match | None]:
    """Return the best match and in what sight; white counts where lines alone do not fit well.

    To columns that are ruled it may only add rows, where two lines of numbers would be one row.
    """
    matches = _matches(sight)
    found = _best_borne_out(sight, matches)
    closer = look_closer(sight, print_only)
    if closer is None:
        return sight, found
    weak = found is not None and _is_weak(sight, found)
    if found is not None and not weak and not passes_white(found, sight, closer, print_only):
        return sight, found
    others = _matches(closer)
    other = _best_borne_out(closer, others)
    if other is not None and _is_denied(closer, other):
        other = None
    plain = max(_plain_rows(sight, matches), _plain_rows(closer, others))
    if found is not None and weak and len(found.chain.rows) <= plain:
        found = None
    if other is not None and len(other.chain.rows) <= plain and _is_weak(closer, other):
        other = None
    if other is None:
        return sight, found
    if found is not None and not weak and not _same_columns(found, sight, other, closer):
        return sight, found
    return closer, other


def _is_weak(sight: Sight, match: Match) -> bool:
    """Say whether some boundary of a match is ruled so little that strokes may be taken for it."""
    return bool(columns_ruled(sight, match).min(initial=1.0) < _MOSTLY)


def _plain_rows(sight: Sight, matches: Sequence[Match]) -> int:
    """Return how many rows of a wide table too small to be borne out have all their rulings.

    Two rows at the head of a page: letters and digits are as high as half of such a table.
    """
    wide = [m for m in matches if m.pattern.columns >= _WIDE and is_small(m)]
    return max((len(m.chain.rows) for m in wide if is_ruled_wholly(sight, m)), default=0)


def _is_denied(sight: Sight, match: Match) -> bool:
    """Say whether rulings run through cells that the form has whole: it is another form's table."""
    bounds, places = sight.rows[list(match.chain.bounds)], sight.columns[match.columns]
    ruled = (covers(sight, match)[1] >= _RULED) & (
        sight.down.reach(places[1:-1], bounds) >= _REACHES
    )
    return int((ruled & ~match.pattern.beside[list(match.chain.rows), 1:-1]).sum()) >= _DENYING


def _same_columns(one: Match, sight: Sight, other: Match, closer: Sight) -> bool:
    return np.array_equal(sight.columns[one.columns], closer.columns[other.columns])


def _best_borne_out(sight: Sight, matches: Sequence[Match]) -> Match | None:
    ranked = sorted(matches, key=lambda match: -match.chain.score)
    return next((match for match in ranked if bears_out(sight, match)), None)


def _matches(sight: Sight) -> list[Match]:
    """Lay every pattern along the lines across, on the columns that suit it best.

    Others than those of the strongest boundaries must suit it clearly better.
    """
    kinds = {(pattern.even, pattern.columns > pattern.even) for pattern in patterns()}
    blocks = {kind: even_blocks(sight, *kind) for kind in kinds}
    steps = _steps(sight)
    chosen: dict[tuple[int, int], list[Ints]] = {}
    weaker: set[bytes] = set()
    for pattern in patterns():
        kind = pattern.even, pattern.columns
        if kind not in chosen:
            own = blocks[pattern.even, pattern.columns > pattern.even]
            chosen[kind] = choose_columns(sight, *kind, own)
            others = relabelled(sight, *kind, chosen[kind])
            weaker |= {columns.tobytes() for columns in others}
            chosen[kind] += [*reaching_columns(sight, *kind, chosen[kind]), *others]
    trials = [(p, columns) for p in patterns() for columns in chosen[p.even, p.columns]]
    every = {columns.tobytes(): columns for _, columns in trials}
    between = {key: _between(sight, steps, columns) for key, columns in every.items()}
    chains = best_chains(
        [_scores(steps, between[columns.tobytes()], pattern) for pattern, columns in trials]
    )
    best: dict[int, tuple[float, Match]] = {}
    for (pattern, columns), chain in zip(trials, chains, strict=True):
        if not pattern.beside[list(chain.rows)].any(axis=0).all():
            continue  # a boundary that none of these rows has
        score = chain.score - (_UNEVEN * unevenness(sight, pattern, columns) if sight.white else 0)
        score -= _WEAKER if columns.tobytes() in weaker else 0.0
        if id(pattern) not in best or score > best[id(pattern)][0]:
            best[id(pattern)] = score, Match(pattern=pattern, columns=columns, chain=chain)
    return [match for _, match in best.values()]


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


def _between(sight: Sight, steps: _Steps, columns: Ints) -> _Between:
    """Weigh what is seen along and between the lines across, with these columns."""
    across = sight.across_evidence(sight.columns[columns])
    skipped = np.cumsum([0.0, *sight.passed_over(across)])
    others = np.ones(len(sight.columns), bool)
    others[columns] = False
    stray = np.cumsum([0.0, *(_STRAY * steps.stray[:, others].sum(axis=1))])
    return _Between(
        across=across,
        down=steps.down[:, :, columns[1:-1]],
        passed=(skipped[:-1] - skipped[steps.upper + 1])[:, :, None],
        strayed=(stray - stray[steps.upper])[:, :, None],
        ends=np.maximum(across, -0.1).sum(axis=1),
        above=skipped[:-1] + stray,
        below=skipped[-1] - skipped[1:] + stray[-1] - stray,
    )


def _scores(steps: _Steps, seen: _Between, pattern: Pattern) -> Scores:
    """Say what the edges say for each row of the form between the lines across."""
    gains = seen.down @ _weights(pattern.beside[:, 1:-1]).T
    gains = np.where(steps.low, -1e6, gains)
    gains -= seen.passed
    gains -= seen.strayed
    return Scores(
        gains=np.where(steps.none, NEVER, gains),
        inner=seen.across @ _weights(pattern.below).T,
        ends=seen.ends,
        above=seen.above,
        below=seen.below,
        allowed=pattern.rows,
        heads=pattern.heads if pattern.repeats else 0,
    )


def _weights(edges: NDArray[np.bool_]) -> Floats:
    return np.where(edges, 1.0, -_ABSENT)


def _grid(sight: Sight, match: Match, ink: Mask) -> Grid:
    """Return the grid of a match; a cell of the form cut by a page break is what is here of it.

    Cells between which no ruling is seen and across whose edge something is printed are one.
    """
    labels = match.pattern.slots[list(match.chain.rows)] + 1000 * _part(match.chain.rows)[:, None]
    bounds, places = sight.rows[list(match.chain.bounds)], sight.columns[match.columns]
    across, down = covers(sight, match)
    reach = round(_BAND * sight.letter)
    crossed_down = crossed(ink, places[1:-1], bounds, reach)
    _widened(crossed_down, sight, match, ink)
    crossed_across = crossed(np.ascontiguousarray(ink.T), bounds[1:-1], places, reach).T
    numbers = labels.shape[1] - match.pattern.even  # labels cut by an edge do no harm
    unseen = (down < UNSEEN) | (columns_ruled(sight, match) < _MOSTLY)
    for row, at in np.argwhere(unseen & (crossed_down > CROSSED)):
        if at >= numbers:
            _unite(labels, (row, at), (row, at + 1))
    for at, column in np.argwhere((across < UNSEEN) & (crossed_across > CROSSED)):
        if column >= numbers:
            _unite(labels, (at, column), (at + 1, column))
    return Grid(
        rows=tuple(bounds.tolist()),
        columns=tuple(places.tolist()),
        cells=cells_of(labels),
        thickness=thickness(ink, bounds),
    )


def _widened(crossed_down: Floats, sight: Sight, match: Match, ink: Mask) -> None:
    """Look farther aside for print along column boundaries that are lost, below the header."""
    lost = lost_in(sight, match, covers(sight, match)[0])[1]
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
