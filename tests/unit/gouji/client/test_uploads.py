"""Uploads in parts against a made-up server: gone on with, addressed anew, checked at the end."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from gouji.client import Client, ClientError, FileLedger, uploads
from gouji.client import sync as sync_module
from gouji.client.ledger import mark_of

PART = 1000


@dataclass
class Server:
    """Takes parts at a store of its own, as an S3 server would; addresses can grow old."""

    there: dict[int, bytes] = field(default_factory=dict)
    size: int = 0
    fails_at: int | None = None
    signature: int = 1
    said: list[str] = field(default_factory=list)
    altered: bool = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.said.append(f"{request.method} {request.url.host}{request.url.path}")
        if request.url.host == "store.test":
            return self._put(request)
        if request.url.path == "/v1/uploads":
            self.size = json.loads(request.content)["size_bytes"]
        if request.url.path.endswith("/complete"):
            return httpx.Response(200, json=self._view("completed"))
        if request.url.path == "/v1/batches":
            return httpx.Response(418, json={})
        return httpx.Response(200, json=self._view("pending"))

    def _put(self, request: httpx.Request) -> httpx.Response:
        number = int(request.url.path.rpartition("/")[2])
        assert "authorization" not in request.headers
        if number == self.fails_at:
            raise httpx.ConnectError("down", request=request)
        if int(request.url.params["signature"]) != self.signature:
            return httpx.Response(403, text="<Error/>")
        self.there[number] = request.content
        return httpx.Response(200)

    def _view(self, status: str) -> dict[str, object]:
        content = b"".join(self.there[number] for number in sorted(self.there))
        done = status == "completed" and not self.altered
        numbers = range(1, -(-self.size // PART) + 1)
        return {
            "id": "upl_1",
            "status": status,
            "filename": "many.zip",
            "url": None,
            "parts": [self._part(number) for number in numbers],
            "complete": "/v1/uploads/upl_1/complete",
            "sha256": hashlib.sha256(content).hexdigest() if done else None,
            "size_bytes": self.size,
            "created_at": "2026-01-01T00:00:00Z",
        }

    def _part(self, number: int) -> dict[str, object]:
        return {
            "number": number,
            "size_bytes": min(PART, self.size - (number - 1) * PART),
            "url": f"https://store.test/{number}?signature={self.signature}",
            "etag": "tag" if number in self.there else None,
        }


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(uploads, "LARGE_BYTES", PART)
    monkeypatch.setattr(sync_module.time, "sleep", lambda _: None)
    path = tmp_path / "many.zip"
    path.write_bytes(bytes(range(250)) * 14)
    return path


def client(server: Server, tmp_path: Path) -> Client:
    ledger = FileLedger(tmp_path / "state" / "uploads.json")
    transport = httpx.MockTransport(server)
    return Client("http://gouji.test", "gj_secret", ledger=ledger, transport=transport)


def test_another_run_sends_only_what_is_missing(document: Path, tmp_path: Path) -> None:
    server = Server(fails_at=3)
    with client(server, tmp_path) as first, pytest.raises(ClientError):
        first.upload(document)
    assert sorted(server.there) == [1, 2]
    server.fails_at = None
    server.said.clear()
    told: list[tuple[int, int]] = []
    with client(server, tmp_path) as second:
        done = second.upload(document, progress=lambda sent, size: told.append((sent, size)))
    assert done.sha256 == hashlib.sha256(document.read_bytes()).hexdigest()
    assert server.said == [
        "GET gouji.test/v1/uploads/upl_1",
        "PUT store.test/3",
        "PUT store.test/4",
        "POST gouji.test/v1/uploads/upl_1/complete",
    ]
    assert told == [(2000, 3500), (2000, 3500), (3000, 3500), (3500, 3500)]


def test_a_changed_file_is_another_upload(document: Path, tmp_path: Path) -> None:
    server = Server(fails_at=3)
    with client(server, tmp_path) as first, pytest.raises(ClientError):
        first.upload(document)
    document.write_bytes(document.read_bytes()[::-1] + b"more")
    server.there.clear()
    server.fails_at = None
    server.said.clear()
    with client(server, tmp_path) as second:
        second.upload(document)
    assert server.said[0] == "POST gouji.test/v1/uploads"


def test_an_address_that_has_grown_old_is_asked_for_anew(document: Path, tmp_path: Path) -> None:
    server = Server()

    def ages(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/2" and server.signature == 1:
            server.signature = 2
        return server(request)

    with Client("http://gouji.test", transport=httpx.MockTransport(ages)) as made:
        made.upload(document)
    assert len(server.there) == 4


def test_what_arrived_otherwise_than_it_was_sent_is_not_submitted(
    document: Path, tmp_path: Path
) -> None:
    server = Server(altered=True)
    with client(server, tmp_path) as made, pytest.raises(ClientError, match="changed while"):
        made.submit_batch([document])
    assert not any("batches" in said for said in server.said)


def test_an_upload_is_remembered_until_it_is_submitted(document: Path, tmp_path: Path) -> None:
    server = Server()
    ledger = FileLedger(tmp_path / "state" / "uploads.json")
    with client(server, tmp_path) as made, pytest.raises(ClientError):
        made.submit_batch([document])  # the made-up server takes no batches
    assert ledger.find("http://gouji.test", mark_of(document)) == "upl_1"
    ledger.forget("http://gouji.test", mark_of(document))
    assert ledger.find("http://gouji.test", mark_of(document)) is None


def test_a_machine_that_keeps_nothing_uploads_all_the_same(document: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ledger = FileLedger(tmp_path / "file" / "uploads.json")
    with Client(
        "http://gouji.test", ledger=ledger, transport=httpx.MockTransport(Server())
    ) as made:
        assert made.upload(document).status == "completed"
