import pytest

from schemas.form import Form
from schemas.forms import FORMS
from schemas.page import Page, TextLine
from schemas.table import Cell, Table
from tests.strategies import LINES, SOURCE, build_report
from workers.pipeline.choice import choose_form, is_filled, is_no_report, refusal
from workers.pipeline.tables.register import register

OLD, NEW = FORMS["2019"], FORMS["2021"]
UNNAMED = SOURCE.model_copy(update={"filename": "scan.pdf"})


def _page(*lines: str, cells: tuple[str, ...] = ()) -> Page:
    placed = tuple(TextLine(text=text, confidence=0.99, box=None) for text in lines)
    row = tuple(
        Cell(row=0, column=at, text=text, confidence=1.0, page=1, box=None)
        for at, text in enumerate(cells)
    )
    table = Table(pages=(1,), rows=1, columns=max(1, len(cells)), cells=row, box=None)
    tables = (table,) if cells else ()
    return Page(number=1, width=1, height=1, source="markup", lines=placed, tables=tables)


@pytest.mark.parametrize("form", [OLD, NEW])
@pytest.mark.parametrize("year", ["2020", "2023"])
def test_tables_decide_whatever_the_year(form: Form, year: str) -> None:
    lines = [line.replace("2023", year) for line in LINES]
    assert choose_form(build_report(lines=lines, form=form).pages, SOURCE) is form


@pytest.mark.parametrize(("year", "due"), [("2020", OLD), ("2023", NEW), ("2017", NEW)])
def test_the_year_decides_where_only_table_four_was_found(year: str, due: Form) -> None:
    lines = [line.replace("2023", year) for line in LINES]
    alone = build_report(lines=lines, missing=("proactive_disclosure", "requests"))
    assert choose_form(alone.pages, SOURCE) is due


def test_a_document_without_statutory_tables_is_laid_on_the_form_in_force() -> None:
    lines = [line.replace("2023", "2020") for line in LINES]
    assert choose_form([_page(*lines), _page("附件", cells=("序号", "名称"))], SOURCE) is NEW


def test_without_year_and_tables_that_tell_it_is_the_form_in_force() -> None:
    assert choose_form([_page("总体情况")], UNNAMED) is NEW


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (_page("青石县水利局2017年政府信息公开工作年度报告"), "template_unsupported"),
        (
            _page("附表", cells=("指标名称", "单位", "统计数", "主动公开政府信息数", "收到申请数")),
            "template_unsupported",
        ),
        (_page("青石县水利局2023年政府信息公开工作年度报告"), "not_a_report"),
        (_page("食堂菜单", cells=("周一", "面条")), "not_a_report"),
    ],
)
def test_a_document_without_statutory_tables_is_refused_with_its_reason(
    page: Page, code: str
) -> None:
    assert is_no_report(register([page], NEW), [page])
    failure = refusal([page], UNNAMED)
    assert failure.code == code
    if code == "template_unsupported":
        assert "2019" in failure.message


def test_full_tables_are_of_their_form_though_the_year_cannot_be() -> None:
    assert is_filled(build_report(form=NEW).registration)
    assert not is_filled(register([_page("一", cells=("规章", "1"))], NEW))
