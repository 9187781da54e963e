"""The validation report for a person: one self-contained page, Chinese with an English switch."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from schemas.form import FormCell, FormTable
from schemas.record import Record
from schemas.table import Tables
from schemas.validation import Finding, Severity, Validation
from workers.pipeline.export import phrases
from workers.pipeline.export.marks import Mark, marks
from workers.pipeline.export.phrases import Phrase
from workers.pipeline.export.pictures import Picture, pictures
from workers.pipeline.places import TABLE_TITLES, TABLE_TITLES_EN, form_of, places

_TEMPLATES = Environment(
    loader=PackageLoader("workers.pipeline.export", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, kw_only=True)
class FindingView:
    """A finding with its number, its picture and the place it points to in words."""

    number: int
    finding: Finding
    rule: Phrase
    cause: Phrase
    cause_at_length: Phrase
    place: Phrase | None
    anchor: str | None
    picture: Picture | None


@dataclass(frozen=True, kw_only=True)
class FindingGroup:
    """The findings of one severity."""

    severity: Severity
    name: Phrase
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, kw_only=True)
class CellView:
    """A cell of a statutory table as shown."""

    cell: FormCell
    mark: Mark | None
    anchor: str | None
    title: str


@dataclass(frozen=True, kw_only=True)
class TableView:
    """A statutory table set like the form, row by row."""

    name: str
    title: Phrase
    rows: tuple[tuple[CellView, ...], ...]


def report_html(
    record: Record,
    validation: Validation,
    tables: Tables,
    image: Callable[[int], bytes],
    marked: Mapping[str, Mark] | None = None,
) -> bytes:
    """Return the page; `image(n)` gives page n upright, to cut the places of findings from."""
    marked = marks(record, validation) if marked is None else marked
    cuts = pictures(validation.findings, record, tables, image)
    content = _TEMPLATES.get_template("validation.html").render(
        record=record,
        validation=validation,
        groups=_groups(record, validation, cuts),
        tables=[_table_view(table, marked) for table in form_of(record).tables],
        readings=_readings_used(marked.values()),
        verdict=phrases.VERDICTS[validation.verdict],
        verdict_at_length=phrases.VERDICTS_AT_LENGTH[validation.verdict],
        rule=phrases.rule,
    )
    return content.encode()


def _groups(
    record: Record, validation: Validation, cuts: Mapping[int, Picture]
) -> Sequence[FindingGroup]:
    where = places(form_of(record))
    views = []
    for number, finding in enumerate(validation.findings, start=1):
        first = finding.paths[0] if finding.paths else ""
        place = where.get(first)
        views.append(
            FindingView(
                number=number,
                finding=finding,
                rule=phrases.rule(finding.code),
                cause=phrases.CAUSES[finding.cause],
                cause_at_length=phrases.CAUSES_AT_LENGTH[finding.cause],
                place=(place.label, place.label_en) if place else None,
                anchor=_anchor(first) if place else None,
                picture=cuts.get(number),
            )
        )
    groups = (
        FindingGroup(
            severity=severity,
            name=name,
            findings=tuple(view for view in views if view.finding.severity == severity),
        )
        for severity, name in phrases.SEVERITIES.items()
    )
    return [group for group in groups if group.findings]


def _table_view(table: FormTable, marked: Mapping[str, Mark]) -> TableView:
    rows: list[list[CellView]] = [[] for _ in range(table.rows)]
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column)):
        mark = marked.get(cell.pointer or "")
        title = "\n".join(chinese for chinese, _ in mark.reasons) if mark else ""
        anchor = _anchor(cell.pointer) if cell.pointer else None
        rows[cell.row].append(CellView(cell=cell, mark=mark, anchor=anchor, title=title))
    return TableView(
        name=table.name,
        title=(TABLE_TITLES[table.name], TABLE_TITLES_EN[table.name]),
        rows=tuple(tuple(row) for row in rows),
    )


def _anchor(pointer: str) -> str:
    return "v" + pointer.replace("/", "-")


def _readings_used(marked: Iterable[Mark]) -> Sequence[str]:
    used = {mark.reading for mark in marked}
    order = ("doubtful", "corrected", "inferred", "blank", "not_applicable", "missing", "unread")
    return [reading for reading in order if reading in used]
