"""Columns right of the form's are taken off and told; nothing else is."""

import json
from dataclasses import replace

import pytest

from schemas.forms import FORMS
from tests.corpus import office, variants, web
from tests.corpus.reports import make_report
from tests.corpus.truth import compare, truth_of
from tests.text_reading import ENGINE, SOURCE
from workers.pipeline.choice import choose_form
from workers.pipeline.normalise import normalise
from workers.pipeline.numbers import decide
from workers.pipeline.read.markup import read_markup
from workers.pipeline.tables.beyond import trim
from workers.pipeline.tables.register import register
from workers.pipeline.validate.validate import validate


@pytest.mark.parametrize("kind", ["html", "docx"])
@pytest.mark.parametrize(
    ("title", "texts"), [("备注", ("", "", "较上年增2件", "5")), ("上年合计", ("3", "4", "7", "0"))]
)
def test_a_column_beyond_the_form_is_named_and_every_value_read(
    kind: str, title: str, texts: tuple[str, ...]
) -> None:
    remark = variants.remark_column(title, *texts)
    report = replace(make_report(12, "bureau", short=True), variant=remark)
    content = web.set_page(report, "clean") if kind == "html" else office.set_docx(report)
    page = read_markup(content, kind)
    registration = register([page], choose_form([page], SOURCE))
    assert [(name, cell.text) for name, cell in registration.beyond] == [("requests", title)]
    record = normalise([page], registration, decide(registration, {1: "markup"}), SOURCE, ENGINE)
    cells = compare(truth_of(report), json.loads(record.model_dump_json()))
    assert (cells.right, cells.flagged) == (200, 0)
    found = validate(record, registration, [page]).findings
    assert [f.code for f in found if title in f.message] == ["STR-LABEL"]


def test_the_form_itself_loses_no_column() -> None:
    report = make_report(12, "bureau", short=True)
    page = read_markup(web.set_page(report, "clean"), "html")
    for table in register([page], FORMS["2021"]).tables:
        if table.form is not None:
            assert trim(table, FORMS["2021"].table(table.form)).table == table


def test_columns_in_another_order_are_none_beyond_the_form() -> None:
    exchanged = variants.exchanged_columns(3, 9)
    report = replace(make_report(12, "bureau", short=True), variant=exchanged)
    page = read_markup(web.set_page(report, "clean"), "html")
    assert register([page], FORMS["2021"]).beyond == ()
