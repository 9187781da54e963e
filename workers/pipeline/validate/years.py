"""YEAR-CARRY, YEAR-INFORCE, SOFT-REPEAT: the report against last year's of the same issuer.

Applied only where last year's report is known when this one is put together; a report read before
last year's is not looked at again. Numbers are compared only where both are certain.
"""

from collections.abc import Mapping
from decimal import Decimal

from schemas.form import Form
from schemas.record import Record
from schemas.validation import Checked, Finding
from workers.pipeline.narrative.judge import certain
from workers.pipeline.narrative.likeness import plain_text, repeated_share
from workers.pipeline.places import Place, places
from workers.pipeline.validate.outcome import Outcome, spot

REPEATED = 0.5
"""The share of text from which a report counts as last year's once more."""
_KINDS = ("regulations", "normative_documents")


def check_years(record: Record, form: Form, previous: Record | None) -> Outcome:
    """Compare a report with last year's; without that there is nothing to check."""
    if previous is None or record.year is None or previous.year != record.year - 1:
        return Outcome()
    where = places(form)
    carry, inforce = _carried(record, previous, where), _in_force(record, previous, where)
    repeat = _repeated(record, previous)
    findings = (*carry.findings, *inforce.findings, *repeat.findings)
    return Outcome(findings=findings, checked=carry.checked | inforce.checked | repeat.checked)


def _carried(record: Record, previous: Record, where: Mapping[str, Place]) -> Outcome:
    """Check that each column carries over what last year's report carried forward."""
    compared: list[tuple[str, Decimal, Decimal]] = []
    for pointer in where:
        if pointer.startswith("/requests/carried_over/"):
            before = certain(previous, pointer.replace("carried_over", "carried_forward"))
            now = certain(record, pointer)
            if before is not None and now is not None:
                compared.append((pointer, now, before))
    broken = [each for each in compared if each[1] != each[2]]
    findings = (_carry_finding(record, previous, broken, where),) if broken else ()
    checked = Checked(checked=len(compared), failed=len(broken))
    return Outcome(findings=findings, checked={"YEAR-CARRY": checked} if compared else {})


def _carry_finding(
    record: Record,
    previous: Record,
    broken: list[tuple[str, Decimal, Decimal]],
    where: Mapping[str, Place],
) -> Finding:
    total = next((each for each in broken if each[0].endswith("/total")), broken[0])
    ordered = [total, *(each for each in broken if each is not total)]
    said = "；".join(
        f"{where[p].column_label} {now}，上年报告 {before}" for p, now, before in ordered
    )
    said_en = "; ".join(
        f"{where[p].column.replace('_', ' ')} {now}, last year's report {before}"
        for p, now, before in ordered
    )
    page, box = spot(record.evidence[total[0]])
    return Finding(
        code="YEAR-CARRY",
        severity="error",
        cause="source",
        message=f"“二、上年结转”与上年报告（{previous.source.filename}）的“四、结转下年度继续办理”不一致：{said}",
        message_en="carried over differs from what last year's report "
        f"({previous.source.filename}) carried forward: {said_en}",
        paths=tuple(pointer for pointer, _, _ in ordered),
        expected=str(total[2]),
        actual=str(total[1]),
        page=page,
        box=box,
        suggestion="两份报告至少有一份有误，请核对两年的底稿。",
        suggestion_en="At least one of the two reports is wrong: check the files of both years.",
    )


def _in_force(record: Record, previous: Record, where: Mapping[str, Place]) -> Outcome:
    """Check that what is in force is last year's, plus what was issued, less what was repealed."""
    findings, checked = [], 0
    for kind in _KINDS:
        base = f"/proactive_disclosure/{kind}/"
        values = [
            certain(previous, base + "in_force"),
            *(certain(record, base + key) for key in ("issued", "repealed", "in_force")),
        ]
        if any(value is None for value in values):
            continue
        checked += 1
        before, issued, repealed, now = (value or Decimal(0) for value in values)
        if before + issued - repealed != now:
            findings.append(
                _in_force_finding(record, previous, where, base, (before, issued, repealed, now))
            )
    counted = {"YEAR-INFORCE": Checked(checked=checked, failed=len(findings))} if checked else {}
    return Outcome(findings=tuple(findings), checked=counted)


def _in_force_finding(
    record: Record,
    previous: Record,
    where: Mapping[str, Place],
    base: str,
    numbers: tuple[Decimal, Decimal, Decimal, Decimal],
) -> Finding:
    before, issued, repealed, now = numbers
    expected = before + issued - repealed
    place = where[base + "in_force"]
    page, box = spot(record.evidence[place.pointer])
    return Finding(
        code="YEAR-INFORCE",
        severity="warning",
        cause="source",
        message=f"“{place.label}”为 {now}，按上年报告（{previous.source.filename}）的 {before} "
        f"加本年制发 {issued}、减本年废止 {repealed} 应为 {expected}",
        message_en=f"{place.label_en} is {now}; last year's {before} ({previous.source.filename}) "
        f"plus {issued} issued less {repealed} repealed is {expected}",
        paths=(place.pointer, base + "issued", base + "repealed"),
        expected=str(expected),
        actual=str(now),
        formula=f"{before}+{issued}-{repealed}={expected}≠{now}",
        page=page,
        box=box,
        suggestion="集中清理、机构改革、自动失效或统计口径变化都可能使两年不衔接；属正常的可不改，"
        "宜在报告中说明。",
        suggestion_en="Clean-ups, reorganisation, expiry or another way of counting break this"
        " legitimately; if so, the report had better say it.",
    )


def _repeated(record: Record, previous: Record) -> Outcome:
    share = repeated_share(plain_text(record.sections), plain_text(previous.sections))
    if share is None:
        return Outcome()
    checked = {"SOFT-REPEAT": Checked(checked=1, failed=int(share > REPEATED))}
    if share <= REPEATED:
        return Outcome(checked=checked)
    finding = Finding(
        code="SOFT-REPEAT",
        severity="warning",
        cause="source",  # misread characters only make texts less alike
        message=f"正文有 {share:.0%} 与上年报告（{previous.source.filename}）相同，内容雷同",
        message_en=f"{share:.0%} of the text is the same as last year's"
        f" ({previous.source.filename})",
        paths=("/sections",),
        expected=f"不超过 {REPEATED:.0%}",
        actual=f"{share:.0%}",
    )
    return Outcome(findings=(finding,), checked=checked)
