"""Keep what is printed beside a document, and compare a record or a validation with it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from tests.corpus import form
from tests.corpus.grids import GridCell, grids
from tests.corpus.narrative import Claim
from tests.corpus.relations import Value, broken
from tests.corpus.reports import Planted, Report

SUMS = frozenset({"REQ-ROW", "REQ-COL", "REQ-BALANCE", "REV-SUM"})
"""The codes of the relations between numbers."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What a document prints: its values by JSON pointer, null where `kinds` says why."""

    issuer: str
    year: int
    values: Mapping[str, Value]
    kinds: Mapping[str, str]
    planted: tuple[Planted, ...]
    fault: str = ""  # its name in `faults`; empty: none, or of a file that does not say
    labels: Mapping[str, str] | None = None  # misprinted; None: not known
    claims: tuple[Claim, ...] = ()
    titled: bool = True
    layout: str = ""  # its name in `layouts`
    covered: tuple[str, ...] = ()  # cells on whose print an opaque stroke lies

    @property
    def broken(self) -> tuple[tuple[str, str], ...]:
        """Return the relations the print itself breaks: code, and row, column or block."""
        return broken(self.values)


@dataclass(frozen=True, kw_only=True)
class CellResult:
    """How one of the cells was read."""

    pointer: str
    expected: Value
    actual: Value
    kind: str
    flag: str | None
    confidence: float
    right: bool

    @property
    def silent(self) -> bool:
        """Tell whether a wrong number, or a wrong blank, was given out as certain."""
        return not self.right and self.flag is None and self.kind != "missing"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All cells of one record against the truth; counts are of cells."""

    cells: tuple[CellResult, ...]

    @property
    def right(self) -> int:
        """Count the cells with the printed value."""
        return sum(cell.right for cell in self.cells)

    @property
    def wrong(self) -> int:
        """Count the cells with another value, or none."""
        return len(self.cells) - self.right

    @property
    def flagged(self) -> int:
        """Count the cells with a flag, right or wrong."""
        return sum(cell.flag is not None for cell in self.cells)

    @property
    def silent(self) -> int:
        """Count the wrong numbers given out as certain."""
        return sum(cell.silent for cell in self.cells)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """How a validation found the faults: relations missed, and relations blamed wrongly."""

    missed: tuple[tuple[str, str], ...]
    blamed: tuple[tuple[str, str], ...]


def truth_of(
    report: Report, *, titled: bool = True, layout: str = "", covered: tuple[str, ...] = ()
) -> Truth:
    """Return the truth of a report as made, and as printed."""
    return Truth(
        issuer=report.issuer,
        year=report.year,
        values=report.values,
        kinds={p: "not_applicable" if mark else "blank" for p, mark in report.marks.items()},
        planted=tuple(report.planted),
        fault=report.fault,
        labels=report.labels,
        claims=tuple(report.claims),
        titled=titled,
        layout=layout,
        covered=covered,
    )


def to_json(
    report: Report, *, titled: bool = True, layout: str = "", covered: tuple[str, ...] = ()
) -> str:
    """Write the truth of a report, its tables as grids with spans among it."""
    truth = truth_of(report, titled=titled, layout=layout, covered=covered)
    tree: dict[str, object] = {
        "issuer": truth.issuer,
        "year": truth.year,
        "template": report.template,
        "planted": [[each.row, each.column, each.before, each.after] for each in truth.planted],
        "broken": truth.broken,
        "fault": truth.fault,
        "labels": truth.labels,
        "titled": truth.titled,
        "layout": truth.layout,
        "covered": truth.covered,
        "kinds": truth.kinds,
        "claims": [asdict(claim) for claim in report.claims],
        **_nest(truth.values),
        "tables": [
            {"section": grid.section, "columns": grid.columns, "cells": _cells(grid.cells)}
            for grid in grids(report)
        ],
    }
    return json.dumps(tree, ensure_ascii=False, indent=1)


def _template(tree: Mapping[str, object]) -> form.Template:
    return "2019" if tree.get("template") == "2019" else "2021"


def read_truth(path: Path) -> Truth:
    """Read a truth written by this room or of the same shape; fees may be a number there."""
    tree = json.loads(path.read_text(encoding="utf-8"))
    values = {pointer: look_up(tree, pointer) for pointer in form.pointers(_template(tree))}
    values |= {p: str(n) for p, n in values.items() if form.is_amount(p) and n is not None}
    return Truth(
        issuer=tree["issuer"],
        year=tree["year"],
        values=values,
        kinds=tree.get("kinds", {}),
        planted=tuple(
            Planted(row=row, column=column, before=before, after=after)
            for row, column, before, after in tree["planted"]
        ),
        fault=tree.get("fault", ""),
        labels=tree.get("labels"),
        claims=tuple(Claim(**claim) for claim in tree.get("claims", ())),
        titled=tree.get("titled", True),
        layout=tree.get("layout", ""),
        covered=tuple(tree.get("covered", ())),
    )


def compare(truth: Truth, record: Mapping[str, object]) -> Comparison:
    """Compare the contents of a record.json with the truth, cell by cell."""
    evidence = record.get("evidence")
    entries = evidence if isinstance(evidence, Mapping) else {}
    return Comparison(
        cells=tuple(
            _compare_cell(truth, record, pointer, entries.get(pointer) or {})
            for pointer in truth.values
        )
    )


def judge(truth: Truth, validation: Mapping[str, object]) -> Judgement:
    """Compare the findings of a validation.json about sums, cause `source`, with the truth."""
    found = {each for each, cause in sums_found(validation) if cause == "source"}
    planted = truth.broken
    return Judgement(
        missed=tuple(each for each in planted if each not in found),
        blamed=tuple(sorted(found.difference(planted))),
    )


def _compare_cell(
    truth: Truth, record: Mapping[str, object], pointer: str, entry: Mapping[str, object]
) -> CellResult:
    expected, actual = truth.values[pointer], look_up(record, pointer)
    flag = entry.get("flag")
    return CellResult(
        pointer=pointer,
        expected=expected,
        actual=actual,
        kind=str(entry.get("kind", "missing")),
        flag=None if flag is None else str(flag),
        confidence=float(str(entry.get("confidence", 0))),
        right=_same(expected, actual),
    )


def _same(expected: Value, actual: Value) -> bool:
    if expected is None or actual is None:
        return expected is actual
    try:
        return Decimal(str(expected)) == Decimal(str(actual))
    except InvalidOperation:
        return False


def findings_of(validation: Mapping[str, object]) -> list[Mapping[str, Any]]:
    """Return the findings of a validation.json, none where there are none."""
    findings = validation.get("findings")
    return findings if isinstance(findings, list) else []


def sums_found(validation: Mapping[str, object]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the sums a validation.json finds broken: (code, row, column or block), and cause."""
    for finding in findings_of(validation):
        if finding["code"] in SUMS and finding["paths"]:
            _, row, column = finding["paths"][0].strip("/").split("/")
            by_column = finding["code"] in {"REQ-COL", "REQ-BALANCE"}
            yield (finding["code"], column if by_column else row), finding["cause"]


def look_up(tree: Mapping[str, object], pointer: str) -> Value:
    """Return the value of a record or truth at a JSON pointer, null where there is none."""
    node: object = tree
    for key in pointer.strip("/").split("/"):
        node = node.get(key) if isinstance(node, Mapping) else None
    if isinstance(node, float):
        return f"{Decimal(str(node)):f}"
    return node if isinstance(node, int | str) else None


def _nest(values: Mapping[str, Value]) -> dict[str, object]:
    tree: dict[str, object] = {}
    for pointer, value in values.items():
        *parents, leaf = pointer.strip("/").split("/")
        node = tree
        for key in parents:
            below = node.setdefault(key, {})
            assert isinstance(below, dict)
            node = below
        node[leaf] = value
    return tree


def _cells(cells: tuple[GridCell, ...]) -> list[dict[str, object]]:
    return [asdict(cell) for cell in cells]
