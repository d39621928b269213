"""The composition root: settings, engines and services put together; lists of routes, middleware and handlers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from server import __version__
from server.api.auth import BrowserGuard, KeyGuard
from server.api.error_handlers import render_known, render_routing
from server.api.middleware import BodyLimit, PathNormalizer, RequestLog, SafetyNet
from server.api.openapi import DescribedAPI
from server.api.routes import chat_completions, docs, health, models
from server.config import Settings, load_settings
from server.engines.registry import EngineRegistry, build_registry
from server.errors import PageglassError
from server.pipeline.chat import build_chat_service

_DESCRIPTION = "Reads pictures of documents, with the API of OpenAI. Point any OpenAI client's base_url at /v1."


def create_app(settings: Settings | None = None, *, engines: EngineRegistry | None = None) -> FastAPI:
    """Put the application together; engines start with the server, in its lifespan.

    Raises:
        ConfigurationError: the settings cannot be served.
    """
    settings = settings or load_settings()
    registry = engines or build_registry(settings)
    app = DescribedAPI(
        title="Pageglass",
        version=__version__,
        description=_DESCRIPTION,
        routes=[*chat_completions.routes, *models.routes, *health.routes, *docs.routes],
        middleware=_middleware(settings),
        exception_handlers={PageglassError: render_known, HTTPException: render_routing},
        lifespan=_lifespan,
        redirect_slashes=False,
        docs_url=None,  # FastAPI's own loads its scripts from a CDN
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.registry = registry
    app.state.chat = build_chat_service(settings, registry)
    return app


def _middleware(settings: Settings) -> list[Middleware]:
    """Outermost first: nothing expensive is done for a request that may not come in."""
    return [
        Middleware(RequestLog),
        Middleware(PathNormalizer),
        Middleware(
            BrowserGuard,
            closed=not settings.api_keys,
            allowed_hosts=settings.allowed_hosts,
            allowed_origins=settings.allowed_origins,
        ),
        Middleware(KeyGuard, keys=settings.api_keys),
        Middleware(BodyLimit, max_bytes=settings.max_body_bytes),
        Middleware(SafetyNet),
    ]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    registry: EngineRegistry = app.state.registry
    try:
        await registry.start()
        yield
    finally:
        await app.state.chat.close()
        await registry.stop()
