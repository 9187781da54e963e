"""Errors of the database say what went wrong, never with which values."""

import traceback

import pytest
import sqlalchemy
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

STATEMENTS = {
    "a row that is refused": "INSERT INTO tenants (tenant, requests_per_minute) VALUES (:mark, -1)",
    "a row twice": "INSERT INTO tenants (tenant) VALUES (:mark), (:mark)",
    "a value of another kind": "SELECT CAST(:mark AS integer)",
    "no such table": "SELECT * FROM nowhere WHERE a = :mark",
}


MARK = "whsec_" + "marked"
TABLE = """CREATE TEMPORARY TABLE tenants
    (tenant text UNIQUE, requests_per_minute int CHECK (requests_per_minute > 0))"""


@pytest.mark.parametrize("what", STATEMENTS)
def test_no_value_is_in_the_words_of_an_error(database: sqlalchemy.Engine, what: str) -> None:
    with database.connect() as connection:
        connection.execute(text(TABLE))
        with pytest.raises(DBAPIError) as caught:
            connection.execute(text(STATEMENTS[what]), {"mark": MARK})
    said = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert MARK not in said
    state = getattr(caught.value.orig, "sqlstate", None)
    assert state
    assert state in str(caught.value), "what it was is said"
