"""One document by seed and profile, and the command that makes it again."""

from dataclasses import dataclass

from tests.corpus.form import Template
from tests.corpus.samples import ANY, Sample, make_sample
from tests.corpus.scanning import Scan, encode, scan
from tests.corpus.setting import cell_boxes
from tests.corpus.truth import Truth, truth_of

BORN_DIGITAL = "born_digital"
"""The profile of documents as they were set, never scanned."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A document by what it is drawn from; equal cases are equal documents."""

    seed: int
    profile: str
    layout: str = ANY
    fault: str = ANY  # ANY plants one in a report of three, "none" never
    short: bool = False
    font: str = ""  # of the text; empty: the layout's
    template: Template = "2021"

    @property
    def name(self) -> str:
        """Return the name of the document's file, without suffix, as the command writes it."""
        return f"report-{self.seed:04d}" + f"-{self.profile}" * self.scanned

    @property
    def scanned(self) -> bool:
        """Tell whether the document is a scan."""
        return self.profile != BORN_DIGITAL

    @property
    def command(self) -> str:
        """Return the command that writes this document, its born-digital original and its truth."""
        words = [f"python -m tests.corpus --out DIR --seed {self.seed} --count 1"]
        words += [f"--degradation {self.profile}"] * self.scanned
        words += [f"--layout {self.layout}"] * (self.layout != ANY)
        words += [f"--fault {self.fault}"] * (self.fault != ANY)
        words += [f"--font '{self.font}'"] * bool(self.font)
        words += ["--short"] * self.short
        words += [f"--template {self.template}"] * (self.template != "2021")
        return " ".join(words)


def sample_of(case: Case) -> Sample:
    """Make the report of a case and its born-digital document."""
    fault = None if case.fault == "none" else case.fault
    return make_sample(
        case.seed,
        layout=case.layout,
        fault=fault,
        short=case.short,
        font=case.font or None,
        template=case.template,
    )


def scan_of(case: Case, sample: Sample) -> Scan:
    """Scan the document of a case."""
    return scan(sample.pdf, case.profile, case.seed, cell_boxes(sample.report, sample.layout))


def make_case(case: Case) -> tuple[bytes, Truth]:
    """Return the PDF of a case, scanned or as it was set, and what it prints."""
    sample = sample_of(case)
    look = sample.layout
    if not case.scanned:
        return sample.pdf, truth_of(sample.report, titled=look.title, layout=look.name)
    scanned = scan_of(case, sample)
    truth = truth_of(sample.report, titled=look.title, layout=look.name, covered=scanned.covered)
    return encode(scanned), truth
