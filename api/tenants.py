"""The room's SQL of tenants: what the operator sets for each, and what was done in its name."""

from sqlalchemy import Connection, Row, func, literal, select, union
from sqlalchemy.dialects.postgresql import insert

from api.auth import LOCAL, Caller
from api.parts import Parts
from schemas.tables_sql import api_keys, tenants
from schemas.tables_sql import audit as entries
from schemas.tenant import AuditEntry, AuditList, Tenant, TenantChange, TenantList
from storage import audit


def listed(parts: Parts) -> TenantList:
    """Return all tenants that have a valid key or something set, and the one that needs no key."""
    valid = select(api_keys.c.tenant).where(api_keys.c.revoked_at.is_(None))
    local = select(literal(LOCAL))
    known = union(valid, select(tenants.c.tenant), local).subquery()
    with parts.database.connect() as connection:
        names = connection.execute(select(known.c.tenant).order_by(known.c.tenant)).scalars().all()
        return TenantList(data=tuple(_read(connection, name) for name in names))


def read(parts: Parts, tenant: str) -> Tenant:
    """Return what is set for a tenant; one that is not there yet has what all have."""
    with parts.database.connect() as connection:
        return _read(connection, tenant)


def change(parts: Parts, asking: Caller, tenant: str, wanted: TenantChange) -> Tenant:
    """Set everything of a tenant anew; keys see it within a second."""
    row = wanted.model_dump()
    with parts.database.begin() as connection:
        written = insert(tenants).values(tenant=tenant, **row)
        connection.execute(written.on_conflict_do_update(index_elements=["tenant"], set_=row))
        audit.note(connection, tenant, asking.actor, "tenant.changed", [tenant], row)
        found = _read(connection, tenant)
    parts.keys.forget()
    return found


def _read(connection: Connection, tenant: str) -> Tenant:
    own = (api_keys.c.tenant == tenant) & api_keys.c.revoked_at.is_(None)
    number = connection.execute(select(func.count()).select_from(api_keys).where(own)).scalar_one()
    row = policy(connection, tenant)
    if row is None:
        return Tenant(tenant=tenant, keys=number)
    return Tenant(
        tenant=tenant,
        keys=number,
        weight=row.weight,
        requests_per_minute=row.requests_per_minute,
        max_queued_jobs=row.max_queued_jobs,
        retention_days=row.retention_days,
    )


def policy(
    connection: Connection, tenant: str
) -> Row[tuple[str, float, int | None, int | None, int | None]] | None:
    """Return the row of what is set for a tenant, or None."""
    return connection.execute(select(tenants).where(tenants.c.tenant == tenant)).one_or_none()


def audited(
    parts: Parts,
    tenant: str,
    *,
    action: str | None,
    subject: str | None,
    cursor: str | None,
    limit: int,
) -> AuditList:
    """Return a page of what was done in a tenant's name, the newest first."""
    query = select(entries).where(entries.c.tenant == tenant)
    for column, value in ((entries.c.action, action), (entries.c.subject, subject)):
        if value is not None:
            query = query.where(column == value)
    if cursor is not None:
        query = query.where(entries.c.id < cursor)
    with parts.database.connect() as connection:
        rows = connection.execute(query.order_by(entries.c.id.desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    data = tuple(
        AuditEntry(
            id=row.id,
            at=row.at,
            actor=row.actor,
            action=row.action,
            subject=row.subject,
            details=row.details,
        )
        for row in shown
    )
    return AuditList(data=data, next_cursor=shown[-1].id if len(rows) > limit else None)
