"""Faults only reading without a service can have: there is no operator to tell, and no job."""

from schemas.failure import Failure


def results_not_written() -> Failure:
    """Return: the document was read, but the operating system would not take the result files."""
    return Failure(
        code="storage_unavailable",
        category="dependency",
        retryable=True,
        message="文档已读完，但结果写不进输出文件夹。请检查磁盘空间和权限后重试。",
        message_en="The document was read, but its results could not be written to the folder. "
        "Check the room on the disk and the rights, then try again.",
    )


def defect() -> Failure:
    """Return: our own fault; where it happened is told in a file."""
    return Failure(
        code="internal",
        category="internal",
        retryable=True,
        message="程序出错，这份文档未能处理，其他文档不受影响。"
        "可另存为 PDF 后再试一次，并反馈错误文件。",
        message_en="An internal error occurred; other documents are unaffected. Save the document "
        "as PDF and try again, and please report the file about the error.",
    )
