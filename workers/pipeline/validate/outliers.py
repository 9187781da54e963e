"""SOFT-OTHER: 其他处理 is an unusually high share of outcomes."""

from schemas.form import Form
from schemas.record import Record
from schemas.validation import Checked, Finding
from workers.pipeline.narrative.judge import amount, pointers_of
from workers.pipeline.validate.outcome import Outcome, spot

HIGH = 0.5
"""（六）其他处理 is what no other outcome covers; more than half of all is worth a look."""
LEAST = 10
"""Below so many outcomes one or two requests make any share."""


def check_outliers(record: Record, form: Form) -> Outcome:
    """Say when more than half of at least ten outcomes are 其他处理."""
    other, handled = amount("requests.other_*", record), amount("requests.handled_total", record)
    if other is None or handled is None or handled < LEAST:
        return Outcome()
    high = other > HIGH * float(handled)
    checked = {"SOFT-OTHER": Checked(checked=1, failed=int(high))}
    if not high:
        return Outcome(checked=checked)
    rows = pointers_of("requests.other_*", record)
    page, box = spot(record.evidence[rows[0]])
    share = f"{float(other / handled):.0%}"
    finding = Finding(
        code="SOFT-OTHER",
        severity="info",
        cause="source",
        message=f"“（六）其他处理” {other} 件，占办理结果 {handled} 件的 {share}，超过一半；"
        "请核对是否应归入其他各项",
        message_en=f"{other} of {handled} outcomes ({share}) are “other handling”, more than half;"
        " perhaps some belong elsewhere",
        paths=(*rows, "/requests/handled_total/total"),
        expected=f"不超过 {HIGH:.0%}",
        actual=share,
        page=page,
        box=box,
    )
    return Outcome(findings=(finding,), checked=checked)
