"""Reads in this process: the embedded engine, or vLLM if installed, behind the service that /v1/ocr uses."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from server.cli.read.question import Question
from server.config import Settings
from server.errors import ConfigurationError, InvalidRequest, PageglassError
from server.media.formats.signatures import KINDS_WITH_PAGES, known_format
from server.protocol.pageglass.ocr import OcrAnswer
from server.protocol.pageglass.ocr_codec import encode_result
from server.values.ocr import OcrRequest
from server.values.pages import ImageSource

if TYPE_CHECKING:
    from server.pipeline.documents import OcrService

ReadDocument = Callable[[str, bytes], Awaitable[OcrAnswer]]
"""Takes a name for messages and a file's bytes; returns the answer, or raises `ReadingError`."""


class ReadingError(Exception):
    """A file could not be read; the message is shown to the user."""


@asynccontextmanager
async def local_service(settings: Settings, *, at_once: int = 1) -> "AsyncIterator[OcrService]":
    """Start the engine in this process and yield its service, for at most `at_once` documents concurrently.

    Raises:
        ConfigurationError: the engine cannot start.
    """
    async with _built(settings, at_once) as (service, start):
        await start()
        yield service


@asynccontextmanager
async def read_here(settings: Settings, question: Question, *, at_once: int) -> AsyncIterator[ReadDocument]:
    """Start the engine in this process and yield a function that reads one file, at most `at_once` concurrently.

    Raises:
        ConfigurationError: the engine cannot start, or does not support the request.
    """
    from server.pipeline.document_plan import plan_ocr  # noqa: PLC0415 - reading through an endpoint loads no engine
    from server.pipeline.request_context import RequestContext  # noqa: PLC0415

    async with _built(settings, at_once) as (service, start):

        async def read_document(name: str, data: bytes) -> OcrAnswer:
            try:
                return encode_result(await service.read(_request(question, name, data), RequestContext()))
            except PageglassError as error:
                raise ReadingError(error.message) from error

        try:
            plan_ocr(_request(question, "", b""), service.identify(None))  # reported once, not once per file
        except InvalidRequest as error:
            raise ConfigurationError(f"{flag_of(error.param)}{error.message}") from None
        await start()
        yield read_document


@asynccontextmanager
async def _built(settings: Settings, at_once: int) -> "AsyncIterator[tuple[OcrService, Callable[[], Awaitable[None]]]]":
    """The service and what starts its engine; both are stopped with the block."""
    # Imported here, so that reading through an endpoint loads no engine.
    from server.engines.registry import build_registry  # noqa: PLC0415
    from server.media.loader import PageLoader  # noqa: PLC0415
    from server.observability.metrics import Metrics  # noqa: PLC0415
    from server.pipeline.admission.admission import build_admission  # noqa: PLC0415
    from server.pipeline.documents import OcrService  # noqa: PLC0415
    from server.pipeline.intake import PageIntake  # noqa: PLC0415
    from server.pipeline.result_cache import ResultCache  # noqa: PLC0415
    from server.pipeline.stored_sources import StoredSources  # noqa: PLC0415

    # This run is the only caller, so no request is refused for queueing too long.
    settings = settings.model_copy(update={"max_in_flight": at_once, "queue_timeout_s": settings.request_timeout_s})
    registry = build_registry(settings)
    admission = build_admission(settings, in_flight=registry.in_flight)
    stored = StoredSources.of(settings, None)
    intake = PageIntake(PageLoader(settings, Metrics()), admission, stored)
    service = OcrService(settings=settings, registry=registry, intake=intake, cache=ResultCache(None))

    async def start() -> None:
        intake.start()
        await registry.start()

    try:
        yield service, start
    finally:
        await intake.close()
        service.close()
        await registry.stop()


def flag_of(param: str | None) -> str:
    """Name the flag behind a refused `param`, as the prefix of a message; "" if there is no such flag."""
    name = (param or "").replace("[", ".").partition(".")[0]
    return f"--{name}: " if name in {"task", "schema", "fields", "model"} else ""


def check_fields(answer: OcrAnswer, question: Question) -> OcrAnswer:
    """Return `answer`; raises `ReadingError` if fields were requested and it has none."""
    if not question.wants_fields or answer.fields is not None:
        return answer
    if answer.missing:
        raise ReadingError(f"The pages do not show what the schema requires: {', '.join(answer.missing)}.")
    raise ReadingError("The model's answer was cut off before its fields were complete. Read fewer pages at once.")


def has_pages(data: bytes) -> bool:
    """Whether pages can be selected in this kind of file; a folder may mix pictures and documents."""
    return known_format(data) in KINDS_WITH_PAGES


def _request(question: Question, name: str, data: bytes) -> OcrRequest:
    pages = question.pages if has_pages(data) else None
    return OcrRequest(
        model=None,
        source=ImageSource(content=data, path=name, pages=pages, pages_path="--pages"),
        task=question.task,
        fields=question.fields,
        schema=question.schema,
        cache=False,
    )
