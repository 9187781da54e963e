"""Plant the faults real reports have, and record exactly what each changes and breaks."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.corpus import form
from tests.corpus.relations import broken
from tests.corpus.reports import Planted, Report

Changes = Mapping[str, int]
"""New numbers by JSON pointer."""


class NoRoomForFaultError(ValueError):
    """The report has no cell this fault could befall; take a larger report or another fault."""


def plant(report: Report, fault: str, rng: random.Random) -> Report:
    """Return the report with one fault of FAULTS, MISQUOTED or MISLABELLED printed in it."""
    if fault == MISQUOTED:
        return _misquoted(report, rng)
    if fault == MISLABELLED:
        return replace(report, fault=fault, labels=dict([rng.choice(_misprints(report))]))
    changes = {p: n for p, n in FAULTS[fault](report, rng).items() if n != _number(report, p)}
    if not changes:
        raise NoRoomForFaultError(fault)
    values = {**report.values, **changes}
    planted = tuple(
        Planted(row=p.split("/")[2], column=p.split("/")[3], before=_number(report, p), after=n)
        for p, n in changes.items()
    )
    return replace(
        report,
        values=values,
        planted=(*report.planted, *planted),
        broken=broken(values),
        fault=fault,
    )


def _off_by_one(report: Report, rng: random.Random) -> Changes:
    """Miss a sum by one, in table three or four."""
    sums = [form.request(row, "total") for row in form.rows(report.template)]
    sums += [form.request("handled_total", column) for column in form.APPLICANTS]
    sums += [form.review(block, "total") for block, _ in form.REVIEW_BLOCKS]
    pointer = rng.choice([p for p in sums if report.values[p] is not None] or [""])
    if not pointer:
        return {}
    before = _number(report, pointer)
    return {pointer: before + (rng.choice((-1, 1)) if before else 1)}


def _swapped_digits(report: Report, rng: random.Random) -> Changes:
    """Swap two neighbouring digits of a number in table three, never to a leading zero."""
    places = [
        (form.request(row, column), swapped)
        for row in form.rows(report.template)
        for column, _ in form.COLUMNS
        for swapped in _swaps(report.printed(form.request(row, column)))
    ]
    return dict([rng.choice(places)]) if places else {}


def _swaps(digits: str) -> list[int]:
    swaps = [
        digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]
        for i in range(len(digits) - 1)
        if digits[i] != digits[i + 1]
    ]
    return [int(each) for each in swaps if each[0] != "0"]


def _double_counted(report: Report, rng: random.Random) -> Changes:
    """Count one outcome row twice in （七）总计, as offices do with 部分公开."""
    rows = [
        row for row in form.outcomes(report.template) if _number(report, form.request(row, "total"))
    ]
    if not rows:
        return {}
    row = "partially_granted" if "partially_granted" in rows else rng.choice(rows)
    return {
        form.request("handled_total", column): sum(
            _number(report, form.request(each, column)) for each in ("handled_total", row)
        )
        for column, _ in form.COLUMNS
    }


def _shifted_row(report: Report, rng: random.Random) -> Changes:
    """Move the numbers of one outcome row a column to the right, the last coming round."""
    rows = [
        row for row in form.outcomes(report.template) if _number(report, form.request(row, "total"))
    ]
    if not rows:
        return {}
    row = rng.choice(rows)
    pointers = [form.request(row, column) for column, _ in form.COLUMNS]
    numbers = [_number(report, pointer) for pointer in pointers]
    return dict(zip(pointers, [numbers[-1], *numbers[:-1]], strict=True))


def _number(report: Report, pointer: str) -> int:
    value = report.values[pointer]
    return value if isinstance(value, int) else 0


def _misquoted(report: Report, rng: random.Random) -> Report:
    """Tell one number in the text that the table does not have; the tables stay as they are."""
    places = [
        (claim, index, found.span())
        for claim in report.claims
        for index, text in enumerate(report.sections[claim.section])
        if len(matches := list(re.finditer(rf"(?<!\d){claim.stated}(?=件)", text))) == 1
        for found in matches
    ]
    if not places:
        raise NoRoomForFaultError(MISQUOTED)
    claim, index, (start, end) = rng.choice(places)
    wrong = replace(claim, stated=str(int(claim.stated) + rng.choice((1, 2, 10))))
    paragraphs = list(report.sections[claim.section])
    paragraphs[index] = paragraphs[index][:start] + wrong.stated + paragraphs[index][end:]
    return replace(
        report,
        fault=MISQUOTED,
        sections={**report.sections, claim.section: tuple(paragraphs)},
        claims=tuple(wrong if each == claim else each for each in report.claims),
    )


FAULTS: dict[str, Callable[[Report, random.Random], Changes]] = {
    "off_by_one": _off_by_one,
    "swapped_digits": _swapped_digits,
    "double_counted": _double_counted,
    "shifted_row": _shifted_row,
}
"""What each fault of the tables changes, by name."""

MISQUOTED = "misquoted"
"""The fault of the text: its claim then states what its table does not."""

MISLABELLED = "mislabelled"
"""The fault of a label: `labels` then says what is printed in place of the form's wording."""

_PARTIAL = "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"
_FEE_UNPAID = "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"

# Labels of table two in one form alone, with a misprint.
_OWN: dict[form.Template, tuple[tuple[str, str], ...]] = {
    "2019": (
        ("本年新公开数量", "本年新公布数量"),
        ("其他对外管理服务事项", "其他对外管理服务项目"),
        ("采购项目数量", "采购项目数"),
    ),
    "2021": (
        ("本年废止件数", "本年度止件数"),
        ("本年制发件数", "本年度制发件数"),
        ("现行有效件数", "现行有效数"),
    ),
}
# Misprints of real reports and their like: characters exchanged, lost and added.
_MISPRINTS = (
    ("5.属于三类内部事务信息", "5.属于三类内容事务信息"),
    ("2.其他法律行政法规禁止公开", "2.其它法律行政法规禁止公开"),
    ("3.补正后申请内容仍不明确", "3.补正后申请内容不明确"),
    ("1.信访举报投诉类申请", "1.信访举报投诉申请"),
    ("四、结转下年度继续办理", "四、结转下一年度继续办理"),
    ("法律服务机构", "法律服务组织"),
    (_PARTIAL, _PARTIAL.replace("情形，不", "情况，不")),
)


def _misprints(report: Report) -> tuple[tuple[str, str], ...]:
    own = (*_OWN[report.template], *_MISPRINTS)
    wrong = _FEE_UNPAID.replace("其政府", "其他政府")
    return (*own, (_FEE_UNPAID, wrong)) if report.template == "2021" else own
