import pytest

from schemas.evidence import Evidence
from schemas.validation import Finding, Severity
from tests.strategies import build_report, evidence_of, values_of
from workers.pipeline.export.marks import Mark, marks
from workers.pipeline.validate.validate import validate

CELL = "/requests/granted/natural_person"


def _mark(value: int | None, evidence: Evidence | None = None, pointer: str = CELL) -> Mark:
    values = values_of({"granted": (4, 0, 0, 0, 0, 0), "new_requests": (4, 0, 0, 0, 0, 0)})
    report = build_report(
        values | {CELL: value}, evidence={CELL: evidence} if evidence is not None else None
    )
    validation = validate(report.record, report.registration, report.pages)
    return marks(report.record, validation)[pointer]


def test_a_clear_value_bears_no_mark() -> None:
    mark = _mark(4)
    assert (mark.shown, mark.reading, mark.fault, mark.reasons) == ("4", "clear", "none", ())


def test_the_suspect_cell_stands_out_and_the_other_numbers_of_the_sum_are_told() -> None:
    assert _mark(5).fault == "main"
    assert len(_mark(5).findings) == 2  # its row and its column
    assert _mark(5, pointer="/requests/granted/total").fault == "part"
    assert _mark(5, pointer="/requests/granted/other").fault == "none"  # 0 adds nothing


@pytest.mark.parametrize(
    ("value", "changes", "shown", "reading"),
    [
        (None, {}, "", "blank"),
        (None, {"kind": "not_applicable", "text": "/"}, "/", "not_applicable"),
        (None, {"kind": "missing"}, "缺", "missing"),
        (None, {"kind": "number", "flag": "doubtful"}, "？", "unread"),
        (4, {"flag": "doubtful", "alternatives": ("9",)}, "4", "doubtful"),
        (4, {"flag": "corrected", "read_as": "9"}, "4", "corrected"),
        (4, {"flag": "inferred"}, "4", "inferred"),
    ],
)
def test_every_state_of_reading_has_its_mark_and_reason(
    value: int | None, changes: dict[str, object], shown: str, reading: str
) -> None:
    mark = _mark(value, evidence_of(value, **changes))
    assert (mark.shown, mark.reading) == (shown, reading)
    assert mark.reasons
    if "alternatives" in changes or "read_as" in changes:
        assert "9" in mark.reasons[1][0]


@pytest.mark.parametrize(
    ("severity", "fault"), [("error", "main"), ("warning", "asked"), ("info", "none")]
)
def test_only_an_error_marks_a_value_as_wrong(severity: Severity, fault: str) -> None:
    report = build_report(values_of({}))
    finding = Finding(
        code="NAR-COUNT",
        severity=severity,
        cause="source",
        message="甲",
        message_en="a",
        paths=(CELL,),
    )
    validation = validate(report.record, report.registration, report.pages)
    found = marks(report.record, validation.model_copy(update={"findings": (finding,)}))[CELL]
    assert found.fault == fault
    assert bool(found.reasons) == (fault != "none")
