"""The words of every failure, once: what happened, and what to do next, in both languages.

One function a failure; its arguments are what the sentence needs. Nothing of an exception's own
text, of paths or of document content ever enters a message.
"""

from schemas.archive_failures import (
    archive_bomb as archive_bomb,
)
from schemas.archive_failures import (
    archive_corrupt as archive_corrupt,
)
from schemas.archive_failures import (
    archive_empty as archive_empty,
)
from schemas.archive_failures import (
    archive_encrypted as archive_encrypted,
)
from schemas.archive_failures import (
    archive_link as archive_link,
)
from schemas.archive_failures import (
    archive_member_damaged as archive_member_damaged,
)
from schemas.archive_failures import (
    archive_method_unsupported as archive_method_unsupported,
)
from schemas.archive_failures import (
    archive_nested as archive_nested,
)
from schemas.archive_failures import (
    archive_path_unsafe as archive_path_unsafe,
)
from schemas.archive_failures import (
    archive_special_file as archive_special_file,
)
from schemas.archive_failures import (
    archive_too_many_entries as archive_too_many_entries,
)
from schemas.failure import Category, Failure, FailureCode
from schemas.failure import refusal as _input
from schemas.formats import Format
from schemas.limit_failures import document_bomb as document_bomb
from schemas.limit_failures import page_too_large as page_too_large
from schemas.limit_failures import size_text as size_text
from schemas.limit_failures import too_large as too_large
from schemas.limit_failures import too_many_objects as too_many_objects
from schemas.limit_failures import too_many_pages as too_many_pages
from schemas.phrases import counted


def _ours(code: FailureCode, category: Category, message: str, message_en: str) -> Failure:
    """Return a fault that may pass: the same document can be sent again."""
    return Failure(
        code=code, category=category, retryable=True, message=message, message_en=message_en
    )


# Documents


def file_unreadable() -> Failure:
    """Return: the operating system would not give the file's bytes."""
    return _input(
        "file_unreadable",
        "文件不存在或没有读取权限。请检查路径和权限后重试。",
        "The file does not exist or may not be read. Check its path and permissions and try again.",
    )


def empty_file() -> Failure:
    """Return: no bytes at all, or blanks alone."""
    return _input(
        "empty_file",
        "文件是空的（0 字节或只有空白），可能上传中断。请确认原文件能打开、有内容后重新提交。",
        "The file is empty (0 bytes, or blanks alone); the upload may have broken off. "
        "Check that the original opens and has content, then submit it again.",
    )


def not_a_document() -> Failure:
    """Return: the bytes match no known kind of file."""
    return _input(
        "not_a_document",
        "无法识别文件内容：不是 PDF、PNG、JPEG、TIFF、BMP、DOCX、网页、Markdown 或纯文本，或已损坏"
        "（判断依据是内容而非扩展名）。请在原软件中打开确认，另存为 PDF 后重新提交。",
        "The content is not that of a PDF, image, DOCX, web page, Markdown or plain text, or it is "
        "broken (the name does not count). Open it in its own program and submit it as PDF.",
    )


def unsupported_type(kind: Format) -> Failure:
    """Return: a known kind which this version does not read."""
    if kind.name == "blank":
        return empty_file()
    return _input(
        "unsupported_type",
        f"文件是{kind.label}，本版本还不能读取。{_conversion(kind)[0]}后重新提交。",
        f"The file is {kind.label_en}, which this version does not read yet. "
        f"{_conversion(kind)[1]} and submit it again.",
    )


def _conversion(kind: Format) -> tuple[str, str]:
    if kind.media_type.startswith("image/"):
        return "请另存为 JPEG、PNG 或 PDF", "Save it as JPEG, PNG or PDF"
    if kind.role in ("archive", "foreign_archive"):
        return "请解压后重新打包为 ZIP", "Unpack it, pack it again as ZIP"
    if kind.name == "utf16":
        return "请用原软件打开，另存为 UTF-8 编码", "Open it in its own program, save it as UTF-8"
    if kind.name in ("html", "mhtml", "svg", "xml"):
        return "请在浏览器中打印为 PDF", "Print it to PDF from a browser"
    return "请在原软件中另存为（或打印为）PDF", "Save it as, or print it to, PDF in its own program"


def archive_as_document(kind: Format) -> Failure:
    """Return: an archive where one document was expected."""
    if kind.role == "foreign_archive":
        todo = "请改为 ZIP 或 TAR 压缩包，并作为批次提交（POST /v1/batches）。"
        todo_en = "Repack it as ZIP or TAR and submit it as a batch (POST /v1/batches)."
    else:
        todo = "请解压后逐个提交，或交给服务作为批次处理（POST /v1/batches）。"
        todo_en = (
            "Unpack it and submit each file, or submit it to a service as a batch "
            "(POST /v1/batches)."
        )
    return _input(
        "archive_as_document",
        f"文件是{kind.label}，不是单个文档。{todo}",
        f"The file is {kind.label_en}, not a single document. {todo_en}",
    )


def truncated(kind: Format) -> Failure:
    """Return: the end of the file is missing."""
    return _input(
        "truncated",
        f"{kind.label}不完整，后半部分缺失，可能是传输中断。请重新导出或下载原文件后再提交。",
        f"The file is {kind.label_en} whose end is missing; a transfer may have broken off. "
        "Export or download the original again and submit it.",
    )


def damaged(kind: Format) -> Failure:
    """Return: the bytes contradict themselves and could not be repaired."""
    return _input(
        "damaged",
        f"{kind.label}已损坏，无法修复。"
        "请用阅读软件打开原文件，另存一份后重新提交；打不开时请重新扫描。",
        f"The file is {kind.label_en} damaged beyond repair. Open the original in a viewer and "
        "save a new copy, or scan it again.",
    )


def encrypted(kind: Format) -> Failure:
    """Return: a password is needed to open it."""
    return _input(
        "encrypted",
        f"{kind.label}设有打开密码，无法读取。请去除密码（打开后另存或打印为 PDF）后重新提交。",
        f"The file is {kind.label_en} that needs a password to open. Remove the password (open it, "
        "then save or print it as PDF) and submit it again.",
    )


def encoding_unknown(kind: Format) -> Failure:
    """Return: text whose bytes make sense in none of the encodings these reports come in."""
    return _input(
        "encoding_unknown",
        f"{kind.label}的文字编码无法确定：不是 UTF-8、GB18030、UTF-16，也不是文件自己声明的编码。"
        "请用原软件打开，另存为 UTF-8 编码或打印为 PDF 后重新提交。",
        f"The file is {kind.label_en} whose characters cannot be decoded (neither as UTF-8, "
        "GB18030 or UTF-16 nor as it declares); nothing is guessed. Open it in its own program, "
        "save it as UTF-8 or print it to PDF, and submit that.",
    )


def converter_missing(kind: Format) -> Failure:
    """Return: a format that only LibreOffice can open, which this machine does not have."""
    return _input(
        "converter_missing",
        f"文件是{kind.label}，需要 LibreOffice 转换，而本机没有（或 GOUJI_SOFFICE 所指不存在）。"
        "请用 Word 或 WPS 另存为 DOCX 或 PDF 后提交，或请管理员安装 libreoffice-writer。",
        f"The file is {kind.label_en}, which LibreOffice must convert, and this machine has none "
        "(or GOUJI_SOFFICE names no program). Save it as DOCX or PDF in Word or WPS and submit "
        "that, or ask the operator to install libreoffice-writer.",
    )


def conversion_failed(kind: Format) -> Failure:
    """Return: LibreOffice made nothing of it."""
    return _input(
        "conversion_failed",
        f"{kind.label}无法转换：可能已损坏或设有密码。"
        "请用 Word 或 WPS 打开，另存为 DOCX 或 PDF 后重新提交。",
        f"The file is {kind.label_en} that could not be converted; it may be damaged or protected "
        "by a password. Open it in Word or WPS, save it as DOCX or PDF, and submit that.",
    )


def tables_are_pictures() -> Failure:
    """Return: a document of text in which pictures stand where the tables should be."""
    return _input(
        "tables_are_pictures",
        "文档中没有文字形式的法定表格，只有图片；表格很可能是以图片插入的，图片内容没有读取。"
        "请将原文档另存（或打印）为 PDF，或直接提交扫描图片。",
        "The document holds pictures but no statutory table as text; its tables are probably "
        "pictures, and those were not read. Save or print the document as PDF, or submit the "
        "scanned images, and submit that.",
    )


def no_pages() -> Failure:
    """Return: it opens, but has nothing in it."""
    return _input(
        "no_pages",
        "文档能打开，但没有任何页面。请检查原文件是否为空文档，重新导出后再提交。",
        "The document opens but has no pages. Check whether the original is blank, export it again "
        "and submit it.",
    )


def not_a_report() -> Failure:
    """Return: readable, but none of the statutory tables is in it."""
    return _input(
        "not_a_report",
        "文档可以读取，但没有找到政府信息公开工作年度报告的法定表格。请确认提交的是年度报告全文。",
        "The document can be read, but none of the statutory tables of the annual report was found "
        "in it. Check that the complete report was submitted.",
    )


def several_reports() -> Failure:
    """Return: the statutory tables stand in the document more than once."""
    return _input(
        "several_reports",
        "文档中有不止一份年度报告：法定表格重复出现。请将各份报告拆分为单独的文件后分别提交。",
        "The document holds more than one annual report: statutory tables occur twice. Split it "
        "into one file a report and submit each.",
    )


def template_unsupported(year: int | None) -> Failure:
    """Return: a report whose tables follow a form this version does not know."""
    shown = f"{year} 年度报告" if year else "报告"
    shown_en = f"the report of {year}" if year else "the report"
    return _input(
        "template_unsupported",
        f"{shown}使用的表格格式不在支持范围内（支持 2019 年版和 2021 年版表格，"
        "2019 年度以前的报告没有统一表格）。请提交 2019 年度及以后的报告。",
        f"The tables of {shown_en} follow a form which is not supported (supported: the forms "
        "of 2019 and 2021; reports before 2019 had no common one). Submit reports of 2019 or "
        "later.",
    )


def duplicate(first: str | None, *, reused: bool = False) -> Failure:
    """Return: the same bytes are in this batch as `first`, or were handed in before it.

    Of what was handed in before, the earlier job stands for it (`reused`), or it is refused.
    """
    if first is not None:
        return _input(
            "duplicate",
            f"与本批次中的“{first}”内容完全相同，已跳过，无需处理。",
            f"The same content is in this batch already as “{first}”; it was skipped, nothing to "
            "do.",
        )
    if reused:
        return _input(
            "duplicate",
            "内容与此前提交的文件完全相同，已直接采用原任务的结果，无需处理。",
            "The same content was submitted before; the results of that job stand for it, nothing "
            "to do.",
        )
    return _input(
        "duplicate",
        "内容与此前提交的文件完全相同，按 on_duplicate=reject 未再处理。需要重新识别时请用 "
        "on_duplicate=reprocess 提交。",
        "The same content was submitted before and was not taken again (on_duplicate=reject). To "
        "have it read anew, submit it with on_duplicate=reprocess.",
    )


# Reading


def page_unreadable(page: int) -> Failure:
    """Return: one page (from 1) could not be drawn or read; the others may be fine."""
    return _input(
        "page_unreadable",
        f"第 {page} 页无法读取，其余页面照常处理。请重新扫描该页后再次提交。",
        f"Page {page} could not be read; the others were processed. Scan it again and resubmit.",
    )


def reading_crashed() -> Failure:
    """Return: the reading process died of this document."""
    return _ours(
        "reading_crashed",
        "internal",
        "读取该文档的进程意外终止，其他文档不受影响。可重试一次；仍然失败时请另存或重新扫描后提交。",
        "The process reading this document died; other documents are unaffected. Retry once; if it "
        "fails again, save a new copy or scan it again.",
    )


def timed_out(limit_s: float) -> Failure:
    """Return: reading took longer than allowed."""
    return _ours(
        "timed_out",
        "timeout",
        f"处理超过 {limit_s:g} 秒仍未完成，已停止。"
        "请稍后重试；仍然超时时请拆分文档或降低扫描分辨率。",
        f"Processing was stopped after {limit_s:g} seconds. Retry later; if it times out again, "
        "split the document or scan it at a lower resolution.",
    )


def out_of_memory() -> Failure:
    """Return: reading needed more memory than one document may have."""
    return _ours(
        "out_of_memory",
        "capacity",
        "处理该文档所需内存超过上限，已停止。请降低扫描分辨率（300 dpi 足够）或拆分后重新提交。",
        "The document needs more memory than allowed. Scan it at a lower resolution (300 dpi is "
        "enough) or split it, then submit it again.",
    )


def attempts_exhausted(attempts: int) -> Failure:
    """Return: given up after several attempts, and set aside for a person."""
    return _ours(
        "attempts_exhausted",
        "internal",
        f"尝试 {attempts} 次均未成功，文档已隔离。排除原因后可在死信列表中重新排队。",
        f"Given up after {counted(attempts, 'attempt')}; the document is set aside. When the "
        "cause is removed, requeue it from the dead letters.",
    )


def storage_unavailable() -> Failure:
    """Return: object storage does not answer."""
    return _ours(
        "storage_unavailable",
        "dependency",
        "对象存储暂时不可用，系统会自动重试。长时间未恢复时请联系管理员检查存储服务。",
        "Object storage is unavailable at the moment; the service retries by itself. If it lasts, "
        "ask the operator to check the storage.",
    )


def internal() -> Failure:
    """Return: our own fault, without details; those are in the log."""
    return _ours(
        "internal",
        "internal",
        "服务内部错误，已记录。请重试；仍然失败时请把任务编号告知管理员。",
        "An internal error occurred and was logged. Retry; if it fails again, tell the operator "
        "the job's id.",
    )
