"""Single settings: what each kind must look like, and the sentence that refuses another value.

A value is refused where it is set, at the start, and not where it is first used: the sentence
names the setting, the value and what is wanted. Secrets are never repeated.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_DATABASE_SCHEMES = frozenset({"postgresql", "postgresql+psycopg", "postgres"})
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_BOOTSTRAP_KEY = re.compile(r"gj_[A-Za-z0-9_-]{16,}")
_SHOWN_CHARACTERS = 120

_WHOLE = "a whole number, written out without units"
_KINDS = {
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_type": _WHOLE,
    "float_parsing": "a number, written out without units",
    "float_type": "a number, written out without units",
    "finite_number": "a finite number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
}
_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def refusals(error: ValidationError, room: type[BaseModel], prefix: str) -> list[str]:
    """Return one sentence a wrong setting, as somebody who starts a process reads it."""
    return [_sentence(found, room, prefix) for found in error.errors()]


def _sentence(found: ErrorDetails, room: type[BaseModel], prefix: str) -> str:
    name = str(found["loc"][0]) if found["loc"] else ""
    setting = f"{prefix}{name.upper()}" if name else "The settings"
    default = room.model_fields[name].default if name in room.model_fields else None
    usual = "" if default in (None, ()) else f"; the default is {_open(default)}"
    return f"{setting} is {_shown(name, found['input'], room)}; wanted: {_wanted(found)}{usual}."


def _wanted(found: ErrorDetails) -> str:
    kind, context = found["type"], found.get("ctx", {})
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"a number of {words} {context[bound]}"
    if kind == "literal_error":
        return f"one of {context['expected']}"
    if kind == "value_error":
        return str(context["error"])
    return _KINDS.get(kind, found["msg"])


def _shown(name: str, value: object, room: type[BaseModel]) -> str:
    """Return the value as it may be printed: no secret, nobody's name or password."""
    text = _open(value)
    field = room.model_fields.get(name)
    secret = field is not None and "SecretStr" in str(field.annotation) and "://" not in text
    if secret:
        return "something else (not shown)"
    return f'"{_without_user(text)[:_SHOWN_CHARACTERS]}"'


def _without_user(text: str) -> str:
    """Return an address without what may be a password: it is wrong, so nothing else is sure.

    Whatever stands before the last @ may belong to it, and so may what follows a ?.
    """
    scheme, between, rest = text.partition("://")
    if not between:
        scheme, rest = "", text
    _, at, host = rest.rpartition("@")
    shown = f"…@{host}" if at else host
    place, asked, _ = shown.partition("?")
    return f"{scheme}{between}{place}{'?…' if asked else ''}"


def _open(value: object) -> str:
    found = value.get_secret_value() if isinstance(value, SecretStr) else value
    return str(found).lower() if isinstance(found, bool) else str(found)


def _split(address: str) -> SplitResult | None:
    """Return the parts of an address, or None when it has none or a port that is no number."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _redis_address(address: str) -> str:
    wanted = "redis://[:password@]host:port/number, rediss://… for TLS, or unix:///path"
    parts = _split(address)
    if parts is None or parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError(wanted)
    if parts.scheme == "unix":
        known = parts.path not in ("", "/")
    else:
        known = bool(parts.hostname) and re.fullmatch(r"/?\d*", parts.path) is not None
    if not known:
        raise ValueError(wanted)
    return address


def _database_address(address: SecretStr) -> SecretStr:
    parts = _split(address.get_secret_value())
    named = parts is not None and (parts.hostname or "host=" in parts.query)
    if parts is None or parts.scheme not in _DATABASE_SCHEMES or not named:
        raise ValueError(
            "postgresql://user:password@host:port/name, with @ : / of the password percent-encoded"
        )
    return address


def _http_address(address: str) -> str:
    parts = _split(address)
    plain = parts is not None and parts.path in ("", "/") and not (parts.query or parts.fragment)
    if parts is None or parts.scheme not in ("http", "https") or not (parts.hostname and plain):
        raise ValueError("http://host:port or https://host:port, without a path")
    if parts.username is not None:
        raise ValueError("http://host:port without user and password: keys are settings of theirs")
    return address


def _bucket_name(name: str) -> str:
    if _BUCKET.fullmatch(name) is None or re.search(r"\.\.|\.-|-\.|^[0-9.]+$", name):
        raise ValueError("3 to 63 small letters, digits, dots and hyphens: the name of a bucket")
    return name


def _level(name: str) -> str:
    if name.upper() not in _LEVELS:
        raise ValueError(f"one of {', '.join(_LEVELS)}")
    return name.upper()


def _host(name: str) -> str:
    bare = name.strip("[]")
    try:
        ip_address(bare)
    except ValueError:
        if _HOST_NAME.fullmatch(bare) is None:
            raise ValueError("a host name or an address, without a port") from None
    return name


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise ValueError("networks in CIDR notation with commas between: 127.0.0.0/8") from None
    return text


def _prefix(text: str) -> str:
    bucket = text.startswith("s3://") and urlsplit(text).netloc
    if not bucket and not text.startswith("file:///"):
        raise ValueError("s3://bucket/path/ or file:///path/, with commas between")
    return text


def _bootstrap_key(key: SecretStr) -> SecretStr:
    if _BOOTSTRAP_KEY.fullmatch(key.get_secret_value()) is None:
        raise ValueError("gj_ and at least 16 letters and digits nobody can guess")
    return key


def _kind(check: Callable[..., object]) -> AfterValidator:
    return AfterValidator(check)


RedisAddress = Annotated[str, _kind(_redis_address)]
DatabaseAddress = Annotated[SecretStr, _kind(_database_address)]
HttpAddress = Annotated[str, _kind(_http_address)]
BucketName = Annotated[str, _kind(_bucket_name)]
LogLevel = Annotated[str, _kind(_level)]
Host = Annotated[str, _kind(_host)]
Network = Annotated[str, _kind(_network)]
Prefix = Annotated[str, _kind(_prefix)]
BootstrapKey = Annotated[SecretStr, _kind(_bootstrap_key)]
