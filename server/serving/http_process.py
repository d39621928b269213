"""An HTTP process: the app on a listening socket, alone or as one of several."""

import logging
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection as Pipe

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.app import create_app
from server.config import Settings, load_settings
from server.engines.registry import EngineRegistry, build_registry
from server.errors import ConfigurationError, EngineGaveUp
from server.observability.logging import log_config
from server.serving.connection import Connection
from server.serving.draining import DrainingServer
from server.serving.proxies import BehindProxies
from server.serving.slots import Slots

logger = logging.getLogger(__name__)

READY = ""
"""Message of a worker process to its supervisor once it can answer; any other message is why it cannot start."""


class QuietStart:
    """The app, with its start-up error kept for the command line instead of logged as a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.fault: ConfigurationError | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through, except the traceback of a `ConfigurationError` at start-up."""

        async def send_quietly(message: Message) -> None:
            fault = sys.exception()  # Starlette reports from inside its `except`
            if message["type"] == "lifespan.startup.failed" and isinstance(fault, ConfigurationError):
                self.fault = fault
                message = {**message, "message": str(fault)}
            await send(message)

        await self._app(scope, receive, send_quietly if scope["type"] == "lifespan" else send)


def answer_http(
    settings: Settings,
    registry: EngineRegistry,
    listener: socket.socket,
    *,
    on_ready: Callable[[], None],
    pipe: Pipe | None = None,
) -> None:
    """Serve on `listener` until a signal, or the closing of `pipe`, stops it.

    Raises:
        ConfigurationError: the engine cannot start.
        EngineGaveUp: the engine died too often.
    """
    served = create_app(settings, engines=registry)
    app = QuietStart(served)
    config = uvicorn_config(app, settings)
    slots = Slots(settings.connections, uncounted=settings.forwarded_allow_ips, metrics=served.state.metrics)
    server = DrainingServer(config, registry, slots=slots, grace_s=settings.grace_s, on_ready=on_ready, pipe=pipe)
    # The command line reports the error, once.
    logging.getLogger("uvicorn.error").addFilter(lambda _: app.fault is None)
    logger.info("Loading %s in process %d", settings.main_model_name, os.getpid())
    try:
        server.run(sockets=[listener])
    except SystemExit:
        if app.fault:
            raise app.fault from None
        raise
    logger.info("Stopped: process %d", os.getpid())
    if registry.fault:
        raise EngineGaveUp(registry.fault)


def answer_for_supervisor(listener: socket.socket, pipe: Pipe) -> None:
    """Run as one HTTP process of several: settings come from the environment, a closed `pipe` is the order to stop."""

    def tell(words: str) -> None:
        with suppress(OSError):  # the supervisor has ended; so will this process
            pipe.send(words)

    try:
        settings = load_settings()
        answer_http(settings, build_registry(settings), listener, on_ready=lambda: tell(READY), pipe=pipe)
    except ConfigurationError as fault:
        tell(str(fault))


def uvicorn_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """The configuration of uvicorn."""
    return uvicorn.Config(
        # by uvicorn's default, any local program could forge its client address
        BehindProxies(app, settings.forwarded_allow_ips) if settings.forwarded_allow_ips else app,
        http=Connection,
        lifespan="on",
        log_config=log_config(settings),
        ws="none",  # with a WebSocket library installed, uvicorn would answer upgrades itself, bypassing our guards
        access_log=False,  # the app writes one line per request itself
        server_header=False,
        timeout_keep_alive=settings.connections.idle_timeout_s,
        proxy_headers=False,
    )
