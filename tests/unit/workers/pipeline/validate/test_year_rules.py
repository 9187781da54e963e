"""YEAR-CARRY, YEAR-INFORCE, SOFT-REPEAT: two years of one issuer side by side."""

import pytest

from schemas.evidence import Evidence
from schemas.forms.template_2021 import FORM
from schemas.record import Record, Section
from schemas.validation import Finding
from tests.strategies import Values, build_report, evidence_of, values_of
from workers.pipeline.validate.years import check_years

NEXT, OLD = "/requests/carried_forward/", "/requests/carried_over/"
DOUBT = evidence_of(4, flag="doubtful")
FILES = "/proactive_disclosure/normative_documents/"
FIRST = "本局主动公开政策文件，逐项写明内容与时限，由拟稿人、科室负责人、分管领导三级把关。" * 2
SECOND = "受理窗口实行专人登记、限期转办、逐件回访；季度抽查结果在内部通报，未发生追责情形。" * 2
THIRD = "网站首页增设检索入口，大厅更换自助终端，纸质公报每月上架，老年人可切换大字版面。" * 2
OTHER = "乡村道路养护由公路段承担，汛期前完成桥涵排查，冬季备足融雪物资，值守电话昼夜畅通。" * 3


def record(
    year: int, changes: Values, *, evidence: dict[str, Evidence] | None = None, text: str = ""
) -> Record:
    made = build_report(values_of({}) | changes, evidence=evidence).record
    sections = (Section(number=1, title="总体情况", text=text),)
    return made.model_copy(update={"year": year, "sections": sections})


def findings(now: Record, before: Record | None) -> tuple[Finding, ...]:
    return check_years(now, FORM, before).findings


def test_what_is_carried_over_is_compared_column_by_column() -> None:
    before = record(2022, {f"{NEXT}natural_person": 3, f"{NEXT}other": 1, f"{NEXT}total": 4})
    now = record(2023, {f"{OLD}natural_person": 3, f"{OLD}total": 3})
    (finding,) = findings(now, before)
    assert (finding.code, finding.severity, finding.cause) == ("YEAR-CARRY", "error", "source")
    assert (finding.expected, finding.actual) == ("4", "3")
    assert finding.paths == (f"{OLD}total", f"{OLD}other")
    assert "总计 3，上年报告 4" in finding.message
    assert "a.pdf" in finding.message
    checked = check_years(now, FORM, before).checked["YEAR-CARRY"]
    assert (checked.checked, checked.failed) == (7, 2)


@pytest.mark.parametrize(
    "before",
    [
        None,
        record(2021, {f"{NEXT}total": 4}),  # not the year before
        record(2022, {}),
        record(2022, {f"{NEXT}total": None}),
        record(2022, {f"{NEXT}total": 4}, evidence={f"{NEXT}total": DOUBT}),
    ],
)
def test_nothing_is_said_without_a_certain_number_of_last_year(before: Record | None) -> None:
    assert findings(record(2023, {}), before) == ()


def test_a_doubtful_number_of_this_year_contradicts_nothing() -> None:
    doubt = {f"{OLD}total": evidence_of(3, flag="inferred")}
    now = record(2023, {f"{OLD}total": 3}, evidence=doubt)
    assert findings(now, record(2022, {})) == ()


@pytest.mark.parametrize(
    ("in_force", "expected"),
    [(16, None), (17, "16")],  # 12 + 6 - 2
)
def test_rules_in_force_follow_from_last_years(in_force: int, expected: str | None) -> None:
    before = record(2022, {f"{FILES}in_force": 12})
    now = record(2023, {f"{FILES}issued": 6, f"{FILES}repealed": 2, f"{FILES}in_force": in_force})
    found = findings(now, before)
    assert [finding.expected for finding in found] == ([expected] if expected else [])
    for finding in found:
        assert (finding.code, finding.severity) == ("YEAR-INFORCE", "warning")
        assert finding.formula == "12+6-2=16≠17"
        assert "清理" in (finding.suggestion or "")


@pytest.mark.parametrize(
    ("now", "repeated"),
    [
        (FIRST + SECOND + THIRD, True),
        (THIRD + FIRST + SECOND, True),  # in another order
        ((FIRST + SECOND + THIRD).replace("逐项", "分项").replace("每月", "按月"), True),
        (FIRST + OTHER + OTHER, False),
        (OTHER * 2, False),
        ("本局主动公开政策文件。", False),  # too short to say
    ],
)
def test_a_text_repeated_from_last_year_is_told_with_its_share(now: str, repeated: bool) -> None:
    before = record(2022, {}, text=FIRST + SECOND + THIRD)
    found = findings(record(2023, {}, text=now), before)
    assert [finding.code for finding in found] == ["SOFT-REPEAT"] * repeated
    assert all("%" in finding.message and "a.pdf" in finding.message for finding in found)
