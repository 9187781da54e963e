"""The words for numbers of table three: requests, what became of them, and who asked."""

import re

from workers.pipeline.narrative import subjects
from workers.pipeline.narrative.subjects import CARRIED, FORWARD, HANDLED, NEW
from workers.pipeline.narrative.words import END, FILL, LINK, NOT_OURS, PLAIN, REQUEST, is_partial

_NEW = re.compile(r"新(?:增|收到|接收|接到|受理|收)(?P<rest>[^，。；]{0,40})$")
_TAKEN = re.compile(
    r"(?<![新未不已没])(?:收到|接收到?|接到|受理|收悉|收受|收取?(?=(?:政府信息公开|依申请|申请))|登记)(?P<rest>[^，。；]{0,45})$"
)
_TREATED = re.compile(r"(?<![未不跨待])(?:办理|处理)(?P<rest>[^，。；]{0,45})$")
_NAMED = re.compile(
    rf"(?:{REQUEST}|依申请)(?:的|类)?(?:申请|事项|请求|办件|案件)*(?:收件|受理|登记)?(?:总量|总数|数量|件数|量|数)(?:为|是|共|共计|达|有|：)*$"
)
_BARE = re.compile(
    rf"{REQUEST}(?:的|类)?(?:申请|事项|请求|办件|案件|件)(?:共|共有|有|共计|计|合计|为|：)*$"
)
_CARRIED = re.compile(
    r"(?P<own>(?:上年度?|上一年度?|去年度?|20\d\d年度?)(?:末|底)?(?:度)?(?:未办结)?(?:的)?"
    r"(?:结转|转结|旧存|转入|遗留|滚存|接转|转接|转来|跨年|留存|转办)|旧存|结转(?:自)?(?:上年度?|去年度?|上一年度?))"
    rf"(?:至|到|来|而来|转入|入)*(?:本年度?|今年)?(?:继续)?(?:办理)?(?:的)?(?:{REQUEST})?{END}"
)
_FORWARD = re.compile(
    r"(?:(?:结转|转结|转入|转至|转到|转|留待|延至|顺延至|接转)(?:至|到|入)?"
    r"(?:下一?年度?|下个年度|次年度?|明年|20\d\d年度?)|(?<!上)(?<!一)下一?年度?结转|跨年度?办理)"
    rf"(?:度)?(?:存案|旧存)?(?:继续)?(?:办理|处理|答复)?(?:的)?(?:{REQUEST})?{END}"
)
_OPEN = re.compile(
    r"(?:尚未办结|未办结|尚在办理中?|正在办理中?|仍在办理中?|在办(?:理中)?|办理中|正在按程序办理|正在处理)(?:的)?"
    rf"(?:{REQUEST})?{END}"
)
_DONE = re.compile(
    r"(?<![未不待再率])(?:办结|答复|回复|结案|办理完毕|办毕|办复|处理完毕|处理完结|办理完结|办理完成)(?P<rest>[^，。；]{0,30})$"
)

_DROPPED = r"(?:[、，]?(?:行政机关)?不再处理(?:其(?:政府信息公开)?申请)?)?"
OUTCOMES = {
    "granted": r"(?<!不)(?:予以|给予|准予|同意|全部)公开",
    "partially_granted": r"(?:予以)?部分公开|部分予以公开|区分处理",
    "denied_state_secret": r"(?:属于|涉及|因)?国家秘密",
    "denied_prohibited_by_law": r"其[他它]法律、?行政法规禁止公开|法律、?(?:行政)?法规禁止公开",
    "denied_security_and_stability": r"(?:危及)?“?三安全一稳定”?",
    "denied_third_party_rights": r"(?:保护|涉及|损害|侵害)?第三方(?:的)?(?:合法)?权益",
    "denied_internal_affairs": r"(?:属于)?三类内部(?:事务|管理)信息|属于内部事务信息",
    "denied_process_information": r"(?:属于)?四类过程性信息|属于过程性信息",
    "denied_enforcement_file": r"(?:属于)?行政执法案卷(?:信息)?",
    "denied_administrative_inquiry": r"(?:属于)?行政查询事项",
    "denied_*": r"不予公开|不同意公开|不予以公开",
    "unable_not_held": r"(?:本机关|本单位|我局|我单位|本局)?不掌握(?:相关)?(?:政府)?信息"
    r"|(?:本机关|本单位|我局|我单位)不掌握",
    "unable_needs_creation": r"没有现成信息(?:、?需要?另行制作)?|需要?另行制作|没有现成信息",
    "unable_still_unclear": r"补正后(?:申请)?(?:内容)?仍(?:然)?不明确",
    "unable_*": r"无法提供",
    "rejected_petition": r"(?:属于)?信访、?(?:举报、?投诉|投诉、?举报)类?",
    "rejected_repeat": r"(?:属于)?重复申请",
    "rejected_publication": r"(?:要求)?提供公开出版物",
    "rejected_excessive": r"(?:无正当理由)?大量、?反复申请",
    "rejected_reconfirmation": r"(?:要求)?(?:行政机关)?确认或者?重新出具(?:已获取(?:的)?信息)?",
    "rejected_*": r"不予处理",
    "other_not_corrected": rf"(?:无正当理由)?逾期不补正{_DROPPED}",
    "other_fee_unpaid": rf"逾期未按(?:收费通知)?(?:要求)?缴纳费用{_DROPPED}",
    "other_*": r"其[他它]处理",
}
"""本年度办理结果 by row or group of rows, as texts word them."""

_GROUPS = {key: f"o{at}" for at, key in enumerate(OUTCOMES)}
_OUTCOME_WORDS = "|".join(f"(?P<{_GROUPS[key]}>{words})" for key, words in OUTCOMES.items())
_OUTCOME = re.compile(
    rf"(?:{_OUTCOME_WORDS})(?:的)?(?:{REQUEST})?(?:申请|事项|决定|情形|情况|信息|答复|处理|类|告知书?|内容|办理|结果|的|件数?)*{FILL}$"
)
_OUTCOME_BEHIND = re.compile(
    r"(?:件)?(?:申请|政府信息公开申请|依申请公开|信息公开申请)*(?:依法|依规|分别|作出|作|给予|决定|答复|告知|因|为|系|属|属于|的|进行|获得)*"
    rf"(?:{_OUTCOME_WORDS})(?:的?(?:申请|事项|决定|情形|答复|处理|告知|信息|内容|类)*)$"
)
_BARE_OUTCOME = re.compile(r"^(?:其中|其中：|：|依法|已)*公开$")


def outcome_before(head: str) -> str | None:
    """Return the expression of an outcome named right before a number."""
    found = _OUTCOME.search(head)
    if found is None or LINK.search(head[: found.start()]):
        return "requests.granted" if _BARE_OUTCOME.match(head) else None
    return f"requests.{_key(found)}"


def outcome_behind(tail: str) -> str | None:
    """Return the expression of an outcome named right behind a number."""
    found = _OUTCOME_BEHIND.match(tail)
    return f"requests.{_key(found)}" if found else None


_GROUP = re.compile("|".join(words for key, words in OUTCOMES.items() if key.endswith("_*")))
_ONE_REASON = re.compile(
    r"(?:因(?![此而])|由于|鉴于|涉及|属于)(?=[^，。；：])|不掌握|不存在|隐私|原因|"
    + "|".join(
        words
        for key, words in OUTCOMES.items()
        if re.match("(denied|unable|rejected|other)_[^*]", key)
    )
)


def is_for_one_reason(words: str) -> bool:
    """Say whether words give one reason for an outcome: 因不掌握信息无法提供 counts a part of it.

    `words` reach from the last quantity to this one.
    """
    groups = [found.start() for found in _GROUP.finditer(words)]
    return _ONE_REASON.search(words[: groups[-1]] if groups else words) is not None


def _key(found: re.Match[str]) -> str:
    return next(key for key, group in _GROUPS.items() if found[group])


def carried_before(head: str, year: int | None) -> bool:
    """Say whether the words before a number are those for 上年结转, or 结转至 the report year."""
    found = _CARRIED.search(head)
    if found is None and year is not None and (into := _BY_YEAR.search(head)):
        found = into if int(into["year"]) in (year - 1, year) else None
    return found is not None and not _DONE_BEFORE.search(head[: found.start()])


_DONE_BEFORE = re.compile(r"(?:办结|答复|处理|完成|办理)(?:了)?$")


_BY_YEAR = re.compile(
    rf"(?:20\d\d年度?)?(?:结转|转结|转入|接转)(?:至|到|入|自)?(?P<year>20\d\d)年度?"
    rf"(?:度)?(?:继续)?(?:办理|处理|答复)?(?:的)?(?:{REQUEST})?{END}"
)
"""Words that carry requests from one year into another, which only the report year tells apart."""


def forward_before(head: str, year: int | None) -> bool:
    """Say whether the words before a number are those for 结转下年度, 结转 the year after."""
    found = _FORWARD.search(head)
    return found is not None and _is_later(found[0], year)


def _is_later(words: str, year: int | None) -> bool:
    """Say whether a year that words name, if they name one, is the one after the report year."""
    named = re.findall(r"20\d\d", words)
    return not named or year is None or int(named[-1]) == year + 1


def open_before(head: str) -> bool:
    """Say whether the words before a number say that it is still being handled."""
    return bool(_OPEN.search(head))


_FORWARD_BEHIND = re.compile(
    r"(?:件)?(?:申请|政府信息公开申请|依申请公开申请)*(?:已|需|按规定|依法|按程序|将|均)*(?:结转|转结|转入|转至|转|延至|留待|跨)"
    r"(?:至|到|入)?(?:下一?年度?|下个年度|次年度?|明年|年度?|20\d\d年度?)"
)
_OPEN_BEHIND = re.compile(
    r"(?:件)?(?:申请)?(?:尚|仍|正|还)?(?:未办结|在办理中?|在办理之中|未办理完毕|在按程序办理|在处理中)"
)
_CARRIED_BEHIND = re.compile(
    r"(?:件)?(?:申请)?(?:为|系|是)?(?:上年度?|上一年度?|去年度?|20\d\d年度?)(?:度)?(?:结转|转入|遗留|旧存)(?:的?申请|办理|的)*$"
)
_DONE_BEHIND = re.compile(
    r"(?:件)?(?:申请|政府信息公开申请|依申请公开申请)*(?:均|已|都|全部|依法|按时|按期|及时|予以|作出|按规定|在规定时间内|在法定期限内)*"
    r"(?:办结|答复|回复|结案|办理完毕)(?:完毕|完成|了)?$"
)


def behind(tail: str, year: int | None) -> tuple[str, ...] | None:
    """Return the readings of what is told right behind a number of requests."""
    forward = _FORWARD_BEHIND.match(tail)
    if (forward and _is_later(forward[0], year)) or _OPEN_BEHIND.match(tail):
        return (FORWARD,)
    if _CARRIED_BEHIND.match(tail):
        return (CARRIED,)
    found = outcome_behind(tail)
    if found:
        return (found,)
    return (HANDLED,) if _DONE_BEHIND.match(tail) else None


def requests_before(head: str, *, known: bool) -> tuple[str, ...] | None:
    """Return the readings of a number of requests by the words before it.

    `known` says that the sentence is about requests already; otherwise the words must say so.
    """
    for pattern, readings in (
        (_NEW, (NEW,)),
        (_DONE, (HANDLED,)),
        (_TAKEN, subjects.RECEIVED),
        (_TREATED, subjects.TREATED),
    ):
        found = pattern.search(head)
        if found and _about_requests(found["rest"], head[: found.start()], known=known):
            return readings
    if not NOT_OURS.search(head) and not is_partial(head):
        if _NAMED.search(head):
            return subjects.RECEIVED
        if _BARE.search(head) and not _VERBS.search(head):
            return subjects.TREATED
    return None


_VERBS = re.compile(
    r"[未无没不]|涉及|针对|关于|对(?!外)|因|引发|公开方式|培训|撤|属于|自然人|法人|企业|退回|转"
)


def _about_requests(rest: str, before: str, *, known: bool) -> bool:
    if NOT_OURS.search(rest) or not PLAIN.match(rest) or is_partial(before[-16:] + rest):
        return False
    named = re.search(REQUEST, rest) or "申请" in rest
    return bool(re.search(REQUEST, rest)) or known or bool(named and re.search(REQUEST, before))


REQUEST_BEHIND = re.compile(
    rf"(?:件)?(?:公民|自然人|法人|和|或|及|、|其他组织|群众|社会公众|市民|企业|提出|提交|的)*{REQUEST}"
    r"(?:的|类)?(?:申请|事项|请求|要求|件|办件)*(?:，|。|；|（|$)"
)
VERB_BEFORE = re.compile(
    r"(?P<new>新(?:增|收到|接收|接到|受理|收)(?:了|到|共)*$)|(?<![未不没])(?P<taken>(?:收到|接收到?|接到|受理|登记)(?:了|共)*$)"
    r"|(?<![未不])(?P<done>(?:办结|答复|回复)(?:了|共)*$)|(?P<treated>(?:办理|处理)(?:了|共)*$)"
)

_PERSON = re.compile(
    r"自然人(?:提出|提交|申请|的|类|方面)*(?:申请|政府信息公开申请|依申请公开)*(?:提出|提交)?(?:的)?(?:申请)?"
    + FILL
    + "$"
)
_COLUMNS = {
    "commercial_enterprise": "商业企业",
    "research_institution": "科研机构",
    "social_welfare_organization": "社会公益组织",
    "legal_service_institution": "法律服务机构",
}
_COLUMN = re.compile(
    "(?:" + "|".join(f"(?P<{key}>{word})" for key, word in _COLUMNS.items()) + ")"
    r"(?:提出|提交|申请|的)*" + FILL + "$"
)
_BODIES = re.compile(
    r"法人(?:或者?|和|及|、|与)其[他它]组织(?:提出|提交|申请|的|类)*(?:申请)?" + FILL + "$"
)
_APPLICANT_BEHIND = re.compile(
    r"(?:件)?(?:申请)?(?:来自|由|为|是|系|属)*(?:(?P<person>自然人)|(?P<bodies>法人(?:或者?|和|及|、|与)其[他它]组织))"
    r"(?:提出|提交|申请|的)*$"
)


def columns_before(head: str) -> tuple[str, ...] | None:
    """Return the columns of table three that the words before a number name."""
    if _BODIES.search(head):
        return subjects.ORGANISATIONS if "自然人" not in head else None
    if found := _COLUMN.search(head):
        return None if LINK.search(head[: found.start()]) else (str(found.lastgroup),)
    if found := _PERSON.search(head):
        return None if LINK.search(head[: found.start()]) else ("natural_person",)
    return None


def columns_behind(tail: str) -> tuple[str, ...] | None:
    """Return the columns of table three that the words behind a number name."""
    found = _APPLICANT_BEHIND.match(tail)
    if found is None:
        return None
    return ("natural_person",) if found["person"] else subjects.ORGANISATIONS
