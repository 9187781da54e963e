from datetime import date

from hypothesis import given, settings

from schemas.forms.template_2021 import FORM
from schemas.record import Record
from tests.strategies import LINES, Values, build_report, consistent_values, evidence_of, values_of
from workers.pipeline.places import places, value_at


@given(consistent_values())
@settings(max_examples=20, deadline=None)
def test_every_decided_value_stands_at_its_pointer(values: Values) -> None:
    record = build_report(values).record
    assert {pointer: value_at(record, pointer) for pointer in FORM.pointers} == values
    assert list(record.evidence) == list(FORM.pointers)
    assert Record.model_validate_json(record.model_dump_json(by_alias=True)) == record


def test_identity_comes_from_the_text() -> None:
    record = build_report().record
    assert record.issuer == "云溪县林业局"
    assert record.title == "云溪县林业局2023年政府信息公开工作年度报告"
    assert (record.year, record.template, record.scope) == (2023, "2021", "organ")
    assert record.period is not None
    assert (record.period.start, record.period.end) == (date(2023, 1, 1), date(2023, 12, 31))
    assert [section.number for section in record.sections] == [1, 2, 3, 4, 5, 6]
    assert record.sections[0].text == LINES[LINES.index("一、总体情况") + 1]


def test_what_was_never_decided_is_missing_and_never_zero() -> None:
    values = values_of({})
    gone = "/requests/granted/total"
    del values[gone]
    record = build_report(values).record
    assert value_at(record, gone) is None
    assert record.evidence[gone].kind == "missing"


def test_a_fee_keeps_the_decimals_printed() -> None:
    fee = "/proactive_disclosure/administrative_fees_10k_yuan"
    record = build_report(values_of({}) | {fee: "59237.2400"}).record
    assert record.proactive_disclosure.administrative_fees_10k_yuan == "59237.2400"


def test_a_document_without_any_statutory_table_has_no_template() -> None:
    missing = ("proactive_disclosure", "requests", "review_and_litigation")
    assert build_report(missing=missing).record.template is None


def test_evidence_is_passed_on_untouched() -> None:
    pointer = "/requests/granted/total"
    doubtful = evidence_of(0, flag="doubtful", alternatives=("8",))
    record = build_report(evidence={pointer: doubtful}).record
    assert record.evidence[pointer] == doubtful


def test_places_name_every_value_once() -> None:
    where = places(FORM)
    assert list(where) == list(FORM.pointers)
    assert len({(p.table, p.row, p.column) for p in where.values()}) == 200
    inner = where["/requests/denied_state_secret/other"]
    assert inner.label == "（三）不予公开 1.属于国家秘密 / 其他"
    review = where["/review_and_litigation/litigation_direct/upheld"]
    assert (review.row_label, review.column_label) == ("行政诉讼/未经复议直接起诉", "结果维持")
