"""The HTTP service's only wiring: settings in, application out."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from api import errors, openapi, queue
from api.headers import Headers
from api.hub import Hub
from api.key_memory import KeyMemory
from api.limits import Limiter, Waiting
from api.middleware import BodyLimit, Head, RequestId
from api.parts import Parts
from api.pulse import Watch
from api.readiness import Probes
from api.routes import admin, batches, health, jobs, page, results, schemas, tenants, webhooks
from api.settings import ApiSettings
from api.shared import Shared
from storage import logs, tracing
from storage.database import connect, migrate
from storage.objects import open_store
from storage.parts import open_parts
from storage.presence import Presence
from storage.probe import store_probe
from storage.start import settings_or_exit

_FORM_OVERHEAD_BYTES = 1024 * 1024
_KEEP_ALIVE_S = 75
"""How long an idle connection stays open: longer than pools of clients and proxies keep theirs."""


def create_app(settings: ApiSettings | None = None) -> FastAPI:
    """Return the application; without settings they come from the environment."""
    found = settings or ApiSettings()
    parts = compose(found)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        if found.migrate_on_start:
            await run_in_threadpool(migrate, parts.database)
        there = Presence(parts.database, "api")
        there.begin()
        tracing.begin("gouji-api")
        gc.collect()
        gc.freeze()  # a look at all that is loaded, now and then, holds requests up for 50 ms
        yield
        await run_in_threadpool(there.end)
        await run_in_threadpool(tracing.end)
        parts.database.dispose()

    app = FastAPI(
        title="gouji 勾稽",
        description="政府信息公开工作年度报告：识别、还原法定表格、核对勾稽关系。",
        version=version("gouji"),
        lifespan=life,
        docs_url=None,  # it would fetch its scripts from the network
        redoc_url=None,
    )
    app.state.parts = parts
    app.add_middleware(Head)
    app.add_middleware(BodyLimit, limit_bytes=found.max_archive_bytes + _FORM_OVERHEAD_BYTES)
    app.add_middleware(RequestId)
    app.add_middleware(Headers)
    errors.install(app)
    for room in (jobs, results, batches, webhooks, admin, tenants, schemas, health, page):
        app.include_router(room.router)
    openapi.describe(app)
    return app


def compose(settings: ApiSettings) -> Parts:
    """Put together what requests need; nothing is connected yet."""
    database = connect(settings.database_url.get_secret_value(), pool_size=10)
    depths = queue.Depths(settings.redis_url)
    return Parts(
        settings=settings,
        database=database,
        objects=open_store(settings),
        multipart=open_parts(settings),
        send=queue.sender(settings.redis_url),
        depths=depths,
        watch=Watch(settings.no_worker_after_s),
        hub=Hub(database),
        limiter=Limiter(settings.redis_url),
        waiting=Waiting(),
        shared=Shared(),
        probes=Probes(database, store_probe(settings), depths),
        keys=KeyMemory(),
    )


def serve() -> None:
    """Run the service as the environment says, until it is told to stop."""
    import uvicorn

    settings = settings_or_exit(ApiSettings)
    logs.configure(settings.log_level, as_json=settings.log_json)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=10,
    )
