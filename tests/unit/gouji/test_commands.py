"""How `gouji process` tells what became of a document."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from gouji import commands
from gouji.commands import Wanted, _in_all, _text, process
from gouji.local import Outcome
from gouji.terminal import Terminal
from schemas import failures
from schemas.phrases import VERDICTS
from schemas.validation import Verdict


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_verdict_is_told_in_the_words_of_the_report(verdict: Verdict) -> None:
    outcome = Outcome(path=Path("a.pdf"), status="processed", verdict=verdict, out=Path("out/a"))
    assert VERDICTS[verdict][0] in _text(outcome)


def test_a_refusal_is_told_in_both_languages() -> None:
    error = failures.empty_file()
    said = _text(Outcome(path=Path("a.pdf"), status="refused", error=error))
    assert error.message in said
    assert error.message_en in said


def test_the_end_counts_verdicts_what_was_not_read_and_what_was_passed_over() -> None:
    outcomes = [
        Outcome(path=Path("a.pdf"), status="processed", verdict="failed"),
        Outcome(path=Path("b.pdf"), status="processed", verdict="failed"),
        Outcome(path=Path("c.pdf"), status="refused", error=failures.empty_file()),
    ]
    counts, others = _in_all(outcomes, [Path(f"{n}.log") for n in range(7)])
    assert "不通过 Failed 2 · 未能处理 could not be read 1" in counts
    assert "7" in others
    assert "4.log …" in others
    assert list(_in_all(outcomes[:1], [])) == []


def test_what_an_earlier_run_had_written_is_told_apart() -> None:
    read = Outcome(path=Path("a.pdf"), status="processed", verdict="passed", out=Path("out/a"))
    kept = replace(read, path=Path("b.pdf"), kept=True)
    assert "已有 there already" not in _text(read)
    assert "已有 there already" in _text(kept)
    (counts,) = _in_all([read, kept], [])
    assert counts.endswith("其中已有 of these there already 1")


def test_ctrl_c_says_what_is_done_and_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> Iterator[Outcome]:
        yield Outcome(path=tmp_path / "a.pdf", status="processed", verdict="passed")
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "run", interrupted)
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    (tmp_path / "b.pdf").write_bytes(b"%PDF")
    out = tmp_path / "out"
    assert process(Terminal(as_json=False), [tmp_path], out, 1, Wanted()) == 130
    told = capsys.readouterr().err
    assert "2 份中已完成 1 份" in told
    assert "--resume" in told
