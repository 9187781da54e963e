"""The statutory form of template 2021 as this room knows it, apart from the program under test."""

from collections.abc import Iterator

COLUMNS: tuple[tuple[str, str], ...] = (
    ("natural_person", "自然人"),
    ("commercial_enterprise", "商业企业"),
    ("research_institution", "科研机构"),
    ("social_welfare_organization", "社会公益组织"),
    ("legal_service_institution", "法律服务机构"),
    ("other", "其他"),
    ("total", "总计"),
)
APPLICANTS: tuple[str, ...] = tuple(key for key, _ in COLUMNS[:-1])

NEW = ("new_requests", "一、本年新收政府信息公开申请数量")
CARRIED_OVER = ("carried_over", "二、上年结转政府信息公开申请数量")
HANDLED = ("handled_total", "（七）总计")
CARRIED_FORWARD = ("carried_forward", "四、结转下年度继续办理")
RESULTS_LABEL = "三、本年度办理结果"
CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"

# A group without a label holds rows that stand alone.
OUTCOME_GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("", (("granted", "（一）予以公开"),)),
    ("", (("partially_granted", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),)),
    (
        "（三）不予公开",
        (
            ("denied_state_secret", "1.属于国家秘密"),
            ("denied_prohibited_by_law", "2.其他法律行政法规禁止公开"),
            ("denied_security_and_stability", "3.危及“三安全一稳定”"),
            ("denied_third_party_rights", "4.保护第三方合法权益"),
            ("denied_internal_affairs", "5.属于三类内部事务信息"),
            ("denied_process_information", "6.属于四类过程性信息"),
            ("denied_enforcement_file", "7.属于行政执法案卷"),
            ("denied_administrative_inquiry", "8.属于行政查询事项"),
        ),
    ),
    (
        "（四）无法提供",
        (
            ("unable_not_held", "1.本机关不掌握相关政府信息"),
            ("unable_needs_creation", "2.没有现成信息需要另行制作"),
            ("unable_still_unclear", "3.补正后申请内容仍不明确"),
        ),
    ),
    (
        "（五）不予处理",
        (
            ("rejected_petition", "1.信访举报投诉类申请"),
            ("rejected_repeat", "2.重复申请"),
            ("rejected_publication", "3.要求提供公开出版物"),
            ("rejected_excessive", "4.无正当理由大量反复申请"),
            ("rejected_reconfirmation", "5.要求行政机关确认或重新出具已获取信息"),
        ),
    ),
    (
        "（六）其他处理",
        (
            (
                "other_not_corrected",
                "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
            ),
            (
                "other_fee_unpaid",
                "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
            ),
            ("other_other", "3.其他"),
        ),
    ),
)
OUTCOMES: tuple[str, ...] = tuple(key for _, rows in OUTCOME_GROUPS for key, _ in rows)
ROWS: tuple[str, ...] = (NEW[0], CARRIED_OVER[0], *OUTCOMES, HANDLED[0], CARRIED_FORWARD[0])

DOCUMENT_KINDS: tuple[tuple[str, str], ...] = (
    ("regulations", "规章"),
    ("normative_documents", "行政规范性文件"),
)
DOCUMENT_COLUMNS: tuple[tuple[str, str], ...] = (
    ("issued", "本年制发件数"),
    ("repealed", "本年废止件数"),
    ("in_force", "现行有效件数"),
)
FEES = "/proactive_disclosure/administrative_fees_10k_yuan"

REVIEW_BLOCKS: tuple[tuple[str, str], ...] = (
    ("administrative_reconsideration", "行政复议"),
    ("litigation_direct", "未经复议直接起诉"),
    ("litigation_after_reconsideration", "复议后起诉"),
)
REVIEW_COLUMNS: tuple[tuple[str, str], ...] = (
    ("upheld", "结果维持"),
    ("corrected", "结果纠正"),
    ("other", "其他结果"),
    ("pending", "尚未审结"),
    ("total", "总计"),
)

SECTION_TITLES: tuple[str, ...] = (
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
)
VARIANT_TITLES: tuple[str, ...] = (
    "总体情况",
    "行政机关主动公开政府信息情况",
    "行政机关收到和处理政府信息公开申请情况",
    "因政府信息公开工作被申请行政复议、提起行政诉讼情况",
    "政府信息公开工作存在的主要问题及改进情况",
    "其他需要报告的事项",
)


def request(row: str, column: str) -> str:
    """Return the JSON pointer of a cell of table three."""
    return f"/requests/{row}/{column}"


def review(block: str, column: str) -> str:
    """Return the JSON pointer of a cell of table four."""
    return f"/review_and_litigation/{block}/{column}"


def disclosure(*keys: str) -> str:
    """Return the JSON pointer of a cell of table two."""
    return "/".join(("/proactive_disclosure", *keys))


def _pointers() -> Iterator[str]:
    for kind, _ in DOCUMENT_KINDS:
        for column, _ in DOCUMENT_COLUMNS:
            yield disclosure(kind, column)
    yield disclosure("administrative_licensing")
    yield disclosure("administrative_penalties")
    yield disclosure("administrative_compulsory_measures")
    yield FEES
    for row in ROWS:
        for column, _ in COLUMNS:
            yield request(row, column)
    for block, _ in REVIEW_BLOCKS:
        for column, _ in REVIEW_COLUMNS:
            yield review(block, column)


POINTERS: tuple[str, ...] = tuple(_pointers())
"""JSON pointers of the 200 cells, in the order of the form."""
