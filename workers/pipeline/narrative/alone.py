"""Paragraphs that count requests without calling them so: “自然人申请35件。”, “结转下年度13件。”.

They are taken for what they seem only where every word of theirs is one of the statutory table, and
nothing right before them is about anything else: no claim is better than a wrong one.
"""

import re

from workers.pipeline.narrative.words import NOT_OURS, TOPICS

_WORDS = re.compile(
    r"(?:20\d\d|[\d,零〇一二三四五六七八九十百千万两]|年度?|本|今|去|上|下|次|全年|度|底|末|另有?|其[中余]|还有|有|共|合?计|为|的|了"
    r"|[我本全][局委办厅镇乡县市区院]|本?单位|本?机关|结转|转结|旧存|转入|至|到|自|继续|办理|处理|中|新收|收到"
    r"|自然人|法人|或者?|和|及|其[他它]|组织|商业企业|科研机构|社会公益组织|法律服务机构|申请|提出|件"
    r"|均|已|尚|正在|办结|答复|予以公开|部分公开|不予公开|无法提供|不予处理|[，。、；：（）])+"
)
"""The words of the table of requests, times, and what joins them."""
_TELLING = re.compile(
    r"(?:上一?年度?|去年|20\d\d年度?)(?:结转|旧存)|(?:结转|转入)(?:至|到)?(?:下|次|20)"
    r"|(?:自然人|法人|组织|企业|机构)(?:提出)?(?:的)?申请|(?:予以|部分|不予)公开|无法提供"
)
"""Words of which one at least must be there: they are hardly said of anything else."""


def speaks_of_requests(text: str, before: str) -> bool:
    """Say whether a paragraph counts requests by its words alone; `before` is the one above it."""
    if not _WORDS.fullmatch(text) or not _TELLING.search(text):
        return False
    others = (found.lastgroup for found in TOPICS.finditer(before))
    return not NOT_OURS.search(before) and all(topic == "requests" for topic in others)
