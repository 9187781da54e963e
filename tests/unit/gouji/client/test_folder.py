"""A folder as one batch, against a made-up server: in parts, gone on with, once."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from gouji.client import Client, ClientError, FileLedger, folder
from tests.documents import pdf, zip_of

BATCH = {
    "id": "bat_1",
    "status": "queued",
    "counts": {},
    "progress": {"items_total": None, "items_done": 0, "percent": 0, "reason": "waiting_in_queue"},
    "priority": "bulk",
    "metadata": {},
    "error": None,
    "created_at": "2026-01-01T00:00:00Z",
    "finished_at": None,
    "links": {"self": "", "items": "", "events": "", "export": ""},
}


@dataclass
class Server:
    """Takes uploads whole, and batches of them; counts what is sent."""

    uploads: dict[str, bytes] = field(default_factory=dict)
    batches: list[dict[str, object]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    forms: list[bytes] = field(default_factory=list)
    full_after: int | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/batches":
            self.keys.append(request.headers["idempotency-key"])
            kept = self.batches if request.headers["content-type"] == "application/json" else None
            if kept is None:
                self.forms.append(request.content)
            else:
                kept.append(json.loads(request.content))
            return httpx.Response(202, json=BATCH)
        if path == "/v1/uploads":
            if self.full_after is not None and len(self.uploads) >= self.full_after:
                return httpx.Response(413, json={"code": "too_large", "detail": "", "status": 413})
            upload_id = f"upl_{len(self.uploads)}"
            self.uploads[upload_id] = b""
            return httpx.Response(201, json=self.view(upload_id))
        upload_id = path.split("/")[3]
        if request.method == "PUT":
            self.uploads[upload_id] = request.content
            return httpx.Response(204)
        return httpx.Response(200, json=self.view(upload_id))

    def view(self, upload_id: str) -> dict[str, object]:
        content = self.uploads[upload_id]
        return {
            "id": upload_id,
            "status": "completed" if content else "pending",
            "filename": "a.zip",
            "url": f"/v1/uploads/{upload_id}/content",
            "parts": [],
            "complete": f"/v1/uploads/{upload_id}/complete",
            "sha256": hashlib.sha256(content).hexdigest() if content else None,
            "size_bytes": len(content),
            "created_at": "2026-01-01T00:00:00Z",
        }


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Seven documents in folders, an archive, and what is neither."""
    made = tmp_path / "全市"
    for number in range(7):
        path = made / f"{number % 2}" / f"{number}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pdf(1, f"paper {number}"))
    (made / "more.zip").write_bytes(zip_of({"in.pdf": pdf(1, "in")}))
    (made / "Thumbs.db").write_bytes(b"\x00\x01")
    return made


def client(server: Server, tmp_path: Path) -> Client:
    ledger = FileLedger(tmp_path / "state" / "uploads.json")
    return Client("http://gouji.test", ledger=ledger, transport=httpx.MockTransport(server))


def names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [name for name in archive.namelist() if not name.endswith("/")]


def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "PART_FILES", 3)
    monkeypatch.setattr(folder, "LARGE_BYTES", 1)


def test_a_small_folder_goes_in_one_request(papers: Path, tmp_path: Path) -> None:
    (papers / "more.zip").unlink()
    server = Server()
    with client(server, tmp_path) as made:
        assert made.submit_folder(papers).id == "bat_1"
        made.submit_folder(papers)
        made.submit_folder(papers, priority="interactive")
    assert (len(server.forms), server.uploads) == (3, {})
    assert server.keys[0] == server.keys[1] != server.keys[2]
    sent = server.forms[0]
    assert names(sent[sent.index(b"PK") : sent.rindex(b"PK\x05\x06") + 22]) == [
        "0/0.pdf", "0/2.pdf", "0/4.pdf", "0/6.pdf", "1/1.pdf", "1/3.pdf", "1/5.pdf",
    ]  # fmt: skip


def test_a_large_folder_is_one_batch_of_several_archives(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts(monkeypatch)
    server = Server()
    told: list[tuple[int, int]] = []
    with client(server, tmp_path) as made:
        made.submit_folder(papers, progress=lambda done, total: told.append((done, total)))
    assert [names(content) for content in server.uploads.values()] == [
        ["0/0.pdf", "0/2.pdf", "0/4.pdf"],
        ["0/6.pdf", "1/1.pdf", "1/3.pdf"],
        ["1/5.pdf"],
        ["in.pdf"],
    ]
    assert server.batches == [{"upload_ids": ["upl_0", "upl_1", "upl_2", "upl_3"]}]
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_another_run_sends_only_the_parts_that_are_missing(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts(monkeypatch)
    server = Server(full_after=2)
    with client(server, tmp_path) as made, pytest.raises(ClientError):
        made.submit_folder(papers)
    before = dict(server.uploads)
    server.full_after = None
    with client(server, tmp_path) as made:
        made.submit_folder(papers)
    assert len(before) == 2
    assert {name: server.uploads[name] for name in before} == before
    assert server.batches == [{"upload_ids": ["upl_0", "upl_1", "upl_2", "upl_3"]}]
    assert json.loads((tmp_path / "state" / "uploads.json").read_text()) == {}


def test_the_same_documents_are_packed_to_the_same_bytes(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts(monkeypatch)
    servers = Server(), Server()
    for server, path in zip(servers, (tmp_path / "one", tmp_path / "two"), strict=True):
        with client(server, path) as made:
            made.submit_folder(papers)
        for document in papers.rglob("*.pdf"):
            document.touch()  # copied, restored, checked out: the content is what counts
    assert servers[0].uploads == servers[1].uploads
    assert servers[0].keys == servers[1].keys


def test_a_changed_document_makes_another_part(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts(monkeypatch)
    server = Server(full_after=2)
    with client(server, tmp_path) as made, pytest.raises(ClientError):
        made.submit_folder(papers)
    server.full_after = None
    (papers / "0" / "0.pdf").write_bytes(pdf(2, "another"))
    with client(server, tmp_path) as made:
        made.submit_folder(papers)
    assert server.batches == [{"upload_ids": ["upl_2", "upl_1", "upl_3", "upl_4"]}]


@pytest.mark.parametrize("first", ["word/a.pdf", "[Content_Types].xml", "mimetype"])
def test_a_folder_named_like_a_part_of_a_document_is_packed_as_an_archive(
    first: str, tmp_path: Path
) -> None:
    from schemas.formats import sniff

    papers = tmp_path / "papers"
    path = papers / first
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pdf(1, "a"))
    server = Server()
    with client(server, tmp_path) as made:
        made.submit_folder(papers)
    sent = server.forms[0]
    kind = sniff(sent[sent.index(b"PK") :], "papers.zip")
    assert kind is not None
    assert kind.role == "archive"


def test_what_is_not_sent_of_a_folder_is_known(tmp_path: Path) -> None:
    (tmp_path / "甲").mkdir()
    (tmp_path / "甲" / "report.pdf").write_bytes(pdf(1, "left out"))
    (tmp_path / "甲" / "empty.pdf").write_bytes(b"")
    (tmp_path / "~$notes.docx").write_text("what Word leaves beside an open document")
    assert [path.name for path in folder.left_out(tmp_path)] == ["empty.pdf"]
    assert [part.files for part in folder.planned(tmp_path)] == [(tmp_path / "甲" / "report.pdf",)]
