"""Words of the command line, Chinese first, then English: for whoever sits at the terminal."""

from collections.abc import Iterable
from itertools import islice

from schemas.failure import Failure
from schemas.phrases import VERDICTS

STATUSES = {
    "queued": "排队中 queued",
    "running": "处理中 running",
    "succeeded": "已完成 succeeded",
    "partially_succeeded": "部分完成 partially_succeeded",
    "failed": "失败 failed",
    "cancelled": "已取消 cancelled",
    "skipped": "已跳过 skipped",
}
REASONS = {
    "no_worker_running": "没有正在运行的处理进程，请联系管理员 no worker is running",
    "waiting_in_queue": "正在排队 waiting in the queue",
    "waiting_for_a_turn": "等待轮到 waiting for a turn",
    "inspecting": "正在检查文件 inspecting the file",
    "reading": "正在识读页面 reading the pages",
    "assembling": "正在还原表格并核对 putting the tables together",
    "validating": "正在核对 checking",
    "exporting": "正在生成结果 writing the results",
    "items_under_way": "文档处理中 documents are being read",
    "opening_archives": "正在打开压缩包 opening the archives",
    "retrying_after_error": "出错后将自动重试 trying again after an error",
}


def status(name: str) -> str:
    """Return a status in both languages; the word of the interface stays in it."""
    return STATUSES.get(name, name)


def reason(name: str | None) -> str:
    """Return why something is not finished."""
    return REASONS.get(name or "", name or "")


def verdict(name: str | None) -> str:
    """Return a verdict in both languages."""
    for known, phrase in VERDICTS.items():
        if known == name:
            return " ".join(phrase)
    return name or ""


def failure(error: Failure) -> str:
    """Return what happened and what to do next, in both languages."""
    return f"{error.message} {error.message_en}"


def names(listed: Iterable[object], most: int = 5) -> str:
    """Return the first names of many."""
    rest = iter(listed)
    shown = "、".join(str(one) for one in islice(rest, most))
    return f"{shown} …" if next(rest, None) is not None else shown
