"""The words of the failures of archives and their members; `schemas.failures` hands them out."""

from typing import Literal

from schemas.failure import Failure, refusal


def archive_corrupt(*, incomplete: bool = False) -> Failure:
    """Return: an archive that cannot be read, or whose end is missing."""
    what = "不完整，后半部分缺失" if incomplete else "已损坏或不是 ZIP、TAR 格式"
    what_en = "has lost its end" if incomplete else "is damaged or is neither ZIP nor TAR"
    return refusal(
        "archive_corrupt",
        f"压缩包{what}，无法继续读取。请重新打包（ZIP 或 TAR）后提交。",
        f"The archive {what_en} and cannot be read further. Pack it again as ZIP or TAR and submit "
        "it.",
    )


def archive_empty() -> Failure:
    """Return: an archive without a single file."""
    return refusal(
        "archive_empty",
        "压缩包里没有任何文件。请把报告文件放入压缩包后重新提交。",
        "The archive contains no files. Put the reports into it and submit it again.",
    )


def archive_encrypted(*, whole: bool) -> Failure:
    """Return: a member, or every one, needs a password."""
    what, what_en = (
        ("压缩包", "The archive") if whole else ("压缩包中的该文件", "This member of the archive")
    )
    return refusal(
        "archive_encrypted",
        f"{what}设有密码，无法解压。请去除密码重新打包后提交。",
        f"{what_en} is protected by a password. Pack it again without one and submit it.",
    )


def archive_too_many_entries(limit: int) -> Failure:
    """Return: more entries than allowed."""
    return refusal(
        "archive_too_many_entries",
        f"压缩包内的条目超过 {limit} 个的上限。请拆分为几个压缩包后分别提交。",
        f"The archive has more than {limit} entries, the limit. Split it into several archives.",
    )


def archive_bomb(scope: Literal["member", "whole"]) -> Failure:
    """Return: unpacking yields far more than was sent, or than one batch may hold."""
    if scope == "member":
        return refusal(
            "archive_bomb",
            "该文件解压后的体积与压缩体积相差异常悬殊，已跳过。若内容正常，请直接提交原文件。",
            "This member unpacks to an abnormal multiple of its size and was skipped. If it is "
            "genuine, submit the file itself.",
        )
    return refusal(
        "archive_bomb",
        "压缩包解压后的总体积超过上限或膨胀异常，已停止解压。请拆分为几个压缩包后分别提交。",
        "The archive unpacks to more than the limit, or to an abnormal multiple of its size; "
        "unpacking was stopped. Split it into several archives.",
    )


def archive_path_unsafe() -> Failure:
    """Return: a name that points outside the archive, or is none."""
    return refusal(
        "archive_path_unsafe",
        "文件名含有绝对路径、上级目录（..）或控制字符，已跳过。请用普通文件名重新打包。",
        "The name is absolute, climbs to a parent folder (..) or holds control characters, so the "
        "member was skipped. Pack it again under a plain name.",
    )


def archive_link() -> Failure:
    """Return: a symbolic or hard link instead of a file."""
    return refusal(
        "archive_link",
        "该条目是链接而不是文件，已跳过。请把链接所指的文件本身放入压缩包。",
        "This entry is a link, not a file, and was skipped. Put the file it points to into the "
        "archive.",
    )


def archive_special_file() -> Failure:
    """Return: a device, pipe, sparse file or the like."""
    return refusal(
        "archive_special_file",
        "该条目不是普通文件（设备、管道或稀疏文件），已跳过。请只打包普通文件。",
        "This entry is no ordinary file (a device, pipe or sparse file) and was skipped. Pack "
        "ordinary files only.",
    )


def archive_nested() -> Failure:
    """Return: an archive inside the archive."""
    return refusal(
        "archive_nested",
        "该文件本身是压缩包，不再逐层解压，已跳过。请先解压，或作为另一个批次提交。",
        "This member is itself an archive, which is not unpacked. Unpack it first, or submit it as "
        "a batch of its own.",
    )


def archive_member_damaged() -> Failure:
    """Return: a member whose data cannot be unpacked or fails its checksum."""
    return refusal(
        "archive_member_damaged",
        "该文件在压缩包中已损坏（解压失败或校验不符），已跳过。请重新打包后提交。",
        "This member is damaged (it does not unpack or its checksum differs) and was skipped. Pack "
        "it again and submit it.",
    )


def archive_method_unsupported() -> Failure:
    """Return: a member packed by a method we do not know."""
    return refusal(
        "archive_method_unsupported",
        "该文件使用了不支持的压缩方法，已跳过。请用标准 ZIP（Deflate）方法重新打包。",
        "This member is packed with an unsupported method and was skipped. Pack it again with "
        "standard ZIP (Deflate).",
    )
