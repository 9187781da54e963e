"""Print a run of the exactness measurement: as it goes, and what came of it."""

import sys
import time
from collections.abc import Sequence

from bench.measure import Row, Wrong
from bench.totals import (
    FATES,
    USUAL,
    Total,
    calibration_error,
    faults,
    reliability,
    total,
    totals,
    worst,
)

_EVERY_S = 30.0
_SHOWN = 25  # documents up to which each gets its line


class Progress:
    """Tell on stderr how far a run is; the time left counts only documents measured now."""

    def __init__(self, documents: int, *, quiet: bool) -> None:
        self._documents = documents
        self._quiet = quiet
        self._rows: list[Row] = []
        self._started = self._told = time.monotonic()

    def show(self, row: Row) -> None:
        """Count a document, and tell when there is a terminal or the time has come."""
        self._rows.append(row)
        now = time.monotonic()
        if self._quiet:
            return
        if sys.stderr.isatty():
            print(f"\r\033[K{self.line(now)}", end="", file=sys.stderr, flush=True)
        elif now - self._told > _EVERY_S:
            self._told = now
            print(self.line(now), file=sys.stderr, flush=True)

    def line(self, now: float) -> str:
        """Return documents done, figures so far and the time left."""
        so_far = total("", self._rows)
        left = (now - self._started) / len(self._rows) * (self._documents - len(self._rows))
        return (
            f"{so_far.documents}/{self._documents} documents, right {so_far.right}/{so_far.values}"
            f" ({so_far.share_right:.4%}), flagged {so_far.flagged}, silent {so_far.silent},"
            f" blamed falsely {so_far.blamed}, {_minutes(left)} left"
        )

    def end(self) -> None:
        """Leave the line that was written over."""
        if not self._quiet and sys.stderr.isatty():
            print(file=sys.stderr)


def show(rows: Sequence[Row], code: str) -> None:
    """Print everything a run found."""
    if len(rows) <= _SHOWN:
        _print_documents("Documents", rows)
    _print_totals(rows)
    _print_documents("The worst documents", worst(rows))
    _print_silent(rows)
    _print_blamed(rows)
    _print_faults(rows)
    _print_reliability(rows)
    print(f"\ncode {code}; equal seeds and equal code give equal figures")


def _print_totals(rows: Sequence[Row]) -> None:
    print("\nValues of all documents, those of unread documents counted as not right")
    print(f"corpus-like: {', '.join(sorted(USUAL))}; a layout is marked by =")
    print(
        f"{'profile':22s}{'docs':>6s}{'unread':>7s}{'values':>9s}{'right':>9s}{'%':>10s}"
        f"{'flagged':>8s}{'(right)':>8s}{'%':>8s}{'missing':>8s}{'silent':>7s}{'blamed':>7s}"
        f"{'s/page':>7s}"
    )
    for each in totals(rows):
        print(_total_line(each))


def _total_line(each: Total) -> str:
    return (
        f"{each.name:22s}{each.documents:6d}{each.unread:7d}{each.values:9d}{each.right:9d}"
        f"{each.share_right:10.4%}{each.flagged:8d}{each.flagged_right:8d}"
        f"{each.share_flagged_right:8.3%}{each.missing:8d}{each.silent:7d}{each.blamed:7d}"
        f"{each.seconds / max(1, each.pages):7.2f}"
    )


def _print_documents(title: str, rows: Sequence[Row]) -> None:
    print(f"\n{title}" + ("" if rows else ": none with anything wrong"))
    if rows:
        print(
            f"{'document':34s}{'status':18s}{'right':>6s}{'flagged':>8s}{'(right)':>8s}"
            f"{'missing':>8s}{'silent':>7s}{'blamed':>7s}{'covered':>8s}  layout, fault"
        )
    for row in rows:
        fault = f"{row.fault or 'of the document'}: {row.fate}" if row.fate else ""
        print(
            f"{row.name:34s}{row.status:18s}{row.right:6d}{row.flagged:8d}{row.flagged_right:8d}"
            f"{row.missing:8d}{row.silent:7d}{len(row.blamed):7d}{row.covered:8d}"
            f"  {row.layout}  {fault}"
        )
        if row.command and title != "Documents":
            print(f"    {row.command}")


def _print_silent(rows: Sequence[Row]) -> None:
    wrong = [(row, each) for row in rows for each in row.wrong if each.silent]
    covered = sum(each.covered for _, each in wrong)
    print(f"\nWrong without a flag: {len(wrong)}, of these under a stroke: {covered}")
    for row, each in wrong:
        print(f"{row.name}  {_wrong_line(each)}")
        if row.command:
            print(f"    {row.command}")


def _wrong_line(each: Wrong) -> str:
    covered = ", under a stroke" if each.covered else ""
    return (
        f"{each.pointer}  printed {each.printed}, read {each.read} ({each.kind}), "
        f"confidence {each.confidence:.4f}{covered}"
    )


def _print_blamed(rows: Sequence[Row]) -> None:
    blamed = [(row, each) for row in rows for each in row.blamed]
    print(f"\nFindings with cause source where the print holds: {len(blamed)}")
    for row, each in blamed:
        print(f"{row.name}  {each.code} {each.where}  {each.message}".rstrip())
        if row.command:
            print(f"    {row.command}")


def _print_faults(rows: Sequence[Row]) -> None:
    print("\nPlanted faults: all their relations named with cause source, or not")
    print(f"{'kind':18s}" + "".join(f"{fate:>14s}" for fate in FATES))
    for kind, counts in faults(rows).items():
        share = counts["named"] / sum(counts.values())
        print(f"{kind:18s}" + "".join(f"{counts[fate]:14d}" for fate in FATES) + f"{share:9.2%}")


def _print_reliability(rows: Sequence[Row]) -> None:
    table = reliability(rows)
    print("\nConfidence of the values given out (reliability table)")
    print(f"{'confidence':14s}{'values':>9s}{'mean':>10s}{'right':>10s}")
    for each in table:
        scope = f"{each.low:g} - {each.high:g}"
        print(f"{scope:14s}{each.count:9d}{each.claimed:10.5f}{each.right:10.5f}")
    print(f"expected calibration error {calibration_error(table):.5f}")
    given = sum(each.count for each in table)
    whole = sum(row.values for row in rows)
    print(f"{whole - given} values of {whole} were not given out at all")


def _minutes(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 7200 else f"{seconds / 60:.0f} min"
