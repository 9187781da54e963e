"""The 勾稽 relations of a report, stated apart from the program so that each checks the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.corpus import form

Value = int | str | None


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One equation: the cells of `left` add up to as much as those of `right`."""

    code: str
    where: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Tell whether both sides agree, a cell without a number adding nothing.

        A side without any number says nothing: neither a blank nor a stroke is a 0.
        """
        if any(all(values[at] is None for at in side) for side in (self.left, self.right)):
            return True
        return _total(values, self.left) == _total(values, self.right)


def relations(template: form.Template = "2021") -> Iterator[Relation]:
    """Yield the equations the form forces on a report: 42 in 2021, 40 in 2019."""
    for row in form.rows(template):
        yield Relation(
            code="REQ-ROW",
            where=row,
            left=tuple(form.request(row, column) for column in form.APPLICANTS),
            right=(form.request(row, "total"),),
        )
    for column, _ in form.COLUMNS:
        yield Relation(
            code="REQ-COL",
            where=column,
            left=tuple(form.request(row, column) for row in form.outcomes(template)),
            right=(form.request("handled_total", column),),
        )
        yield Relation(
            code="REQ-BALANCE",
            where=column,
            left=(form.request("new_requests", column), form.request("carried_over", column)),
            right=(form.request("handled_total", column), form.request("carried_forward", column)),
        )
    for block, _ in form.REVIEW_BLOCKS:
        yield Relation(
            code="REV-SUM",
            where=block,
            left=tuple(form.review(block, column) for column, _ in form.REVIEW_COLUMNS[:-1]),
            right=(form.review(block, "total"),),
        )


def broken(values: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    """Return (code, row, column or block) of every relation the values break, in form order."""
    every = relations(form.template_of(values))
    return tuple((each.code, each.where) for each in every if not each.holds(values))


def _total(values: Mapping[str, Value], pointers: tuple[str, ...]) -> int:
    return sum(value for pointer in pointers if isinstance(value := values[pointer], int))
