import pytest

from schemas.form import Form, TableName
from schemas.forms import FORMS
from schemas.record import Template
from schemas.table import Table
from tests.strategies import build_report
from workers.pipeline.read.markup_page import cell_of, table_of
from workers.pipeline.tables.template import foreign_tables, is_older, told_form

OLD, NEW = FORMS["2019"], FORMS["2021"]


def _tables(form: Form) -> dict[TableName, Table]:
    return {t.form: t for t in build_report(form=form).registration.tables if t.form is not None}


@pytest.mark.parametrize("template", ["2019", "2021"])
@pytest.mark.parametrize("name", ["proactive_disclosure", "requests"])
def test_table_two_and_table_three_each_tell_the_form(template: Template, name: TableName) -> None:
    assert told_form([_tables(FORMS[template])[name]]) is FORMS[template]


@pytest.mark.parametrize("template", ["2019", "2021"])
def test_table_four_tells_nothing_nor_does_no_table(template: Template) -> None:
    assert told_form([_tables(FORMS[template])["review_and_litigation"]]) is None
    assert told_form([]) is None


def test_the_head_of_table_three_tells_nothing() -> None:
    table = _tables(NEW)["requests"]
    head = table.model_copy(update={"cells": tuple(c for c in table.cells if c.row < 15)})
    assert told_form([head]) is None


def test_one_misworded_label_does_not_make_it_the_other_form() -> None:
    table = _tables(NEW)["proactive_disclosure"]
    cells = tuple(
        c.model_copy(update={"text": "规范性文件"}) if c.text == "行政规范性文件" else c
        for c in table.cells
    )
    assert told_form([table.model_copy(update={"cells": cells})]) is NEW


def test_other_handling_left_blank_is_still_one_row() -> None:
    table = _tables(OLD)["requests"]
    row = next(c.row for c in table.cells if c.text == "（六）其他处理")
    cells = tuple(
        c.model_copy(update={"text": ""}) if c.row == row and c.column > 2 else c
        for c in table.cells
    )
    assert told_form([table.model_copy(update={"cells": cells})]) is OLD


def test_a_table_of_the_other_form_among_those_of_one_is_named() -> None:
    old, new = _tables(OLD), _tables(NEW)
    mixed = [new["proactive_disclosure"], old["requests"], new["review_and_litigation"]]
    assert told_form(mixed) is NEW
    assert foreign_tables(mixed, NEW) == {"requests": "2019"}
    for form in (OLD, NEW):
        assert foreign_tables(list(_tables(form).values()), form) == {}


def test_the_table_of_figures_before_2019_is_known_by_its_wording() -> None:
    assert is_older("指标名称单位统计数一主动公开情况一主动公开政府信息数条三一收到申请数件")
    assert not is_older("我局全年主动公开政府信息数百条收到申请数件均已答复")


def test_a_label_as_like_one_of_each_form_speaks_for_neither() -> None:
    # 第二十条第一项 to 第九项 less a letter are one text, and 第九项 is of the form of 2019 alone.
    whole, torn = (table_of([cell_of(f"第二十条第{n}项", row=0, column=0)]) for n in ("九", ""))
    assert told_form([whole]) is OLD
    assert told_form([torn]) is None
