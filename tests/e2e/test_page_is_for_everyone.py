"""The page with a key, by ear, on small screens and on paper."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import Opened, needs_browser
from tests.documents import pdf, zip_of
from tests.stack import Stack, free_port

pytestmark = needs_browser

KEY = "gj_a-key-for-the-page"


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
        for label in page.locator("table.requests th.label").all():
            box = label.bounding_box()
            assert box is not None
            assert box["height"] < 100, "labels are read in lines, not letter by letter"


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
