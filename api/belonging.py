"""Whether an organ is one of a government's, as far as names and divisions say; pure.

A batch may hold reports of several places: strangers must not be summed up against an aggregate.
"""

import re

# A place at the beginning of a name, with its rank: 宁波市, 鄞州区. 州 alone is part of many names.
_PLACE = re.compile(r"[^省市县区盟旗局委办厅院处会]{2,9}?(?:省|市|县|区|自治州|盟|旗)")


def may_belong(organ: str, government: str, codes: tuple[str | None, str | None]) -> bool:
    """Say whether nothing speaks against it.

    `codes` are the divisions of both (GB/T 2260), where they are known. A name without a place
    (市场监督管理局, 双河乡人民政府) speaks against nothing.
    """
    code, above = codes
    if code and above:
        return code.startswith(_covered(above))
    own, theirs = _places(organ), _places(government)
    if not own:
        return True
    if not theirs or theirs[-1] not in own:
        return False
    at = own.index(theirs[-1])
    return at == 0 or len(theirs) == 1 or own[at - 1] == theirs[-2]


def _covered(code: str) -> str:
    """Return the digits all divisions within one begin with."""
    while code.endswith("00"):
        code = code[:-2]
    return code


def _places(name: str) -> list[str]:
    found: list[str] = []
    at = 0
    while match := _PLACE.match(name, at):
        found.append(match.group())
        at = match.end()
    return found
