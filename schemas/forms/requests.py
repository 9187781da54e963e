"""Table three, 收到和处理政府信息公开申请情况: one table in both notices but for （六）其他处理."""

from collections.abc import Mapping

from schemas.form import FormCell, FormTable, Relation

APPLICANTS = {
    "natural_person": "自然人",
    "commercial_enterprise": "商业企业",
    "research_institution": "科研机构",
    "social_welfare_organization": "社会公益组织",
    "legal_service_institution": "法律服务机构",
    "other": "其他",
    "total": "总计",
}

PLAIN_ROWS = {
    "new_requests": "一、本年新收政府信息公开申请数量",
    "carried_over": "二、上年结转政府信息公开申请数量",
    "granted": "（一）予以公开",
    "partially_granted": "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
    "handled_total": "（七）总计",
    "carried_forward": "四、结转下年度继续办理",
}

# （三） to （五）: the same in both notices.
REFUSALS: dict[str, dict[str, str]] = {
    "（三）不予公开": {
        "denied_state_secret": "1.属于国家秘密",
        "denied_prohibited_by_law": "2.其他法律行政法规禁止公开",
        "denied_security_and_stability": "3.危及“三安全一稳定”",
        "denied_third_party_rights": "4.保护第三方合法权益",
        "denied_internal_affairs": "5.属于三类内部事务信息",
        "denied_process_information": "6.属于四类过程性信息",
        "denied_enforcement_file": "7.属于行政执法案卷",
        "denied_administrative_inquiry": "8.属于行政查询事项",
    },
    "（四）无法提供": {
        "unable_not_held": "1.本机关不掌握相关政府信息",
        "unable_needs_creation": "2.没有现成信息需要另行制作",
        "unable_still_unclear": "3.补正后申请内容仍不明确",
    },
    "（五）不予处理": {
        "rejected_petition": "1.信访举报投诉类申请",
        "rejected_repeat": "2.重复申请",
        "rejected_publication": "3.要求提供公开出版物",
        "rejected_excessive": "4.无正当理由大量反复申请",
        "rejected_reconfirmation": "5.要求行政机关确认或重新出具已获取信息",
    },
}

CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"


def requests_table(other: Mapping[str, str], other_group: str | None) -> FormTable:
    """Return table three; `other` are the rows of （六）其他处理, one alone has no group."""
    groups: dict[str, Mapping[str, str]] = {**REFUSALS}
    if other_group is not None:
        groups[other_group] = other
    cells = [*_header(), *_row(3, 0, "new_requests"), *_row(4, 0, "carried_over")]
    in_groups = sum(len(rows) for rows in groups.values())
    results = 3 + in_groups + (0 if other_group else len(other))
    cells.append(
        FormCell(row=5, column=0, row_span=results, kind="group", text="三、本年度办理结果")
    )
    cells += _row(5, 1, "granted") + _row(6, 1, "partially_granted")
    row = 7
    for group, rows in groups.items():
        cells.append(FormCell(row=row, column=1, row_span=len(rows), kind="group", text=group))
        for key, text in rows.items():
            cells += _row(row, 2, key, text)
            row += 1
    for key, text in () if other_group else other.items():
        cells += _row(row, 1, key, text)
        row += 1
    cells += _row(row, 1, "handled_total") + _row(row + 1, 0, "carried_forward")
    return FormTable(name="requests", section=3, rows=row + 2, columns=10, cells=tuple(cells))


def _header() -> list[FormCell]:
    names = list(APPLICANTS.values())
    cells = [
        FormCell(row=0, column=0, row_span=3, column_span=3, kind="corner", text=CORNER),
        FormCell(row=0, column=3, column_span=7, kind="header", text="申请人情况"),
        FormCell(row=1, column=3, row_span=2, kind="header", text=names[0]),
        FormCell(row=1, column=4, column_span=5, kind="header", text="法人或其他组织"),
        FormCell(row=1, column=9, row_span=2, kind="header", text=names[-1]),
    ]
    for column, text in enumerate(names[1:-1], start=4):
        cells.append(FormCell(row=2, column=column, kind="header", text=text))
    return cells


def _row(row: int, column: int, key: str, text: str | None = None) -> list[FormCell]:
    label = text if text is not None else PLAIN_ROWS[key]
    cells = [FormCell(row=row, column=column, column_span=3 - column, kind="label", text=label)]
    for at, name in enumerate(APPLICANTS, start=3):
        cells.append(FormCell(row=row, column=at, kind="value", pointer=f"/requests/{key}/{name}"))
    return cells


def request_relations(other: Mapping[str, str]) -> tuple[Relation, ...]:
    """Return the sums of table three; `other` are the rows of （六）其他处理."""
    refused = {key: text for rows in REFUSALS.values() for key, text in rows.items()}
    labels = {**PLAIN_ROWS, **refused, **other}
    handled = ("granted", "partially_granted", *refused, *other)
    rows = ("new_requests", "carried_over", *handled, "handled_total", "carried_forward")
    applicants = tuple(name for name in APPLICANTS if name != "total")
    row_sums = [
        _error("REQ-ROW", labels[row], row, _at(row, applicants), _at(row, ("total",)))
        for row in rows
    ]
    column_sums = [
        _error("REQ-COL", text, name, _down(handled, name), _down(("handled_total",), name))
        for name, text in APPLICANTS.items()
    ]
    balances = [
        _error(
            "REQ-BALANCE",
            text,
            name,
            _down(("new_requests", "carried_over"), name),
            _down(("handled_total", "carried_forward"), name),
        )
        for name, text in APPLICANTS.items()
    ]
    return (*row_sums, *column_sums, *balances)


def _error(
    code: str, subject: str, key: str, terms: tuple[str, ...], totals: tuple[str, ...]
) -> Relation:
    return Relation(
        code=code,
        severity="error",
        subject=subject,
        subject_en=key.replace("_", " "),
        terms=terms,
        totals=totals,
    )


def _at(row: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"/requests/{row}/{name}" for name in names)


def _down(rows: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(f"/requests/{row}/{name}" for row in rows)
