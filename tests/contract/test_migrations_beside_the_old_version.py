"""A migration only adds: what the version before writes and reads goes on working after it.

Processes of two versions run on one schema during an update. Taking something away is the affair
of a later migration, once no running version knows it: it is listed in `TAKEN_AWAY` with the
version that was the last to need it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import alembic.command
import alembic.config
import pytest
import sqlalchemy
from alembic.script import ScriptDirectory

import schemas.migrations
from storage.database import connect
from tests.stack import Servers, fresh_database

TAKEN_AWAY: dict[str, str] = {}
"""`table` or `table.column`, and the last version that needed it."""


@dataclass(frozen=True)
class Column:
    kind: str
    nullable: bool
    filled: bool
    """Whether a row that does not name it gets a value."""


Schema = dict[str, dict[str, Column]]
Rules = frozenset[tuple[str, tuple[str, ...]]]
"""What a row may not repeat, or must be found elsewhere: by table and columns."""


def config() -> alembic.config.Config:
    found = alembic.config.Config()
    found.set_main_option("script_location", str(Path(schemas.migrations.__file__).parent))
    found.set_main_option("path_separator", "os")
    return found


def revisions() -> list[str]:
    """Return all revisions, the first first; raises when the chain has two ends."""
    script = ScriptDirectory.from_config(config())
    script.get_current_head()
    return [one.revision for one in reversed(list(script.walk_revisions()))]


@pytest.fixture(scope="module")
def steps(servers: Servers) -> Iterator[dict[str, tuple[Schema, Rules]]]:
    """The schema after each migration."""
    with fresh_database(servers) as url:
        database = connect(url, pool_size=1)
        go(database, "base")
        found = {}
        for revision in revisions():
            go(database, revision, up=True)
            found[revision] = look(database)
        yield found
        database.dispose()


def go(database: sqlalchemy.Engine, revision: str, *, up: bool = False) -> None:
    chosen = config()
    with database.begin() as connection:
        chosen.attributes["connection"] = connection
        (alembic.command.upgrade if up else alembic.command.downgrade)(chosen, revision)


def look(database: sqlalchemy.Engine) -> tuple[Schema, Rules]:
    seen = sqlalchemy.inspect(database)
    tables = [name for name in seen.get_table_names() if name != "alembic_version"]
    schema = {
        name: {
            column["name"]: Column(
                kind=str(column["type"]),
                nullable=bool(column["nullable"]),
                filled=column["default"] is not None or column.get("identity") is not None,
            )
            for column in seen.get_columns(name)
        }
        for name in tables
    }
    rules = set()
    for name in tables:
        rules |= {(name, tuple(u["column_names"])) for u in seen.get_unique_constraints(name)}
        rules |= {(name, tuple(k["constrained_columns"])) for k in seen.get_foreign_keys(name)}
        rules |= {(name, (c["sqltext"],)) for c in seen.get_check_constraints(name)}
        unique = [index for index in seen.get_indexes(name) if index["unique"]]
        rules |= {(name, tuple(str(c) for c in index["column_names"])) for index in unique}
    return schema, frozenset(rules)


@pytest.mark.parametrize(("older", "newer"), list(zip(revisions(), revisions()[1:], strict=False)))
def test_the_version_before_goes_on_working(
    steps: dict[str, tuple[Schema, Rules]], older: str, newer: str
) -> None:
    before, rules_before = steps[older]
    after, rules_after = steps[newer]
    assert list(breaks(before, after)) == []
    new_rules = {rule for rule in rules_after - rules_before if rule[0] in before}
    assert new_rules == set(), "rows of the version before may break them"


def breaks(before: Schema, after: Schema) -> Iterator[str]:
    """Yield everything a version that knows only the schema before would stumble over."""
    for table, columns in before.items():
        if table in after:
            yield from (f"{table}.{said}" for said in _changes(table, columns, after[table]))
        elif table not in TAKEN_AWAY:
            yield f"{table} is gone"


def _changes(table: str, before: dict[str, Column], after: dict[str, Column]) -> Iterator[str]:
    for name, column in before.items():
        if name in after:
            yield from (f"{name} {said}" for said in _change(column, after[name]))
        elif f"{table}.{name}" not in TAKEN_AWAY:
            yield f"{name} is gone"
    for name in after.keys() - before.keys():
        if not after[name].nullable and not after[name].filled:
            yield f"{name} is new and must be given"


def _change(before: Column, after: Column) -> Iterator[str]:
    if after.kind != before.kind:
        yield f"was {before.kind} and is {after.kind}"
    if before.nullable and not after.nullable:
        yield "may not be null any more"
    if before.filled and not after.filled:
        yield "is not filled by itself any more"


FILES = sorted(Path(schemas.migrations.__file__).parent.glob("versions/[0-9]*.py"))[1:]
"""All but the first, which makes the tables."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_migration_takes_no_table_from_those_who_write_it(path: Path) -> None:
    """What it adds it adds by the verbs of `schemas.migrations.beside`."""
    upgrade = path.read_text().partition("def upgrade")[2].partition("\ndef downgrade")[0]
    assert upgrade
    for verb in ("create_index", "add_column", "create_table", "alter_column"):
        assert f"op.{verb}(" not in upgrade


PLAIN: Schema = {"t": {"a": Column("TEXT", True, False), "b": Column("INTEGER", False, True)}}


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ({}, "t is gone"),
        ({"t": {"b": PLAIN["t"]["b"]}}, "t.a is gone"),
        ({"t": {**PLAIN["t"], "a": Column("BIGINT", True, False)}}, "t.a was TEXT and is BIGINT"),
        ({"t": {**PLAIN["t"], "a": Column("TEXT", False, True)}}, "t.a may not be null any more"),
        (
            {"t": {**PLAIN["t"], "b": Column("INTEGER", False, False)}},
            "t.b is not filled by itself any more",
        ),
        ({"t": {**PLAIN["t"], "c": Column("TEXT", False, False)}}, "t.c is new and must be given"),
    ],
)
def test_what_would_break_the_version_before_is_seen(after: Schema, said: str) -> None:
    assert list(breaks(PLAIN, after)) == [said]
    assert list(breaks(PLAIN, PLAIN)) == []
