"""Totals with their parts, and the percentages given of them: “共 N 条，其中 a 条、b 条”."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from workers.pipeline.narrative.quantities import MONEY, Quantity
from workers.pipeline.narrative.statement import Part

_UNSAID = (
    r"(?P<unsaid>(?:以上)?(?:的?(?:申请|政府信息|信息))?(?:：|（(?=[\u4e00-\u9fff]{2,14}$)"
    r"|，按[^，。；：\d]{2,12}?(?:划分|分类|分|统计|看)[，：]))"
)
"""A stop that opens a list: “共2400条：官网1500条、公众号900条”, “37条（甲9条、乙28条）”."""
_OPENER = re.compile(
    r"^(?:以上|之多)?[^，。；：（0-9]{0,16}?[，：（。；、]?(?:其中|(?P<main>主要)?(?:包括|包含|涵盖)|主要有|含|分别(?:为|是|有)|分为|由)"
    r"|^(?:的|政府信息公开|依申请公开)*(?:申请)?中[，：]"
    rf"|^{_UNSAID}"
)
_MAIN = re.compile(r"主要|重点")
_STRICT = re.compile(r"分别(?:为|是|有)|分为|由.*组成")
_NO_TOTAL = re.compile(
    r"(?:(?:增加|增长|减少|下降|上升|提高|降低|多|少|新增了)(?:了|为|约)*|(?:结转|旧存)[^，。；]{0,16})$"
)
"""What makes a number a change against last year, or what was left of it: nothing is its part."""
_REST = re.compile(
    r"^(?:及|和|以及|、)?(?:其[他它余]|剩余|余下)(?:.*信息|.*类|方式.*|方面.*|内容|事项|渠道.*)?$"
)
_NEW_TOTAL = re.compile(
    r"[共总合累]计|共(?!享|建|同|和|青|产)|合计|另外|此外|同时|全年|还(?:有|通过)|截[至止]|本年|今年|年内|其中|较上|较去|同比|[增减][加少长]|占|比"
)
_ACT = re.compile(
    r"(?:主动|及时|在线)?(?:发布|公开|开展|举办|召开|回复|回应|办理|处理|收到|受理|编发|推送|转载|制作|报送|印发|刊发|更新|解读|组织)"
)
"""What opens something done besides, and no part of the list."""
_CHANNEL = re.compile(
    r"网站|网页|微信|微博|公众号|抖音|新媒体|平台|报|电视|客户端|公示栏|公告栏|APP|门户|渠道|大厅"
)
_COUNTED = frozenset({"件", "条", "篇", "份", "项", "个", "宗", "起", "条次", "件次"})
# From so many parts on, a sum short of the total by no more than this share is a slip.
_NEAR = {2: Decimal("0.9"), 3: Decimal("0.85"), 4: Decimal("0.75")}
_NEAR_MANY = Decimal("0.6")
_SLIP = Decimal("1.1")
"""Channels that exceed the total by more than this overlap; by less, somebody misadded."""
_SMALL_SLIP = Decimal("0.1")
"""Where only a stop opens a list, parts farther from the total may be no parts of it."""
_FAR = 2
"""Beyond so many times the total, what was taken for parts is likely something else."""


@dataclass(frozen=True, kw_only=True)
class Enumeration:
    """A total and its parts, in a folded text."""

    total: Quantity
    parts: tuple[Quantity, ...]
    names: tuple[str, ...]
    open: bool
    """Opened by 主要 or closed by 等: the parts are not all."""
    strict: bool
    """Worded as all of the total: 分别为, or ending in 其他."""
    channels: bool
    """The parts are channels; one piece may be counted on several."""
    unsaid: bool
    """No word, only a stop says that these are parts."""
    cut: bool
    """Something else follows that may be parts too."""
    doubled: bool
    """Another total stands right before, as in “复议2件、诉讼3件，其中”: of which is open."""

    @property
    def closed(self) -> bool | None:
        """Whether the parts are all of the total; None when the wording leaves it open."""
        added = sum((part.value for part in self.parts), Decimal(0))
        overlapping = self.channels and added > _SLIP * self.total.value
        if overlapping or self.doubled or (not self.strict and added > _FAR * self.total.value):
            return None
        if self.open or len(self.parts) == 1:
            return False
        if self.cut and added < self.total.value:
            return None
        if self.unsaid and abs(added - self.total.value) > _SMALL_SLIP * self.total.value:
            return None
        if self.strict:
            return True
        near = _NEAR.get(len(self.parts), _NEAR_MANY)
        return True if added >= near * self.total.value else None

    @property
    def as_parts(self) -> tuple[Part, ...]:
        """The parts as a statement keeps them."""
        pairs = zip(self.parts, self.names, strict=True)
        return tuple(Part(name=name, value=q.value, half=q.half) for q, name in pairs)


def enumerations_of(text: str, quantities: Sequence[Quantity]) -> list[Enumeration]:
    """Return the lists of a paragraph; a part has parts of its own only in brackets."""
    found: list[Enumeration] = []
    for at, quantity in enumerate(quantities):
        is_part = any(quantity in listed.parts for listed in found)
        if is_part and text[quantity.end : quantity.end + 1] != "（":
            continue
        listed = _enumeration(text, quantities, at)
        if listed is not None:
            found.append(listed)
    return found


def _enumeration(text: str, quantities: Sequence[Quantity], at: int) -> Enumeration | None:
    total = quantities[at]
    opened = _opened(text, quantities, at) if _is_total(text, total) else None
    if opened is None:
        return None
    between, begin, first = opened
    parts, names, cut = _parts(text, quantities[first:], total, begin, between)
    unsaid = _is_unsaid(between)
    if not parts or (unsaid and len(parts) < 2):
        return None
    if cut and (rest := _rest(text, quantities, parts, total)):
        for quantity in rest:
            names.append(_name(re.split(r"[，；、]", text[: quantity.start])[-1]))
        parts, cut = parts + rest, False
    filled = _filled(parts, total)
    parts, names = parts[:filled], names[:filled]
    behind = text[parts[-1].end : parts[-1].end + 4]
    is_open = bool(_MAIN.search(between)) or "等" in behind or "……" in behind
    return Enumeration(
        total=total,
        parts=tuple(parts),
        names=tuple(names),
        open=is_open,
        strict=bool(_STRICT.search(between))
        or bool(_REST.match(names[-1]))
        or _both_applicants(names),
        unsaid=unsaid,
        cut=cut,
        doubled=_is_doubled(text, quantities, at),
        channels=any(_CHANNEL.search(name) for name in names),
    )


def _is_unsaid(between: str) -> bool:
    opener = _OPENER.match(between)
    return opener is not None and opener["unsaid"] is not None


def _filled(parts: Sequence[Quantity], total: Quantity) -> int:
    """Return how many parts are of the total: those told beside a list that fills it are not.

    “297件，其中：书面97件、网络200件；公民236件、法人61件” divides its total twice.
    """
    sums = list(accumulate(part.value for part in parts))
    again = sums[-1] != total.value and total.value in sums
    return sums.index(total.value) + 1 if again else len(parts)


def _is_doubled(text: str, quantities: Sequence[Quantity], at: int) -> bool:
    if at == 0 or quantities[at - 1].unit != quantities[at].unit:
        return False
    between = text[quantities[at - 1].end : quantities[at].start]
    return bool(_SIBLING.match(between)) and not re.search(r"[。；]", between)


_SIBLING = re.compile(r"(?:、|和|及|与|以及)|，(?:提起|被)?(?:行政)?(?:诉讼|复议)")


def _is_total(text: str, quantity: Quantity) -> bool:
    """Say whether a quantity may have parts."""
    change = _NO_TOTAL.search(text, max(0, quantity.start - 24), quantity.start)
    return quantity.unit in _COUNTED and not quantity.approximate and change is None


def _both_applicants(names: Sequence[str]) -> bool:
    return len(names) == 2 and "自然人" in names[0] and "法人" in names[1]


def _opened(text: str, quantities: Sequence[Quantity], at: int) -> tuple[str, int, int] | None:
    """Return the words that open a list, where its parts begin, and the first one's index.

    A change against last year may stand between: “136条，同比增长5%，其中”.
    """
    begin = quantities[at].end
    for first in range(at + 1, len(quantities)):
        between = text[begin : quantities[first].start]
        opener = _OPENER.match(between)
        if opener is not None and ("。" not in between or "。其中" in between):
            return between, begin + opener.end(), first
        if not re.match(r"^[，（]?(?:同比|较上|比上|较去|比去|环比)[^。；]*$", between):
            return None
        begin = quantities[first].end
    return None


def _parts(
    text: str, following: Sequence[Quantity], total: Quantity, begin: int, opener: str
) -> tuple[list[Quantity], list[str], bool]:
    """Return parts, their names, and whether what ends the list may be parts too."""
    parts: list[Quantity] = []
    names: list[str] = []
    last, depth = begin, _depth(text, begin)
    before = re.split(r"[，。；]", text[: total.start])[-1]
    for quantity in following:
        words = text[last : quantity.start]
        if parts and _SENTENCE_END.search(words):
            break
        depth_here = _depth(text, quantity.start)
        if depth_here < depth:
            break
        if depth_here > depth:
            continue  # parts of a part, in brackets
        if quantity.unit != "%" and quantity.unit not in MONEY:  # else: said of the part before
            name = _name(words)
            added = sum((part.value for part in parts), Decimal(0))
            later = _LATER.search(name) and _is_apart(
                name, before, whole=bool(parts) and added == total.value
            )
            other_unit = parts and quantity.unit != total.unit
            if later or other_unit or (_NEW_TOTAL.search(name) and "其中" not in name):
                break
            if not _is_part(quantity, words, names, total, opener):
                return parts, names, True
            parts.append(quantity)
            names.append(re.split(r"[，；]", name)[-1])
        last = quantity.end
    return parts, names, False


def _name(words: str) -> str:
    return re.sub(r"（[^）]*）", "", words).strip("，、；：）")


def _is_part(
    quantity: Quantity, words: str, names: Sequence[str], total: Quantity, opener: str
) -> bool:
    """Say whether a quantity plainly goes on with a list."""
    name = _name(words)
    if quantity.unit != total.unit or quantity.approximate or _NEW_TOTAL.search(name):
        return False
    if len(name) > _LONGEST_NAME or re.search(r"，.*，", name):
        return False
    if names and "；" in words and "：" not in opener:
        return False
    act = _ACT.match(name)
    return not (names and act and act[0] not in names[0])


def _rest(
    text: str, quantities: Sequence[Quantity], parts: Sequence[Quantity], total: Quantity
) -> list[Quantity]:
    """Return what follows a list in its sentence and fills it up to its total exactly."""
    missing = total.value - sum((part.value for part in parts), Decimal(0))
    found: list[Quantity] = []
    for quantity in quantities[quantities.index(parts[-1]) + 1 :]:
        if _SENTENCE_END.search(text, parts[-1].end, quantity.start) or missing <= 0:
            break
        if quantity.unit == total.unit and not quantity.approximate:
            found.append(quantity)
            missing -= quantity.value
    return found if missing == 0 else []


_SENTENCE_END = re.compile(r"[。！？]")
_LONGEST_NAME = 40
_LATER = re.compile(r"结转|旧存|转下年|下一?年度|存案|未办结|正在|在办|尚")
_EARLIER = re.compile(r"上年|上一年|去年|旧存")
_FINISHED = re.compile(r"办结|答复|结案|审结")


def _is_apart(name: str, words: str, *, whole: bool) -> bool:
    """Say whether a number of another year is told beside a list and not as a part of it.

    `words` lead to the total; `whole` says that the parts so far add up to it.
    """
    if whole:
        return True
    return "新收" in words if _EARLIER.search(name) else bool(_FINISHED.search(words))


def _depth(text: str, at: int) -> int:
    return text.count("（", 0, at) - text.count("）", 0, at)


_SHARE = re.compile(
    r"(?:占比|占|比例|比重|所占比例)(?P<of>[^，。；、（）]{0,16}?)(?:的)?(?:比例|比重)?(?:为|是|达到?|约)?$"
)


@dataclass(frozen=True, kw_only=True)
class Share:
    """A percentage and the quantity it is of."""

    percent: Quantity
    count: Quantity
    bases: tuple[Decimal, ...]
    sure: bool


def shares_of(
    text: str,
    quantities: Sequence[Quantity],
    lists: Sequence[Enumeration],
    totals: Sequence[Quantity],
) -> list[Share]:
    """Return the percentages told right behind the number they are of; `totals` may be bases."""
    found = []
    for at, percent in enumerate(quantities):
        if percent.unit != "%" or at == 0:
            continue
        count = quantities[at - 1]
        words = text[count.end : percent.start]
        share = _SHARE.search(words)
        if count.unit not in _COUNTED or share is None or re.search(r"[。；]|较|同比", words):
            continue
        if re.sub(r"[，、（：]|均|分别|，", "", words[: share.start()]):
            continue
        bases, sure = _bases(count, quantities[: at - 1], lists, totals)
        if bases:
            found.append(Share(percent=percent, count=count, bases=bases, sure=sure))
    return found


def _bases(
    count: Quantity,
    before: Sequence[Quantity],
    lists: Sequence[Enumeration],
    totals: Sequence[Quantity],
) -> tuple[tuple[Decimal, ...], bool]:
    parent = next((listed.total for listed in lists if count in listed.parts), None)
    bigger = [
        q.value
        for q in reversed(before)
        if q.unit == count.unit and q.value >= count.value and q.value and not q.approximate
    ]
    if parent is None:
        parent = next((q for q in reversed(totals) if q in before and q.value >= count.value), None)
    if parent is not None and parent.value:
        return (parent.value, *bigger), True
    return tuple(bigger), False
