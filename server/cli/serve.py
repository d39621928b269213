"""`pageglass serve`: binds the port, prints the banner, and serves in this process or in several."""

import logging
import os
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from logging.config import dictConfig
from pathlib import Path
from tempfile import TemporaryDirectory

from server.cli.banner import print_banner
from server.config import Settings, given_text
from server.engines.registry import build_registry, is_embedded
from server.environment import share_metrics
from server.errors import ConfigurationError
from server.observability.logging import log_config
from server.serving.http_process import answer_http
from server.serving.port import take_port
from server.serving.processes import ProcessGroup

logger = logging.getLogger("server.supervisor")


def serve(settings: Settings, *, flags: Mapping[str, object], workers: int, warnings: Sequence[str] = ()) -> None:
    """Serve until a signal stops it; `flags` is passed on to the HTTP processes, `warnings` go to the log.

    Raises:
        ConfigurationError: the port, the model or the engine is not available.
        EngineGaveUp: the engine died too often.
    """
    if workers > 1 and not is_embedded(settings):
        raise ConfigurationError(
            f"--workers {workers}: vLLM runs inside the HTTP process and batches all requests itself, so a second "
            "process would load the model a second time. Remove --workers; to use more GPUs, set "
            "PAGEGLASS_VLLM__DATA_PARALLEL_SIZE."
        )
    registry = build_registry(settings)
    with closing(take_port(settings)) as listener:
        port = listener.getsockname()[1]
        dictConfig(log_config(settings))
        for words in (*warnings, *_overriding(flags)):
            logger.warning("%s", words)
        if workers > 1:
            _serve_in_processes(settings, flags, listener, workers)
        else:
            answer_http(settings, registry, listener, on_ready=lambda: print_banner(settings, port=port))


def _overriding(flags: Mapping[str, object]) -> Iterator[str]:
    """The flag that decides who can connect, if it says another thing than its variable."""
    host, given = flags.get("host"), given_text("host")
    if host and given and host != given:
        yield f"--host {host} overrides PAGEGLASS_HOST={given}."


def _serve_in_processes(settings: Settings, flags: Mapping[str, object], listener: socket.socket, workers: int) -> None:
    """Run HTTP processes; each builds its app from the environment, so the flags are exported to it."""
    os.environ.update({f"PAGEGLASS_{name.upper()}": str(value) for name, value in flags.items() if value is not None})
    if settings.token_secret is None:  # every process must accept tokens signed by any other
        os.environ["PAGEGLASS_TOKEN_SECRET"] = secrets.token_hex(32)
    port = listener.getsockname()[1]
    with _folder_of_metrics() as folder:
        share_metrics(Path(folder))
        ProcessGroup(
            listener, count=workers, grace_s=settings.grace_s, on_ready=lambda: print_banner(settings, port=port)
        ).run()


def _folder_of_metrics() -> TemporaryDirectory[str]:
    """Create the folder in which processes share metrics.

    Raises:
        ConfigurationError: no folder for temporary files can be written to.
    """
    try:
        return TemporaryDirectory(prefix="pageglass-metrics-")
    except OSError as error:
        raise ConfigurationError(
            f"Several processes share metrics in a temporary folder, and none can be made: {error.strerror}. Free some "
            "space, or set TMPDIR to a folder that can be written to."
        ) from None
