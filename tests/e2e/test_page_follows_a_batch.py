"""A batch on the page: told by its stream of events, asked for where there is none, cancelled."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser import Opened, needs_browser, rows

pytestmark = needs_browser

AT = "/v1/batches/bat_1"


def told(status: str, **counts: int) -> dict[str, Any]:
    """Return a batch as the service tells it."""
    total = sum(counts.values())
    done = total - counts.get("queued", 0) - counts.get("running", 0)
    under_way = status in ("queued", "running")
    return {
        "id": "bat_1",
        "status": status,
        "counts": counts,
        "verdicts": {},
        "error": None,
        "metadata": {"title": "年报.zip"},
        "priority": "bulk",
        "finished_at": None if under_way else "2026-01-01T00:01:00Z",
        "created_at": "2026-01-01T00:00:00Z",
        "progress": {
            "items_total": total,
            "items_done": done,
            "percent": 100 * done // total,
            "reason": "no_worker_running" if under_way else None,
        },
        "links": {
            "self": AT,
            "items": f"{AT}/items",
            "events": f"{AT}/events",
            "export": f"{AT}/export",
        },
    }


def item(name: str, status: str) -> dict[str, Any]:
    return {"name": name, "status": status, "job_id": None, "error": None}


def lines(*batches: dict[str, Any]) -> str:
    """Return a stream that tells of a batch as it goes on."""
    ended = ("batch.progress", "batch.completed")
    return "retry: 2000\n\n: still here\n\n" + "".join(
        f"event: {kind}\ndata: {json.dumps({'id': None, 'type': kind, 'data': batch})}\n\n"
        for batch in batches
        for kind in [ended[batch["status"] not in ("queued", "running")]]
    )


def served(
    page: Page, batch: Callable[[], dict[str, Any]], stream: Callable[[Route, int], None]
) -> list[str]:
    """Have the page find the batch; return the addresses it asks, as it asks them."""
    asked: list[str] = []

    def noted(route: Route, answer: Callable[[], None]) -> None:
        asked.append(route.request.url.partition(AT)[2].partition("?")[0] or "/")
        answer()

    def items() -> dict[str, Any]:
        streamed = asked.count("/events")
        status = "succeeded" if streamed > 1 or asked.count("/") > 1 else "queued"
        return {"data": [item("一局.pdf", status)], "next_cursor": None}

    page.route(f"**{AT}", lambda route: noted(route, lambda: route.fulfill(json=batch())))
    page.route(f"**{AT}/items*", lambda route: noted(route, lambda: route.fulfill(json=items())))
    page.route(
        f"**{AT}/events*",
        lambda route: noted(route, lambda: stream(route, asked.count("/events"))),
    )
    page.evaluate("location.hash = '#/batches/bat_1'")
    page.get_by_role("heading", name="年报.zip").wait_for()
    return asked


def test_a_batch_is_followed_by_its_stream_over_a_lost_connection(opened: Opened) -> None:
    page = opened()
    page.get_by_role("heading", name="把年度报告拖到这里").wait_for()

    def stream(route: Route, number: int) -> None:
        assert "items=false" in route.request.url
        if number == 1:
            body = lines(told("running", queued=3), told("running", queued=1, succeeded=2))
        else:
            body = lines(told("succeeded", succeeded=3))
        route.fulfill(body=body, content_type="text/event-stream")

    asked = served(page, lambda: told("running", queued=3), stream)
    page.get_by_text("已处理 3 / 3 份").wait_for()
    expect(page.locator("table.list tbody tr")).to_contain_text(["已完成"])
    rows(page, 1)
    assert asked.count("/") == 1, "the batch was told, not asked for"
    assert asked.count("/events") == 2


def test_where_there_is_no_stream_the_batch_is_asked_for(opened: Opened) -> None:
    page = opened()
    page.get_by_role("heading", name="把年度报告拖到这里").wait_for()
    now = [told("running", queued=3)]
    asked = served(page, lambda: now[0], lambda route, _: route.abort())
    page.get_by_text("没有正在运行的处理进程").wait_for()
    now[0] = told("succeeded", succeeded=3)
    page.get_by_text("已处理 3 / 3 份").wait_for()
    assert asked.count("/events") == 1


def test_cancelling_asks_first(opened: Opened) -> None:
    page = opened()
    asked: list[str] = []
    batch = told("running", queued=3)
    item = {"name": "a.pdf", "status": "queued", "job_id": None, "error": None}
    ended = told("cancelled", cancelled=3)
    page.route(f"**{AT}", lambda route: route.fulfill(json=ended if asked else batch))
    page.route(
        f"**{AT}/items*",
        lambda route: route.fulfill(json={"data": [item], "next_cursor": None}),
    )
    page.route(
        f"**{AT}/cancel",
        lambda route: (asked.append(route.request.method), route.fulfill(json=ended)),
    )
    page.route(f"**{AT}/events*", lambda route: route.abort())
    page.evaluate("location.hash = '#/batches/bat_1'")
    page.get_by_text("没有正在运行的处理进程").wait_for()
    page.get_by_role("button", name="取消批次").click()
    page.get_by_role("dialog").get_by_role("button", name="返回").click()
    assert asked == []
    page.get_by_role("button", name="取消批次").click()
    page.get_by_role("dialog").get_by_role("button", name="取消批次").click()
    page.get_by_role("button", name="已取消 3").wait_for()
    assert asked == ["POST"]
