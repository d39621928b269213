"""Structured logging: one format for all lines, uvicorn's included, and one line per request.

A line never contains a prompt, a picture, an answer or a key: the record has no field for them.
"""

import logging
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import structlog

from server.config import Settings
from server.observability.stages import STAGES, Stages

REQUEST_LOGGER = "server.request"
Outcome = Literal["ok", "error", "stream_error", "disconnected", "cancelled"]


@dataclass(slots=True, kw_only=True)
class RequestRecord:
    """The log record of a request, filled in while it is processed; times are milliseconds since it arrived.

    `key` is the name of the caller's key, never the key.
    """

    request_id: str
    method: str
    route: str = ""
    key: str = ""
    model: str | None = None
    stream: bool = False
    status: int | None = None
    outcome: Outcome = "ok"
    code: str | None = None
    param: str | None = None
    ignored: str = ""
    note: str = ""
    pages: int | None = None
    cached: bool | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    finish_reason: str | None = None
    body_bytes: int = 0
    first_byte_ms: float | None = None
    total_ms: float = 0
    client: str | None = None
    stages: Stages = field(default_factory=Stages)

    def fields(self) -> dict[str, Any]:
        """The fields that have a value; each stage by itself, in milliseconds."""
        members = {name: getattr(self, name) for name in _MEMBERS}
        stages = {_stage_field(stage): round(seconds * 1000, 1) for stage, seconds in self.stages.seconds.items()}
        return {name: value for name, value in members.items() if value is not None and value != ""} | stages


def _stage_field(stage: str) -> str:
    return f"{stage}_ms"


_MEMBERS = [member.name for member in fields(RequestRecord) if member.name != "stages"]
_ALLOWED = [*_MEMBERS, *map(_stage_field, STAGES)]

_SHARED: tuple[structlog.typing.Processor, ...] = (
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(allow=_ALLOWED),  # vLLM adds its own fields to every record
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def log_request(record: RequestRecord) -> None:
    """Write the request's line: a warning for server errors, else at level info."""
    level = logging.WARNING if (record.status or 0) >= 500 or record.outcome == "stream_error" else logging.INFO
    logging.getLogger(REQUEST_LOGGER).log(level, "request", extra=record.fields())


def log_failure(record: RequestRecord, error: Exception) -> None:
    """Write the traceback of `error`, under the request's id."""
    extra = {"request_id": record.request_id}
    logging.getLogger(REQUEST_LOGGER).error("unexpected failure", exc_info=error, extra=extra)


def headline(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Let a request's line for people begin with what they look for: method, route, status and time in all."""
    if line.get("logger") != REQUEST_LOGGER or "total_ms" not in line:
        return line
    method, route = line.pop("method", "-"), line.pop("route", "-")
    status, took = line.pop("status", "no answer"), line.pop("total_ms")
    return {**line, "event": f"{method} {route} {status} {took:.0f} ms"}


def make_formatter(log_format: Literal["json", "console"]) -> logging.Formatter:
    """Create the formatter of every line. Tracebacks are plain: a pretty one would print the values of variables."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(
            exception_formatter=structlog.dev.plain_traceback, colors=False, sort_keys=False
        )
    )
    before = structlog.processors.format_exc_info if log_format == "json" else headline
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, before, renderer],
    )


def log_config(settings: Settings) -> dict[str, Any]:
    """The configuration for `logging.config.dictConfig`, and for uvicorn's `log_config`.

    It is plain data, so that it can be passed to worker processes. uvicorn's access log is off: our line has more; and
    what it says of an ordinary start and stop is for those who look for its faults.
    """
    level = settings.log_level.upper()
    of_uvicorn = "WARNING" if level == "INFO" else level
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": make_formatter, "log_format": settings.log_format}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "server": {"level": level},
            "uvicorn": {"level": of_uvicorn},
            "uvicorn.access": {"level": "WARNING"},
        },
    }
