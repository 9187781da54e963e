"""The page for people in a real Chromium, on the real service with the null engine."""

import secrets
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Opened, chromium
from tests.stack import Stack
from tests.told import faulty, finished, put

PATIENCE = 30_000  # milliseconds; a busy machine is no fault of the page
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def opened(browser: Browser, stack: Stack) -> Iterator[Opened]:
    """Open an address of the page as a person with nothing remembered; no error may be logged."""
    wrong: list[str] = []
    contexts = []

    def open_page(
        path: str = "", *, address: str = stack.address, latency_ms: float = 0, **options: object
    ) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda message: wrong.append(message.text) if _is_fault(message.text) else None,
        )
        if latency_ms:
            _slow_down(page, latency_ms)
        page.goto(f"{address}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def _slow_down(page: Page, latency_ms: float) -> None:
    """Let every answer come late, as over a bad line; the browser itself goes on meanwhile."""
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    endless = {"downloadThroughput": -1, "uploadThroughput": -1}
    tools.send(
        "Network.emulateNetworkConditions", {"offline": False, "latency": latency_ms, **endless}
    )


def _is_fault(text: str) -> bool:
    """Say whether the console tells of a broken rule: an answer 4xx is logged there as well."""
    return "Content Security Policy" in text or "TrustedScript" in text or "Uncaught" in text


@pytest.fixture
def told(stack: Stack, http: httpx.Client) -> str:
    job_id = finished(http, secrets.token_hex(4))
    put(stack, job_id, faulty())
    return job_id
