"""Numbers that are not the issuer's own: another organ's, a part's of it, or all organs' around."""

import re
from collections.abc import Sequence

from workers.pipeline.narrative.meaning import Place, Readings
from workers.pipeline.narrative.subjects import HANDLED, NEW, RECEIVED
from workers.pipeline.wording import is_abbreviation

_ORGAN = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{0,12}?(?:局|委|办公室|厅|街道|镇|乡|政府|部门|单位|机构|县|区|市|(?<!法)院|中心|科室|学校))(?:共|累计|总共|全年|今年|本年度?|合计|均|分别)*(?:新?收|受理|接|办(?!公)|发生|答复|新增|制发|作出)"
)
_PARTS = re.compile(r"其中|包括|含")
_WHOLE = re.compile(r"全[市县区省州]|各级各部门")
_OURS = re.compile(r"我|本|及其|全[市县区省镇乡州局委系街]|(?:市|县|区|省)(?:人民)?政府$")
_OTHERS = re.compile(
    r"各(?!类|种|界|级|项|[个条]?(?:渠道|途径|方式))|所属|下属|下级|直属|[市县区省]直|二级单位|乡镇|镇街|街镇"
)


_ALL_ORGANS = re.compile(
    r"全[市县区省州](?:[^，。；]{0,10}?系统|(?:各级)?(?:行政|政府|国家)机关|(?:各级)?政府部门)|本?系统(?=共|收|新)"
)
_ONE_ORGAN = re.compile(r"(?:局|委|委员会|厅|中心|队|院)$")
_PART_OF_ORGAN = re.compile(r"[局委厅]机关|本级|[局委厅]属")
_PASSED_ON = re.compile(
    r"(?:转至|转到|转由|转给)(?!下|次|明|20|本|我)|转送|移交|移送"
    r"|由(?!我|本)[^，。；]{1,12}?(?:局|委|办|厅|政府|部门|单位|镇|乡|街道)(?:负责|承办|牵头)?(?:办理|答复|处理|回复|办结)"
)
"""What another organ was left to answer."""


def is_passed_on(words: str) -> bool:
    """Say whether words leave requests to another organ."""
    return _PASSED_ON.search(words) is not None


def is_elsewhere(
    place: Place,
    readings: Readings,
    *,
    issuer: str | None,
    total: Readings,
    told: Sequence[Readings],
) -> bool:
    """Say whether a number is told of a part of the issuer, or of another organ.

    `total` is the last total of requests, `told` what was told so far.
    """
    if _is_of_many(place.clause, issuer) or _PART_OF_ORGAN.search(place.clause):
        return True
    whole = _WHOLE.search(place.clause)
    if _OTHERS.search(place.clause) and not whole:
        return True
    again = readings in told
    part = "其中" in place.clause and readings[: len(RECEIVED)] == RECEIVED
    handled = readings == (NEW,) and total == (HANDLED,)
    if (
        part
        or (handled and _PARTS.search(place.clause))
        or (again and _PARTS.search(place.sentence))
    ):
        return True
    found = _ORGAN.search(place.clause)
    if whole or found is None or _OURS.search(found["name"]):
        return False
    return again or not _is_issuer(found["name"], issuer)


def _is_of_many(words: str, issuer: str | None) -> bool:
    """Say whether words name all organs of a region, of which the issuer is but one."""
    one = issuer is not None and _ONE_ORGAN.search(issuer) is not None
    return one and _ALL_ORGANS.search(words) is not None


def _is_issuer(words: str, issuer: str | None) -> bool:
    """Say whether words end in the issuer's name, in full or shortened."""
    if issuer is None:
        return True
    return any(is_abbreviation(words[at:], issuer) for at in range(max(1, len(words) - 2)))
