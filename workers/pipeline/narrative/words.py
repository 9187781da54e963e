"""The words around a number that tell which value of the form it is: those all values share.

Patterns are anchored to the number: at the end of what stands before it, or at the beginning of
what stands behind. Between the two only words without meaning of their own may stand.
"""

import re

from workers.pipeline.wording import is_abbreviation

REQUEST = (
    r"(?:(?:依法)?(?:申请公开(?:政府|政务)?信息(?:件)?|(?:政府|政务)信息(?:依申请公开|申请公开|公开)|公开政府信息的?申请"
    r"|依申请公开(?:的?(?:政府|政务)?信息)?|信息公开|政务公开|依申请信息|政府信息(?=申请)|公开(?=申请)|信息公开依申请))"
)
"""What requests under the regulation are called."""

OBJECT = r"(?:的|类|书面|有效)*(?:申请表?|事项|请求|要求|办理|办件|公开件|案件|信息|答复|件)*"
_FILLERS = (
    "的|了|有|为|是|共有|共计|总计|合计|累计|共|计|达到|达|总量|总数|数量|件数|数|量|：|、|各类"
)
FILL = rf"(?:{_FILLERS})*"
END = rf"{OBJECT}{FILL}$"
LINK = re.compile(r"(?:和|或|及|与|、|/|以及|并|或者)$")

TOPICS = re.compile(
    rf"(?P<requests>{REQUEST}(?:的|类)?申请|依申请公开|申请公开政府信息|依申请信息|公开政府信息的?申请|政府信息申请)"
    r"|(?P<litigation>诉讼)|(?P<review>(?<!未经)(?:行政)?(?<!未经)(?<!未经行政)复议(?!后))"
    r"|(?P<documents>规范性文件|规章(?!制度))"
    r"|(?P<other>主动公开|信访(?!举报)|来信|来访|来电|热线|12345|留言|咨询(?!、)|建议|提案|议案|舆情|工单|征集|意见"
    r"|稿件|会议|培训|行政许可|行政处罚|行政强制|行政检查|执法检查|民生|诉求|问题|解读|办件|公众号|新媒体)"
)
"""Words that say what the following numbers are about."""

NOT_OURS = re.compile(
    r"信访(?!举报)|来信|来访|来电|热线|12345|留言|咨询|(?<!信访举报)投诉(?!类)|(?<!信访)举报(?!投诉)|建议|提案|议案|意见|许可"
    r"|审批|公文|收文|发文|稿|工单|舆情|征集|回应|解读|问卷|评议|检查|培训|会议|证照|备案|合同|新闻|诉求|补正"
    r"|撤回|撤销|主动公开|复议|诉讼|投诉举报类?(?!申请)|第三方|延期|逾期|超期|错误|纠错|更正"
)
"""Words that make a number of requests a number of something else."""

_PARTIAL = re.compile(
    r"网上|网络|线上|线下|互联网|信函|邮寄|邮件|邮政|快递|EMS|当面|现场|窗口|邮箱|传真|电话|在线|书面(?!申请)|口头|当场|通过|网站|平台|系统|专栏|审核|顾问|会商|延期|逾期|超期|延长"
    r"|涉及|有关|关于|针对|转办|交办|下级|下属|所属|直属|各(?!类|种|界)|征地|拆迁|补偿|上半年|季度"
)
_WHOLE = re.compile(
    r"等|各种|多种|各类|[各多全](?:个|条)?(?:渠道|途径|方式|形式)|线上线下|线上、线下|关于政府信息公开|有关政府信息公开|涉及政府信息公开|各级|全[市县区省州]"
)


def is_partial(words: str) -> bool:
    """Say whether words confine a number to one way, theme or organ."""
    return bool(_PARTIAL.search(words)) and not _WHOLE.search(words)


_PART = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{0,14}?(?:[局委厅办]机关|本级(?:行政)?机关|本级|[局委厅]属|院|科室|处室|股室|中心|学校|中学|小学|大学|幼儿园"
    r"|图书馆|档案馆|监测站|支队|大队|所属|下属|直属|二级单位|(?:其[他它余]|部分|个别|各)(?:单位|部门|科|站所)))"
    r"(?!公开)[\u4e00-\u9fff]{0,8}$"
)
_OURSELVES = re.compile(r"我|本(?!级)|全[市县区省州镇乡局委院校系]")


def is_of_part(words: str, issuer: str | None) -> bool:
    """Say whether the subject before a statement is a part of the issuer, or another organ."""
    found = _PART.search(words)
    if found is None or _OURSELVES.search(found["name"]):
        return False
    name = found["name"]
    return issuer is None or not any(
        is_abbreviation(name[at:], issuer) for at in range(max(1, len(name) - 2))
    )


_LOOSE_UNITS = frozenset({"个", "项", "次", "条", "份"})


def is_something_else(tail: str, unit: str) -> bool:
    """Say whether the words behind a number name something other than requests."""
    if re.match(rf"(?:的)?(?:{REQUEST}|申请|，|已|均|都|全部|并|且|的?，)", tail) or not tail:
        return False
    return unit in _LOOSE_UNITS or bool(NOT_OURS.search(tail[:12]))


PLAIN = re.compile(
    rf"(?:(?:各类|各种|有效|书面)?{REQUEST}|依申请|公民|自然人|法人|或者?|和|及|以及|与|、|其他|其它|组织|企业|社会|公众|群众|市民|个人"
    r"|申请人|单位|机构|向.{1,16}?(?=提出|提交|递交|申请)|提出|提交|递交|申请|政府信息|信息|公开|事项|请求|要求|办件|案件|件|表|办理|处理"
    r"|并|且|的|了|类|有|为|是|共计?|总计|合计|累计|计|达到?|总量|总数|数量|件数|数|量|：|到|予以|受理|答复|各类|各种|有效|书面|政务|通过.{2,20}(?:等|各种|多种).{0,8})*$"
)

SEVERALLY = re.compile(
    r"(?P<names>[^，。；：（）]{2,60}?)(?:的)?(?:数量|件数|申请)?(?:分别|各|均|都|皆)(?:为|是|有|达|共)*$"
)
"""“予以公开、部分公开、不予公开分别为”."""
AS_KNOWN = re.compile(r"新收.*(?:旧存|上年|存案|转下年|结转)|(?:旧存|上年结转).*(?:新收|结案)")
"""Words that only requests under the regulation are counted by."""
LABELS = re.compile(
    r"公文|公开属性|属性|主动公开(?:类|的)?\d+[件条份个项].{0,6}?依申请公开(?:类|的)?\d+[件条份个项]"
)
"""What tells a count of documents by 主动公开, 依申请公开, 不予公开 from one of requests."""
