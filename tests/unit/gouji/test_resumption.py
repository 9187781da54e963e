"""An interrupted run goes on: what is there and whole is kept, all else is read anew."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gouji import local, resumption
from gouji.local import Errand, Outcome, process_one
from tests.corpus.samples import make_sample
from tests.corpus.texts import write
from workers.engines.inspect import Limits

Harm = Callable[[Path, Path], object]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A document and what a run wrote of it."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "report.html").write_text(write(make_sample(3, short=True).report, "html"))
    assert run(folder, resume=False).status == "processed"
    return folder


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    for path in (p for p in first.rglob("*") if p.is_file()):
        copy = tmp_path / path.relative_to(first)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    return tmp_path


def run(folder: Path, *, resume: bool) -> Outcome:
    errand = Errand(path=folder / "report.html", out=folder / "out")
    return process_one(errand, Limits(), resume=resume)


def test_what_is_whole_is_kept_and_told_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        raise AssertionError("it was read again")

    monkeypatch.setattr(local, "inspect_document", read)
    outcome = run(folder, resume=True)
    verdict = json.loads((folder / "out" / "validation.json").read_text())["verdict"]
    assert (outcome.status, outcome.kept, outcome.error) == ("processed", True, None)
    assert (outcome.verdict, outcome.pages, outcome.out) == (verdict, 1, folder / "out")


def test_without_being_asked_to_go_on_all_is_read_again(folder: Path) -> None:
    assert not run(folder, resume=False).kept


def _older(_: Path, out: Path) -> None:
    record = json.loads((out / "record.json").read_text())
    record["engine"]["gouji"] = "0.0.1"
    (out / "record.json").write_text(json.dumps(record))


def _cut(_: Path, out: Path) -> None:
    whole = (out / "record.json").read_bytes()
    (out / "record.json").write_bytes(whole[: len(whole) // 2])


HARMS: dict[str, Harm] = {
    "another document": lambda path, _: path.write_bytes(path.read_bytes() + b" "),
    "by an older version": _older,
    "a record that breaks off": _cut,
    **{
        f"no {name}": lambda _, out, name=name: (out / name).unlink()  # type: ignore[misc]
        for name in ("record.json", *resumption.ALWAYS)
    },
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_what_is_not_whole_or_of_something_else_is_read_again(folder: Path, harm: Harm) -> None:
    harm(folder / "report.html", folder / "out")
    outcome = run(folder, resume=True)
    assert (outcome.status, outcome.kept) == ("processed", False)
    assert run(folder, resume=True).kept, "what was read again is whole"


def test_a_run_that_ends_while_it_writes_leaves_nothing_that_passes_for_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    usual = Path.write_bytes

    def note(path: Path, content: bytes) -> int:
        assert not (folder / "out" / "record.json").exists(), "it vouches for all others"
        written.append(path.name)
        return usual(path, content)

    monkeypatch.setattr(Path, "write_bytes", note)
    assert run(folder, resume=False).status == "processed"
    assert written[-1] == "record.json.part"
    assert {path.name for path in (folder / "out").iterdir()} == {*written[:-1], "record.json"}
