"""The queue that comes along begins empty when it cannot read what it kept."""

from pathlib import Path

import pytest
import redis

from gouji import embedded


def queued(address: str) -> int:
    with redis.Redis.from_url(address) as client:
        number = int(client.llen("pages.bulk"))
        client.lpush("pages.bulk", "a message")
        return number


def test_what_was_kept_is_there_again_and_what_cannot_be_read_is_put_aside(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with embedded.valkey(tmp_path) as address:
        assert queued(address) == 0
    with embedded.valkey(tmp_path) as address:
        assert queued(address) == 1
    assert capfd.readouterr().err == ""
    for _ in range(2):
        for kept in (tmp_path / "appendonlydir").glob("*.incr.aof"):
            kept.write_bytes(b"no protocol of Valkey\r\n")
        with embedded.valkey(tmp_path) as address:
            assert queued(address) == 0
        assert "it begins empty" in capfd.readouterr().err
        assert (tmp_path / "unreadable").is_dir()
