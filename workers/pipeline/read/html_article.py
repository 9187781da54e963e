"""What of a page is the report: menus, related links and the foot of the site are left out.

The report is where its tables and section titles are. The container that holds them all is widened
as long as what it gains is text, not links; above it the title and the date are looked for.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from schemas.forms import FORMS
from workers.pipeline.read.html_flow import Item
from workers.pipeline.read.markup_page import Grid
from workers.pipeline.tables.labels import plain
from workers.pipeline.title import is_name, parse_title
from workers.pipeline.wording import bare, compact

_LABELS = 4
"""Labels of the form from which a table is one of the report's."""
_LINKED, _LINKED_LEAST = 0.3, 10
"""Share of links, and characters of them, from which text belongs to the site."""
_MENU = 0.8
"""Share of links from which a single paragraph is a menu's."""
_TITLE_LINES = 4
_LONGEST_TITLE = 60
_FURNITURE = re.compile(
    r"[\[【（(]?\s*(打印|关闭|返回|分享|收藏|字体|字号|浏览|阅读|点击|扫一扫|上一[篇条页]|下一[篇条页]|相关(链接"
    r"|附件|文章|阅读|稿件|信息|新闻|解读)|版权所有|主办|承办|网站(地图|标识码|支持)|政府网站标识码|技术支持"
    r"|责任编辑|责编|编辑[:：]|来源[:：]|信息来源|当前位置|您(现在|当前)?的?(所在)?位置|首页|无障碍|适老"
    r"|附件下载|温馨提示|保护视力|语音播报|我要纠错|智能问答)"
)
_FURNITURE_ANYWHERE = re.compile(r"ICP备|公网安备|[Cc]opyright|©|打印本页|关闭窗口|浏览次数|分享到")
_LONGEST_FURNITURE = 120
_DATE = re.compile(r"(20\d\d)\s*[-年./]\s*\d{1,2}\s*[-月./]\s*\d{1,2}")
_NUMBERING = re.compile(r"^[（(]?[一二三四五六七八九]?[）)]?[、.．]?")


def article(items: Sequence[Item]) -> list[Item]:
    """Return the items of the report, title first; all that is no menu where none is found."""
    anchors = [at for at, item in enumerate(items) if _is_anchor(item)]
    if not anchors:
        return [item for item in items if not _is_menu(item)]
    narrow = _common(items[at].path for at in anchors)
    wide = _widened(narrow, items)
    first, last = anchors[0], anchors[-1]
    before = [at for at in range(first) if _stands_in(items[at], wide)]
    own = narrow if _ends_report(items[last]) else wide
    after = [item for item in items[last + 1 :] if _stands_in(item, own)]
    return [*_head(items, before, first), *items[first : last + 1], *_tail(after)]


def _stands_in(item: Item, container: tuple[int, ...]) -> bool:
    return item.path[: len(container)] == container


def _ends_report(item: Item) -> bool:
    """Say whether an item is the title of the last section: its text is in the same container."""
    return bool(_titles_in(item) & _last_titles())


def _is_anchor(item: Item) -> bool:
    """Say whether an item is a table of the report or the title of one of its sections."""
    if isinstance(item.block, Grid):
        texts = (text for cell in item.block.cells for text in cell.blocks)
        found = {plain(text) for text in texts if isinstance(text, str)}
        return len(found & _known_labels()) >= _LABELS
    return bool(_titles_in(item) & _known_titles())


def _titles_in(item: Item) -> set[str]:
    """Return the lines of a paragraph that may be titles, without number and punctuation."""
    if item.linked:
        return set()
    lines = (compact(line) for line in item.text.split("\n"))
    return {bare(_NUMBERING.sub("", line)) for line in lines if 4 <= len(line) <= _LONGEST_TITLE}


@cache
def _known_labels() -> frozenset[str]:
    return frozenset(
        plain(cell.text) for form in FORMS.values() for table in form.tables for cell in table.cells
    ) - {""}


@cache
def _last_titles() -> frozenset[str]:
    last = [form.sections[-1] for form in FORMS.values()]
    return frozenset(bare(title) for one in last for title in (one.title, *one.variants))


@cache
def _known_titles() -> frozenset[str]:
    return frozenset(
        bare(title)
        for form in FORMS.values()
        for section in form.sections
        for title in (section.title, *section.variants)
    )


def _common(paths: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the containers that all paths share."""
    listed = list(paths)
    shared: list[int] = []
    for level in zip(*listed, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return tuple(shared)


def _widened(root: tuple[int, ...], items: Sequence[Item]) -> tuple[int, ...]:
    """Go outwards as long as what is gained is text rather than links."""
    while root:
        outer = root[:-1]
        gained = [
            item
            for item in items
            if item.path[: len(outer)] == outer and item.path[: len(root)] != root
        ]
        linked = sum(item.linked for item in gained)
        written = sum(len(item.text) for item in gained)
        if linked >= _LINKED_LEAST and linked > _LINKED * written:
            break
        root = outer
    return root


def _head(items: Sequence[Item], inside: Sequence[int], first: int) -> list[Item]:
    """Return what stands above the first section: the title from wherever it is, and the text."""
    title = _title_at(items, first)
    if title is None:
        return [items[at] for at in inside if not _is_site(items[at])]
    begin, end = title
    own = set(inside)
    between = (items[at] for at in range(end, first) if at in own or _is_date(items[at]))
    return [*items[begin:end], *(item for item in between if not _is_site(item))]


def _title_at(items: Sequence[Item], first: int) -> tuple[int, int] | None:
    """Return where the title above the first section stands: its first item and the one after."""
    for end in range(first, 0, -1):
        for count in range(1, _TITLE_LINES + 1):
            window = items[max(0, end - count) : end]
            if len(window) < count or any(_is_menu(item) or not item.text for item in window):
                break
            found = parse_title("".join(compact(item.text) for item in window))
            if found is not None:
                begin = end - count
                above = items[begin - 1] if begin and found.issuer is None else None
                named_above = above is not None and not above.linked and is_name(above.text)
                return begin - named_above, end
    return None


def _tail(items: Sequence[Item]) -> Iterator[Item]:
    """Yield what belongs to the last section: up to the first thing of the site."""
    for item in items:
        if _is_site(item):
            return
        yield item


def _is_site(item: Item) -> bool:
    """Say whether an item is the site's own: a menu, or one of the things around an article."""
    text = item.text.strip()
    if _is_menu(item):
        return True
    if not text or len(text) > _LONGEST_FURNITURE or text.endswith("。"):
        return False
    return bool(_FURNITURE.match(text) or _FURNITURE_ANYWHERE.search(text)) and not _is_date(item)


def _is_menu(item: Item) -> bool:
    return item.linked > _MENU * max(1, len(item.text.strip()))


def _is_date(item: Item) -> bool:
    """Say whether an item states when the report was published."""
    return len(item.text) <= _LONGEST_FURNITURE and bool(_DATE.search(item.text))
