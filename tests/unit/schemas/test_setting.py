"""A wrong setting is refused in one sentence: its name, the value, what is wanted, the default."""

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from api.settings import ApiSettings
from schemas.environment import PREFIX
from schemas.setting import refusals
from workers.settings import WorkerSettings

Room = type[BaseSettings]

WRONG: tuple[tuple[Room, str, str, str], ...] = (
    (ApiSettings, "REDIS_URL", "redis:6379", "redis://"),
    (ApiSettings, "REDIS_URL", "http://redis:6379/0", "redis://"),
    (ApiSettings, "REDIS_URL", "redis://redis:port/0", "redis://"),
    (ApiSettings, "REDIS_URL", "redis://redis:6379/first", "redis://"),
    (ApiSettings, "REDIS_URL", "redis://", "redis://"),
    (ApiSettings, "REDIS_URL", "unix://", "unix:///path"),
    (ApiSettings, "DATABASE_URL", "mysql://gouji@db/gouji", "postgresql://"),
    (ApiSettings, "DATABASE_URL", "postgresql://", "postgresql://"),
    (ApiSettings, "S3_ENDPOINT", "s3:9000", "http://host:port"),
    (ApiSettings, "S3_ENDPOINT", "ftp://s3", "http://host:port"),
    (ApiSettings, "S3_ENDPOINT", "http://s3:9000/bucket", "without a path"),
    (ApiSettings, "S3_PUBLIC_ENDPOINT", "https://me:secret@s3", "without user"),
    (ApiSettings, "S3_BUCKET", "Gouji_Reports", "small letters"),
    (ApiSettings, "S3_BUCKET", "192.168.5.4", "small letters"),
    (ApiSettings, "S3_BUCKET", "a-.b", "small letters"),
    (ApiSettings, "MAX_PAGES", "0", "at least 1"),
    (ApiSettings, "MAX_PAGES", "-5", "at least 1"),
    (ApiSettings, "MAX_PAGES", "12.5", "a whole number"),
    (ApiSettings, "MAX_UPLOAD_BYTES", "200MB", "a whole number"),
    (ApiSettings, "PORT", "70000", "at most 65535"),
    (ApiSettings, "HOST", "localhost:8080", "without a port"),
    (ApiSettings, "PRESIGN_S", "1000000", "at most 604800"),
    (ApiSettings, "LOG_JSON", "json", "true or false"),
    (ApiSettings, "LOG_LEVEL", "loud", "one of DEBUG, INFO"),
    (ApiSettings, "MAX_WAIT_S", "60s", "a number"),
    (ApiSettings, "IMPORT_PREFIXES", "/data/in", "file:///path/"),
    (WorkerSettings, "ENGINE", "paddleocr", "'paddle' or 'null'"),
    (WorkerSettings, "LEASE_S", "0", "more than 0"),
    (WorkerSettings, "LEASE_S", "inf", "finite"),
    (WorkerSettings, "WEBHOOK_ALLOW_NETWORKS", "10.0.0.1/8", "CIDR"),
)


def _refused(room: Room, monkeypatch: pytest.MonkeyPatch, **given: str) -> list[str]:
    for name, value in given.items():
        monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(ValidationError) as caught:
        room()
    return refusals(caught.value, room, PREFIX)


@pytest.mark.parametrize(("room", "name", "value", "wanted"), WRONG)
def test_the_sentence_names_setting_value_and_what_is_wanted(
    room: Room, name: str, value: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [sentence] = _refused(room, monkeypatch, **{name: value})
    assert sentence.startswith(f"{PREFIX}{name} is ")
    assert wanted in sentence
    assert "\n" not in sentence
    if "@" not in value:
        assert f'"{value}"' in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOOTSTRAP_KEY", "hunter2"),
        ("DATABASE_URL", "mysql://gouji:hunter2@db/gouji"),
        ("DATABASE_URL", "hunter2"),
        ("REDIS_URL", "http://:hunter2@redis"),
        ("REDIS_URL", "http://:hun/hunter2@redis"),
        ("REDIS_URL", "http://:h@hunter2@redis"),
        ("REDIS_URL", "redis:/:hunter2@redis"),
        ("REDIS_URL", "http://redis/?password=hunter2"),
        ("DATABASE_URL", "mysql://hunter2/2@db/gouji"),
        ("DATABASE_URL", "mysql://db/gouji?user=a&password=hunter2"),
        ("S3_ENDPOINT", "http://key:hunter2@s3"),
        ("S3_ENDPOINT", "http://hunter2@s3"),
    ],
)
def test_secrets_are_never_repeated(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [sentence] = _refused(ApiSettings, monkeypatch, **{name: value})
    assert "hunter2" not in sentence


def test_each_wrong_setting_has_its_own_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _refused(ApiSettings, monkeypatch, PORT="http", MAX_PAGES="0")
    assert len(found) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "unix:///run/valkey.sock?db=3"),
        ("REDIS_URL", "rediss://:p%40ss@redis.example:6380/2"),
        ("REDIS_URL", "redis://[::1]:6379"),
        ("DATABASE_URL", "postgresql://postgres:@/postgres?host=/run/postgres"),
        ("DATABASE_URL", "postgres://u:p%40ss@[::1]:5432/gouji?sslmode=require"),
        ("S3_ENDPOINT", "https://s3.eu-west-1.example.com/"),
        ("S3_BUCKET", "a-bucket.of-ours"),
        ("HOST", "::1"),
        ("HOST", "0.0.0.0"),
        ("LOG_LEVEL", "debug"),
        ("IMPORT_PREFIXES", "s3://inbox/{tenant}/, file:///srv/in/"),
    ],
)
def test_odd_but_right_values_are_taken(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    ApiSettings()
