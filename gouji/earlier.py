"""Reports read earlier, in a folder of result files: `gouji process --previous DIR`."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import structlog
from pydantic import ValidationError

from schemas.record import Record

log = structlog.get_logger()


def find_earlier(folder: Path, issuer: str, year: int) -> Record | None:
    """Return the record of an issuer and year in a folder, or None when there is not just one.

    A record of an older version, in a shape not known any more, counts as none.
    """
    path = _reports(folder).get((issuer, year))
    if path is None:
        return None
    try:
        return Record.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        log.info("earlier_report_unreadable", year=year)
        return None


@cache
def _reports(folder: Path) -> dict[tuple[str, int], Path | None]:
    """List the reports under a folder; None stands for an issuer's year with several documents."""
    found: dict[tuple[str, int], Path | None] = {}
    hashes: dict[tuple[str, int], str] = {}
    for issuer, year, sha256, path in _records(folder):
        key = (issuer, year)
        if key not in found:
            found[key], hashes[key] = path, sha256
        elif hashes[key] != sha256:
            found[key] = None
    return found


def _records(folder: Path) -> Iterator[tuple[str, int, str, Path]]:
    for path in sorted(folder.rglob("record.json")):
        try:
            record = json.loads(path.read_bytes())
            issuer, year, sha256 = record["issuer"], record["year"], record["source"]["sha256"]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # some other program's file
        if isinstance(issuer, str) and isinstance(year, int):
            yield issuer, year, str(sha256), path
