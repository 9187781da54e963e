"""The words of what is larger than a limit; `schemas.failures` hands them out."""

from schemas.failure import Failure
from schemas.failure import refusal as _input

_MIB = 1024 * 1024


def size_text(size_bytes: int) -> str:
    """Return a size as people say it: 200 MB, 1.5 MB, 12 KB (powers of 1024)."""
    if size_bytes >= _MIB:
        return f"{size_bytes / _MIB:.1f}".removesuffix(".0") + " MB"
    return f"{max(1, round(size_bytes / 1024))} KB"


def too_large(size_bytes: int | None, limit_bytes: int) -> Failure:
    """Return: more bytes than allowed; the size is None where reading stopped at the limit."""
    size, limit = size_text(size_bytes or 0), size_text(limit_bytes)
    shown, shown_en = (f"大小 {size}，", f"has {size}, which is") if size_bytes else ("", "has")
    return _input(
        "too_large",
        f"文件{shown}超过 {limit} 的上限。请降低扫描分辨率（300 dpi 足够）或拆分后重新提交。",
        f"The file {shown_en} more than the limit of {limit}. Scan at a lower resolution (300 dpi "
        "is enough) or split it, then submit it again.",
    )


def too_many_pages(limit: int) -> Failure:
    """Return: more pages than allowed; how many more is not counted."""
    return _input(
        "too_many_pages",
        f"文档超过 {limit} 页的上限。请拆分为每份一个报告后重新提交。",
        f"The document has more than {limit} pages, the limit. Split it into one report a file and "
        "submit them again.",
    )


def page_too_large(page: int, width: int, height: int, limit_pixels: int) -> Failure:
    """Return: page `page` (from 1) or an image on it would take more than `limit_pixels` pixels."""
    return _input(
        "page_too_large",
        f"第 {page} 页尺寸为 {width} × {height}，超过单页 {limit_pixels} 像素的上限。"
        "请以 300 dpi 重新扫描或缩小页面后再提交。",
        f"Page {page} measures {width} × {height}, more than the limit of {limit_pixels} pixels a "
        "page. Scan it again at 300 dpi or reduce the page, then submit it.",
    )


def document_bomb() -> Failure:
    """Return: a little data that would unpack to very much."""
    return _input(
        "document_bomb",
        "文件内嵌的压缩数据解开后异常庞大，已停止读取。请重新扫描或另存一份后再提交。",
        "Compressed data inside the file unpacks to an abnormal size; reading was stopped. Scan "
        "the report again or save a new copy and submit that.",
    )


def too_many_objects(limit: int) -> Failure:
    """Return: a document of more parts inside than a report ever has."""
    return _input(
        "too_many_objects",
        f"文件内部的对象超过 {limit} 个的上限，已停止读取。请在阅读软件中打印为 PDF 后重新提交。",
        f"The file holds more than {limit} objects inside, the limit; reading was stopped. Print "
        "it to PDF from a viewer and submit that.",
    )
