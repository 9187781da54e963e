"""Which template the tables of a document are: told by the labels that one form has alone.

Table four is one in both forms, table three but for （六）其他处理. A template is never forced on
the tables of another: where they and the year disagree, the tables say how they are read.
"""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from schemas.form import CellKind, Form, TableName
from schemas.forms import FORMS
from schemas.record import Template
from schemas.table import Table
from workers.pipeline.tables.labels import lettered, likeness, likenesses, plain

_ALIKE = 0.75
_SHORTEST = 4
"""Letters from which a label can tell one form from another."""
_LEAST = 5
"""Letters of labels by which tables must speak more for one form than for the others."""

Votes = dict[Template, int]
"""By template, the letters of labels that speak for it alone."""


def told_form(tables: Sequence[Table]) -> Form | None:
    """Return the form whose tables these are; None where no label tells one from another."""
    best, other = sorted(_votes(tables).items(), key=lambda vote: -vote[1])[:2]
    return FORMS[best[0]] if best[1] - other[1] >= _LEAST else None


def foreign_tables(tables: Sequence[Table], form: Form) -> dict[TableName, Template]:
    """Return the statutory tables that are another template's than `form`, with that template."""
    found: dict[TableName, Template] = {}
    for name in dict.fromkeys(table.form for table in tables if table.form is not None):
        votes = _votes([table for table in tables if table.form == name])
        best = max(votes, key=lambda template: votes[template])
        if votes[best] - votes[form.template] >= _LEAST:
            found[name] = best
    return found


def _votes(tables: Sequence[Table]) -> Votes:
    """Count for each template the letters of the labels that only it has."""
    cells = [cell for table in tables for cell in table.cells]
    texts = sorted({text for cell in cells if len(text := plain(cell.text)) >= _SHORTEST})
    votes: Votes = dict.fromkeys(FORMS, 0)
    if not texts:
        return votes
    owners = _owners()
    labels = list(owners)
    alike = likenesses(labels, texts)
    most = alike.max(axis=0)
    for at in np.flatnonzero(most >= _ALIKE):
        # A text speaks for the label it is most like; where those of several are, for none.
        nearest = [labels[one] for one in np.flatnonzero(alike[:, at] == most[at])]
        owner = owners[nearest[0]]
        if owner is not None and all(owners[label] == owner for label in nearest):
            votes[owner] += min(len(texts[at]), *map(len, nearest))
    for template, label in _rows_alone():
        if any(_heads_row(label, table) for table in tables):
            votes[template] += len(label)
    return votes


@cache
def _owners() -> Mapping[str, Template | None]:
    """Return all labels with the one template that has them; None for those of several."""
    owners: dict[str, Template | None] = {}
    for template in FORMS:
        for label in sorted(_labels(template)):
            owners[label] = None if label in owners else template
    return owners


def _labels(template: Template, *kinds: CellKind) -> frozenset[str]:
    cells = (cell for table in FORMS[template].tables for cell in table.cells)
    texts = (plain(cell.text) for cell in cells if not kinds or cell.kind in kinds)
    return frozenset(text for text in texts if len(text) >= _SHORTEST)


@cache
def _rows_alone() -> tuple[tuple[Template, str], ...]:
    """Return the rows of a form that are groups of rows in another: 2019's （六）其他处理."""
    return tuple(
        (template, label)
        for template in FORMS
        for other in FORMS
        for label in sorted(_labels(template, "label") & _labels(other, "group"))
    )


def _heads_row(label: str, table: Table) -> bool:
    """Say whether numbers stand right of a label in a table: it heads a row, no group of rows."""
    heads = {
        (cell.row, cell.column + cell.column_span)
        for cell in table.cells
        if likeness(plain(cell.text), label) >= _ALIKE
    }
    return any((c.row, c.column) in heads and not lettered(plain(c.text)) for c in table.cells)


_OLDER = (
    "指标名称",
    "统计数",
    "主动公开政府信息数",
    "制发规范性文件总数",
    "政府网站公开政府信息数",
    "收到申请数",
    "当面申请数",
    "申请办结数",
    "按时办结数",
    "申请答复数",
    "维持具体行政行为数",
    "被依法纠错数",
    "机构建设和保障经费情况",
)
_ENOUGH = 4
"""Wordings of the old table of figures from which a document is known by it."""


def is_older(text: str) -> bool:
    """Say whether a text without punctuation is that of the table of figures before 2019."""
    return sum(wording in text for wording in _OLDER) >= _ENOUGH
