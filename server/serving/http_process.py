"""A process that answers HTTP: the app on a listening socket, the only one or one of several."""

import logging
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

READY = ""
"""What a process among several tells its supervisor once it can answer; anything else is why it never will."""


class QuietStart:
    """The app, whose start-up fault is kept for the command line instead of logged as a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.fault: ConfigurationError | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through, less the traceback of a `ConfigurationError` at start-up."""

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
    """Serve on `listener` until a signal, or the end of `pipe`, stops it.

    Raises:
        ConfigurationError: the engine cannot start.
        EngineGaveUp: the engine died too often.
    """
    app = QuietStart(create_app(settings, engines=registry))
    server = DrainingServer(
        uvicorn_config(app, settings), registry, grace_s=settings.grace_s, on_ready=on_ready, pipe=pipe
    )
    # The fault is told once, by the command line.
    logging.getLogger("uvicorn.error").addFilter(lambda _: app.fault is None)
    try:
        server.run(sockets=[listener])
    except SystemExit:
        if app.fault:
            raise app.fault from None
        raise
    if registry.fault:
        raise EngineGaveUp(registry.fault)


def answer_for_supervisor(listener: socket.socket, pipe: Pipe) -> None:
    """Be one HTTP process of several: settings come from the environment, the order to stop is the end of `pipe`."""

    def tell(words: str) -> None:
        with suppress(OSError):  # the supervisor has gone; so will this process
            pipe.send(words)

    try:
        settings = load_settings()
        answer_http(settings, build_registry(settings), listener, on_ready=lambda: tell(READY), pipe=pipe)
    except ConfigurationError as fault:
        tell(str(fault))


def uvicorn_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How uvicorn is run."""
    return uvicorn.Config(
        app,
        http=Connection,
        lifespan="on",
        log_config=log_config(settings),
        ws="none",  # uvicorn would answer upgrades itself where a WebSocket library is installed, past our guards
        access_log=False,  # the app writes one line a request itself
        server_header=False,
        # by uvicorn's default any program of this machine could say who its caller is
        proxy_headers=bool(settings.forwarded_allow_ips),
        forwarded_allow_ips=list(settings.forwarded_allow_ips),
    )
