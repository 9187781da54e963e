"""A large file goes up from the page in parts, and on after the network failed.

To the service itself where a folder is the store, and straight to an S3 server where there is one.
"""

import os
import re
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Route, expect

from tests.browser import Opened, needs_browser
from tests.documents import pdf
from tests.stack import Stack

pytestmark = needs_browser

LARGE = 33 * 1024 * 1024


FOLDER = re.compile(r"/v1/uploads/upl_\w+/parts/(\d+)$")
S3 = re.compile(r"/local/incoming/upl_\w+\?partNumber=(\d+)&")


@pytest.mark.parametrize(("store", "address"), [("stack", FOLDER), ("remote", S3)])
def test_a_large_archive_goes_on_with_what_is_missing(
    opened: Opened,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    store: str,
    address: re.Pattern[str],
) -> None:
    archive = tmp_path / "全市年报.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("一局.pdf", pdf(1, f"large {uuid4()}"))
        made.writestr("noise.bin", os.urandom(LARGE))
    service: Stack = request.getfixturevalue(store)
    page = opened(address=service.address)
    page.get_by_role("heading", name="把年度报告拖到这里").wait_for()
    sent: list[str] = []
    broken = True

    def network(route: Route) -> None:
        found = address.search(route.request.url)
        if found is None or route.request.method != "PUT":
            route.continue_()
            return
        sent.append(found[1])
        if broken and sent[-1] == "2":
            route.abort("connectionreset")
        else:
            route.continue_()

    page.clock.install()
    page.route(address, network)
    page.locator("input#files").set_input_files(archive)
    again = page.get_by_role("button", name="重试")
    for _ in range(60):  # the pauses between its tries, without waiting for them
        if again.is_visible():
            break
        page.clock.run_for(20_000)
        page.wait_for_timeout(500)
    expect(again).to_be_visible()
    assert sent == ["1", *["2"] * 5]
    broken = False
    again.click()
    page.wait_for_url(re.compile(r"#/batches/bat_"), timeout=120_000)
    assert sent[6:] == ["2", "3"]
    page.get_by_role("heading", name="全市年报.zip").wait_for()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('upload'))") == []


def test_a_folder_of_more_files_than_one_request_takes_is_one_batch(
    opened: Opened, tmp_path: Path, stack: Stack
) -> None:
    folder = tmp_path / "全市年报"
    folder.mkdir()
    for number in range(1000):
        (folder / f"空{number:04d}.pdf").touch()  # refused at once, so that nobody reads them
    deep = folder / "一区" / ("很长的名字" * 10)
    deep.mkdir(parents=True)
    for name in ("一局", "二局"):
        (deep / f"{name}.pdf").write_bytes(pdf(1, f"one of many {name} {uuid4()}"))
    page = opened(address=stack.address)
    page.get_by_role("heading", name="把年度报告拖到这里").wait_for()
    page.locator("input#folder").set_input_files(folder)
    page.wait_for_url(re.compile(r"#/batches/bat_"), timeout=120_000)
    address = f"/v1/batches/{page.url.rpartition('/')[2]}"
    with stack.client() as http:
        while not (found := http.get(address, params={"wait": 30}).json())["finished_at"]:
            pass
        done = http.get(f"{address}/items", params={"status": "succeeded"}).json()["data"]
    assert found["counts"] == {"succeeded": 2, "failed": 1000}
    within = f"全市年报/一区/{'很长的名字' * 10}"
    assert {item["name"] for item in done} == {f"{within}/{name}.pdf" for name in ("一局", "二局")}
