"""Batches by prefix: a folder and a bucket give the same names and bytes, and nothing beyond."""

import io
import secrets
from pathlib import Path

import pytest

from schemas.environment import Addresses
from storage.inbox import is_allowed, open_inbox
from storage.objects import ObjectMissing, open_store
from tests.s3 import s3_addresses

FILES = {"2024/b.pdf": b"second", "2024/a/c.pdf": b"first", "2023/other.pdf": b"not asked for"}


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Addresses, str]:
    """Fill an inbox; return the settings and its prefix."""
    if request.param == "folder":
        for name, content in FILES.items():
            (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "in" / name).write_bytes(content)
        prefix = f"file://{tmp_path}/in/"
        return Addresses(import_prefixes=(prefix,), objects_dir=tmp_path), prefix
    bucket = f"in-{secrets.token_hex(4)}"
    addresses = s3_addresses(request.getfixturevalue("s3_endpoint"), bucket)
    for name, content in FILES.items():
        open_store(addresses).put(f"box/{name}", content, "application/pdf")
    prefix = f"s3://{bucket}/box/"
    other = {"s3_bucket": "ours", "import_prefixes": (prefix,)}
    return addresses.model_copy(update=other), prefix


def test_all_below_the_prefix_is_given_in_order(place: tuple[Addresses, str]) -> None:
    addresses, prefix = place
    inbox = open_inbox(addresses, f"{prefix}2024", "local")
    assert list(inbox.names()) == ["a/c.pdf", "b.pdf"]
    target = io.BytesIO()
    inbox.copy_to("a/c.pdf", target)
    assert target.getvalue() == b"first"
    with pytest.raises(ObjectMissing):
        inbox.copy_to("gone.pdf", io.BytesIO())


@pytest.mark.parametrize(
    ("prefix", "allowed", "tenant", "expected"),
    [
        ("s3://in/a/2024/", ("s3://in/a/",), "t", True),
        ("s3://in/a", ("s3://in/a/",), "t", True),
        ("s3://in/ab/", ("s3://in/a",), "t", False),
        ("s3://in-other/", ("s3://in",), "t", False),
        ("s3://in/a/../b/", ("s3://in/a/",), "t", False),
        ("s3://in/t/x/", ("s3://in/{tenant}/",), "t", True),
        ("s3://in/u/x/", ("s3://in/{tenant}/",), "t", False),
        ("s3://in/", (), "t", False),
        ("s3://in@evil.example/a/", ("s3://in",), "t", False),
        ("s3://in.evil.example/a/", ("s3://in",), "t", False),
        ("s3://in:80/a/", ("s3://in",), "t", False),
        ("s3://169.254.169.254/a/", ("s3://in",), "t", False),
        ("s3://in\\@evil.example/a/", ("s3://in",), "t", False),
        ("s3://IN/a/", ("s3://in",), "t", False),
        ("http://in/a/", ("s3://in",), "t", False),
        ("/srv/in/", ("/srv/in/",), "t", False),
        ("file:///srv/in/x", ("file:///srv/in",), "t", True),
        ("file://host/srv/in/x", ("file://host/srv/in",), "t", False),
    ],
)
def test_only_what_the_operator_opened_is_allowed(
    prefix: str, allowed: tuple[str, ...], tenant: str, expected: bool
) -> None:
    assert is_allowed(prefix, allowed, tenant) is expected


def test_links_do_not_lead_out_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key.pdf").write_bytes(b"key")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "all").symlink_to(tmp_path / "secret")
    (tmp_path / "in" / "one.pdf").symlink_to(tmp_path / "secret" / "key.pdf")
    addresses = Addresses(import_prefixes=(f"file://{tmp_path}/in",))
    assert list(open_inbox(addresses, f"file://{tmp_path}/in", "local").names()) == []
    with pytest.raises(ObjectMissing):
        open_inbox(addresses, f"file://{tmp_path}/in/all", "local")
    with pytest.raises(ObjectMissing):
        open_inbox(addresses, f"file://{tmp_path}/in", "local").copy_to("one.pdf", io.BytesIO())
