"""The words for numbers of table four: reviews and lawsuits about disclosure, and their results."""

import re

from workers.pipeline.narrative.subjects import AFTER, DIRECT, LITIGATION, REVIEW
from workers.pipeline.narrative.words import FILL, LINK, REQUEST

_CASE = r"(?:案件?|申请|事项|事件|情况)*"
_COURT = r"(?:被)?(?:提起)?(?:的)?(?:行政)?诉讼"
_REVIEWS = re.compile(
    rf"(?P<both>(?:行政)?复议{_CASE}(?:、|和|或|及|与|以及|或者){_COURT}{_CASE}|行政诉讼{_CASE}(?:、|和|或|及|与|以及)行政复议{_CASE})"
    rf"{FILL}$"
    rf"|(?P<direct>(?:未经(?:行政)?复议)?直接(?:提起|向法院)?(?:行政)?(?:起诉|诉讼){_CASE}{FILL}$)"
    rf"|(?P<after>(?:经(?:行政)?)?复议后(?:再)?(?:提起|向法院)?(?:行政)?(?:起诉|诉讼){_CASE}{FILL}$)"
    rf"|(?P<litigation>行政诉讼{_CASE}{FILL}$|(?<=提起)诉讼{_CASE}{FILL}$|(?<=被)诉讼{_CASE}{FILL}$)"
    rf"|(?P<review>(?:行政)?复议{_CASE}{FILL}$)"
)
REVIEW_PATHS = {
    "both": (f"{REVIEW}+{LITIGATION}",),
    "direct": (DIRECT,),
    "after": (AFTER,),
    "litigation": (LITIGATION,),
    "review": (REVIEW,),
}
LAWSUITS = re.compile(
    r"(?P<after>复议后[^，。；0-9]{0,10}?[起应]?诉讼?)|(?P<direct>(?:未经(?:行政)?复议|直接)[^，。；0-9]{0,10}?诉讼?)"
    r"|(?P<litigation>诉讼)"
)
"""Words that say which lawsuits the results behind are of."""
LAWSUIT_PATHS = {
    "after": (AFTER, LITIGATION),
    "direct": (DIRECT, LITIGATION),
    "litigation": (LITIGATION,),
}
REVIEWING = re.compile(
    r"审理|审结|裁决|新增|新收|办理(?!因|涉及|政府信息|信息公开)|应诉|(?<!信息)(?<!务)公开(?=行政(?:复议|诉讼))|公示|听证|调解|代理|指导|参与|出庭"
)
_REVIEW_BEHIND = re.compile(
    rf"(?:因.{{0,25}}?(?:引发|引起|提起|产生)?的?|(?:涉及)?{REQUEST}(?:类|的|引发的|引起的)?)?(?:(?P<review>行政复议)|(?P<litigation>行政诉讼)){_CASE}$"
)
_RESULTS = re.compile(
    rf"(?:(?P<upheld>(?:均|被)?(?:结果)?维持(?:原?(?:具体)?(?:行政)?(?:行为|决定|结果|答复))?(?:的)?)"
    rf"|(?P<corrected>(?:被)?(?:结果)?(?:纠正|纠错)(?:的)?)|(?P<other>其[他它]结果)"
    rf"|(?P<pending>(?:尚未|未)审结|尚在审理中?|正在审理中?|(?:尚未|未)结案))(?:的)?{_CASE}{FILL}$"
)
_RESULT_BEHIND = re.compile(
    r"(?:件)?(?:行政复议|行政诉讼|案件|复议|诉讼)*(?:已|被|均|获|予以|结果为|结果)*(?:(?P<upheld>(?:结果)?维持)|(?P<corrected>(?:结果)?(?:纠正|纠错))"
    r"|(?P<pending>(?:尚未|未)审结|(?:尚|正)在审理中?|审理中))(?:原?(?:行政)?(?:行为|决定|答复|结果))?$"
)


def reviews_before(head: str) -> str | None:
    """Return which reviews or lawsuits (a key of REVIEW_PATHS) the words before a number name."""
    found = _REVIEWS.search(head)
    if found is None or REVIEWING.search(head):
        return None
    before = head[: found.start()]
    if LINK.search(before) and found["both"] is None:
        return None
    return found.lastgroup


def reviews_behind(tail: str) -> str | None:
    """Return which reviews or lawsuits the words behind a number name."""
    found = _REVIEW_BEHIND.match(tail)
    return ("review" if found["review"] else "litigation") if found else None


def result_before(head: str) -> str | None:
    """Return the column of table four that the words before a number name."""
    found = _RESULTS.search(head)
    return None if found is None or LINK.search(head[: found.start()]) else found.lastgroup


def result_behind(tail: str) -> str | None:
    """Return the column of table four that the words behind a number name."""
    found = _RESULT_BEHIND.match(tail)
    return found.lastgroup if found else None
