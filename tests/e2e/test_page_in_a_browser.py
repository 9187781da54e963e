"""The page for people in a real Chromium, on the real service with the null engine."""

import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from schemas.evidence import Evidence
from schemas.forms import FORMS
from schemas.record import Claim, Source
from schemas.validation import Validation
from storage.database import connect
from tests.browser import chromium, needs_browser
from tests.documents import pdf, zip_of
from tests.stack import Stack, free_port
from tests.strategies import LINES, SOURCE, Report, build_report, values_of
from workers.pipeline.export.marks import marks
from workers.pipeline.validate.validate import validate

pytestmark = needs_browser

KEY = "gj_a-key-for-the-page"
Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def opened(browser: Browser, stack: Stack) -> Iterator[Opened]:
    """Open an address of the page as a person with nothing remembered; no error may be logged."""
    wrong: list[str] = []
    contexts = []

    def open_page(path: str = "", *, address: str = stack.address, **options: object) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda message: wrong.append(message.text) if _is_fault(message.text) else None,
        )
        page.goto(f"{address}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def _is_fault(text: str) -> bool:
    """Say whether the console tells of a broken rule: an answer 4xx is logged there as well."""
    return "Content Security Policy" in text or "TrustedScript" in text or "Uncaught" in text


def finished(http: httpx.Client, mark: str) -> str:
    files = {"file": (f"{mark}.pdf", pdf(3, mark))}
    job = http.post("/v1/jobs", files=files, headers={"Prefer": "wait=30"}).json()
    assert job["status"] == "succeeded", job
    return str(job["id"])


def put(stack: Stack, job_id: str, report: Report) -> Validation:
    """Have a finished job tell of a report that was made up, instead of the null engine's."""
    validation = validate(report.record, report.registration, report.pages)
    folder = Path(stack.environment["GOUJI_OBJECTS_DIR"]) / "local" / "jobs" / job_id
    assert (folder / "record.json").exists()
    (folder / "record.json").write_text(report.record.model_dump_json(by_alias=True))
    (folder / "validation.json").write_text(validation.model_dump_json(by_alias=True))
    return validation


def faulty(**changes: object) -> Report:
    """A report whose 予以公开 row and column break, with doubt, a blank and a claim."""
    doubt = Evidence(
        kind="number",
        text="7",
        source="ocr",
        confidence=0.61,
        page=2,
        box=(0.7, 0.5, 0.78, 0.53),
        flag="doubtful",
        alternatives=("1",),
    )
    values = values_of({"granted": (4, 0, 0, 0, 0, 0), "new_requests": (4, 0, 0, 0, 0, 0)})
    values |= {"/requests/granted/natural_person": 9, "/requests/carried_over/other": None}
    values |= {"/proactive_disclosure/administrative_penalties": 7}
    evidence = {"/proactive_disclosure/administrative_penalties": doubt}
    lines = [line.replace("，监督保障到位", "") for line in LINES]  # worth a note
    return build_report(values, evidence=evidence, lines=lines, **changes)


@pytest.fixture
def told(stack: Stack, http: httpx.Client) -> str:
    job_id = finished(http, secrets.token_hex(4))
    put(stack, job_id, faulty())
    return job_id


def cell(pointer: str) -> str:
    return f'td[data-pointer="{pointer}"]'


def rows(page: Page, number: int) -> None:
    """Wait until the list has so many rows."""
    expect(page.locator("table.list tbody tr")).to_have_count(number)


def test_the_first_view_says_what_to_do_and_remembers_the_language(opened: Opened) -> None:
    page = opened()
    assert page.locator("h1").inner_text() == "把年度报告拖到这里"
    assert page.get_attribute("html", "lang") == "zh-CN"
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Drop annual reports here").wait_for()
    assert page.evaluate("document.activeElement.id") == "language"
    page.reload()
    page.get_by_role("heading", name="Drop annual reports here").wait_for()
    assert page.get_attribute("html", "lang") == "en"
    assert page.title().startswith("gouji")


def test_an_archive_handed_in_by_keyboard_fills_up_and_is_narrowed(opened: Opened) -> None:
    page = opened()
    archive = zip_of(
        {f"各局/第{n:02}局.pdf": pdf(2, f"browser {n}") for n in range(12)}
        | {"各局/笔记.exe": b"\x7fELF\x00\x01\xff\xfe\x00"}
    )
    page.get_by_role("button", name="选择文件", exact=True).focus()
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Enter")
    chosen.value.set_files({"name": "年报.zip", "mimeType": "application/zip", "buffer": archive})
    page.wait_for_url(re.compile(r"#/batches/bat_"))
    page.get_by_role("heading", name="年报.zip").wait_for()
    page.get_by_text("已处理 13 / 13 份").wait_for(timeout=60_000)
    assert page.get_by_role("progressbar").get_attribute("aria-valuenow") == "100"
    expect(page.get_by_role("status")).to_contain_text("13")

    page.get_by_role("button", name="未能核完 12").click()
    rows(page, 12)
    assert "verdict=incomplete" in page.url
    page.reload()
    rows(page, 12)
    chip = page.get_by_role("button", name="未能核完 12")
    assert chip.get_attribute("aria-pressed") == "true"
    page.get_by_role("searchbox").fill("第07")
    rows(page, 1)
    assert page.evaluate("document.activeElement.type") == "search"
    page.get_by_role("link", name="各局/第07局.pdf").click()
    page.wait_for_url(re.compile(r"#/jobs/job_"))
    page.get_by_role("link", name="所在批次").wait_for()
    page.go_back()
    rows(page, 1)
    page.get_by_role("button", name=re.compile("^全部")).click()
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name=re.compile("^(未能处理|已跳过) 1")).click()
    rows(page, 1)
    page.get_by_text("笔记.exe").wait_for()
    assert page.locator(".why").first.inner_text()


def test_a_dropped_document_is_followed_to_its_end(opened: Opened) -> None:
    page = opened()
    content = list(pdf(4, secrets.token_hex(4)))
    page.evaluate(
        """(content) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(content)], "拖来的.pdf"));
          const told = { dataTransfer: transfer, bubbles: true, cancelable: true };
          for (const type of ["dragenter", "dragover", "drop"])
            document.body.dispatchEvent(new DragEvent(type, told));
        }""",
        content,
    )
    page.wait_for_url(re.compile(r"#/jobs/job_"))
    page.locator(".judged").wait_for(timeout=60_000)
    assert page.locator(".word").inner_text() == "未能核完"
    assert page.locator(".facts").inner_text().count("拖来的.pdf") == 1


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


def test_all_documents_are_found_by_name(opened: Opened, http: httpx.Client) -> None:
    mark = secrets.token_hex(4)
    finished(http, f"{mark}-one")
    finished(http, f"{mark}-two")
    page = opened()
    page.get_by_role("searchbox").fill(mark)
    rows(page, 2)
    page.get_by_role("searchbox").fill(f"{mark}-two")
    rows(page, 1)
    page.reload()
    rows(page, 1)
    page.get_by_role("searchbox").fill("no such name")
    page.get_by_text("没有符合条件的文档").wait_for()


def test_a_failure_says_what_to_do_and_can_be_tried_again(
    opened: Opened, http: httpx.Client
) -> None:
    broken = {"file": ("坏.pdf", pdf(2, "to be cut")[:300])}
    made = http.post("/v1/jobs", files=broken, headers={"Prefer": "wait=30"}).json()
    assert made["status"] == "failed", made
    page = opened(f"#/jobs/{made['id']}")
    notice = page.get_by_role("alert")
    notice.wait_for()
    assert made["error"]["message"] in notice.inner_text()
    with page.expect_response(re.compile("/retry$")) as answer:
        page.get_by_role("button", name="重试").click()
    assert answer.value.status == 202
    notice.wait_for(timeout=30_000)
    gone = opened("#/jobs/job_nothing")
    assert "没有这个任务" in gone.get_by_role("alert").inner_text()


def test_a_service_away_is_told_and_found_again(opened: Opened) -> None:
    page = opened("#/jobs/job_nothing")
    page.get_by_role("alert").wait_for()
    page.route("**/v1/**", lambda route: route.abort())
    page.get_by_role("link", name="勾稽").click()
    page.get_by_text("连接不上服务").first.wait_for()
    page.unroute("**/v1/**")
    page.get_by_role("button", name="重试").click()
    page.get_by_role("heading", name="把年度报告拖到这里").wait_for()


def test_cancelling_asks_first(opened: Opened) -> None:
    page = opened()
    asked: list[str] = []
    at = "/v1/batches/bat_1"
    batch = {
        "id": "bat_1",
        "status": "running",
        "counts": {"queued": 3},
        "verdicts": {},
        "error": None,
        "metadata": {},
        "priority": "bulk",
        "finished_at": None,
        "created_at": "2026-01-01T00:00:00Z",
        "progress": {
            "items_total": 3,
            "items_done": 0,
            "percent": 0,
            "reason": "no_worker_running",
        },
        "links": {"self": at, "items": f"{at}/items", "export": f"{at}/export"},
    }
    item = {"name": "a.pdf", "status": "queued", "job_id": None, "error": None}
    ended = batch | {"status": "cancelled", "counts": {"cancelled": 3}}
    page.route(f"**{at}", lambda route: route.fulfill(json=ended if asked else batch))
    page.route(
        f"**{at}/items*",
        lambda route: route.fulfill(json={"data": [item], "next_cursor": None}),
    )
    page.route(
        f"**{at}/cancel",
        lambda route: (asked.append(route.request.method), route.fulfill(json=ended)),
    )
    page.evaluate("location.hash = '#/batches/bat_1'")
    page.get_by_text("没有正在运行的处理进程").wait_for()
    page.get_by_role("button", name="取消批次").click()
    page.get_by_role("dialog").get_by_role("button", name="返回").click()
    assert asked == []
    page.get_by_role("button", name="取消批次").click()
    page.get_by_role("dialog").get_by_role("button", name="取消批次").click()
    page.get_by_role("button", name="已取消 3").wait_for()
    assert asked == ["POST"]


def test_ten_thousand_items_are_shown_fifty_at_a_time(
    opened: Opened, stack: Stack, http: httpx.Client
) -> None:
    name = secrets.token_hex(4)
    made = http.post(
        "/v1/batches", files={"file": (f"{name}.zip", zip_of({"a.pdf": pdf(1, name)}))}
    )
    batch_id = made.json()["id"]
    engine = connect(stack.environment["GOUJI_DATABASE_URL"], pool_size=1)
    with engine.begin() as connection:
        connection.execute(
            sqlalchemy.text(
                "INSERT INTO batch_items (batch_id, position, name, error) "
                "SELECT :batch, n, '第' || n || '号.pdf', CAST(:error AS jsonb) "
                "FROM generate_series(100, 10098) AS n"
            ),
            {
                "batch": batch_id,
                "error": '{"code": "duplicate", "category": "input", "retryable": false, '
                '"message": "重复", "message_en": "duplicate"}',
            },
        )
    engine.dispose()
    page = opened(f"#/batches/{batch_id}")
    page.get_by_role("button", name="全部 10,000").wait_for()
    rows(page, 50)
    page.get_by_role("button", name="下一页").click()
    page.get_by_text("第150号.pdf").wait_for()
    rows(page, 50)
    assert page.locator("*").count() < 1000
    page.reload()
    page.get_by_text("第150号.pdf").wait_for()
    page.get_by_role("button", name="第一页").click()
    page.get_by_text("第100号.pdf").wait_for()
    page.get_by_role("searchbox").fill("第10098号")
    rows(page, 1)


@pytest.fixture
def guarded(stack: Stack) -> Iterator[str]:
    """Another door to the same service, one that wants a key."""
    port = free_port()
    stack.start(
        "door", ["api"], GOUJI_PORT=str(port), GOUJI_REQUIRE_KEY="true", GOUJI_BOOTSTRAP_KEY=KEY
    )
    address = f"http://127.0.0.1:{port}"
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(transport=transport, trust_env=False) as client:
        assert client.get(f"{address}/livez").status_code == 200
    yield address
    stack.kill("door")


def test_a_key_is_asked_for_and_kept_in_this_tab_only(
    opened: Opened, guarded: str, told: str
) -> None:
    page = opened(f"#/jobs/{told}", address=guarded)
    page.get_by_label("密钥", exact=True).fill("gj_wrong")
    page.keyboard.press("Enter")
    page.get_by_text("密钥不对").wait_for()
    page.get_by_label("密钥", exact=True).fill(KEY)
    page.get_by_role("button", name="进入").click()
    page.locator(".judged").wait_for()
    page.locator(".sheet img").wait_for()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Excel").click()
    assert saved.value.suggested_filename.endswith(".xlsx")
    assert Path(str(saved.value.path())).read_bytes().startswith(b"PK")
    kept = page.evaluate("[{...sessionStorage}, {...localStorage}]")
    assert kept == [{"gouji.key": KEY}, {}]
    assert page.context.cookies() == []
    page.reload()
    page.locator(".judged").wait_for()
    page.get_by_role("button", name="退出（忘记密钥）").click()
    page.get_by_label("密钥", exact=True).wait_for()
    assert page.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_everyone_can_use_it(
    opened: Opened, told: str, http: httpx.Client, scheme: str, language: str
) -> None:
    """Names, roles, order of headings, contrast: what axe finds against WCAG 2.2 AA."""
    batch = http.post("/v1/batches", files={"file": ("a.zip", zip_of({"a.pdf": pdf(1, "axe")}))})
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    for path, ready in (
        ("", ".drop"),
        (f"#/jobs/{told}", ".judged"),
        (f"#/batches/{batch.json()['id']}", "table.list"),
    ):
        page = opened(color_scheme=scheme)
        page.evaluate("(chosen) => localStorage.setItem('gouji.language', chosen)", language)
        page.goto(f"{page.url.split('#')[0]}{path}")
        page.reload()
        page.locator(ready).first.wait_for()
        found = Axe().run(page, options=rules)
        told_of = [
            (one["id"], [node["html"] for node in one["nodes"]][:3])
            for one in found.response["violations"]
        ]
        assert told_of == [], (path, scheme)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_runs_over_the_side(opened: Opened, told: str, width: int) -> None:
    for path, ready in (("", ".drop"), (f"#/jobs/{told}", "table.requests")):
        page = opened(path)
        page.set_viewport_size({"width": width, "height": 844})
        page.locator(ready).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_prints_without_its_controls(opened: Opened, told: str) -> None:
    page = opened(f"#/jobs/{told}", color_scheme="dark")
    page.locator("table.requests").wait_for()
    page.emulate_media(media="print")
    ink = page.evaluate("getComputedStyle(document.documentElement).color")
    assert ink == "rgb(28, 32, 36)", "paper is white, whatever the screen is"
    assert page.locator(".severity-info").count() == 1
    assert not page.locator("header.bar").is_visible()
    assert not page.locator(".viewer").is_visible()
    assert page.locator(".finding").first.is_visible()
    assert page.locator("table.requests").is_visible()
