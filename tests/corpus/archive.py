"""Pack small scans into a zip, as offices hand them in; one report carries a planted fault."""

import zipfile
from itertools import cycle
from pathlib import Path

from tests.corpus.reports import Report
from tests.corpus.samples import make_sample
from tests.corpus.scanning import encode, scan

_LAYOUTS = ("split", "landscape", "split_repeated", "landscape_split")
_PROFILES = ("office", "skew", "stamp", "low", "upside", "fax", "photo", "broken")


def sample_archive(path: Path, seed: int, count: int) -> dict[str, Report]:
    """Write a zip of `count` scanned reports of three or four pages; return them by file name.

    The second report (the only one, if there is but one) has a sum printed off by one.
    """
    reports: dict[str, Report] = {}
    looks = zip(cycle(_LAYOUTS), cycle(_PROFILES), strict=False)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for index, (layout, profile) in zip(range(count), looks, strict=False):
            fault = "off_by_one" if index == min(1, count - 1) else None
            sample = make_sample(seed + index, layout=layout, size="bureau", fault=fault)
            report = sample.report
            name = f"{index + 1:03d}-{report.issuer}-{report.year}.pdf"
            entry = zipfile.ZipInfo(name, (report.year + 1, 1, 31, 9, 0, 0))
            archive.writestr(entry, encode(scan(sample.pdf, profile, seed + index)))
            reports[name] = report
    return reports
