"""Write the text of a report: issuers, sections 一, 五 and 六, the tables' numbers among it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from tests.corpus import form
from tests.corpus.relations import Value

_PLACES = {
    "city": ("澜州市", "霁城市", "沅海市", "柏川市", "栖霖市", "望江市"),
    "county": ("松溪县", "乌岭县", "丹麓区", "碧湾区", "石桥县", "鹭洲区"),
    "bureau": ("松溪县", "乌岭县", "丹麓区", "碧湾区", "澜州市", "沅海市"),
}
_TOWNS = ("白塔镇", "青石街道", "双河乡", "枫林镇", "银杏街道", "龙泉乡", "上湾镇")
_BUREAUS = (
    "水利局", "农业农村局", "统计局", "自然资源和规划局", "市场监督管理局", "卫生健康局",
    "人力资源和社会保障局", "住房和城乡建设局", "应急管理局", "教育体育局", "综合行政执法局",
)  # fmt: skip
_VILLAGE_OFFICES = ("档案馆", "地震办公室", "供销合作社", "机关事务服务中心", "残疾人联合会")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A number of the tables told in the text: section, dotted subject, number as printed."""

    section: int
    subject: str
    stated: str


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What the sentences may quote; `places` are pointers by the name the sentences use."""

    issuer: str
    year: int
    values: Mapping[str, Value]
    places: Mapping[str, str]

    def number(self, name: str) -> int:
        value = self.values[self.places[name]]
        assert isinstance(value, int)
        return value


_QUOTED = {
    "new": form.request("new_requests", "total"),
    "old": form.request("carried_over", "total"),
    "done": form.request("handled_total", "total"),
    "next": form.request("carried_forward", "total"),
    "review": form.review("administrative_reconsideration", "total"),
    "direct": form.review("litigation_direct", "total"),
    "after": form.review("litigation_after_reconsideration", "total"),
    "issued": form.disclosure("normative_documents", "issued"),
    "repealed": form.disclosure("normative_documents", "repealed"),
    "in_force": form.disclosure("normative_documents", "in_force"),
    "licences": form.disclosure("administrative_licensing"),
    "penalties": form.disclosure("administrative_penalties"),
}


def issuer(rng: random.Random, size: str) -> str:
    """Make up an organ of a size."""
    if size == "city":
        return f"{rng.choice(_PLACES['city'])}人民政府"
    if size == "county":
        return f"{rng.choice(_PLACES['county'])}人民政府"
    place = rng.choice(_PLACES["bureau"])
    if size == "village":
        return f"{place}{rng.choice(_VILLAGE_OFFICES)}"
    if size == "office":
        return f"{place}{rng.choice(_TOWNS)}人民政府"
    return f"{place}{rng.choice(_BUREAUS)}"


def write(
    rng: random.Random, issuer: str, year: int, values: Mapping[str, Value]
) -> tuple[dict[int, tuple[str, ...]], tuple[Claim, ...]]:
    """Write the paragraphs by section number, and list what they claim."""
    facts = _Facts(issuer=issuer, year=year, values=values, places=_QUOTED)
    requests, claimed = _requests(rng, facts)
    sections = {
        1: (
            _opening(rng, facts),
            f"（一）主动公开。{_disclosed(rng, facts)}",
            f"（二）依申请公开。{requests}",
            f"（三）政府信息管理。{_managed(rng)}",
            f"（四）政府信息公开平台建设。{_platform(rng)}",
            f"（五）监督保障。{_supervised(rng)}",
        ),
        5: (_problems(rng), _improvements(rng, facts)),
        6: (_fees(rng, facts),),
    }
    return sections, _claims(facts, claimed)


def write_short(
    issuer: str, year: int, values: Mapping[str, Value]
) -> tuple[dict[int, tuple[str, ...]], tuple[Claim, ...]]:
    """Write one short sentence a section, for documents of which only the tables matter."""
    facts = _Facts(issuer=issuer, year=year, values=values, places=_QUOTED)
    period = f"{year}年1月1日至{year}年12月31日"
    claimed: tuple[str, ...] = ()
    told = f"{period}，{issuer}未收到政府信息公开申请。"
    if facts.number("new"):
        new, done = facts.number("new"), facts.number("done")
        told = f"{period}，{issuer}新收政府信息公开申请{new}件，办结{done}件。"
        claimed = ("new", "done")
    sections: dict[int, tuple[str, ...]] = {
        1: (told,),
        5: ("少数栏目更新偏慢，将按月核对。",),
        6: ("未收取信息处理费。",),
    }
    return sections, _claims(facts, claimed)


def _claims(facts: _Facts, names: tuple[str, ...]) -> tuple[Claim, ...]:
    return tuple(
        Claim(
            section=1,
            subject=".".join(_QUOTED[name].split("/")[1:3]),
            stated=str(facts.number(name)),
        )
        for name in names
    )


def _opening(rng: random.Random, facts: _Facts) -> str:
    period = f"自{facts.year}年1月1日起至{facts.year}年12月31日止"
    return rng.choice((
        f"依照《中华人民共和国政府信息公开条例》和本年度报告编制要求，{facts.issuer}撰写本报告，"
        f"数据统计时段{period}。",
        f"本报告由{facts.issuer}按照《中华人民共和国政府信息公开条例》的规定撰写。"
        f"报告中的数据{period}，电子版可从单位网站下载。",
        f"现公布{facts.issuer}{facts.year}年度政府信息公开情况，统计口径{period}。"
        "读者若有疑问，请与本单位综合科联系。",
    ))  # fmt: skip


def _disclosed(rng: random.Random, facts: _Facts) -> str:
    web, phone, notice = (rng.randint(5, 400) for _ in range(3))
    total = web + phone + notice
    return rng.choice((
        f"全年在各渠道发布信息共{total}条，其中网站{web}条、移动端{phone}条、公告栏{notice}条。"
        "凡涉及群众办事的材料清单都随改随发。",
        f"我们坚持应公开尽公开，年内更新栏目内容{total}条，政策文件与解读同日上线。",
        "本单位梳理了公开事项目录，逐项写明内容、时限和责任科室，并请群众代表提出意见。",
    ))  # fmt: skip


def _requests(rng: random.Random, facts: _Facts) -> tuple[str, tuple[str, ...]]:
    new, old, done, later = (facts.number(name) for name in ("new", "old", "done", "next"))
    if not new:
        return f"{facts.year}年，本单位未收到政府信息公开申请。", ()
    wordings = (
        f"{facts.year}年新收政府信息公开申请{new}件，上年结转{old}件，全年办结{done}件，"
        f"结转下年度继续办理{later}件。每件答复都先经合法性审核再送出。",
        f"这一年里，我们新收到申请{new}件，加上上年结转的{old}件，已答复{done}件，"
        f"另有{later}件结转下年度办理。",
        f"本年新收申请{new}件，上年结转{old}件。受理窗口实行专人登记、限期转办、逐件回访，"
        f"到年底办结{done}件，结转下年度{later}件。",
    )
    return rng.choice(wordings), ("new", "old", "done", "next")


def _managed(rng: random.Random) -> str:
    return rng.choice((
        "公文起草时即注明公开属性，印发前由办公室复核，文件失效后及时标注。",
        "对网上历年文件作了一次全面清查，过期的加注说明，重复的予以合并。",
        "信息由拟稿人、科室负责人、分管领导三级把关，先审后发，全程留痕。",
    ))  # fmt: skip


def _platform(rng: random.Random) -> str:
    return rng.choice((
        "网站首页增设“我要找政策”入口，检索结果可按年份和主题筛选。",
        "公众号菜单重新编排，常用表格一键可取；老年人可切换大字版面。",
        "政务服务大厅的查阅点更换了自助终端，纸质公报每月上架。",
    ))  # fmt: skip


def _supervised(rng: random.Random) -> str:
    return rng.choice((
        f"全年开展业务培训{rng.randint(1, 6)}次，季度抽查结果在内部通报，本年度未发生追责情形。",
        "公开工作列入科室年终考核，社会评议表由服务对象匿名填写。",
        "邀请行风监督员走访查阅点，所提建议均已逐条回复。",
    ))  # fmt: skip


def _problems(rng: random.Random) -> str:
    return rng.choice((
        "存在的主要问题：一是少数栏目更新偏慢；二是解读形式较为单一，图解和视频不多。",
        "从检查情况看，基层人员轮换频繁，办理申请的经验有待积累，公开内容与群众期待仍有距离。",
        "不足之处：部门之间信息共享不够顺畅，个别文件公开前的审核用时较长。",
    ))  # fmt: skip


def _improvements(rng: random.Random, facts: _Facts) -> str:
    after = facts.year + 1
    return rng.choice((
        f"改进情况：{after}年将按月核对栏目更新，把解读材料列为发文的必备附件。",
        "下一步，我们将编写办理申请的案例手册，由业务骨干带教新人，并定期回访申请人。",
        f"针对以上问题，拟于{after}年上半年统一审核流程，明确每个环节的时限。",
    ))  # fmt: skip


def _fees(rng: random.Random, facts: _Facts) -> str:
    return rng.choice((
        f"{facts.year}年度本单位没有收取政府信息公开信息处理费。",
        "信息处理费收取情况：本年度收取0元。除此之外没有其他需要报告的事项。",
        "本单位依照有关规定执行信息处理费制度，本年度未发生收费。",
    ))  # fmt: skip
