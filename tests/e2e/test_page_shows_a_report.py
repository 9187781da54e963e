"""What the page shows of one report: its pages, tables, findings and texts."""

import re
import secrets

import httpx
import pytest
from playwright.sync_api import expect

from schemas.forms import FORMS
from schemas.record import Claim, Source
from tests.browser import Opened, cell, needs_browser
from tests.stack import Stack
from tests.strategies import LINES, SOURCE, Report, build_report, values_of
from tests.told import faulty, finished, put
from workers.pipeline.export.marks import marks

pytestmark = needs_browser


def test_a_cell_and_its_box_show_each_other(opened: Opened, told: str) -> None:
    page = opened(f"#/jobs/{told}")
    pointer = "/requests/new_requests/natural_person"
    box = page.locator(f'rect[data-pointer="{pointer}"]')
    page.locator(cell(pointer)).hover()
    expect(box).to_have_class(re.compile("chosen"))
    assert page.locator(".tools output").inner_text() == "第 2 / 3 页"
    other = "/requests/new_requests/total"
    page.locator(f'rect[data-pointer="{other}"]').click(force=True)
    expect(page.locator(cell(other))).to_have_class(re.compile("chosen"))
    assert "总计" in page.locator(".detail").inner_text()
    assert page.locator(".detail canvas").get_attribute("aria-label") == "原件第 2 页上的这一处"


def test_a_finding_leads_to_the_page_and_to_the_cell(opened: Opened, told: str) -> None:
    page = opened(f"#/jobs/{told}")
    finding = page.locator(".finding", has_text="REQ-ROW").first
    finding.get_by_role("button", name="看第 2 页").click()
    page.locator("rect.chosen").wait_for(state="attached")
    assert "chosen" in str(finding.get_attribute("class"))
    finding.get_by_role("button", name="看表中").click()
    at = page.evaluate("document.activeElement.dataset.pointer")
    assert at.startswith("/requests/granted/")
    assert page.locator("td.with").count() >= 1
    page.locator(".detail").get_by_role("button", name="见所见第").first.click()
    assert page.locator(".finding.chosen").count() == 1


def test_a_table_is_one_stop_and_arrows_go_from_value_to_value(opened: Opened, told: str) -> None:
    page = opened(f"#/jobs/{told}")
    page.locator("table.requests").wait_for()
    stops = page.locator('table.requests td[tabindex="0"]')
    assert stops.count() == 1
    stops.focus()
    start = page.evaluate("document.activeElement.dataset.pointer")
    page.locator(cell("/requests/partially_granted/total")).focus()
    page.keyboard.press("ArrowDown")
    walked = [page.evaluate("document.activeElement.dataset.pointer")]
    for key in ("ArrowLeft", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        walked.append(page.evaluate("document.activeElement.dataset.pointer"))
    assert start.startswith("/requests/")
    assert walked == [
        "/requests/denied_state_secret/total",
        "/requests/denied_state_secret/other",
        "/requests/partially_granted/other",
        "/requests/granted/other",
        "/requests/carried_over/other",
        "/requests/new_requests/other",
        "/requests/new_requests/other",
    ]
    assert stops.count() == 1


def test_values_are_marked_as_in_report_and_workbook(
    opened: Opened, stack: Stack, http: httpx.Client
) -> None:
    job_id = finished(http, secrets.token_hex(4))
    report = faulty()
    validation = put(stack, job_id, report)
    page = opened(f"#/jobs/{job_id}")
    page.locator("table.requests").wait_for()
    shown = page.evaluate(
        """() => Object.fromEntries(
          [...document.querySelectorAll("td[data-pointer]")].map((cell) => {
            const [first] = cell.childNodes;
            const text = first?.nodeName === "#text" ? first.data : "";
            return [cell.dataset.pointer, [text, cell.classList[0], cell.classList[1]]];
          }))"""
    )
    expected = {
        pointer: [mark.shown, mark.reading, f"fault-{mark.fault}"]
        for pointer, mark in marks(report.record, validation).items()
    }
    assert shown == expected
    kinds = {(reading, fault) for _, reading, fault in shown.values()}
    assert len(kinds) >= 5, "doubtful, blank, the fault, what takes part in it, and clear"


@pytest.mark.parametrize("kind", ["docx", "html", "text", "markdown"])
def test_a_document_without_pages_has_tables_and_no_viewer(
    opened: Opened, stack: Stack, http: httpx.Client, kind: str
) -> None:
    job_id = finished(http, secrets.token_hex(4))
    source = Source.model_validate(SOURCE.model_dump() | {"kind": kind, "pages": 1})
    put(stack, job_id, faulty(source=source, text_source="markup"))
    page = opened(f"#/jobs/{job_id}")
    page.locator("table.requests").wait_for()
    assert page.locator(".viewer").count() == 0
    assert page.get_by_role("button", name=re.compile("^看第")).count() == 0
    page.locator(cell("/requests/granted/natural_person")).hover()
    assert page.locator(".detail .value").inner_text().startswith("9")


def test_the_form_of_2019_is_drawn_as_it_was(
    opened: Opened, stack: Stack, http: httpx.Client
) -> None:
    job_id = finished(http, secrets.token_hex(4))
    form = FORMS["2019"]
    lines = [line.replace("2023", "2019") for line in LINES]
    put(stack, job_id, build_report(values_of({}, form), form=form, lines=lines))
    page = opened(f"#/jobs/{job_id}")
    page.locator("table.proactive_disclosure").wait_for()
    drawn = page.locator("td[data-pointer]")
    assert drawn.count() == len(form.pointers) == 198
    assert page.get_by_role("rowheader", name="政府集中采购").count() == 1
    assert "〔2019〕60号" in page.locator(".statutory").inner_text()


def test_what_a_document_says_is_only_ever_text(
    opened: Opened, stack: Stack, http: httpx.Client
) -> None:
    job_id = finished(http, secrets.token_hex(4))
    nasty = '<img src=x onerror="window.taken=1"><script>window.taken=1</script>'
    report = faulty()
    section = report.record.sections[0].model_copy(update={"text": f"新收4件，{nasty}"})
    claims = [
        Claim(
            section=1,
            text="新收4件",
            subject="requests.new_requests",
            stated="4",
            unit="件",
            span=(0, 4),
            holds=True,
        )
    ]
    said = {"title": nasty, "issuer": nasty, "sections": (section,), "claims": tuple(claims)}
    changed = Report(
        record=report.record.model_copy(update=said),
        registration=report.registration,
        pages=report.pages,
    )
    put(stack, job_id, changed)
    page = opened(f"#/jobs/{job_id}")
    page.locator(".texts").wait_for()
    assert page.locator("h1").inner_text() == nasty
    assert nasty in page.locator(".texts").inner_text()
    assert page.evaluate("window.taken") is None
    page.locator(".claim.holds").click()
    expect(page.locator(cell("/requests/new_requests/total"))).to_have_class(re.compile("chosen"))
