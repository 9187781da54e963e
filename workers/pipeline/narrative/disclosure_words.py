"""The words for numbers of table two: rules issued, decisions taken, fees charged."""

import re

from workers.pipeline.narrative.subjects import DISCLOSURE
from workers.pipeline.narrative.words import FILL, LINK

_KIND = r"(?P<kind>(?:行政)?规范性文件|(?:政府|行政|部门|市政府|省政府)?规章(?!制度))"
_MAKE = r"(?:新?制发|新?制定(?:并|和|、)?(?:发布|印发|出台|公布)?|新?印发|新?出台|新?制发布?)"
_DOCUMENTS = re.compile(
    rf"(?:(?P<issued>{_MAKE})|(?P<repealed>(?:清理)?废止)|(?P<in_force>现行有效|现有有效))(?:了|的)*"
    rf"(?:{_KIND}|(?:文件|件数?|数量)?)(?:件数|数量|数)*{FILL}$"
    rf"|{_KIND.replace('kind', 'kind2')}(?:本年|本年度|年内|：|共|当年)*"
    r"(?:(?P<issued2>制发|新?制定|制发件)|(?P<repealed2>废止)|(?P<in_force2>现行有效))"
    rf"(?:件数|数量|数)*{FILL}$"
)
_DOCUMENT_VERB = re.compile(
    rf"(?:(?P<issued>{_MAKE})|(?P<repealed>(?:清理)?废止)|(?P<in_force>现行有效|现有有效))(?:了|的)*$"
)
_DOCUMENT_BEHIND = re.compile(rf"{_KIND}(?:$|，|。|；)")
_NOT_MADE = re.compile(
    r"(?<!信息)(?<!务)公开(?!工作|方面|情况)|公示|备案|审查|审核|审议|评估|起草|草案|征求|解读|转发|报送|修改|修订|失效|党内|代拟|名义|清理(?!废止)|梳理|汇编"
)
PAPERS = frozenset({"件", "份", "个", "部", "项", "篇", "条"})
"""Units in which rules and documents are counted."""


def documents_before(head: str, known: str | None) -> str | None:
    """Return the expression of rules issued, repealed or in force named before a number.

    `known` is the kind of rule the sentence is about.
    """
    found = _DOCUMENTS.search(head)
    if found is None or _NOT_MADE.search(head):
        return None
    field = next(
        f for f in ("issued", "repealed", "in_force") if found[f] or found.groupdict().get(f"{f}2")
    )
    kind = kind_of(found["kind"] or found["kind2"]) or known
    return f"{DISCLOSURE}.{kind}.{field}" if kind else None


def documents_around(head: str, tail: str) -> str | None:
    """Return the expression of “制发6件规范性文件”."""
    verb, thing = _DOCUMENT_VERB.search(head), _DOCUMENT_BEHIND.match(tail)
    if verb is None or thing is None or _NOT_MADE.search(head):
        return None
    return f"{DISCLOSURE}.{kind_of(thing['kind'])}.{verb.lastgroup}"


def kind_of(words: str | None) -> str | None:
    """Return the key of 规章 or 规范性文件."""
    if not words:
        return None
    return "normative_documents" if "规范性文件" in words else "regulations"


_POWERS = re.compile(
    r"行政(?:(?P<administrative_licensing>许可)|(?P<administrative_penalties>处罚)|(?P<administrative_compulsory_measures>强制))"
    rf"(?P<thing>(?:类|执法|措施|处理|审批|决定书?|案件?|业务|办件|件)*){FILL}$"
)
_POWER_VERB = re.compile(r"(?:作出|做出|办理|办结|实施|下达|完成|审批|核发)(?:了|各类|共)*$")
_POWER_BEHIND = re.compile(
    r"行政(?:(?P<administrative_licensing>许可)|(?P<administrative_penalties>处罚)|(?P<administrative_compulsory_measures>强制))"
    r"(?:措施|处理|决定书?|案件|审批)*(?:$|，|。|；)"
)
POWERS_NOT = re.compile(
    r"(?<!信息)(?<!务)公开(?!工作|方面|情况|：)|公示|发布|归集|上传|录入|推送|报送|受理|立案|申请|清单|目录|取消|下放|承接|梳理|评查|罚款|整改|复核|抽查|未收"
)
"""Words in a sentence that make its decisions something published, taken in or listed."""


def powers_before(head: str) -> tuple[str, bool] | None:
    """Return the expression of decisions named before a number, and whether 决定 is said."""
    found = _POWERS.search(head)
    if found is None or LINK.search(head[: found.start()]):
        return None
    return f"{DISCLOSURE}.{_power(found)}", "决定" in found["thing"] or "案" in found["thing"]


def powers_around(head: str, tail: str) -> str | None:
    """Return the expression of “作出12件行政许可决定”."""
    found = _POWER_BEHIND.match(tail)
    return f"{DISCLOSURE}.{_power(found)}" if found and _POWER_VERB.search(head) else None


def _power(found: re.Match[str]) -> str:
    names = ("licensing", "penalties", "compulsory_measures")
    return next(f"administrative_{n}" for n in names if found[f"administrative_{n}"])


FEES_BEFORE = re.compile(
    r"行政事业性收费(?:收入|金额|总额|总金额|共计|合计|收取|征收|收缴|款|：|为|共|达|是|计|总计|实际)*$|收取行政事业性收费(?:共计|共|合计|为|计)*$"
)
INFORMATION_FEE = re.compile(r"信息处理费")
CHARGED = re.compile(r"(?:收取|收费).{0,10}(?:总额|金额|费用)(?:共计|共|合计|为|是|：)*$")
