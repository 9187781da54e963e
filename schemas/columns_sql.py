"""The columns tables have in common, and the metadata they belong to."""

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, Text, func
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def moment(name: str, *, now: bool = False) -> Column[object]:
    """Return a column of aware times, null unless it is filled by the database's clock."""
    default = func.now() if now else None
    return Column(name, DateTime(timezone=True), nullable=not now, server_default=default)


def count(name: str) -> Column[int]:
    """Return a column that counts from 0."""
    return Column(name, Integer, nullable=False, server_default="0")


def leased() -> tuple[Column[object], ...]:
    """Return the columns of a row that workers claim."""
    return (
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("lease_token", BigInteger, nullable=False, server_default="0"),
        moment("lease_until"),
        moment("due_at"),
    )


def json(name: str, default: str | None = None) -> Column[object]:
    """Return a JSONB column, null unless a default is given."""
    return Column(name, JSONB(none_as_null=True), nullable=default is None, server_default=default)


def words(name: str, default: str | None = None, *, null: bool = False) -> Column[str]:
    """Return a text column."""
    return Column(name, Text, nullable=null, server_default=default)


def tenant() -> Column[str]:
    """Return the tenant column every customer's row has."""
    return Column("tenant", Text, nullable=False, server_default="local")
