"""`gouji doctor --data FOLDER` finds the servers a service brings along, and says who runs it."""

import fcntl
from pathlib import Path

import pytest

from gouji.doctor import on_one_machine
from gouji.doctor.check import Check, well, wrong


def test_a_folder_nobody_runs_and_one_that_is_none(tmp_path: Path) -> None:
    assert on_one_machine.check_supervisor(tmp_path).state == "wrong"
    lock = tmp_path / "serve.lock"
    lock.write_text("http://127.0.0.1:8080")
    for _ in range(2):  # looking does not take it
        check = on_one_machine.check_supervisor(tmp_path)
        assert check.state == "wrong"
        assert f"gouji serve --data {tmp_path}" in str(check.todo)
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        check = on_one_machine.check_supervisor(tmp_path)
    assert check.state == "ok"
    assert "http://127.0.0.1:8080" in check.found


def test_the_servers_are_reached_where_they_listen(tmp_path: Path) -> None:
    (tmp_path / "database").mkdir()
    (tmp_path / "database" / "postmaster.pid").write_text(
        f"4711\n{tmp_path}/database\n1700000000\n5432\n/elsewhere/short\n\n"
    )
    found = on_one_machine.addresses(tmp_path, {})
    assert found["GOUJI_DATABASE_URL"].endswith("host=/elsewhere/short")
    assert found["GOUJI_REDIS_URL"].startswith("unix://")
    assert found["GOUJI_OBJECTS_DIR"] == str(tmp_path / "objects")


def test_what_is_given_is_not_replaced(tmp_path: Path) -> None:
    given = {"GOUJI_DATABASE_URL": "postgresql://elsewhere/gouji"}
    found = on_one_machine.addresses(tmp_path, given)
    assert "GOUJI_DATABASE_URL" not in found
    assert "GOUJI_REDIS_URL" in found


def test_a_database_that_is_not_there_is_looked_for_in_its_folder(tmp_path: Path) -> None:
    found = on_one_machine.addresses(tmp_path, {})["GOUJI_DATABASE_URL"]
    assert found.endswith(f"host={tmp_path / 'database'}")


@pytest.mark.parametrize(
    ("given", "named", "there", "expected"),
    [
        (Path("a"), False, False, Path("a")),
        (Path("a"), True, True, Path("a")),
        (None, False, True, Path(".gouji")),
        (None, True, True, None),
        (None, False, False, None),
    ],
)
def test_which_service_is_meant(
    given: Path | None,
    named: bool,
    there: bool,
    expected: Path | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    if there:
        (tmp_path / ".gouji").mkdir()
        (tmp_path / ".gouji" / "serve.lock").touch()
    environment = {"GOUJI_REDIS_URL": "redis://somewhere/0"} if named else {}
    assert on_one_machine.data_folder(given, environment) == expected
    remark = on_one_machine.no_addresses(environment)
    assert (remark is None) is named


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (wrong("database", "away", "see GOUJI_DATABASE_URL"), "database/log"),
        (wrong("broker", "away", "see GOUJI_REDIS_URL"), "valkey.log"),
        (wrong("queues", "nobody", "start light"), "start light"),
        (well("database", "answers"), "None"),
    ],
)
def test_what_to_do_is_what_can_be_done_there(check: Check, says: str, tmp_path: Path) -> None:
    assert says in str(on_one_machine.advised(check, tmp_path).todo)
