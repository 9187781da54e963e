"""Find and take apart the title of a report: issuer, year, 政府信息公开工作年度报告."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workers.pipeline.paragraphs import PlacedLine
from workers.pipeline.wording import compact, distance, fold, year_number

_YEAR = re.compile(r"(2[0Oo][\dOolI]{2}|二[〇○零O0][一二三四五六七八九〇○零]{2})年?度?")
_SUBJECT = "政府信息公开"
_TAILS = ("工作年度报告", "年度报告", "工作报告", "年度工作报告", "工作年报", "年报", "报告")
_PUBLISHED = re.compile(r"^(?:特此?|现|兹)?(?:向社会|予以)?(?:公布|公开|发布)(?=.{4})")
_BRACKETS = re.compile(r"[()〔〕\[\]《》“”\"]")
_SENTENCE = re.compile(r"[。；;!?！？]")
_NAME = re.compile(r"[\u4e00-\u9fff()、·]{3,40}")
_ORGAN_ENDS = re.compile(
    r"(?:局|委员会|委|厅|办公室|办公厅|办事处|政府|中心|院|所|站|支队|大队|总队|公司|学校|大学|学院"
    r"|医院|馆|联合会|协会|署|处|街道|镇|乡|省|市|区|县|旗|州|盟|园)$"
)
# The title stands on the first page that has text, among its first lines.
_FIRST_LINES = 25
_MOST_LINES = 4


@dataclass(frozen=True, kw_only=True)
class Title:
    """The title of a report; `issuer` is null when the title names none."""

    text: str
    issuer: str | None
    year: int
    line: PlacedLine | None = None
    """The line that names the issuer, or the first of the title."""
    year_line: PlacedLine | None = None


def find_title(lines: Sequence[PlacedLine]) -> Title | None:
    """Return the title printed at the head of the report, over one to four lines, or null."""
    head = [line for line in lines if line.page == lines[0].page][:_FIRST_LINES]
    for at in range(len(head)):
        for count in range(1, _MOST_LINES + 1):
            window = head[at : at + count]
            if len(window) < count or any(_SENTENCE.search(line.text) for line in window):
                break
            found = parse_title("".join(compact(line.text) for line in window))
            if found is not None:
                return _with_issuer_beside(found, head, at, window)
    return None


def _with_issuer_beside(
    found: Title, head: Sequence[PlacedLine], at: int, window: list[PlacedLine]
) -> Title:
    """Place a title; one that names no issuer takes that of the line above it, or below."""
    year_line = next((line for line in window if _YEAR.search(fold(line.text))), window[0])
    issuer, text, line = found.issuer, found.text, window[0]
    above, below = head[:at][-1:], head[at + len(window) :][:1]
    if issuer is None and above and is_organ(above[0].text):
        line = above[0]
        issuer = compact(line.text)
        text = issuer + text
    elif issuer is None and below and is_organ(_unbracketed(below[0].text)):
        line = below[0]
        issuer = _unbracketed(line.text)
    return Title(
        text=_full_width_brackets(text),
        issuer=_full_width_brackets(issuer) if issuer is not None else None,
        year=found.year,
        line=line,
        year_line=year_line,
    )


def _unbracketed(text: str) -> str:
    """Return a line without the brackets that stand around all of it."""
    return re.sub(r"^[(（]([^()（）]*)[)）]$", r"\1", compact(text))


def _full_width_brackets(text: str) -> str:
    return text.replace("(", "（").replace(")", "）")


def parse_title(printed: str) -> Title | None:
    """Take a title on one line apart; null when it is none. A wrong character is tolerated."""
    text = fold(printed)
    found = _YEAR.search(text)
    if found is None or len(text) > 70:
        return None
    year = year_number(re.sub("[lI]", "1", re.sub("[Oo]", "0", found[1])))
    rest = text[: found.start()] + "\n" + text[found.end() :]
    split = _split_subject(rest)
    if year is None or split is None:
        return None
    before, tail = (_BRACKETS.sub("", part) if at else part for at, part in enumerate(split))
    if min(distance(tail.strip(), known) for known in _TAILS) > (len(tail) > 4):
        return None
    issuer = _PUBLISHED.sub("", re.sub(r"(?:关于|的)$", "", before.replace("\n", "")))
    issuer = issuer.strip('《“"')
    valid = len(issuer) >= 2 and _NAME.fullmatch(issuer) is not None
    if issuer and not valid:
        return None
    return Title(text=compact(printed), issuer=issuer or None, year=year)


def _split_subject(text: str) -> tuple[str, str] | None:
    """Split around 政府信息公开, one character of which may be misread."""
    size = len(_SUBJECT)
    for slack in (0, 1):
        for at in range(len(text) - size, -1, -1):
            if distance(text[at : at + size], _SUBJECT) <= slack:
                return text[:at], text[at + size :].replace("\n", "")
    return None


def is_name(text: str) -> bool:
    """Say whether a line can be a name by itself: characters of a name, nothing else."""
    return _NAME.fullmatch(fold(text)) is not None


def is_organ(name: str) -> bool:
    """Say whether a name can be that of an organ or place: 局, 委员会, 人民政府, 区."""
    folded = fold(name)
    return bool(_NAME.fullmatch(folded) and _ORGAN_ENDS.search(re.sub(r"\([^)]*\)$", "", folded)))
