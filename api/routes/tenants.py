"""/v1/quota, /v1/usage, /v1/audit for each tenant; /v1/tenants for who runs the service."""

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath

from api import tenants, usage
from api.auth import Asking, Operator
from api.parts import Parts, parts
from schemas.tenant import AuditList, Quota, Tenant, TenantChange, TenantList, TenantName, Usage

router = APIRouter(prefix="/v1", tags=["tenants"])

Found = Annotated[Parts, Depends(parts)]
Named = Annotated[TenantName, InPath()]
_FRESH_S = 10.0


@router.get("/quota")
def get_quota(found: Found, asking: Asking) -> Quota:
    """Say what you may do, and how much of it is taken up now."""
    return usage.quota(found, asking)


@router.get("/usage")
async def get_usage(
    found: Found, asking: Asking, since: date | None = None, until: date | None = None
) -> Usage:
    """Sum up what was handed in from a day to a day (UTC), both included; else this month."""
    first, last = usage.period(since, until)
    look = partial(usage.used, found, asking.tenant, first, last)
    return await found.shared.look(("usage", asking.tenant, first, last), _FRESH_S, look)


@router.get("/audit")
def get_audit(
    found: Found,
    asking: Asking,
    action: Annotated[str | None, Query(max_length=40)] = None,
    subject: Annotated[str | None, Query(max_length=100)] = None,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditList:
    """List what was deleted, by whom or because its time was over; keys made and revoked, too."""
    return tenants.audited(
        found, asking.tenant, action=action, subject=subject, cursor=cursor, limit=limit
    )


@router.get("/tenants")
def list_tenants(found: Found, asking: Operator) -> TenantList:
    """List the tenants with what is set for each; for the operator only."""
    del asking
    return tenants.listed(found)


@router.get("/tenants/{tenant}")
def get_tenant(tenant: Named, found: Found, asking: Operator) -> Tenant:
    """Read what is set for a tenant; for the operator only."""
    del asking
    return tenants.read(found, tenant)


@router.put("/tenants/{tenant}")
def put_tenant(tenant: Named, wanted: TenantChange, found: Found, asking: Operator) -> Tenant:
    """Set share, limits and retention of a tenant anew; for the operator only."""
    return tenants.change(found, asking, tenant, wanted)
