"""Composition root: builds the app from settings, engines and services; lists routes, middleware and handlers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from server.access.count_store import build_count_store
from server.access.counts import CountStore
from server.access.key_store import KeyStore
from server.api.baidu_token import BaiduTokens
from server.api.error_handlers import render_known, render_routing
from server.api.middleware.auth import BrowserGuard, KeyGuard, OtherPaths
from server.api.middleware.body_intake import BodyIntake, Pace
from server.api.middleware.connection_bound import ConnectionBound
from server.api.middleware.rate_limit import RateLimit
from server.api.middleware.request_log import PathNormalizer, RequestLog, SafetyNet
from server.api.openapi import DescribedAPI
from server.api.recording.folder import ExchangeFolder, open_folder
from server.api.recording.recorder import Recorder, warn_of_recording
from server.api.routes import azure, baidu, chat_completions, docs, files, health, mcp, models, ocr, process, responses
from server.api.routes import metrics as metrics_route
from server.config import Settings, load_settings
from server.engines.registry import EngineRegistry, build_registry
from server.environment import shared_metrics_folder
from server.errors import PageglassError
from server.fields.extraction import load_words
from server.folders.private import refuse_shared_folder
from server.media.loader import PageLoader
from server.observability.metrics import Metrics
from server.observability.tracing import Tracing, build_tracing
from server.pipeline.admission.admission import Admission, build_admission
from server.pipeline.chat import ChatService
from server.pipeline.documents import OcrService
from server.pipeline.intake import PageIntake
from server.pipeline.result_cache import build_result_cache
from server.pipeline.stored_sources import StoredSources
from server.store.store import Store, build_store

_LAST_ANSWERS_TIMEOUT_S = 2
_DESCRIPTION = "Reads pictures of documents, with the API of OpenAI. Point any OpenAI client's base_url at /v1."


def create_app(
    settings: Settings | None = None, *, engines: EngineRegistry | None = None, tracing: Tracing | None = None
) -> FastAPI:
    """Put the application together; engines start with the server, in its lifespan.

    Raises:
        ConfigurationError: the settings cannot be served.
    """
    settings = settings or load_settings()
    registry, tracing = engines or build_registry(settings), tracing or build_tracing(settings)
    metrics = Metrics(shared=shared_metrics_folder())
    admission = build_admission(settings, in_flight=registry.in_flight, on_refused=metrics.limit_hit)
    admission.watch(metrics.show_admitted)
    refuse_shared_folder(settings)
    store = build_store(settings)
    intake = PageIntake(PageLoader(settings, metrics), admission, StoredSources.of(settings, store))
    recordings = open_folder(settings.record)
    keys, counts = KeyStore(settings), build_count_store(settings.limits)
    tokens = BaiduTokens(keys, settings.token_secret)
    cache = build_result_cache(settings, metrics)
    reading = OcrService(settings=settings, registry=registry, intake=intake, cache=cache)
    mcp_door = mcp.McpDoor(settings, reading)
    app = DescribedAPI(
        title="Pageglass",
        version="1",  # of the API, as in /v1; the release is not disclosed
        description=_DESCRIPTION,
        routes=[
            *chat_completions.routes,
            *responses.routes,
            *ocr.routes,
            *files.routes,
            *baidu.routes,
            *azure.routes,
            *process.routes,
            *models.routes,
            *health.routes,
            *metrics_route.routes,
            *docs.routes,
            mcp.route(mcp_door),
        ],
        middleware=[
            *_outside(settings, metrics, recordings, tracing),
            *_access_control(settings, keys, tokens, counts),
            *_intake(settings, admission),
        ],
        exception_handlers={PageglassError: render_known, HTTPException: render_routing},
        lifespan=_lifespan,
        redirect_slashes=False,
        docs_url=None,  # FastAPI's own loads its scripts from a CDN
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.registry = registry
    app.state.metrics = metrics
    app.state.admission = admission
    app.state.intake, app.state.store = intake, store
    app.state.recordings = recordings
    app.state.keys, app.state.counts, app.state.baidu_tokens = keys, counts, tokens
    app.state.chat = ChatService(settings=settings, registry=registry, intake=intake)
    app.state.tracing = tracing
    app.state.ocr, app.state.mcp_door = reading, mcp_door
    return app


def _outside(
    settings: Settings, metrics: Metrics, recordings: ExchangeFolder | None, tracing: Tracing | None
) -> list[Middleware]:
    """Middleware for every request, including refused ones."""
    most = settings.record.max_body_bytes
    return [
        *([Middleware(Recorder, folder=recordings, max_body_bytes=most, metrics=metrics)] if recordings else []),
        Middleware(RequestLog, metrics=metrics, tracing=tracing, with_address=settings.log_client_address),
    ]


def _access_control(settings: Settings, keys: KeyStore, tokens: BaiduTokens, counts: CountStore) -> list[Middleware]:
    """Outermost first: a refused request causes no expensive work."""
    return [
        Middleware(PathNormalizer),
        Middleware(
            BrowserGuard,
            closed=not settings.wants_keys,
            allowed_hosts=settings.allowed_hosts,
            allowed_origins=settings.allowed_origins,
        ),
        Middleware(ConnectionBound),
        Middleware(
            KeyGuard,
            keys=keys,
            baidu_tokens=tokens,
            others=OtherPaths(metrics=settings.metrics_need_key, docs=settings.docs_need_key),
        ),
        Middleware(RateLimit, counts=counts, allow_uncounted=settings.limits.redis_failure == "allow"),
    ]


def _intake(settings: Settings, admission: Admission) -> list[Middleware]:
    return [
        Middleware(
            BodyIntake,
            admission=admission,
            max_bytes=settings.max_body_bytes,
            pace=Pace(timeout_s=settings.body_timeout_s, bytes_per_s=settings.min_body_bytes_per_s),
        ),
        Middleware(SafetyNet),
    ]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    registry: EngineRegistry = app.state.registry
    admission: Admission = app.state.admission
    if app.state.recordings:
        warn_of_recording(app.state.recordings)
    store: Store | None = app.state.store
    watching = [asyncio.ensure_future(app.state.keys.watch())]
    if store:
        watching.append(asyncio.ensure_future(store.keep_clean()))
    try:
        await app.state.counts.greet()
        app.state.intake.start()
        await asyncio.gather(registry.start(), asyncio.to_thread(load_words))
        async with app.state.mcp_door.open():
            yield
    finally:
        with suppress(TimeoutError):  # requests cancelled at the end of the grace period are still being answered
            async with asyncio.timeout(_LAST_ANSWERS_TIMEOUT_S):
                while admission.inside:  # noqa: ASYNC110 - a moment at the very end, where nobody could set an event
                    await asyncio.sleep(0.01)
        for task in watching:
            task.cancel()
        await app.state.intake.close()
        if store:
            await store.close()
        await app.state.counts.close()
        app.state.ocr.close()
        await registry.stop()
        if app.state.tracing:
            await asyncio.to_thread(app.state.tracing.close)
