"""The summary of many reports as one self-contained page, Chinese with an English switch."""

from collections.abc import Mapping, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.summary import Bar, Summary, Told
from schemas.phrases import SEVERITIES, VERDICTS, Phrase, rule
from schemas.validation import Verdict

_TEMPLATES = Environment(
    loader=PackageLoader("api", "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_FIRST: Sequence[Verdict | None] = ("failed", "incomplete", None, "warnings", "passed")
_TABLES: dict[str, Phrase] = {
    "proactive_disclosure": ("主动公开政府信息情况", "proactive disclosure"),
    "requests": ("收到和处理政府信息公开申请情况（总计）", "requests (totals)"),
    "review_and_litigation": ("行政复议、行政诉讼情况", "review and litigation"),
}


def summary_page(summary: Summary, name: str, others: Mapping[str, int] | None = None) -> str:
    """Return the page; `others` counts documents without a result by their status."""
    order: Sequence[Verdict] = ("failed", "incomplete", "warnings", "passed")
    verdicts = [(verdict, VERDICTS[verdict], summary.verdicts[verdict]) for verdict in order]
    return _TEMPLATES.get_template("summary.html").render(
        name=name,
        read=sum(summary.verdicts.values()),
        verdicts=verdicts,
        others={status: count for status, count in (others or {}).items() if count},
        common=[(one, SEVERITIES[one.severity], rule(one.code)) for one in summary.common()],
        plots=_plots(summary),
        totals=summary.totals(),
        table_names=_TABLES,
        aggregates=summary.aggregates,
        comparisons=summary.comparisons(),
        repeated=summary.repeated,
        told=sorted(summary.told, key=_urgency),
        verdict_names=VERDICTS,
    )


def _urgency(told: Told) -> int:
    """Return the place in the list: first what somebody must look at."""
    return _FIRST.index(told.verdict)


def _plots(summary: Summary) -> list[tuple[Phrase, list[tuple[Bar, float]]]]:
    """Return titles and bars with their lengths as shares of the longest; empty plots are not."""
    drawn: list[tuple[Phrase, list[Bar]]] = [
        (
            ("各报告新收申请件数：多少份报告有这么多件", "Reports by number of new requests"),
            summary.requests(),
        ),
        (("各类办理结果件数", "Requests by outcome"), summary.outcomes()),
        (
            ("各报告的所见条数：多少份报告有这么多条", "Reports by number of findings"),
            summary.findings(),
        ),
    ]
    plots = []
    for title, bars in drawn:
        longest = max((bar.count for bar in bars), default=0)
        if longest:
            plots.append((title, [(bar, bar.count / longest) for bar in bars]))
    return plots
