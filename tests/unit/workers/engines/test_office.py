"""Old office documents are converted by LibreOffice, here by a program that pretends to be it."""

import os
import stat
import time
from pathlib import Path

import pytest

from schemas.environment import Conversion
from schemas.failure import Failure
from schemas.formats import FORMATS, sniff
from schemas.record import Engine, Source
from tests.corpus.office import set_docx
from tests.corpus.reports import make_report
from workers.engines.inspect import Inspection, Limits, inspect
from workers.engines.null import NullEngines
from workers.engines.office import OfficeError, as_docx
from workers.steps import Assembly, assemble_document, read_page

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
DOC = _OLE + "WordDocument".encode("utf-16-le") + bytes(500)
ODT = b"PK\x03\x04" + bytes(22) + b"\x08\0\0\0mimetypeapplication/vnd.oasis.opendocument.text"
WORDML = b'<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?><w:wordDocument/>'

CONVERTS = """#!/bin/sh
for argument; do
  case "$before" in --outdir) out="$argument" ;; esac
  before="$argument"
done
test -f "$before" && test -f "${HOME}/profile/user/registrymodifications.xcu" || exit 3
mkdir -p "$out" && cp "%s" "$out/document.docx"
"""
MAKES_NOTHING = "#!/bin/sh\nexit 0\n"
HANGS = '#!/bin/sh\nsleep 300 &\necho $! > "%s"\nwait\n'


def installed(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Conversion:
    path = folder / "soffice"
    path.write_text(script)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("GOUJI_SOFFICE", str(path))
    monkeypatch.setenv("GOUJI_SOFFICE_TIMEOUT_S", "20")
    return Conversion()


@pytest.mark.parametrize(
    ("content", "name"), [(DOC, "ole"), (b"{\\rtf1 a}", "rtf"), (ODT, "odf"), (WORDML, "wordml")]
)
def test_a_convertible_document_gives_the_record(
    content: bytes, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = make_report(5, "office")
    (tmp_path / "made.docx").write_bytes(set_docx(report))
    installed(tmp_path, CONVERTS % (tmp_path / "made.docx"), monkeypatch)
    kind = sniff(content, "报告")
    assert kind is not None
    assert kind.name == name
    found = inspect(content, "报告.doc", Limits())
    assert isinstance(found, Inspection), found
    page = read_page(content, found.kind, 1, NullEngines()).page
    source = Source(
        filename="报告.doc", sha256=found.sha256, media_type=found.media_type, kind="docx", pages=1
    )
    engine = Engine(gouji="0", ocr="none", models={})
    done = assemble_document(source, engine, [page], lambda _: b"")
    assert isinstance(done, Assembly)
    assert done.record.issuer == report.issuer


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (DOC, "converter_missing"),
        (_OLE + "Workbook".encode("utf-16-le"), "unsupported_type"),
        (_OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (ODT.replace(b"text", b"spreadsheet"), "unsupported_type"),
    ],
)
def test_what_cannot_be_converted_is_refused_at_inspection(
    content: bytes, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOUJI_SOFFICE", "no-such-program")
    refused = inspect(content, "报告.doc", Limits())
    assert isinstance(refused, Failure)
    assert refused.code == code


def test_a_conversion_that_makes_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, MAKES_NOTHING, monkeypatch)
    page = read_page(DOC, "docx", 1, NullEngines()).page
    assert page.failure is not None
    assert page.failure.code == "conversion_failed"
    source = Source(filename="a.doc", sha256="", media_type="", kind="docx", pages=1)
    engine = Engine(gouji="0", ocr="none", models={})
    assert assemble_document(source, engine, [page], lambda _: b"") == page.failure


def test_a_conversion_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = installed(tmp_path, HANGS % (tmp_path / "child"), monkeypatch)
    with pytest.raises(OfficeError) as raised:
        as_docx(DOC, FORMATS["ole"], settings.model_copy(update={"soffice_timeout_s": 1.0}))
    assert raised.value.reason == "timeout"
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        if not _is_running(child):
            return
        time.sleep(0.05)
    pytest.fail("the child lives on")


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rsplit(") ", 1)[1][0] != "Z"


def test_without_the_program_the_failure_says_so() -> None:
    with pytest.raises(OfficeError) as raised:
        as_docx(DOC, FORMATS["ole"], Conversion(soffice="no-such-program"))
    assert raised.value.reason == "missing"
