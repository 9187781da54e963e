"""What did not happen, and what all came to: “未收到……申请”, “均已结案”, “均获维持”."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workers.pipeline.narrative.counts import Count
from workers.pipeline.narrative.periods import Periods
from workers.pipeline.narrative.quantities import Quantity
from workers.pipeline.narrative.subjects import (
    AFTER,
    CARRIED,
    DIRECT,
    DISCLOSURE,
    FORWARD,
    INFORMATION_FEE,
    LITIGATION,
    NEW,
    REVIEW,
    of_column,
)
from workers.pipeline.narrative.words import REQUEST, is_of_part

_CLAUSE = re.compile(r"[^，。；！？：（）]+")
_NO = re.compile(
    r"未(?!办结|审结|结案|按|经|来)|没有(?!现成)|无(?!法|正当|障碍|论|偿|需|纸|关|效|误|线)|尚无|零(?=申请|收到|受理)|不存在|0(?=申请)"
)
_DENIES = re.compile(r"未|没有|无|零|不存在|为0|0申请|是0")
_DENIED = re.compile(r"申请|复议|诉讼|费|结转|行政(?:许可|处罚|强制)|规范性文件|规章|依申请")
_VERB = re.compile(r"收|接|受理|有|发生|出现|产生|涉及|引发|存在|办理|被|无|提起|引起")
_ASKED = re.compile(
    rf"{REQUEST}(?:的|类)?(?:申请|事项|请求|要求|办件|件|业务|需求)|申请公开|依申请(?:公开)?(?:的?(?:政府|政务)?信息)?(?:公开)?(?:申请|事项|件|办件|情况|$)|申请政府信息公开|公民申请|公开申请"
)
_ASKED_PLAIN = re.compile(r"(?<=[到过])申请$|^.{0,12}(?:收到|接到|受理)(?:任何|相关|有关)?申请$")
_OTHER_MATTER = re.compile(
    r"收费|费用|减免|投诉|举报|不满|逾期|超期|延期|错误|违规|违法|纠错|纠正|败诉|问题|信访|咨询|泄密|失泄密|不予公开|未公开|答复|超时|情形.*不|补正|追责|责任|整改|培训|意见|建议|许可申请|平台|渠道|栏目|专栏|制度|机构|条件"
)
_COURTS = re.compile(r"复议|诉讼")
_FEE = re.compile(r"信息处理费|信息公开(?:的)?(?:收费|费用)|依申请公开(?:的)?(?:收费|费用)")
_ASKED_FOR = re.compile(r"依申请公开|信息公开")
_ANY_FEE = re.compile(r"收取.{0,6}费")
_CHARGED = re.compile(r"收取|收费|产生|发生|收|征收|有|涉及")
_CARRIED = re.compile(r"(?:上年度?|上一年度?|去年度?|20\d\d年度?)(?:度)?(?:结转|遗留)")
_FORWARD = re.compile(
    r"(?:结转|转)(?:至|到|入)?(?:下一?年度?|次年度?|下个年度|明年|20\d\d年)|下一?年度?结转"
)
_POWERS = {
    "administrative_licensing": re.compile(
        r"(?:作出|实施|办理|发生|产生|涉及|有)?(?:任何)?行政许可(?!申请)"
    ),
    "administrative_penalties": re.compile(r"行政处罚"),
    "administrative_compulsory_measures": re.compile(r"行政强制"),
}
_RULES = {
    "regulations": re.compile(r"规章(?!制度)"),
    "normative_documents": re.compile(r"规范性文件"),
}
_ACTED = re.compile(r"(?:作出|实施|办理|发生|产生)")
_MADE = re.compile(r"制发|制定|出台|印发")
_BUT = re.compile(r"其中|下属|所属|各(?!类|种|项)|除|外$")

_ALL_CLOSED = re.compile(
    r"^(?:目前|现)?(?:均|都|全部|已全部|全)(?:已)?(?:经)?(?:依法)?(?:按期)?(?:结案|审结|办结)(?:完毕)?$"
)
_ALL_UPHELD = re.compile(
    r"^(?:结果|复议结果|判决结果|审理结果)?(?:均|都|全部|皆)(?:为|被|获|予以|得到|判决|作出|决定)*(?:结果)?维持(?:原?(?:行政)?(?:行为|决定|结果|判决|答复))?(?:的)?(?:决定|判决|结果)?$"
)
_ENDED = re.compile(r"结案|审结|办结|维持")


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """A statement that values are 0; `start` to `end` prints it."""

    expressions: tuple[str, ...]
    start: int
    end: int


def denies(text: str, begin: int, end: int) -> bool:
    """Say whether a sentence may deny anything of the form."""
    denial = _DENIES.search(text, begin, end)
    return denial is not None and _DENIED.search(text, begin, end) is not None


def nothings_of(
    text: str,
    sentences: Sequence[tuple[int, int]],
    quantities: Sequence[Quantity],
    periods: Periods,
    *,
    issuer: str | None,
    courts: bool,
    fees: bool,
) -> Iterator[Nothing]:
    """Yield what a paragraph says did not happen.

    `courts` and `fees`: reviews, or charges, are about disclosure whatever the sentence says.
    """
    counted = [quantity.start for quantity in quantities]
    for begin, end in sentences:
        if not denies(text, begin, end):
            continue
        for clause in _CLAUSE.finditer(text, begin, end):
            zeros = _zeros(clause[0], text, clause.end(), courts=courts, fees=fees)
            negation = _NO.search(clause[0])
            at = clause.start() + (negation.start() if negation and not zeros else 0)
            told = any(clause.start() <= start < clause.end() for start in counted)
            if not zeros and negation and not told and not _BUT.search(clause[0]):
                about = courts or bool(_ABOUT.search(text, begin, clause.end()))
                before, denied = clause[0][: negation.start()], clause[0][negation.start() :]
                if not is_of_part(before, issuer):
                    zeros = tuple(_denied(denied, before, about=about))
            if zeros and periods.is_own(at):
                yield Nothing(expressions=zeros, start=clause.start(), end=clause.end())


_ABOUT = re.compile(r"信息公开|依申请|申请公开|公开申请")


_ZERO = re.compile(
    rf"(?:{REQUEST}|依申请)(?:的|类)?(?:申请|事项|办件|件)*(?:数量|数|量|总数|总量|件数)?(?:为|是)(?:0|零)$"
)
_NO_FEES = re.compile(r"(?:收费通知|收取).{0,36}为(?:0|零)$")
_FEE_TITLE = re.compile(r"信息处理费(?:的)?(?:收取|收费)?(?:情况)?$")


def _zeros(clause: str, text: str, end: int, *, courts: bool, fees: bool) -> tuple[str, ...]:
    """Return what “申请数量为0”, “复议、诉讼均为零” and “信息处理费收取情况：无” say is 0."""
    if _ZERO.search(clause) and not _OTHER_MATTER.search(clause):
        return (NEW,)
    if courts and _NO_COURTS.search(clause):
        return tuple(_courts(clause))
    titled = _FEE_TITLE.search(clause) and re.match(r"：(?:无|0|零)[。；，]", text[end:] + "。")
    return (INFORMATION_FEE,) if titled or (fees and _NO_FEES.search(clause)) else ()


_NO_COURTS = re.compile(r"(?:复议|诉讼)(?:案件)?(?:数量|数|量|件数)?(?:均|都|皆)?为(?:0|零)$")


def _denied(denied: str, before: str, *, about: bool) -> Iterator[str]:
    """Yield the expressions of what a negation denies."""
    if _is_fee(denied, before):
        if _CHARGED.search(denied) and not _FEE_RULES.search(denied):
            yield INFORMATION_FEE
    elif _OTHER_MATTER.search(denied):
        return
    elif _COURTS.search(denied):
        yield from _denied_courts(denied, about=about)
    elif _CARRIED.search(denied):
        yield CARRIED
    elif _FORWARD.search(denied):
        yield FORWARD
    elif (_ASKED.search(denied) and _VERB.search(denied)) or (
        about and _ASKED_PLAIN.search(denied)
    ):
        if not _is_limited(denied):
            yield NEW
    else:
        yield from _denied_acts(denied)


_UNLIMITED = re.compile(
    r"(?:任何|任意|相关|有关|相应|一[件个份起]|各类|各种|公民|自然人|法人|或者?|和|及|以及|与|其[他它]|组织|企业|社会|群众|市民|公众|个人|申请人"
    r"|单位|形式|方式|类型?|的|提出|提交|递交|申请|要求|获取|关于|有|过|了|到|收|接|接收|受理|办理|发生|出现|产生|存在|涉及(?=依申请|政府信息公开申请)"
    r"|向?(?:我|本)(?:局|委|办|厅|单位|机关|镇|乡|街道|县|市|区|部门)|未|没有|曾|再|尚|新增?|无|不|零|政府|信息|公开|本年度|年度|件|书面|、|“|”)*$"
)
"""What may stand between a denial and the requests denied without confining them to some.

No two of them make a third (收 and 到 are enough): a text has one way of being made of them.
"""


def _is_limited(denied: str) -> bool:
    """Say whether only some requests are denied: “未收到涉及第三方权益的……申请”."""
    asked = _ASKED.search(denied) or re.search("申请", denied)
    return asked is not None and _UNLIMITED.match(denied[: asked.start()]) is None


_FEE_RULES = re.compile(r"标准|减免|依据|规定")
_JOINED = re.compile(r"(?:的)?(?:、|和|及|与|或|以及)")


def _is_fee(denied: str, before: str) -> bool:
    if _FEE.search(denied) or (_FEE.search(before) and _CHARGED.search(denied)):
        return True
    return bool(_ASKED_FOR.search(before) and _ANY_FEE.search(denied))


def _denied_courts(denied: str, *, about: bool) -> Iterator[str]:
    """Yield what “未发生行政复议、诉讼” denies, and the requests joined with it."""
    if about and _HAPPENED.search(denied):
        yield from _courts(denied)
    asked = _ASKED.search(denied)
    if asked and _JOINED.match(denied[asked.end() :]) and "因" not in denied[:3]:
        yield NEW


_HAPPENED = re.compile(r"有|无|发生|收|被|产生|引发|引起|出现|涉及|存在|提起|零")


def _denied_acts(denied: str) -> Iterator[str]:
    """Yield what “未实施行政处罚” and “未制定规范性文件” deny."""
    if _ACTED.search(denied) and "公开" not in denied:
        for key, power in _POWERS.items():
            if power.search(denied):
                yield f"{DISCLOSURE}.{key}"
    elif _MADE.search(denied):
        for key, rules in _RULES.items():
            if rules.search(denied):
                yield f"{DISCLOSURE}.{key}.issued"


def _courts(denied: str) -> Iterator[str]:
    if "复议" in denied.replace("未经复议", "").replace("复议后", ""):
        yield REVIEW
    if "诉讼" in denied:
        yield LITIGATION


def all_closed(
    text: str, sentences: Sequence[tuple[int, int]], told: Sequence[Count]
) -> Iterator[Nothing]:
    """Yield “均已结案” and “均获维持” behind the totals they speak of."""
    for begin, end in sentences if told else ():
        if not _ENDED.search(text, begin, end):
            continue
        for clause in _CLAUSE.finditer(text, begin, end):
            closed, upheld = _ALL_CLOSED.match(clause[0]), _ALL_UPHELD.match(clause[0])
            if not closed and not upheld:
                continue
            part = max(begin, text.rfind("；", begin, clause.start()))
            before = [count for count in told if part <= count.start < clause.start()]
            expressions = _all(before, upheld=bool(upheld))
            if expressions:
                yield Nothing(expressions=expressions, start=clause.start(), end=clause.end())


def _all(before: Sequence[Count], *, upheld: bool) -> tuple[str, ...]:
    """Return what is 0 when all of the totals told last were closed, or upheld."""
    if not before:
        return ()
    columns = ("corrected", "other", "pending") if upheld else ("pending",)
    named = [count.readings[0] for count in before]
    if LITIGATION in named:
        named = [name for name in named if name not in (DIRECT, AFTER)]
    courts = [name for name in named if name in (REVIEW, LITIGATION, f"{REVIEW}+{LITIGATION}")]
    if len(courts) == len(named):
        return of_column(courts, *columns)
    last = before[-1].readings
    taken = all(count.readings[0] == NEW for count in before)
    return (FORWARD,) if not upheld and taken and last[0] == NEW else ()
