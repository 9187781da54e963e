"""The statutory tables of the page, set like the form, with what must be said of their values.

What is the same for all reports of a form is set once in a process; a report fills in its values.
A mark is a colour, a frame and a sign, so that it is also seen in black and white, and heard.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

from schemas.form import FormCell, FormTable
from schemas.forms import FORMS
from schemas.phrases import Phrase
from schemas.record import Template
from workers.pipeline.export.marks import Fault, Mark, Reading
from workers.pipeline.places import TABLE_TITLES, TABLE_TITLES_EN, Place, places

SIGNS: Mapping[Reading, tuple[str, Phrase]] = {
    "doubtful": ("疑", ("识别存疑", "read with doubt")),
    "corrected": ("改", ("按勾稽关系改取", "corrected by the relations")),
    "inferred": ("推", ("由勾稽关系推得", "inferred from the relations")),
    "blank": ("空", ("空白，不是 0", "blank, not 0")),
    "not_applicable": ("号", ("以符号代数，不是 0", "not applicable, not 0")),
    "missing": ("", ("缺失，不是 0", "missing, not 0")),
    "unread": ("", ("没有读出", "not read")),
}
"""What stands beside a value that was not read clearly; 缺 and ？ stand in place of one."""
FAULTS: Mapping[Fault, tuple[str, Phrase]] = {
    "main": ("误", ("核验有误之处", "an error points here")),
    "asked": ("核", ("有提醒，请核对", "a warning asks for a look")),
    "part": ("算", ("参与不符的算式", "part of a broken sum")),
}
_MOST_PLACES = 12
"""Places listed in one note; more are counted."""


@dataclass(frozen=True, kw_only=True)
class TableNote:
    """Why some values of a table are marked: the same reasons, all their places."""

    places: Phrase
    reasons: tuple[Phrase, ...]
    findings: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class TableView:
    """A statutory table as markup, and the notes below it."""

    name: str
    title: Phrase
    markup: Markup
    notes: tuple[TableNote, ...]


@dataclass(frozen=True, kw_only=True)
class _Skeleton:
    """A table as markup with `%s` for the rest of each value's cell, in their order."""

    text: str
    pointers: tuple[str, ...]


def table_views(template: Template, marked: Mapping[str, Mark]) -> list[TableView]:
    """Set the tables of a form with the values of a report."""
    where = places(FORMS[template])
    views = []
    for table, skeleton in zip(FORMS[template].tables, _skeletons(template), strict=True):
        shown = [marked[pointer] for pointer in skeleton.pointers]
        views.append(
            TableView(
                name=table.name,
                title=(TABLE_TITLES[table.name], TABLE_TITLES_EN[table.name]),
                markup=Markup(skeleton.text % tuple(map(_value, shown))),  # noqa: S704  _value escapes
                notes=tuple(_notes(shown, where)),
            )
        )
    return views


def anchor(pointer: str) -> str:
    """Return the id of a value's cell on the page."""
    return "v" + pointer.replace("/", "-")


def _value(mark: Mark) -> str:
    """Return the rest of a value's cell, after its id and spans."""
    if mark.reading == "clear" and mark.fault == "none":
        return _clear_value(mark.shown)
    sign = SIGNS[mark.reading][0] if mark.reading in SIGNS else ""
    sign += FAULTS[mark.fault][0] if mark.fault in FAULTS else ""
    shown = str(escape(mark.shown))
    if mark.findings:
        shown = f'<a href="#f{mark.findings[0]}">{shown or "　"}</a>'
    title = escape("\n".join(chinese for chinese, _ in mark.reasons))
    classes = f"{mark.reading} {mark.fault}"
    return f' class="{classes}" data-sign="{sign}" title="{title}">{shown}'


@lru_cache(maxsize=1024)  # most values are one of few numbers
def _clear_value(shown: str) -> str:
    return f">{escape(shown)}"


def _notes(shown: Sequence[Mark], where: Mapping[str, Place]) -> Iterator[TableNote]:
    """Yield the reasons of marks below a table: on paper nothing can be hovered over.

    A value that only takes part in a broken sum is told by its finding.
    """
    groups: dict[tuple[tuple[Phrase, ...], tuple[int, ...]], list[Place]] = {}
    for mark in shown:
        if mark.reading != "clear" or mark.fault in ("main", "asked"):
            reading = mark.reasons[: len(mark.reasons) - len(mark.findings)]
            groups.setdefault((reading, mark.findings), []).append(where[mark.pointer])
    for (reasons, findings), found in groups.items():
        yield TableNote(places=_listed(found), reasons=reasons, findings=findings)


def _listed(found: Sequence[Place]) -> Phrase:
    first, count = found[:_MOST_PLACES], len(found)
    more, more_en = (f" 等 {count} 格", f" and {count - len(first)} more")
    short = count <= _MOST_PLACES
    return (
        "；".join(place.label for place in first) + ("" if short else more),
        "; ".join(place.label_en for place in first) + ("" if short else more_en),
    )


@lru_cache(maxsize=4)
def _skeletons(template: Template) -> tuple[_Skeleton, ...]:
    form = FORMS[template]
    return tuple(_skeleton(table, places(form)) for table in form.tables)


def _skeleton(table: FormTable, where: Mapping[str, Place]) -> _Skeleton:
    rows: list[list[FormCell]] = [[] for _ in range(table.rows)]
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column)):
        rows[cell.row].append(cell)
    pointers = [cell.pointer for row in rows for cell in row if cell.pointer is not None]
    head = _head_rows(table)
    written = [f"<tr>{''.join(_cell(cell, table, where) for cell in row)}</tr>\n" for row in rows]
    title = f'<span lang="zh">{TABLE_TITLES[table.name]}</span>'
    title += f'<span lang="en">{TABLE_TITLES_EN[table.name]}</span>'
    text = (
        f'<table class="form {table.name}"><caption>{title}</caption>\n'
        + (f"<thead>\n{''.join(written[:head])}</thead>\n" if head else "")
        + f"<tbody>\n{''.join(written[head:])}</tbody></table>"
    )
    return _Skeleton(text=text, pointers=tuple(pointers))


def _head_rows(table: FormTable) -> int:
    """Return how many rows head the whole table: a page break repeats them.

    None where headers stand further down too, each over its own rows.
    """
    kinds = [{c.kind for c in table.cells if c.row == row} for row in range(table.rows)]
    heads = [bool(kind) and kind <= {"header", "corner"} for kind in kinds]
    leading = next((row for row, head in enumerate(heads) if not head), table.rows)
    return 0 if any(heads[leading:]) else leading


def _cell(cell: FormCell, table: FormTable, where: Mapping[str, Place]) -> str:
    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    spans += f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    if cell.pointer is not None:
        return f'<td id="{anchor(cell.pointer)}"{spans}%s</td>'
    scopes = {
        "header": "colgroup" if cell.column_span > 1 else "col",
        "group": "rowgroup",
        "label": "row",
    }
    scope = f' scope="{scopes[cell.kind]}"' if cell.kind in scopes else ""
    key = _key(cell, table, where)
    english = f'<span class="key" lang="en">{escape(key)}</span>' if key else ""
    text = str(escape(cell.text)).replace("%", "%%")
    return f'<th class="{cell.kind}"{scope}{spans}>{text}{english}</th>'


def _key(cell: FormCell, table: FormTable, where: Mapping[str, Place]) -> str:
    """Return a header or label in English: the key all values share that it alone names."""
    if cell.kind == "label":
        beside = [where[v.pointer] for v in table.values if v.row == cell.row and v.pointer]
        return _shared([place.row for place in beside])
    if cell.kind != "header":
        return ""
    below = [where[v.pointer] for v in table.values if v.pointer and _heads(cell, v, table)]
    labels = {place.column_label for place in below}
    return _shared([place.column if labels == {cell.text} else place.row for place in below])


def _heads(header: FormCell, value: FormCell, table: FormTable) -> bool:
    """Say whether a value stands below a header, with no header of the whole table between."""
    under = header.column <= value.column < header.column + header.column_span
    between = any(
        c.kind == "header" and header.row < c.row < value.row and c.column_span == table.columns
        for c in table.cells
    )
    return under and header.row < value.row and not between


def _shared(keys: Sequence[str]) -> str:
    return keys[0].replace("_", " ") if len(set(keys)) == 1 else ""
