"""REC-*: what the reading itself is not sure of, so that nobody relies on it unawares."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

from schemas.evidence import Evidence
from schemas.form import Form
from schemas.page import Page
from schemas.phrases import counted
from schemas.record import Record
from schemas.validation import Checked, Finding
from workers.pipeline.places import TABLE_TITLES, TABLE_TITLES_EN, Place, places, value_at
from workers.pipeline.read.encoding import REPLACEMENT
from workers.pipeline.validate.outcome import SHOWN, Outcome, spot

_CODES = {"doubtful": "REC-DOUBT", "inferred": "REC-INFERRED", "corrected": "REC-CORRECTED"}
# Up to this many doubts are told one by one, up to the next row by row, beyond that by page.
_ONE_BY_ONE, _BY_ROW = 12, 20
_AROUND = 8
"""Characters shown on both sides of one that could not be decoded."""


def check_recognition(record: Record, form: Form, pages: Sequence[Page]) -> Outcome:
    """Report every flagged value and every page that could not be read."""
    where = places(form)
    findings = list(_failed_pages(pages))
    checked = {"REC-PAGE": Checked(checked=len(pages), failed=len(findings))}
    if any(page.source == "markup" for page in pages):
        broken = list(_broken_characters(pages))
        findings += broken
        checked["REC-CHARACTER"] = Checked(checked=1, failed=len(broken))
    if any(page.cut for page in pages):
        findings.append(_cut_file(len(pages)))
        checked["REC-FILE"] = Checked(checked=1, failed=1)
    for flag, code in _CODES.items():
        flagged = [p for p in form.pointers if record.evidence[p].flag == flag]
        checked[code] = Checked(checked=len(form.pointers), failed=len(flagged))
        for group in _grouped(record, flagged, where):
            findings.append(_finding(record, code, group, where))
    return Outcome(findings=tuple(findings), checked=checked)


def _grouped(record: Record, flagged: list[str], where: Mapping[str, Place]) -> Iterator[list[str]]:
    def row_of(pointer: str) -> Hashable:
        return where[pointer].table, where[pointer].row, record.evidence[pointer].page

    if len(flagged) <= _ONE_BY_ONE:
        yield from _by(flagged, lambda p: row_of(p) if _is_bare(record, p) else p)
        return
    rows = _by(flagged, row_of)
    if len(rows) > _BY_ROW:
        rows = _by(flagged, lambda p: (where[p].table, record.evidence[p].page))
    yield from rows


def _is_bare(record: Record, pointer: str) -> bool:
    """Say whether there is no more to tell of a value than that it is not known: no number."""
    return value_at(record, pointer) is None and not record.evidence[pointer].alternatives


def _by(pointers: Sequence[str], key: Callable[[str], Hashable]) -> list[list[str]]:
    groups: dict[Hashable, list[str]] = {}
    for pointer in pointers:
        groups.setdefault(key(pointer), []).append(pointer)
    return list(groups.values())


def _finding(
    record: Record, code: str, group: Sequence[str], where: Mapping[str, Place]
) -> Finding:
    first = record.evidence[group[0]]
    page, box = spot(first)
    if len(group) == 1:
        message, message_en = _one(record, code, where[group[0]], first)
    else:
        bare = all(_is_bare(record, pointer) for pointer in group)
        message, message_en = _many(code, group, where, bare=bare)
    single = len(group) == 1
    value = value_at(record, group[0])
    return Finding(
        code=code,
        severity="warning",
        cause="recognition",
        message=message,
        message_en=message_en,
        paths=tuple(group),
        expected=None,
        actual=str(value) if single and value is not None else None,
        page=page,
        box=box,
        suggestion="请对照原件确认。",
        suggestion_en="Compare the original.",
    )


def _one(record: Record, code: str, place: Place, evidence: Evidence) -> tuple[str, str]:
    value = value_at(record, place.pointer)
    if code == "REC-CORRECTED":
        return (
            f"“{place.label}”单看图像像 {evidence.read_as or evidence.text}，按勾稽关系取 {value}",
            f"{place.label_en}: the pixels alone suggest {evidence.read_as or evidence.text}; "
            f"the relations of the form and the pixels together give {value}",
        )
    others, others_en = _alternatives(evidence)
    if code == "REC-INFERRED" and value is None:
        return (
            f"“{place.label}”由勾稽关系推定为空白，不是直接读出",
            f"{place.label_en}: inferred from the relations to be blank, not read",
        )
    if code == "REC-INFERRED":
        tail, tail_en = (f"，也可能是 {others}", f"; or {others_en}") if others else ("", "")
        return (
            f"“{place.label}”的数 {value} 由勾稽关系推得，不是直接读出{tail}",
            f"{place.label_en}: {value} is inferred from the relations, not read{tail_en}",
        )
    if value is None:
        tail, tail_en = (f"，可能是 {others}", f"; perhaps {others_en}") if others else ("", "")
        return (
            f"“{place.label}”没有读出{tail}",
            f"{place.label_en} could not be read{tail_en}",
        )
    tail, tail_en = (f"，也可能是 {others}", f"; or {others_en}") if others else ("", "")
    return (
        f"“{place.label}”读作 {value}，没有把握{tail}",
        f"{place.label_en} reads {value}, without certainty{tail_en}",
    )


def _alternatives(evidence: Evidence) -> tuple[str, str]:
    """Name the first few other readings; an empty one is a blank cell."""
    shown = evidence.alternatives[:SHOWN]
    more = len(evidence.alternatives) - len(shown)
    words = "、".join(text or "空白" for text in shown)
    words_en = ", ".join(text or "blank" for text in shown)
    if not more:
        return words, words_en
    return f"{words}等 {more + SHOWN} 种", f"{words_en} or {more} more"


_MANY = {
    "REC-DOUBT": ("没有把握", "read without certainty"),
    "REC-INFERRED": ("由勾稽关系推得，不是直接读出", "inferred from the relations, not read"),
    "REC-CORRECTED": ("按勾稽关系改取，与单看图像所得不同", "corrected by the relations"),
}


_MANY_BARE = {
    "REC-DOUBT": ("没有读出", "could not be read"),
    "REC-INFERRED": (
        "由勾稽关系推定为空白，不是直接读出",
        "inferred from the relations to be blank, not read",
    ),
}


def _many(
    code: str, group: Sequence[str], where: Mapping[str, Place], *, bare: bool
) -> tuple[str, str]:
    place = where[group[0]]
    one_row = len({where[pointer].row for pointer in group}) == 1
    subject = f"“{place.row_title}”" if one_row else TABLE_TITLES[place.table]
    subject_en = place.row.replace("_", " ") if one_row else TABLE_TITLES_EN[place.table]
    words, words_en = (_MANY | _MANY_BARE if bare else _MANY)[code]
    columns = "、".join(where[pointer].column_label for pointer in group) if one_row else ""
    return (
        f"{subject}：{len(group)} 格{words}{f'（{columns}）' if columns else ''}",
        f"{subject_en}: {len(group)} cells {words_en}",
    )


def _broken_characters(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield one finding where bytes of the file could not be decoded, with an example."""
    texts = [line.text for page in pages for line in page.lines]
    texts += [cell.text for page in pages for table in page.tables for cell in table.cells]
    broken = [text for text in texts if REPLACEMENT in text]
    if broken:
        count = sum(text.count(REPLACEMENT) for text in broken)
        at = broken[0].index(REPLACEMENT)
        shown = broken[0][max(0, at - _AROUND) : at + _AROUND]
        yield Finding(
            code="REC-CHARACTER",
            severity="warning",
            cause="recognition",
            message=f"文件中有 {count} 处字节无法解码，以 {REPLACEMENT} 代替，例如“{shown}”",
            message_en=f"{counted(count, 'character')} of the file could not be decoded, shown as "
            f"{REPLACEMENT}, e.g. “{shown}”",
            suggestion="请另存为 UTF-8 编码或打印为 PDF 后重新提交，并核对这些位置。",
            suggestion_en="Save it as UTF-8 or print it to PDF, submit that, and check the places.",
        )


def _cut_file(pages: int) -> Finding:
    """Say that the file broke off: whether the report or only the copy lacks pages is unknown."""
    return Finding(
        code="REC-FILE",
        severity="warning",
        cause="undetermined",
        message=f"文件已损坏：末尾缺失，只恢复出 {pages} 页，其后可能还有页面",
        message_en=f"The file is damaged: its end is missing; "
        f"{counted(pages, 'page was', 'pages were')} recovered, and others may have followed",
        suggestion="请核对页数；如有缺页，请重新下载或导出文件后再提交。",
        suggestion_en="Check the number of pages; if some are missing, download or export the file "
        "again and submit that.",
    )


def _failed_pages(pages: Sequence[Page]) -> Iterator[Finding]:
    for page in pages:
        if page.failure is not None:
            yield Finding(
                code="REC-PAGE",
                severity="warning",
                cause="recognition",
                message=f"第 {page.number} 页没有读出：{page.failure.message}",
                message_en=f"Page {page.number} could not be read: {page.failure.message_en}",
                page=page.number,
                suggestion="请重新扫描此页，或换一份清晰的文件。",
                suggestion_en="Scan this page again, or hand in a clearer file.",
            )
