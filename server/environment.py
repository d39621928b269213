"""Variables of the environment that are not settings: of child processes, metrics, OpenTelemetry, OpenSSL, vLLM."""

import os
from pathlib import Path

from server.config import Settings
from server.errors import ConfigurationError

_FOR_WORKERS = ("PATH", "LD_", "DYLD_", "LANG", "LC_", "TZ", "TMP", "TEMP", "SYSTEMROOT", "PYTHON", "COVERAGE_")
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_TRACE_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def child_environment() -> dict[str, str]:
    """The environment of a decode worker: what Python needs to start, no settings, no secrets; one thread per codec.

    The worker keeps up to 32 MiB of freed memory for the next page: having the kernel clear it again each time took a
    sixth of the time of a page.
    """
    kept = {name: value for name, value in os.environ.items() if name.upper().startswith(_FOR_WORKERS)}
    held = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**25), "MALLOC_ARENA_MAX": "1"}
    return kept | held | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def shared_metrics_folder() -> Path | None:
    """The folder in which HTTP processes share metrics, from prometheus_client's own variable; None for one process.

    Raises:
        ConfigurationError: the folder does not exist.
    """
    folder = os.environ.get(_METRICS_FOLDER)
    if folder and not Path(folder).is_dir():
        raise ConfigurationError(
            f"{_METRICS_FOLDER}: {folder!r} is not a folder. Create it, empty, before the server starts."
        )
    return Path(folder) if folder else None


def share_metrics(folder: Path) -> None:
    """Make child processes share their metrics in `folder`."""
    os.environ[_METRICS_FOLDER] = str(folder)


def trusted_authorities() -> tuple[str, str] | None:
    """The variable, with its value, that names the authorities which httpx trusts; None if it takes its own list."""
    given = ((name, os.environ.get(name, "")) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    return next(((name, value) for name, value in given if value), None)


def outgoing_proxy() -> str | None:
    """The variable that sends other programs through a proxy; None if none is set."""
    names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
    return next((name for name in names if os.environ.get(name)), None)


def trace_endpoint() -> tuple[str, str] | None:
    """The variable of OpenTelemetry that says where spans go, and its value; None: to its default."""
    return next(((name, value) for name in _TRACE_ENDPOINTS if (value := os.environ.get(name))), None)


def trace_headers() -> tuple[str, str] | None:
    """The variable of OpenTelemetry with the headers for spans, and its value; None without one."""
    names = ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
    return next(((name, value) for name in names if (value := os.environ.get(name))), None)


def prepare_vllm_environment(settings: Settings) -> None:
    """Set vLLM's environment variables that the operator has not set; call it before vLLM is imported.

    Its processes are spawned, since forking a process with threads may hang; usage reporting is off; its log level is
    warning unless ours is debug; it accepts as many stop sequences as the API.
    """
    chosen = {
        "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_LOGGING_STREAM": "ext://sys.stderr",  # where start-up errors are read from
        "VLLM_LOGGING_LEVEL": "INFO" if settings.log_level == "debug" else "WARNING",
        "VLLM_MAX_STOP_STRINGS": "16",
    }
    for name, value in chosen.items():
        os.environ.setdefault(name, value)
