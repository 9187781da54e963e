"""The validation report for a person: one self-contained page, Chinese with an English switch."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from schemas import phrases
from schemas.phrases import Phrase
from schemas.record import DocumentKind, Record
from schemas.table import Tables
from schemas.validation import Cause, Finding, Severity, Validation
from workers.pipeline.export.marks import Mark, marks
from workers.pipeline.export.pictures import Picture, pictures
from workers.pipeline.export.report_tables import FAULTS, SIGNS, anchor, table_views
from workers.pipeline.export.report_text import section_views, standings_used
from workers.pipeline.places import form_of, places

_TEMPLATES = Environment(
    loader=PackageLoader("workers.pipeline.export", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_WITHOUT_PAGES = frozenset[DocumentKind]({"docx", "html", "markdown", "text"})


@dataclass(frozen=True, kw_only=True)
class FindingView:
    """A finding with its number, its picture and the place it points to in words."""

    number: int
    finding: Finding
    rule: Phrase
    cause: Phrase
    cause_at_length: Phrase
    page: int | None
    """Null also where the document has no pages."""
    place: Phrase | None
    anchor: str | None
    picture: Picture | None


@dataclass(frozen=True, kw_only=True)
class FindingGroup:
    """The findings of one severity."""

    severity: Severity
    name: Phrase
    findings: tuple[FindingView, ...]


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
        pages=None if record.source.kind in _WITHOUT_PAGES else record.source.pages,
        groups=_groups(record, validation, cuts),
        causes=_causes(validation),
        tables=table_views(form_of(record).template, marked),
        sections=section_views(record),
        standings=standings_used(record),
        readings=_readings_used(marked.values()),
        faults=_faults_used(marked.values()),
        verdict=phrases.VERDICTS[validation.verdict],
        verdict_at_length=phrases.VERDICTS_AT_LENGTH[validation.verdict],
        rule=phrases.rule,
    )
    return content.encode()


def _groups(
    record: Record, validation: Validation, cuts: Mapping[int, Picture]
) -> Sequence[FindingGroup]:
    where = places(form_of(record))
    causes = dict(phrases.CAUSES_AT_LENGTH)
    if record.source.kind in _WITHOUT_PAGES:
        causes["source"] = phrases.SOURCE_IN_MARKUP
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
                cause_at_length=causes[finding.cause],
                page=None if record.source.kind in _WITHOUT_PAGES else finding.page,
                place=(place.label, place.label_en) if place else None,
                anchor=anchor(first) if place else None,
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


def _causes(validation: Validation) -> list[tuple[Cause, Phrase, int]]:
    """Count the findings by who is at fault: the point of the program."""
    counted = Counter(finding.cause for finding in validation.findings)
    return [(cause, name, counted[cause]) for cause, name in phrases.CAUSES.items()]


def _readings_used(marked: Iterable[Mark]) -> list[tuple[str, str, Phrase]]:
    """Return class, sign and name of the states of reading that occur, for the legend."""
    used = {mark.reading for mark in marked}
    return [
        (reading, sign or {"missing": "缺", "unread": "？"}[reading], name)
        for reading, (sign, name) in SIGNS.items()
        if reading in used
    ]


def _faults_used(marked: Iterable[Mark]) -> list[tuple[str, str, Phrase]]:
    """Return class, sign and name of the faults that occur, for the legend."""
    used = {mark.fault for mark in marked}
    return [(fault, sign, name) for fault, (sign, name) in FAULTS.items() if fault in used]
