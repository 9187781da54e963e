"""The form of 国办公开办函〔2021〕30号, for report years from 2021: 200 values.

Facts of the form (labels, order, spans, relations) follow the notice; keys are ours.
"""

from schemas.form import Form, FormCell, FormTable, Relation, SectionTitle

SECTIONS = (
    SectionTitle(number=1, title="总体情况"),
    SectionTitle(
        number=2, title="主动公开政府信息情况", variants=("行政机关主动公开政府信息情况",)
    ),
    SectionTitle(
        number=3,
        title="收到和处理政府信息公开申请情况",
        variants=("行政机关收到和处理政府信息公开申请情况",),
    ),
    SectionTitle(
        number=4,
        title="政府信息公开行政复议、行政诉讼情况",
        variants=("因政府信息公开工作被申请行政复议、提起行政诉讼情况",),
    ),
    SectionTitle(
        number=5,
        title="存在的主要问题及改进情况",
        variants=("政府信息公开工作存在的主要问题及改进情况",),
    ),
    SectionTitle(number=6, title="其他需要报告的事项"),
)

APPLICANTS = {
    "natural_person": "自然人",
    "commercial_enterprise": "商业企业",
    "research_institution": "科研机构",
    "social_welfare_organization": "社会公益组织",
    "legal_service_institution": "法律服务机构",
    "other": "其他",
    "total": "总计",
}

OUTCOMES: dict[str, dict[str, str]] = {
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
    "（六）其他处理": {
        "other_not_corrected": "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
        "other_fee_unpaid": (
            "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"
        ),
        "other_other": "3.其他",
    },
}

PLAIN_ROWS = {
    "new_requests": "一、本年新收政府信息公开申请数量",
    "carried_over": "二、上年结转政府信息公开申请数量",
    "granted": "（一）予以公开",
    "partially_granted": "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
    "handled_total": "（七）总计",
    "carried_forward": "四、结转下年度继续办理",
}

RESULTS = {
    "upheld": "结果维持",
    "corrected": "结果纠正",
    "other": "其他结果",
    "pending": "尚未审结",
    "total": "总计",
}

REVIEWS = {
    "administrative_reconsideration": "行政复议",
    "litigation_direct": "未经复议直接起诉",
    "litigation_after_reconsideration": "复议后起诉",
}


def _proactive_disclosure() -> FormTable:
    columns = ("issued", "repealed", "in_force")
    kinds = (("regulations", "规章"), ("normative_documents", "行政规范性文件"))
    cells = [_article(0, "（一）")]
    for column, text in enumerate(("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")):
        cells.append(FormCell(row=1, column=column, kind="header", text=text))
    for row, (key, text) in enumerate(kinds, start=2):
        cells.append(FormCell(row=row, column=0, kind="label", text=text))
        for column, name in enumerate(columns, start=1):
            pointer = f"/proactive_disclosure/{key}/{name}"
            cells.append(FormCell(row=row, column=column, kind="value", pointer=pointer))
    decisions, fees = "本年处理决定数量", "本年收费金额（单位：万元）"
    cells += _wide(4, "（五）", decisions, {"administrative_licensing": "行政许可"})
    cells += _wide(
        7,
        "（六）",
        decisions,
        {"administrative_penalties": "行政处罚", "administrative_compulsory_measures": "行政强制"},
    )
    cells += _wide(
        11, "（八）", fees, {"administrative_fees_10k_yuan": "行政事业性收费"}, decimal=True
    )
    return FormTable(name="proactive_disclosure", section=2, rows=14, columns=4, cells=tuple(cells))


def _article(row: int, item: str) -> FormCell:
    return FormCell(row=row, column=0, column_span=4, kind="header", text=f"第二十条第{item}项")


def _wide(
    row: int, item: str, column_title: str, rows: dict[str, str], *, decimal: bool = False
) -> list[FormCell]:
    cells = [
        _article(row, item),
        FormCell(row=row + 1, column=0, kind="header", text="信息内容"),
        FormCell(row=row + 1, column=1, column_span=3, kind="header", text=column_title),
    ]
    for at, (key, text) in enumerate(rows.items(), start=row + 2):
        pointer = f"/proactive_disclosure/{key}"
        cells.append(FormCell(row=at, column=0, kind="label", text=text))
        cells.append(
            FormCell(
                row=at, column=1, column_span=3, kind="value", pointer=pointer, decimal=decimal
            )
        )
    return cells


def _requests() -> FormTable:
    corner = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    names = list(APPLICANTS.values())
    cells = [
        FormCell(row=0, column=0, row_span=3, column_span=3, kind="corner", text=corner),
        FormCell(row=0, column=3, column_span=7, kind="header", text="申请人情况"),
        FormCell(row=1, column=3, row_span=2, kind="header", text=names[0]),
        FormCell(row=1, column=4, column_span=5, kind="header", text="法人或其他组织"),
        FormCell(row=1, column=9, row_span=2, kind="header", text=names[-1]),
    ]
    for column, text in enumerate(names[1:-1], start=4):
        cells.append(FormCell(row=2, column=column, kind="header", text=text))
    cells += _request_row(3, 0, "new_requests") + _request_row(4, 0, "carried_over")
    group_rows = 3 + sum(len(rows) for rows in OUTCOMES.values())
    cells.append(
        FormCell(row=5, column=0, row_span=group_rows, kind="group", text="三、本年度办理结果")
    )
    cells += _request_row(5, 1, "granted") + _request_row(6, 1, "partially_granted")
    row = 7
    for group, rows in OUTCOMES.items():
        cells.append(FormCell(row=row, column=1, row_span=len(rows), kind="group", text=group))
        for key, text in rows.items():
            cells += _request_row(row, 2, key, text)
            row += 1
    cells += _request_row(row, 1, "handled_total") + _request_row(row + 1, 0, "carried_forward")
    return FormTable(name="requests", section=3, rows=row + 2, columns=10, cells=tuple(cells))


def _request_row(row: int, column: int, key: str, text: str | None = None) -> list[FormCell]:
    label = text if text is not None else PLAIN_ROWS[key]
    cells = [FormCell(row=row, column=column, column_span=3 - column, kind="label", text=label)]
    for at, name in enumerate(APPLICANTS, start=3):
        cells.append(FormCell(row=row, column=at, kind="value", pointer=f"/requests/{key}/{name}"))
    return cells


def _review_and_litigation() -> FormTable:
    reviews = list(REVIEWS.items())
    cells = [
        FormCell(row=0, column=0, column_span=5, kind="header", text="行政复议"),
        FormCell(row=0, column=5, column_span=10, kind="header", text="行政诉讼"),
        FormCell(row=1, column=5, column_span=5, kind="header", text=reviews[1][1]),
        FormCell(row=1, column=10, column_span=5, kind="header", text=reviews[2][1]),
    ]
    for block, (key, _) in enumerate(reviews):
        for at, (name, text) in enumerate(RESULTS.items()):
            row, span = (1, 2) if block == 0 else (2, 1)
            column = 5 * block + at
            pointer = f"/review_and_litigation/{key}/{name}"
            cells.append(FormCell(row=row, column=column, row_span=span, kind="header", text=text))
            cells.append(FormCell(row=3, column=column, kind="value", pointer=pointer))
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return FormTable(
        name="review_and_litigation", section=4, rows=4, columns=15, cells=tuple(cells)
    )


def _relations() -> tuple[Relation, ...]:
    labels = PLAIN_ROWS | {key: text for rows in OUTCOMES.values() for key, text in rows.items()}
    handled = ("granted", "partially_granted", *(key for rows in OUTCOMES.values() for key in rows))
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
    results = tuple(name for name in RESULTS if name != "total")
    review_sums = [
        _error(
            "REV-SUM",
            text,
            key,
            tuple(f"/review_and_litigation/{key}/{name}" for name in results),
            (f"/review_and_litigation/{key}/total",),
        )
        for key, text in REVIEWS.items()
    ]
    return (*row_sums, *column_sums, *balances, *review_sums)


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


FORM = Form(
    template="2021",
    notice="国办公开办函〔2021〕30号",
    first_year=2021,
    last_year=None,
    sections=SECTIONS,
    tables=(_proactive_disclosure(), _requests(), _review_and_litigation()),
    relations=_relations(),
)
