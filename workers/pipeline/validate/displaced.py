"""Many labels of one table unlike the form's at once: one finding, not one for each of them.

A header that slid by one column, or words broken in a conversion, put every label beside another's
place. Each told by itself is a wrong accusation; together they say what happened.
"""

from collections.abc import Sequence

from schemas.validation import Finding
from workers.pipeline.places import TABLE_TITLES, TABLE_TITLES_EN
from workers.pipeline.validate.outcome import listed, listed_en

_MANY = 3
"""Labels of one table in doubt up to which each is told by itself."""


def gathered(findings: Sequence[Finding]) -> list[Finding]:
    """Put the doubtful labels of a table into one finding where there are many."""
    doubtful: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        if finding.code == "STR-LABEL" and finding.cause == "undetermined":
            doubtful.setdefault(finding.paths, []).append(finding)
    storms = {paths: found for paths, found in doubtful.items() if len(found) > _MANY}
    kept: list[Finding] = []
    for finding in findings:
        storm = storms.get(finding.paths, []) if finding.code == "STR-LABEL" else []
        if finding not in storm:
            kept.append(finding)
        elif finding is storm[0]:
            kept.append(_together(storm))
    return kept


def _together(storm: Sequence[Finding]) -> Finding:
    first = storm[0]
    name = next(one for one in TABLE_TITLES if first.paths == (f"/{one}",))
    printed = list(dict.fromkeys(finding.actual or "" for finding in storm))
    return first.model_copy(
        update={
            "message": f"{TABLE_TITLES[name]}：{len(storm)} 处表头或行名与规定格式的位置或文字"
            f"对不上（{listed(printed, '处')}）；可能整列、整行错位，或文字在转换、识别中断开，"
            "其数字的归属存疑，请对照原件",
            "message_en": f"{TABLE_TITLES_EN[name]}: {len(storm)} headers or labels do not stand "
            f"where the form has them, or not as a whole ({listed_en(printed)}); columns or rows "
            "may be displaced, or words broken in conversion: compare the original",
            "expected": None,
            "actual": "、".join(printed),
        }
    )
