"""`pageglass serve`: take the port, say who reaches it, run uvicorn."""

import gc
import logging
import math
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from contextlib import closing
from types import FrameType

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.supervisors import Multiprocess

from server.access.count_store import build_count_store
from server.access.key_store import KeyStore
from server.app import create_app
from server.cli.banner import print_banner
from server.cli.connection import Connection
from server.config import Settings, load_settings
from server.engines.registry import EngineRegistry, build_registry, is_embedded
from server.errors import ConfigurationError, EngineGaveUp
from server.observability.logging import log_config


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


class AnnouncingServer(uvicorn.Server):
    """A server that prints the banner once it can answer."""

    settings: Settings
    registry: EngineRegistry

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell the user where."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()  # what is loaded by now stays; going through it again and again would hold up requests
        if self.started and sockets:
            print_banner(self.settings, port=sockets[0].getsockname()[1])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, and let no engine that the same signal ends be started again."""
        self.registry.hold()
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Stop as well when an engine was given up for good."""
        return self.registry.fault is not None or await super().on_tick(counter)


def worker_app() -> ASGIApp:
    """Make the app in an HTTP process of its own, from the environment."""
    return QuietStart(create_app(load_settings()))


def take_port(settings: Settings) -> socket.socket:
    """Bind and listen before any model is loaded, so that a port in use shows at once.

    Raises:
        ConfigurationError: the port is in use or not allowed, or the host is no address of this machine.
    """
    host, port = settings.listen_host, settings.port
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise ConfigurationError(f"PAGEGLASS_HOST: {host!r} is not an address or name that can be looked up.") from None
    listener = socket.socket(family, kind, proto)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"Cannot listen on {host} port {port}: {error.strerror or error}. "
            f"Choose another with --port (0 takes a free one) or --host, or stop what runs there."
        ) from None
    listener.set_inheritable(True)
    return listener


def serve(settings: Settings, *, given: Mapping[str, object], workers: int) -> None:
    """Serve until a signal ends it; `given` are the flags, which HTTP processes need to see as well.

    Raises:
        ConfigurationError: the port, the model or the engine cannot be had.
        EngineGaveUp: the engine died too often.
    """
    if workers > 1 and not is_embedded(settings):
        raise ConfigurationError(
            f"--workers {workers}: vLLM runs inside the HTTP process and batches all requests itself, so a second "
            "process would load the model a second time. Leave --workers out; to use more GPUs, set "
            "PAGEGLASS_VLLM__DATA_PARALLEL_SIZE."
        )
    registry = build_registry(settings)
    with closing(take_port(settings)) as listener:
        if workers > 1:
            _serve_in_processes(settings, given, listener, workers)
            return
        app = QuietStart(create_app(settings, engines=registry))
        server = AnnouncingServer(_uvicorn_config(app, settings))
        server.settings, server.registry = settings, registry
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


def _serve_in_processes(settings: Settings, given: Mapping[str, object], listener: socket.socket, workers: int) -> None:
    """Run HTTP processes, each with an app made from the environment, where the flags are put for them."""
    os.environ.update({f"PAGEGLASS_{name.upper()}": str(value) for name, value in given.items() if value is not None})
    KeyStore(settings)  # what cannot work shows here, once
    build_count_store(settings.limits)
    if settings.token_secret is None:  # what one process signs, all have to take
        os.environ["PAGEGLASS_TOKEN_SECRET"] = secrets.token_hex(32)
    print_banner(settings, port=listener.getsockname()[1])
    Multiprocess(_uvicorn_config("server.cli.serve:worker_app", settings, workers=workers), sockets=[listener]).run()


def _uvicorn_config(app: ASGIApp | str, settings: Settings, *, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        http=Connection,
        workers=workers,
        lifespan="on",
        log_config=log_config(settings),
        ws="none",  # uvicorn would answer upgrades itself where a WebSocket library is installed, past our guards
        access_log=False,  # the app writes one line a request itself
        server_header=False,
        timeout_graceful_shutdown=math.ceil(settings.grace_s),
    )
