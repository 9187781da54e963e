"""Names of uploads are shown and sent back; they are no paths, and only names in a header."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import sqlalchemy
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.settings import ApiSettings
from tests.documents import pdf

NAMES = {
    "a break of the line": ("a\r\nSet-Cookie: x=y\r\n\r\n<b>.pdf", "aSet-Cookie: x=y<b>.pdf"),
    "quotes": ('"; filename="b.exe', '"; filename="b.exe'),
    "turned round": ("a\u202efdp.exe", "afdp.exe"),
    "300 bytes": ("长" * 100 + ".pdf", "长" * 100 + ".pdf"),
    "2,974 bytes": ("长" * 990 + ".pdf", "长" * 251 + ".pdf"),
    "nothing seen": ("\x00\x01\u200b", "document"),
    "NUL": ("a\x00.pdf", "a.pdf"),
    "climbing": ("../../../../tmp/gouji-escaped.pdf", "gouji-escaped.pdf"),
    "climbing on Windows": ("..\\..\\gouji-escaped.pdf", "gouji-escaped.pdf"),
    "only climbing": ("..", "document"),
    "from the root": ("/etc/gouji-escaped.pdf", "gouji-escaped.pdf"),
    "from a drive": ("C:\\gouji-escaped.pdf", "gouji-escaped.pdf"),
    "a device": ("CON", "CON"),
    "a template": ("{tenant}%s$(id)`id`.pdf", "{tenant}%s$(id)`id`.pdf"),
    "percent signs": ("%2e%2e%2fx%0d%0a.pdf", "%2e%2e%2fx%0d%0a.pdf"),
    "a formula": ("=cmd|' -C calc'!A0.pdf", "=cmd|' -C calc'!A0.pdf"),
}
"""What is wrong → the name as it is given, and as it is kept."""


@pytest.fixture
def door(quiet_url: str, database: sqlalchemy.Engine, tmp_path: Path) -> Iterator[TestClient]:
    settings = ApiSettings(
        database_url=SecretStr(quiet_url),
        redis_url="redis://127.0.0.1:1/0",
        objects_dir=tmp_path / "data" / "objects",
    )
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


def stored(tmp_path: Path) -> list[str]:
    return [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]


def by_form(door: TestClient, name: str) -> dict[str, str]:
    """Hand a document in as a hostile client writes it: byte for byte, nothing escaped."""
    said = name.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n\r\n' % said
        + pdf(1, "named")
        + b"\r\n--x--\r\n"
    )
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = door.post("/v1/jobs", content=body, headers=kind)
    found: dict[str, str] = answer.json()
    assert answer.status_code in (202, 400, 422), (name, answer.text)
    return found if answer.status_code == 202 else {}


def by_upload(door: TestClient, name: str) -> dict[str, str]:
    """Hand a document in through an upload, whose name is any JSON string."""
    made = door.post("/v1/uploads", json={"filename": name})
    assert made.status_code == 201, made.text
    upload = made.json()
    assert door.put(upload["url"], content=pdf(1, "named")).is_success
    assert door.post(upload["complete"]).is_success
    found: dict[str, str] = door.post("/v1/jobs", json={"upload_id": upload["id"]}).json()
    return found


@pytest.mark.parametrize("way", [by_form, by_upload])
def test_a_name_stays_a_name(
    door: TestClient, tmp_path: Path, way: Callable[[TestClient, str], dict[str, str]]
) -> None:
    for what, (given, kept) in NAMES.items():
        job = way(door, given)
        if not job:
            assert way is by_form, what
            assert any(character in given for character in "\r\n\x00"), what
            continue
        assert job["filename"] == kept or way is by_form, what
        answer = door.get(f"/v1/jobs/{job['id']}/source")
        assert answer.content.endswith(pdf(1, "named")), "a break in a form ends its headers early"
        assert answer.headers.get_list("set-cookie") == []
        said = answer.headers["content-disposition"]
        found = re.fullmatch(
            r'attachment; filename="document(\.[A-Za-z0-9]{1,5})?"; '
            r"filename\*=UTF-8''([A-Za-z0-9%._~-]+)",
            said,
        )
        assert found, said
        assert unquote(found[2]) == job["filename"]
    for name in stored(tmp_path):
        assert re.fullmatch(r"data/objects/[a-z0-9/_-]*[0-9a-f]{64}", name)
    assert not list(Path("/tmp").glob("gouji-escaped*"))
    assert not Path("/etc/gouji-escaped.pdf").exists()
