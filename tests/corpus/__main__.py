"""Write reports, their scans and their truth to a folder, or a demonstration archive."""

import argparse
from pathlib import Path

from tests.corpus.archive import sample_archive
from tests.corpus.faults import FAULTS, MISQUOTED
from tests.corpus.layouts import LAYOUTS
from tests.corpus.reports import SIZES
from tests.corpus.samples import ANY, make_sample
from tests.corpus.scanning import PROFILES, scan, write
from tests.corpus.truth import to_json


def main() -> None:
    """Run `python -m tests.corpus`."""
    options = _parser().parse_args()
    if options.archive:
        sample_archive(options.archive, options.seed, options.count)
        return
    options.out.mkdir(parents=True, exist_ok=True)
    for seed in range(options.seed, options.seed + options.count):
        fault = None if options.fault == "none" else options.fault
        sample = make_sample(
            seed, layout=options.layout, size=options.size, fault=fault, font=options.font
        )
        base = options.out / sample.name
        base.with_suffix(".pdf").write_bytes(sample.pdf)
        base.with_suffix(".json").write_text(to_json(sample.report), encoding="utf-8")
        for profile in options.degradation:
            target = options.out / f"{sample.name}-{profile}.{options.format}"
            write(scan(sample.pdf, profile, seed), target)
        print(sample.name, sample.report.issuer, sample.report.year, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, help="folder for NAME.pdf, NAME.json, NAME-PROFILE.pdf")
    where.add_argument("--archive", type=Path, help="write one zip of scans instead")
    parser.add_argument("--seed", type=int, default=0, help="of the first report")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--layout", choices=[ANY, *LAYOUTS], default=ANY)
    parser.add_argument("--font", help="family of the text; see tests/corpus/fonts.py")
    parser.add_argument("--size", choices=SIZES, help="default: drawn")
    parser.add_argument("--fault", choices=["none", ANY, MISQUOTED, *FAULTS], default=ANY)
    parser.add_argument("--degradation", choices=PROFILES, action="append", default=[])
    parser.add_argument("--format", choices=["pdf", "tif", "png", "jpg"], default="pdf")
    return parser


if __name__ == "__main__":
    main()
