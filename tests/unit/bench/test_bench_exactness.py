"""The figures of the exactness measurement: cases by seed, a log to go on from, sums and bins."""

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from bench import exactness, report, stream
from bench.measure import (
    EDGES,
    Bin,
    Row,
    Wrong,
    bins_of,
    crashed,
    from_line,
    key_of,
    to_line,
    truth_beside,
)
from bench.totals import calibration_error, faults, reliability, total, totals, worst
from tests.corpus.cases import Case
from tests.corpus.faults import FAULTS
from tests.corpus.judging import Blame
from tests.corpus.scanning import PROFILES
from tests.corpus.truth import CellResult

SILENT = Wrong(
    pointer="/requests/granted/total", printed="12", read="72", confidence=0.9995,
    kind="number", flag=None, silent=True, covered=False,
)  # fmt: skip
BLAME = Blame(code="REQ-ROW", where="granted", message="")


def row(name: str = "a", profile: str = "office", **more) -> Row:
    bins = tuple(Bin() for _ in EDGES[:-1])
    full = Bin(count=200, confidence=199.9, right=more.get("right", 200))
    figures = {
        "key": f"make {name}",
        "command": f"make {name}",
        "right": 200,
        "bins": (*bins, full),
        "pages": 2,
    }
    return Row(name=name, profile=profile, status="passed", **{**figures, **more})


def cell(confidence: float, *, right: bool = True, kind: str = "number") -> CellResult:
    return CellResult(
        pointer="", expected=1, actual=1, kind=kind, flag=None, confidence=confidence, right=right
    )


def chosen(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=6)
    exactness.add_options(parser)
    return parser.parse_args(words)


def test_a_run_takes_all_profiles_in_turn_and_no_seed_twice() -> None:
    drawn = exactness.cases(chosen("--seed", "7", "--count", "100", "--short"))
    assert len({case.seed for case in drawn}) == 100
    assert {case.profile for case in drawn} == set(PROFILES) - {"clean"}
    assert drawn == exactness.cases(chosen("--seed", "7", "--count", "100", "--short"))
    others = exactness.cases(chosen("--seed", "8", "--count", "100"))
    assert not {case.seed for case in drawn} & {case.seed for case in others}


def test_each_fault_meets_each_profile() -> None:
    usual = exactness.cases(chosen("--usual", "--fault", "each", "--count", "40"))
    assert all(PROFILES[case.profile].usual for case in usual)
    profiles = {case.profile for case in usual}
    assert {(case.profile, case.fault) for case in usual} == {
        (profile, fault) for profile in profiles for fault in FAULTS
    }


def test_a_log_gives_back_the_rows_of_this_code_and_survives_being_cut(tmp_path) -> None:
    log = tmp_path / "log.jsonl"
    rows = [row("a", wrong=(SILENT,), blamed=(BLAME,)), row("b"), row("c")]
    log.write_text("".join(to_line(each, "now") + "\n" for each in rows[:2]), encoding="utf-8")
    stream._append(log, to_line(rows[2], "before"))
    with log.open("a", encoding="utf-8") as file:
        file.write(to_line(row("d"), "now")[:70])
    assert stream.remembered(log, "now") == {"make a": rows[0], "make b": rows[1]}
    stream._append(log, to_line(row("e"), "now"))
    assert set(stream.remembered(log, "now")) == {"make a", "make b", "make e"}
    assert stream.remembered(tmp_path / "none", "now") == {}


def test_a_run_measures_only_what_its_log_lacks(tmp_path, monkeypatch) -> None:
    tasks = [Case(seed=n, profile="office") for n in range(3)]
    log = tmp_path / "log.jsonl"
    log.write_text(to_line(row(key=tasks[1].command), "now") + "\n", encoding="utf-8")
    measured = []

    def pool(tasks, jobs):
        measured.extend(tasks)
        yield from (row(case.name, key=case.command) for case in tasks)

    monkeypatch.setattr(stream, "_in_pool", pool)
    for _ in range(2):
        assert len(list(stream.stream(tasks, jobs=1, log=log, code="now"))) == 3
        assert measured == [tasks[0], tasks[2]]


def test_a_document_that_kills_its_process_is_told_and_the_others_go_on(monkeypatch) -> None:
    tasks = [Case(seed=n, profile="office") for n in range(9)]

    def pool(tasks, jobs):
        for case in tasks:
            if case.seed == 4:
                raise stream.BrokenProcessPool
            yield row(case.name, key=case.command)

    monkeypatch.setattr(stream, "_in_pool", pool)
    rows = list(stream.stream(tasks, jobs=1, log=None, code=""))
    assert [each.key for each in rows] == [case.command for case in tasks]
    assert [each.status == "crashed" for each in rows] == [case.seed == 4 for case in tasks]


def test_a_log_tells_equal_names_in_two_folders_apart(tmp_path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.pdf").touch()
    keys = {key_of(tmp_path / folder / "a.pdf") for folder in ("one", "two")}
    assert len(keys) == 2


def test_a_line_of_a_log_gives_back_its_row() -> None:
    full = row("a", wrong=(SILENT,), blamed=(BLAME,), fault="off_by_one", fate="named")
    assert from_line(to_line(full, "code")) == ("code", full)


def test_values_of_unread_documents_are_not_right() -> None:
    rows = [row("a", right=198, flagged=3, flagged_right=1), crashed(Case(seed=1, profile="fax"))]
    both = total("both", rows)
    assert (both.documents, both.unread, both.values, both.right) == (2, 1, 400, 198)
    assert both.share_right == pytest.approx(198 / 400)
    assert both.share_flagged_right == pytest.approx(1 / 400)


def test_totals_tell_what_offices_hand_in_apart_from_the_rest() -> None:
    rows = [row("a", layout="hair"), row("b", "low", right=150), row("c", "fax", right=190)]
    assert {each.name: each.right for each in totals(rows)} == {
        "all": 540, "corpus-like": 390, "fax": 190, "low": 150, "office": 200,
        "= hair": 200,
    }  # fmt: skip


def test_faults_are_counted_by_kind_and_fate() -> None:
    rows = [
        row("a", fault="off_by_one", fate="named"),
        row("b", fault="off_by_one", fate="missed"),
        row("c", fate="named"),
        row("d"),
    ]
    assert faults(rows) == {
        "of the document": {"named": 1, "undetermined": 0, "missed": 0, "repaired": 0},
        "off_by_one": {"named": 1, "undetermined": 0, "missed": 1, "repaired": 0},
    }


def test_a_value_falls_in_the_bin_of_its_confidence() -> None:
    given = (0.0, 0.5, 0.95, 0.99, 0.9995, 1.0)
    assert [each.count for each in bins_of([cell(c) for c in given])] == [1, 1, 1, 1, 2]
    assert sum(each.count for each in bins_of([cell(0.0, kind="missing")])) == 0


def test_the_calibration_error_weighs_each_bin_by_its_values() -> None:
    # 2 of 0.7, one right: |0.7 - 0.5| = 0.2; 2 of 0.95, both right: 0.05; (0.4 + 0.1) / 4
    cells = [cell(0.7), cell(0.7, right=False), cell(0.95), cell(0.95)]
    table = reliability([replace(row(), bins=bins_of(cells))])
    assert calibration_error(table) == pytest.approx(0.125)
    assert [each.count for each in table] == [0, 2, 2, 0, 0]


def test_the_worst_documents_are_those_that_deceive() -> None:
    rows = [
        row("sound"),
        row("many", right=90),
        row("few", right=199),
        row("repaired", fault="off_by_one", fate="repaired"),
        row("blamed", blamed=(BLAME,)),
        row("silent", right=199, silent=1, wrong=(SILENT,)),
    ]
    names = [each.name for each in worst(rows)]
    assert names == ["silent", "blamed", "repaired", "many", "few"]
    assert len(worst(rows, 2)) == 2


def test_the_report_prints_every_silent_error_with_the_command_that_remakes_it(capsys) -> None:
    rows = [row("a", right=199, silent=1, wrong=(SILENT,)), row("b", blamed=(BLAME,))]
    report.show([*rows, *(row(f"c{n}") for n in range(30))], "code")
    told = capsys.readouterr().out
    assert "/requests/granted/total  printed 12, read 72 (number), confidence 0.9995" in told
    assert "Wrong without a flag: 1, of these under a stroke: 0" in told
    assert "REQ-ROW granted" in told
    assert told.count("    make a") == 2
    assert "c7" not in told


def test_progress_tells_what_is_done_and_what_is_left(monkeypatch) -> None:
    progress = report.Progress(4, quiet=True)
    progress.show(row("a", right=198, flagged=2, silent=1, wrong=(SILENT,)))
    line = progress.line(progress._started + 60)
    assert line.startswith("1/4 documents, right 198/200 (99.0000%), flagged 2, silent 1")
    assert line.endswith("3 min left")


def test_the_truth_lies_beside_a_document_or_beside_its_original(tmp_path) -> None:
    (tmp_path / "a.json").touch()
    (tmp_path / "a-fax.json").touch()
    assert truth_beside(tmp_path / "a-fax.pdf") == tmp_path / "a-fax.json"
    assert truth_beside(tmp_path / "a-low.pdf") == tmp_path / "a.json"
    assert truth_beside(tmp_path / "a.pdf") == Path(tmp_path / "a.json")
