"""Whether a folder could take a document now."""

from pathlib import Path

import pytest

from schemas.environment import Addresses
from storage import folder
from storage.probe import store_probe


def test_a_folder_that_is_not_made_yet_is_well(tmp_path: Path) -> None:
    assert store_probe(Addresses(objects_dir=tmp_path / "a" / "b"))() is None


@pytest.mark.parametrize(("free", "full"), [(10**6, True), (10**9, False)])
def test_a_full_disk_is_said_before_a_document_is_refused(
    free: int, full: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr(folder.shutil, "disk_usage", lambda path: usage)
    trouble = store_probe(Addresses(objects_dir=tmp_path / "not made"))()
    assert (trouble is not None) is full
    if trouble is not None:
        assert "full" in trouble.sentence
