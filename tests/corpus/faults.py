"""Plant the faults real reports have, and record exactly what each changes and breaks."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.corpus import form
from tests.corpus.relations import broken
from tests.corpus.reports import Planted, Report

Changes = Mapping[str, int]
"""New numbers by JSON pointer."""


class NoRoomForFaultError(ValueError):
    """The report has no cell this fault could befall; take a larger report or another fault."""


def plant(report: Report, fault: str, rng: random.Random) -> Report:
    """Return the report with one fault of FAULTS, or MISQUOTED, printed in it."""
    if fault == MISQUOTED:
        return _misquoted(report, rng)
    changes = {p: n for p, n in FAULTS[fault](report, rng).items() if n != _number(report, p)}
    if not changes:
        raise NoRoomForFaultError(fault)
    values = {**report.values, **changes}
    planted = tuple(
        Planted(row=p.split("/")[2], column=p.split("/")[3], before=_number(report, p), after=n)
        for p, n in changes.items()
    )
    return replace(
        report,
        values=values,
        planted=(*report.planted, *planted),
        broken=broken(values),
    )


def _off_by_one(report: Report, rng: random.Random) -> Changes:
    """Miss a sum by one, in table three or four."""
    sums = [form.request(row, "total") for row in form.ROWS]
    sums += [form.request("handled_total", column) for column in form.APPLICANTS]
    sums += [form.review(block, "total") for block, _ in form.REVIEW_BLOCKS]
    pointer = rng.choice([p for p in sums if report.values[p] is not None] or [""])
    if not pointer:
        return {}
    before = _number(report, pointer)
    return {pointer: before + (rng.choice((-1, 1)) if before else 1)}


def _swapped_digits(report: Report, rng: random.Random) -> Changes:
    """Swap two neighbouring digits of a number in table three, never to a leading zero."""
    places = [
        (form.request(row, column), swapped)
        for row in form.ROWS
        for column, _ in form.COLUMNS
        for swapped in _swaps(report.printed(form.request(row, column)))
    ]
    return dict([rng.choice(places)]) if places else {}


def _swaps(digits: str) -> list[int]:
    swaps = [
        digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]
        for i in range(len(digits) - 1)
        if digits[i] != digits[i + 1]
    ]
    return [int(each) for each in swaps if each[0] != "0"]


def _double_counted(report: Report, rng: random.Random) -> Changes:
    """Count one outcome row twice in （七）总计, as offices do with 部分公开."""
    rows = [row for row in form.OUTCOMES if _number(report, form.request(row, "total"))]
    if not rows:
        return {}
    row = "partially_granted" if "partially_granted" in rows else rng.choice(rows)
    return {
        form.request("handled_total", column): sum(
            _number(report, form.request(each, column)) for each in ("handled_total", row)
        )
        for column, _ in form.COLUMNS
    }


def _shifted_row(report: Report, rng: random.Random) -> Changes:
    """Move the numbers of one outcome row a column to the right, the last coming round."""
    rows = [row for row in form.OUTCOMES if _number(report, form.request(row, "total"))]
    if not rows:
        return {}
    row = rng.choice(rows)
    pointers = [form.request(row, column) for column, _ in form.COLUMNS]
    numbers = [_number(report, pointer) for pointer in pointers]
    return dict(zip(pointers, [numbers[-1], *numbers[:-1]], strict=True))


def _number(report: Report, pointer: str) -> int:
    value = report.values[pointer]
    return value if isinstance(value, int) else 0


def _misquoted(report: Report, rng: random.Random) -> Report:
    """Tell one number in the text that the table does not have; the tables stay as they are."""
    places = [
        (claim, index, found.span())
        for claim in report.claims
        for index, text in enumerate(report.sections[claim.section])
        if len(matches := list(re.finditer(rf"(?<!\d){claim.stated}(?=件)", text))) == 1
        for found in matches
    ]
    if not places:
        raise NoRoomForFaultError(MISQUOTED)
    claim, index, (start, end) = rng.choice(places)
    wrong = replace(claim, stated=str(int(claim.stated) + rng.choice((1, 2, 10))))
    paragraphs = list(report.sections[claim.section])
    paragraphs[index] = paragraphs[index][:start] + wrong.stated + paragraphs[index][end:]
    return replace(
        report,
        sections={**report.sections, claim.section: tuple(paragraphs)},
        claims=tuple(wrong if each == claim else each for each in report.claims),
    )


FAULTS: dict[str, Callable[[Report, random.Random], Changes]] = {
    "off_by_one": _off_by_one,
    "swapped_digits": _swapped_digits,
    "double_counted": _double_counted,
    "shifted_row": _shifted_row,
}
"""What each fault of the tables changes, by name."""

MISQUOTED = "misquoted"
"""The fault of the text: its claim then states what its table does not."""
