"""NAR-*: what the text states, against the tables, its own sums and last year's report."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from schemas.page import Page
from schemas.record import Record
from schemas.validation import Cause, Checked, Finding
from workers.pipeline.narrative.judge import Judged, judge, pointers_of
from workers.pipeline.narrative.statement import Kind, Statement
from workers.pipeline.paragraphs import Flow, PlacedLine, flow, text_lines
from workers.pipeline.places import Place, form_of, places
from workers.pipeline.validate.outcome import Outcome
from workers.pipeline.validate.phrasing import Wording, worded
from workers.pipeline.wording import fold

CODES: dict[Kind, str] = {
    "count": "NAR-COUNT",
    "none": "NAR-NONE",
    "list": "NAR-LIST",
    "share": "NAR-PERCENT",
    "categories": "NAR-NUMBER-OF",
    "approximate": "NAR-APPROX",
    "growth": "NAR-GROWTH",
}
_Span = tuple[int, tuple[int, int]]
"""The section of a statement and its span in it."""
_SURE = 0.9
"""Score from which words read from pixels, digits apart, are taken for what is printed."""
_DOUBT = "；正文是从图像识别的，也可能是识别之误，请对照原件"
_DOUBT_EN = "; the text was read from pixels, so this may be a misreading"


def check_narrative(
    record: Record, pages: Sequence[Page], previous: Record | None = None
) -> Outcome:
    """Judge every statement of the text; what cannot be compared is not counted as checked."""
    judged = [each for each in judge(record, previous) if each.statement.kind in CODES]
    told = [each for each in judged if _is_told(each)]
    where = places(form_of(record)) if told else {}
    lines = locate((each.statement for each in told), flow(text_lines(pages))) if told else {}
    checked = Counter(_code(each) for each in judged if each.holds is not None or _is_told(each))
    failed = Counter(_code(each) for each in told)
    return Outcome(
        findings=tuple(_finding(each, record, where, lines) for each in told),
        checked={
            code: Checked(checked=checked[code], failed=failed[code]) for code in CODES.values()
        },
    )


def _is_told(judged: Judged) -> bool:
    return judged.holds is False or judged.statement.kind == "approximate"


def _code(judged: Judged) -> str:
    return CODES[judged.statement.kind]


def _finding(
    judged: Judged, record: Record, where: dict[str, Place], lines: Mapping[_Span, PlacedLine]
) -> Finding:
    statement = judged.statement
    line = lines.get(_span(statement))
    wording: Wording = worded(judged, record, where)
    cause = _cause(statement, line, record)
    pointers = pointers_of(judged.reading, record) if statement.kind in ("count", "none") else ()
    return Finding(
        code=CODES[statement.kind],
        severity="info" if statement.kind == "approximate" else "warning",
        cause=cause,
        message=wording.message + (_DOUBT if cause != "source" else ""),
        message_en=wording.message_en + (_DOUBT_EN if cause != "source" else ""),
        paths=pointers or (f"/sections/{statement.section}",),
        expected=wording.expected,
        actual=wording.actual,
        formula=wording.formula,
        page=line.page if line else None,
        box=line.box if line else None,
    )


def _cause(statement: Statement, line: PlacedLine | None, record: Record) -> Cause:
    """Leave open who misprinted a digit read from pixels; words read surely are the report's."""
    if line is None:
        scanned = record.source.kind in ("scan", "image", "mixed")
        return "undetermined" if scanned else "source"
    if line.source != "ocr":
        return "source"
    return "source" if statement.kind == "none" and line.confidence >= _SURE else "undetermined"


def locate(statements: Iterable[Statement], running: Flow) -> dict[_Span, PlacedLine]:
    """Return the line that prints the end of each statement, where its number stands.

    They are sought in their order, each behind the last one found: what is told twice stands twice.
    """
    found: dict[_Span, PlacedLine] = {}
    behind = 0
    for span, statement in sorted({_span(each): each for each in statements}.items()):
        begin = _begin(statement, running.text, behind)
        if begin is None:
            begin = _begin(statement, running.text, 0)
        if begin is not None:
            found[span] = running.line_at(begin + len(fold(statement.text)) - 1)
            behind = begin + 1
    return found


def _span(statement: Statement) -> _Span:
    return statement.section, statement.span


def _begin(statement: Statement, text: str, behind: int) -> int | None:
    """Return where a statement begins, in its sentence if that is found, from an offset on."""
    words, sentence = fold(statement.text), fold(statement.sentence)
    inside = sentence.find(words)
    at = text.find(sentence, max(0, behind - inside)) if inside >= 0 else -1
    if at < 0:
        at, inside = text.find(words, behind), 0
    return at + inside if at >= 0 and words else None
