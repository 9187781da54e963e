"""The values a sentence may be about, as expressions over the record.

An expression is a dotted path into the record, 总计 implied, or several joined by `+`; a path
ending in `_*` is the sum of a group of rows. What is told within the text begins with `text.`:

`text.list` a total and its parts · `text.share` a percentage of numbers told · `text.categories` a
number of categories · `text.approximate` a number at once exact and about · `text.information_fee`
信息处理费 · `growth.` before a path: its change against last year.
"""

from collections.abc import Iterable

NEW, CARRIED = "requests.new_requests", "requests.carried_over"
HANDLED, FORWARD = "requests.handled_total", "requests.carried_forward"
RECEIVED = (NEW, f"{NEW}+{CARRIED}")
"""“共收到 N 件” may count what was carried over; “共办理 N 件” may mean what was handled."""
TREATED = (*RECEIVED, HANDLED)

REVIEW = "review_and_litigation.administrative_reconsideration"
DIRECT = "review_and_litigation.litigation_direct"
AFTER = "review_and_litigation.litigation_after_reconsideration"
LITIGATION = f"{DIRECT}+{AFTER}"
DISCLOSURE = "proactive_disclosure"
FEES = f"{DISCLOSURE}.administrative_fees_10k_yuan"

LIST, SHARE, CATEGORIES = "text.list", "text.share", "text.categories"
APPROXIMATE, INFORMATION_FEE, GROWTH = "text.approximate", "text.information_fee", "growth."

ORGANISATIONS = (
    "commercial_enterprise",
    "research_institution",
    "social_welfare_organization",
    "legal_service_institution",
    "other",
)
"""法人或其他组织."""


def of_column(expressions: Iterable[str], *columns: str) -> tuple[str, ...]:
    """Return the expressions for columns instead of 总计 (or 总计 of table four)."""
    return tuple(
        "+".join(f"{path}.{column}" for path in expression.split("+") for column in columns)
        for expression in expressions
    )
