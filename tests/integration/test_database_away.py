"""Connections that lay idle while the server ended them are tried before they are used."""

import pytest
import sqlalchemy
from sqlalchemy import text

from storage import database as opened
from storage.database import connect


def end_all(admin: sqlalchemy.Engine) -> int:
    others = "FROM pg_stat_activity WHERE application_name = 'ended' AND state = 'idle'"
    with admin.begin() as connection:
        ended = connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}")).all()
    return len(ended)


@pytest.mark.parametrize("pooled", [1, 3])
def test_an_idle_connection_that_was_ended_is_replaced(
    quiet_url: str, database: sqlalchemy.Engine, monkeypatch: pytest.MonkeyPatch, pooled: int
) -> None:
    monkeypatch.setattr(opened, "_IDLE_S", -1.0)
    engine = connect(quiet_url, pool_size=3)
    held = [engine.connect() for _ in range(pooled)]
    for one in held:
        one.execute(text("SET application_name = 'ended'"))
        one.commit()
        one.close()
    assert end_all(database) == pooled
    for _ in range(pooled):
        with engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()
