"""Tables of no statutory form: how alike what was read is to what was printed, by kind and scan.

TEDS and TEDS-S by `table-recognition-metric`, GriTS by `grits-metric`, each where installed (see
docs/decisions); the share of tables whose every cell, span and text is right needs neither.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from schemas.table import Table
from tests.corpus.generic import KINDS, Kind, MadeCell, as_html, make_table
from tests.corpus.generic_page import set_page
from tests.corpus.scanning import scan
from workers.engines.render import open_document
from workers.engines.text_layer import text_layer
from workers.pipeline.read.recognition import Recogniser
from workers.pipeline.read.scan import read_scan
from workers.pipeline.read.text_layer import read_text_layer

SCANS = ("born digital", "fine", "office", "skew", "fax", "low")
"""The profiles measured unless others are named."""
GROUPS: dict[str, tuple[Kind, ...]] = {
    "ruled with spans": ("ruled",),
    "partly ruled": ("frameless", "three_line", "across", "down"),
    "unruled": ("unruled",),
}

Score = Callable[[str, str], float]
"""HTML read, HTML printed → likeness, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One table's figures; None for a measure whose library is not installed."""

    kind: Kind
    scan: str
    seed: int
    found: int
    structure: bool
    exact: bool
    teds: float | None = None
    teds_s: float | None = None
    grits_top: float | None = None
    grits_con: float | None = None


MEASURES = ("structure", "exact", "teds", "teds_s", "grits_top", "grits_con")


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scans", nargs="*", default=SCANS, help="profiles, or `born digital`")


def run(options: argparse.Namespace) -> None:
    from workers.engines.recognise import build_engines

    recogniser = build_engines().recogniser
    scores = _scores()
    rows = []
    for seed in range(options.seed, options.seed + options.count):
        for kind in KINDS:
            for name in options.scans:
                rows.append(_measured(kind, name, seed, recogniser, scores))
    if options.json:
        print(json.dumps({"tables": [asdict(row) for row in rows]}))
        return
    show(rows)


def show(rows: Sequence[Row]) -> None:
    """Print the means by group and scan, then by kind over all scans."""
    print("\nTables of no statutory form; shares of all tables, means with 0 for one not found")
    head = ("tables", "found", "grid", "exact", "TEDS", "TEDS-S", "GriTS-Top", "GriTS-Con")
    print(f"{'':36s}" + "".join(f"{name:>10s}" for name in head))
    for group, kinds in GROUPS.items():
        for name in dict.fromkeys(row.scan for row in rows):
            own = [row for row in rows if row.kind in kinds and row.scan == name]
            print(_line(f"{group}, {name}", own))
    for kind in KINDS:
        print(_line(f"{kind}, all scans", [row for row in rows if row.kind == kind]))


def _line(name: str, rows: Sequence[Row]) -> str:
    found = sum(row.found > 0 for row in rows) / max(1, len(rows))
    means = [_mean([getattr(row, measure) for row in rows]) for measure in MEASURES]
    return f"{name:36s}{len(rows):10d}{found:10.3f}" + "".join(f"{mean:>10s}" for mean in means)


def _mean(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{sum(known) / len(known):.3f}" if known else "-"


def _measured(
    kind: Kind, name: str, seed: int, recogniser: Recogniser, scores: dict[str, Score]
) -> Row:
    """Make, scan and read one table; of several tables found the likest counts."""
    made = make_table(seed, kind)
    pdf = set_page(made, seed)
    tables = _born_digital(pdf) if name == "born digital" else _scanned(pdf, name, seed, recogniser)
    printed = as_html(made.cells, made.rows)
    read = max((_html(table) for table in tables), key=lambda h: _alike(h, printed), default="")
    return Row(
        kind=kind,
        scan=name,
        seed=seed,
        found=len(tables),
        structure=_bare(read) == _bare(printed),
        exact=read == printed,
        **{key: score(read, printed) if read else 0.0 for key, score in scores.items()},
    )


def _born_digital(pdf: bytes) -> tuple[Table, ...]:
    with open_document(pdf) as document:
        layer = text_layer(document[0])
    assert layer is not None
    return read_text_layer(layer, 1).tables


def _scanned(pdf: bytes, name: str, seed: int, recogniser: Recogniser) -> tuple[Table, ...]:
    picture = np.ascontiguousarray(scan(pdf, name, seed).pages[0][..., ::-1])
    return read_scan(picture, 1, recogniser).page.tables


def _html(table: Table) -> str:
    cells = [
        MadeCell(
            row=cell.row,
            column=cell.column,
            row_span=cell.row_span,
            column_span=cell.column_span,
            text=cell.text,
            role="word",
        )
        for cell in table.cells
    ]
    return as_html(cells, table.rows)


def _alike(read: str, printed: str) -> float:
    """Return a quick likeness to choose by: the share of cells' texts in common."""
    one, other = set(read.split("<td")), set(printed.split("<td"))
    return len(one & other) / max(1, len(one | other))


def _bare(html: str) -> str:
    """Return the tags of a table without its texts."""
    return "".join(part.split(">")[0] + ">" for part in html.split("<")[1:])


def _scores() -> dict[str, Score]:
    scores: dict[str, Score] = {}
    if find_spec("table_recognition_metric"):
        library = import_module("table_recognition_metric")
        scores["teds"] = library.TEDS()
        scores["teds_s"] = library.TEDS(structure_only=True)
    if find_spec("grits"):
        library = import_module("grits")
        scores["grits_top"] = _grits(library.html_to_grids, library.grits_top, "top")
        scores["grits_con"] = _grits(library.html_to_grids, library.grits_con, "con")
    return scores


def _grits(
    grids: Callable[[str], dict[str, object]],
    score: Callable[[object, object], tuple[float, float, float]],
    what: str,
) -> Score:
    return lambda read, printed: float(score(grids(printed)[what], grids(read)[what])[0])
