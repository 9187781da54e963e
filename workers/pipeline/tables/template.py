"""Which template the tables of a document are: told by the labels that one form has alone.

Table four is one in both forms, table three but for （六）其他处理. A template is never forced on
the tables of another: where they and the year disagree, the tables say how they are read.
"""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import numpy as np

from schemas.form import CellKind, Form, TableName
from schemas.forms import FORMS
from schemas.record import Template
from schemas.table import Table
from workers.pipeline.tables.labels import lettered, likeness, likenesses, plain

_ALIKE = 0.75
_SHORTEST = 4
"""Letters from which a label can tell one form from another."""
_LONGEST = 80
"""Letters beyond which no text is like a label: the longest has 35."""
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
    printed = {cell.text for table in tables for cell in table.cells}
    votes: Votes = dict.fromkeys(FORMS, 0)
    for text in {plain(text) for text in printed}:
        spoken = _spoken(text) if _SHORTEST <= len(text) <= _LONGEST else None
        if spoken is not None:
            votes[spoken[0]] += spoken[1]
    for template, label in _rows_alone():
        if any(_heads_row(label, table) for table in tables):
            votes[template] += len(label)
    return votes


@lru_cache(maxsize=4096)  # reports print the same labels, document after document
def _spoken(text: str) -> tuple[Template, int] | None:
    """Return for which template a plain text speaks, and with how many letters; None for none.

    It speaks for the label it is most like; where those of several templates are, for none.
    """
    if text.isdigit():
        return None
    owners = _owners()
    labels = list(owners)
    alike = likenesses([text], labels)[0]
    most = alike.max()
    nearest = [labels[at] for at in np.flatnonzero(alike == most)]
    (owner, *others) = {owners[label] for label in nearest}
    if most < _ALIKE or owner is None or others:
        return None
    return owner, min(len(text), *map(len, nearest))


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


@lru_cache(maxsize=4096)
def _is_alike(text: str, label: str) -> bool:
    return likeness(text, label) >= _ALIKE


def _heads_row(label: str, table: Table) -> bool:
    """Say whether numbers stand right of a label in a table: it heads a row, no group of rows."""
    named = {text for text in {c.text for c in table.cells} if _is_alike(plain(text), label)}
    heads = {(c.row, c.column + c.column_span) for c in table.cells if c.text in named}
    return bool(heads) and any(
        (c.row, c.column) in heads and not lettered(plain(c.text)) for c in table.cells
    )


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
