"""Handing documents in on the page, and following what becomes of them."""

import re
import secrets
from pathlib import Path

import httpx
import pytest
import sqlalchemy
from playwright.sync_api import expect

from storage.database import connect
from tests.browser import Opened, needs_browser, rows
from tests.documents import pdf, zip_of
from tests.stack import Stack
from tests.told import finished

pytestmark = needs_browser


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
    page.on("filechooser", lambda _: None)  # intercepted from here on, not only in mid-press
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


@pytest.mark.parametrize("latency_ms", [0, 1500])
def test_a_dropped_document_is_followed_to_its_end(opened: Opened, latency_ms: float) -> None:
    """Also one that is dropped as soon as the page is seen, before any list is there."""
    page = opened(latency_ms=latency_ms)
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
    page.wait_for_url(re.compile(r"#/jobs/job_"), timeout=120_000)
    page.locator(".judged").wait_for(timeout=120_000)
    assert page.locator(".word").inner_text() == "未能核完"
    assert page.locator(".facts").inner_text().count("拖来的.pdf") == 1


def test_a_dropped_folder_is_one_batch_of_all_that_lies_below_it(
    opened: Opened, tmp_path: Path
) -> None:
    """Also more than the 100 entries a browser lists of a folder at a time."""
    mark = secrets.token_hex(4)
    folder = tmp_path / "全市"
    (folder / "甲局" / "附件").mkdir(parents=True)
    (folder / "甲局" / "附件" / "年报.pdf").write_bytes(pdf(1, f"{mark} deep"))
    (folder / "甲局" / "~$年报.docx").write_bytes(b"what Word leaves")
    (folder / "甲局" / ".DS_Store").write_bytes(b"what a file manager leaves")
    for number in range(102):
        (folder / f"空{number}.pdf").touch()
    page = opened()
    page.locator(".drop").wait_for()
    tools = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        tools.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 200, "data": data})
    page.wait_for_url(re.compile(r"#/batches/bat_"))
    page.get_by_text("已处理 103 / 103 份").wait_for(timeout=60_000)
    page.get_by_role("searchbox").fill("附件")
    page.get_by_role("link", name="全市/甲局/附件/年报.pdf").wait_for()


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
