"""A real browser for tests of pages; where none is installed they are skipped, and say so."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_NAMED = (os.environ.get("GOUJI_CHROMIUM", ""), *_NAMES)
BROWSER = next((found for name in _NAMED if name and (found := shutil.which(name))), None)

Opened = Callable[..., "Page"]

needs_browser = pytest.mark.skipif(
    BROWSER is None,
    reason="no Chromium on this machine (install one, or name it in GOUJI_CHROMIUM): "
    "the page's structure is tested without",
)


@contextmanager
def chromium() -> "Iterator[Browser]":
    """Run the browser for as long as the block does; nothing is downloaded for it.

    It holds an event loop in this thread: keep it to one module of tests.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


def printed(page: Path) -> Path:
    """Print a page to PDF as a person would, and return the file."""
    assert BROWSER is not None
    target = page.with_suffix(".pdf")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    profile = f"--user-data-dir={page.parent / 'profile'}"
    command = [BROWSER, *options, profile, f"--print-to-pdf={target}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return target


def cell(pointer: str) -> str:
    return f'td[data-pointer="{pointer}"]'


def rows(page: "Page", number: int) -> None:
    """Wait until the list has so many rows."""
    from playwright.sync_api import expect

    expect(page.locator("table.list tbody tr")).to_have_count(number)
