"""What many reports say together, and the page that says it."""

from html.parser import HTMLParser

from api.summary import Summary, Told
from api.summary_page import summary_page
from schemas.long_row import LongRow
from schemas.validation import Checked, Counts, Finding, Validation, Verdict
from tests.unit.api.test_long_files import row


def judged(verdict: Verdict, *codes: str) -> Validation:
    findings = tuple(
        Finding(code=code, severity="error", cause="source", message="甲", message_en="a")
        for code in codes
    )
    checked = {code: Checked(checked=1, failed=1) for code in codes}
    counts = Counts(error=len(codes))
    return Validation(verdict=verdict, counts=counts, checked=checked, findings=findings)


def told(name: str, validation: Validation) -> Told:
    return Told(
        name=name,
        href=f"{name}/validation.html",
        issuer=f"{name}局",
        year=2023,
        verdict=validation.verdict,
        counts=validation.counts,
    )


def rows(new: int | None, granted: int, **changes: object) -> list[LongRow]:
    common = {"year": 2023, "template": "2021", **changes}
    return [
        row(row="new_requests", value=new, **common),
        row(row="new_requests", column="other", value=999, **common),  # columns: totals only
        row(row="granted", value=granted, flag="doubtful", **common),
        row(row="denied_state_secret", value=2, **common),
        row(table="proactive_disclosure", row="fees", column="amount", value="10.05", **common),
    ]


def summed() -> Summary:
    summary = Summary()
    failed, passed = judged("failed", "REQ-ROW", "REQ-ROW", "REQ-COL"), judged("passed")
    summary.add(told("a", failed), failed, rows(3, 4))
    summary.add(told("b", passed), passed, rows(None, 1))
    summary.add(told("c", judged("failed", "REQ-COL")), judged("failed", "REQ-COL"), rows(70, 0))
    whole = rows(500, 500, scope="aggregate")
    summary.add(told("<whole>", passed), passed, whole)
    summary.add_unread(Told(name="d.pdf", href=None, error="读不了", error_en="unreadable"))
    return summary


def test_findings_are_counted_by_reports_and_in_all() -> None:
    common = [(one.code, one.reports, one.times) for one in summed().common()]
    assert common == [("REQ-COL", 2, 2), ("REQ-ROW", 1, 2)]


def test_totals_leave_out_aggregates_and_say_what_they_miss() -> None:
    summary = summed()
    totals = summary.totals()[2023, "2021"]
    new, granted, _ = totals["requests"]
    assert (new.amount, new.reports, new.without) == (73, 2, 1)  # 3 + 70; b has no number
    assert (granted.amount, granted.flagged) == (5, 3)
    assert str(totals["proactive_disclosure"][0].amount) == "30.15"  # 3 × 10.05, exactly
    assert summary.aggregates == 1


def test_a_second_file_of_a_report_is_listed_and_counted_once() -> None:
    summary = Summary()
    passed = judged("passed")
    for name in ("甲.pdf", "甲扫描.pdf"):
        summary.add(told(name, passed), passed, rows(3, 4, issuer="甲局"))
    summary.add(told("乙.pdf", passed), passed, rows(5, 4, issuer="甲局", year=2022))
    new = {key: tables["requests"][0].amount for key, tables in summary.totals().items()}
    assert new == {(2023, "2021"): 3, (2022, "2021"): 5}
    assert [one.repeated for one in summary.told] == [False, True, False]
    text = summary_page(summary, "批次")
    assert text.count("同一机关同一年度的又一份") == 1
    assert "1 份与另一份报告机关、年度相同" in text


def test_the_list_begins_with_what_somebody_must_look_at() -> None:
    summary = summed()
    incomplete = judged("incomplete")
    summary.add(told("e", incomplete), incomplete, rows(3, 4))
    text = summary_page(summary, "批次")
    listed = text[text.index('id="reports"') :]
    places = [listed.index(f">{name}<") for name in ("a", "c", "e", "d.pdf", "b")]
    assert places == sorted(places)


def test_years_are_never_added_up() -> None:
    summary = summed()
    summary.add(told("e", judged("passed")), judged("passed"), rows(1, 1, year=2022))
    assert list(summary.totals()) == [(2023, "2021"), (2022, "2021")]


def test_distributions_are_counted_by_classes() -> None:
    summary = summed()
    requests = {bar.label: bar.count for bar in summary.requests()}
    assert {label: n for label, n in requests.items() if n} == {"3–5": 1, "51–100": 1}
    findings = {bar.label: bar.count for bar in summary.findings()}
    assert findings == {"0": 2, "1": 1, "2": 0, "3": 1}
    outcomes = {bar.label_en: bar.count for bar in summary.outcomes()}
    assert (outcomes["granted"], outcomes["denied"]) == (5, 6)


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.plots: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if tag not in ("meta", "input"):
            self.open.append(tag)
        if tag == "a":
            self.links.append(str(found["href"]))
        if tag == "svg":
            assert found["role"] == "img"
            self.plots.append(str(found["aria-label"]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_sound_self_contained_and_escaped() -> None:
    text = summary_page(summed(), "<b>批次", {"failed": 2, "queued": 0})
    outline = _Outline()
    outline.feed(text)
    assert outline.open == []
    assert {"script", "link", "img", "iframe"}.isdisjoint(outline.tags)
    assert "<b>批次" not in text
    assert "<whole>" not in text
    assert outline.links[0] == "a/validation.html"
    assert "未能处理" in text
    assert "排队中" not in text
    assert "读不了" in text
    assert text.count('lang="zh"') == text.count('lang="en"') - text.count('class="key" lang="en"')


def test_a_plot_says_its_numbers_to_those_who_cannot_see_it() -> None:
    outline = _Outline()
    outline.feed(summary_page(summed(), "批次"))
    assert len(outline.plots) == 3
    assert "3–5 1" in outline.plots[0]
    assert "51–100 1" in outline.plots[0]


def test_an_empty_batch_has_a_page_too() -> None:
    text = summary_page(Summary(), "批次")
    assert "没有发现问题" in text
    assert "<svg" not in text


def test_organs_are_held_against_the_aggregate_of_their_government() -> None:
    summary, passed = Summary(), judged("passed")
    for name, new in (("甲", 3), ("乙", 5)):
        summary.add(told(name, passed), passed, rows(new, 0, issuer=name))
    summary.add(told("县", passed), passed, rows(7, 9, issuer="<县>政府", scope="aggregate"))
    text = summary_page(summary, "批次")
    assert "多于汇总" in text  # 3 + 5 > 7
    assert "+1" in text
    assert "-9" not in text  # what was granted was read with doubt
    assert "<县>" not in text
