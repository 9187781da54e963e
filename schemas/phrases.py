"""What codes and states are called on the page and in the workbook: Chinese, English."""

from schemas.evidence import Flag, Kind
from schemas.validation import Cause, Severity, Verdict

Phrase = tuple[str, str]

SEVERITIES: dict[Severity, Phrase] = {
    "error": ("错误", "Error"),
    "warning": ("提醒", "Warning"),
    "info": ("参考", "Note"),
}

CAUSES: dict[Cause, Phrase] = {
    "source": ("报告本身", "the report itself"),
    "recognition": ("识别所致", "the reading"),
    "undetermined": ("尚不能断定", "undetermined"),
}

CAUSES_AT_LENGTH: dict[Cause, Phrase] = {
    "source": (
        "字迹清楚，原件所印如此，问题在报告本身。",
        "The print is clear: the fault is the report's own.",
    ),
    "recognition": (
        "文件未能有把握地读出，问题在识别，不在报告。",
        "The document could not be read with certainty: the fault is the reading's.",
    ),
    "undetermined": (
        "可能是报告之误，也可能是识别之误，请对照原件。",
        "Either the report or the reading may be at fault: compare the original.",
    ),
}

SOURCE_IN_MARKUP: Phrase = (
    "原件就是这样写的，问题在报告本身。",
    "The document itself says so: the fault is the report's own.",
)
"""What a cause `source` means where nothing was printed, so that no print can be clear."""

VERDICTS: dict[Verdict, Phrase] = {
    "passed": ("通过", "Passed"),
    "warnings": ("通过，有提醒", "Passed with warnings"),
    "failed": ("不通过", "Failed"),
    "incomplete": ("未能核完", "Incomplete"),
}

VERDICTS_AT_LENGTH: dict[Verdict, Phrase] = {
    "passed": ("所有应核的项目均已核对，没有发现问题。", "Every rule was applied; nothing found."),
    "warnings": (
        "勾稽关系成立；另有需要留意之处，见下。",
        "The sums hold; some points deserve a look.",
    ),
    "failed": (
        "报告本身有与规定格式或勾稽关系不符之处，请核对底稿后更正。",
        "The report itself breaks rules of the form: check the underlying files and correct it.",
    ),
    "incomplete": (
        "有的数字没有读出或没有把握，尚不能下结论；请对照原件确认。",
        "Some numbers could not be read with certainty, so no conclusion: compare the original.",
    ),
}

RULES: dict[str, Phrase] = {
    "REQ-ROW": ("表三：各申请人之和等于总计", "Requests: applicants add up to the total"),
    "REQ-COL": ("表三：各项办理结果之和等于（七）总计", "Requests: outcomes add up to their total"),
    "REQ-BALANCE": (
        "表三：新收加上年结转等于办理总计加结转下年",
        "Requests: new + carried over = handled + carried forward",
    ),
    "REV-SUM": ("表四：各项结果之和等于总计", "Review and litigation: results add up"),
    "VAL-KIND": ("数据格应为非负的数", "Values are non-negative numbers"),
    "STR-TABLE": ("法定表格及其行列齐全", "Statutory tables, rows and columns are there"),
    "STR-SECTION": ("六个部分齐全、有序、标题合规", "Sections are there, in order and well titled"),
    "STR-LABEL": ("表内文字与规定格式一致", "Labels are those of the form"),
    "STR-TEMPLATE": ("表格为报告年度所用格式", "Tables are those of the report year"),
    "META-ISSUER": ("发布机关明确且前后一致", "The issuer is stated without contradiction"),
    "META-YEAR": ("报告年度明确且前后一致", "The year is stated without contradiction"),
    "META-PERIOD": ("数据统计期限明确且与年度一致", "The period is stated and agrees"),
    "NAR-COUNT": ("正文所写与表中的数一致", "Numbers in the text are those of the tables"),
    "NAR-NONE": ("正文所写“没有”与表中的数一致", "What the text says did not happen is 0"),
    "NAR-LIST": ("正文所列各项之和等于总数", "Lists in the text add up"),
    "NAR-PERCENT": ("正文的百分比计算无误", "Percentages in the text are right"),
    "NAR-NUMBER-OF": ("写明的类别数与所列一致", "Categories announced are those listed"),
    "NAR-APPROX": ("确数不与“余”“约”连用", "Exact numbers are not called approximate"),
    "NAR-GROWTH": ("正文的同比增减与上年报告相符", "Changes told agree with last year's report"),
    "STR-ASPECT": ("总体情况五个方面、信息处理费均有说明", "All that must be told is told"),
    "YEAR-CARRY": ("上年结转等于上年报告的结转下年", "Carried over is what was carried forward"),
    "YEAR-INFORCE": ("现行有效件数与上年衔接", "Documents in force follow from last year's"),
    "SOFT-OTHER": ("其他处理的占比不异常", "“Other handling” is no unusual share"),
    "SOFT-REPEAT": ("正文不与上年雷同", "The text is not last year's once more"),
    "REC-DOUBT": ("识别存疑的数", "Values read with doubt"),
    "REC-INFERRED": ("由勾稽关系推得的数", "Values inferred from the relations"),
    "REC-CORRECTED": ("按勾稽关系改取的数", "Values corrected by the relations"),
    "REC-CHARACTER": ("所有文字均已解码", "Every character was decoded"),
    "REC-FILE": ("文件完整", "The file is whole"),
    "REC-PAGE": ("各页均已读出", "Every page was read"),
}

FLAGS: dict[Flag, Phrase] = {
    "doubtful": ("识别存疑", "read with doubt"),
    "corrected": ("按勾稽关系改取", "corrected by the relations"),
    "inferred": ("由勾稽关系推得", "inferred from the relations"),
}

KINDS: dict[Kind, Phrase] = {
    "number": ("数字", "number"),
    "zero": ("零", "zero"),
    "blank": ("空白（不是 0）", "blank (not 0)"),
    "not_applicable": ("以符号代数（不是 0）", "marked not applicable (not 0)"),
    "missing": ("此格缺失（不是 0）", "missing (not 0)"),
}


def rule(code: str) -> Phrase:
    """Return what a rule says; a rule without words shows its code."""
    return RULES.get(code, (code, code))


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its English noun: one file, two files; `many` where no s makes it."""
    return f"{number} {one if number == 1 else many or one + 's'}"
