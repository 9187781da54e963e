"""Write reports, their scans and their truth to a folder, or a demonstration archive."""

import argparse
from pathlib import Path

from tests.corpus.archive import sample_archive
from tests.corpus.faults import FAULTS, MISLABELLED, MISQUOTED
from tests.corpus.fonts import families
from tests.corpus.form import TEMPLATES
from tests.corpus.layouts import LAYOUTS
from tests.corpus.reports import OUTDATED, SIZES
from tests.corpus.samples import ANY, Sample, joined, make_sample
from tests.corpus.scanning import PROFILES, scan, write
from tests.corpus.setting import cell_boxes
from tests.corpus.truth import to_json


def main() -> None:
    """Run `python -m tests.corpus`."""
    options = _parser().parse_args()
    if options.archive:
        sample_archive(options.archive, options.seed, options.count)
        return
    options.out.mkdir(parents=True, exist_ok=True)
    samples = [
        make_sample(
            seed,
            layout=options.layout,
            size=options.size,
            fault=None if options.fault == "none" else options.fault,
            font=options.font,
            short=options.short,
            template=options.template,
        )
        for seed in range(options.seed, options.seed + options.count)
    ]
    for sample in samples:
        _write(sample, options)
    if options.together:
        _write_together(samples, options)


def _write(sample: Sample, options: argparse.Namespace) -> None:
    """Write one report, each scan of it, and beside each what it prints."""
    base = options.out / sample.name
    base.with_suffix(".pdf").write_bytes(sample.pdf)
    titled, layout = sample.layout.title, sample.layout.name
    truth = to_json(sample.report, titled=titled, layout=layout)
    base.with_suffix(".json").write_text(truth, encoding="utf-8")
    boxes = cell_boxes(sample.report, sample.layout) if options.degradation else {}
    for profile in options.degradation:
        scanned = scan(sample.pdf, profile, sample.seed, boxes)
        target = options.out / f"{sample.name}-{profile}.{options.format}"
        write(scanned, target)
        truth = to_json(sample.report, titled=titled, layout=layout, covered=scanned.covered)
        target.with_suffix(".json").write_text(truth, encoding="utf-8")
    print(sample.name, sample.report.issuer, sample.report.year, flush=True)


def _write_together(samples: list[Sample], options: argparse.Namespace) -> None:
    """Write all reports as one document, and each scan of it."""
    base = options.out / f"reports-{samples[0].seed:04d}-{samples[-1].seed:04d}"
    whole = joined([sample.pdf for sample in samples])
    base.with_suffix(".pdf").write_bytes(whole)
    for profile in options.degradation:
        target = base.with_name(f"{base.name}-{profile}.{options.format}")
        write(scan(whole, profile, samples[0].seed), target)
    print(base.name, len(samples), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, help="folder for NAME.pdf, NAME.json, NAME-PROFILE.pdf")
    where.add_argument("--archive", type=Path, help="write one zip of scans instead")
    parser.add_argument("--seed", type=int, default=0, help="of the first report")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--layout", choices=[ANY, *LAYOUTS], default=ANY)
    parser.add_argument("--font", help=f"family of the text: {', '.join(families())}")
    parser.add_argument("--size", choices=SIZES, help="default: drawn")
    parser.add_argument("--template", choices=TEMPLATES, default="2021")
    faults = ["none", ANY, MISQUOTED, MISLABELLED, OUTDATED, *FAULTS]
    parser.add_argument("--fault", choices=faults, default=ANY)
    parser.add_argument("--short", action="store_true", help="one short sentence a section")
    parser.add_argument("--together", action="store_true", help="also all reports in one file")
    parser.add_argument("--degradation", choices=PROFILES, action="append", default=[])
    parser.add_argument("--format", choices=["pdf", "tif", "png", "jpg"], default="pdf")
    return parser


if __name__ == "__main__":
    main()
