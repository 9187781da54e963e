"""The statutory forms of 2019 and 2021 as this room knows them, apart from the program."""

from collections.abc import Container, Iterator
from functools import cache
from typing import Literal, get_args

Template = Literal["2019", "2021"]
TEMPLATES: tuple[Template, ...] = get_args(Template)
YEARS: dict[Template, tuple[int, int]] = {"2019": (2019, 2020), "2021": (2021, 2025)}
"""First and last report year made up for a template."""

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
Groups = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
OUTCOME_GROUPS: Groups = (
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
# The form of 2019 has one row in place of the last group.
OUTCOME_GROUPS_2019: Groups = (
    *OUTCOME_GROUPS[:-1],
    ("", (("other_handling", "（六）其他处理"),)),
)


def outcome_groups(template: Template = "2021") -> Groups:
    """Return the rows of results, in their groups."""
    return OUTCOME_GROUPS if template == "2021" else OUTCOME_GROUPS_2019


@cache
def outcomes(template: Template = "2021") -> tuple[str, ...]:
    """Return the keys of the results."""
    return tuple(key for _, rows in outcome_groups(template) for key, _ in rows)


@cache
def rows(template: Template = "2021") -> tuple[str, ...]:
    """Return the keys of the rows of table three."""
    ends = (NEW[0], CARRIED_OVER[0]), (HANDLED[0], CARRIED_FORWARD[0])
    return (*ends[0], *outcomes(template), *ends[1])


OUTCOMES: tuple[str, ...] = outcomes()
ROWS: tuple[str, ...] = rows()

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


# Table two of 2019: 第二十条第（…）项, its columns, its rows.
_ITEMS = (("previous_items", "上一年项目数量"), ("change", "本年增/减"))
Block = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]
BLOCKS_2019: tuple[Block, ...] = (
    (
        "（一）",
        (
            ("made", "本年新制作数量"),
            ("published", "本年新公开数量"),
            ("published_total", "对外公开总数量"),
        ),
        (("regulations", "规章"), ("normative_documents", "规范性文件")),
    ),
    (
        "（五）",
        (*_ITEMS, ("decisions", "处理决定数量")),
        (
            ("administrative_licensing", "行政许可"),
            ("other_management_services", "其他对外管理服务事项"),
        ),
    ),
    (
        "（六）",
        (*_ITEMS, ("decisions", "处理决定数量")),
        (
            ("administrative_penalties", "行政处罚"),
            ("administrative_compulsory_measures", "行政强制"),
        ),
    ),
    ("（八）", _ITEMS, (("administrative_fees", "行政事业性收费"),)),
    (
        "（九）",
        (("projects", "采购项目数量"), ("amount", "采购总金额")),
        (("government_procurement", "政府集中采购"),),
    ),
)


def is_change(pointer: str) -> bool:
    """Tell whether a cell holds a change (本年增/减), which may be negative."""
    return pointer.endswith("/change")


def is_amount(pointer: str) -> bool:
    """Tell whether a cell holds a decimal."""
    return pointer == FEES or pointer.endswith("/amount")


def template_of(values: Container[str]) -> Template:
    """Return the template whose cells these are."""
    return "2019" if request("other_handling", "total") in values else "2021"


def _disclosure_pointers(template: Template) -> Iterator[str]:
    if template == "2019":
        for _, columns, lines in BLOCKS_2019:
            yield from (disclosure(row, column) for row, _ in lines for column, _ in columns)
        return
    for kind, _ in DOCUMENT_KINDS:
        for column, _ in DOCUMENT_COLUMNS:
            yield disclosure(kind, column)
    yield disclosure("administrative_licensing")
    yield disclosure("administrative_penalties")
    yield disclosure("administrative_compulsory_measures")
    yield FEES


@cache
def pointers(template: Template = "2021") -> tuple[str, ...]:
    """Return the JSON pointers of all cells of a template, in the order of the form."""
    requests = (request(row, column) for row in rows(template) for column, _ in COLUMNS)
    reviews = (review(block, column) for block, _ in REVIEW_BLOCKS for column, _ in REVIEW_COLUMNS)
    return (*_disclosure_pointers(template), *requests, *reviews)


POINTERS: tuple[str, ...] = pointers()
"""JSON pointers of the 200 cells of 2021, in the order of the form."""
