"""The OCR service, shared by all document APIs: plan, result cache, admission, pages, reading, answer."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Final

from server.config import Settings
from server.engines.base import Generator, Recognizer
from server.engines.registry import EngineRegistry, ServedModel
from server.media.pixels.page_sizes import most_pixels
from server.pipeline.admission.admission import pixel_room
from server.pipeline.admission.engine_turn import EngineTurn, ReaderInTurn
from server.pipeline.admission.work_stream import WorkStream
from server.pipeline.document_answer import answer
from server.pipeline.document_plan import OcrPlan, plan_ocr, tasks_of, written_form
from server.pipeline.intake import Documents, Larger, PageIntake
from server.pipeline.parameters import refuse_unsupported
from server.pipeline.request_context import RequestContext
from server.pipeline.result_cache import ResultCache, cache_key, reader_key
from server.reading.page_reading import PrintReader, reading_budgets
from server.reading.read import Read, joined
from server.values.ocr import OcrPage, OcrRequest, OcrResult, Task
from server.values.pages import Detail, DetailBudgets, Page
from server.writing.page_reader import WritingOrder, WritingReader
from server.writing.page_writing import PageWriting
from server.writing.tiled_text import tile_budget

_BATCH: Final = 4  # pages in memory at a time
_CACHE_VERSION: Final = 6  # of the entries: what a page shows by hand, its notes on scripts, and other lines
OcrStream = WorkStream[OcrPage | OcrResult]
Pages = tuple[Page, ...]
Items = AsyncGenerator[OcrPage | OcrResult, None]


class OcrService:
    """Reads pictures and documents, whole or page by page."""

    def __init__(self, *, settings: Settings, registry: EngineRegistry, intake: PageIntake, cache: ResultCache) -> None:
        self._settings = settings
        self._registry = registry
        self._intake = intake
        self._cache = cache
        self._room = pixel_room(settings, registry.in_flight)
        self._reader_key = reader_key(settings)

    def identify(self, model: str | None) -> ServedModel:
        """Find the model named `model`, or the main one for None; raises `ModelNotFound`."""
        return self._registry.models[0] if model is None else self._registry.get(model)

    async def read(self, request: OcrRequest, context: RequestContext) -> OcrResult:
        """Read the whole document.

        Raises:
            PageglassError: the request cannot be served; the message says why, and how to fix it.
        """
        async with aclosing(self._stream(request, context)) as stream:
            async for item in stream:
                if isinstance(item, OcrResult):
                    return item
        raise AssertionError("a reading ends with its result")

    async def stream(self, request: OcrRequest, context: RequestContext) -> OcrStream:
        """Yield each page when it is done, then the whole answer; early failures are raised here."""
        stream = self._stream(request, context)
        await stream.wait(self._settings.ping_s)
        return stream

    def text_task(self, model: str | None) -> Task:
        """The task for a whole page: Markdown if the model supports it, else plain text."""
        return "markdown" if "markdown" in tasks_of(self.identify(model)) else "ocr"

    def close(self) -> None:
        """Close the cache."""
        self._cache.close()

    def _stream(self, request: OcrRequest, context: RequestContext) -> OcrStream:
        return WorkStream(self._work(request, context), timeout_s=self._settings.request_timeout_s)

    async def _work(self, request: OcrRequest, context: RequestContext) -> Items:
        began = time.monotonic()
        model = self.identify(request.model)
        plan = await asyncio.to_thread(plan_ocr, request, model)
        refuse_unsupported(request.sampling, model.engine.parameters, model=model.id)
        reading = _Reading(request, plan, model, self._reader_budgets(model, request.source.detail), began)
        most_pages = self._settings.max_ocr_pages
        if reading.at_once:  # a language model sees all pages at once to extract fields
            most_pages = self._settings.max_pages_per_request
        intake = self._intake.documents((request.source,), reading.budgets, most_pages=most_pages, context=context)
        async with intake as documents:
            key = self._key(request, plan, model, documents, context.caller)
            if key and (kept := await asyncio.to_thread(self._cache.get, key)):
                for page in kept.pages:
                    yield page
                yield replace(kept, timings={"total": round(time.monotonic() - began, 3)})
                return
            async with aclosing(self._read(reading, documents, context)) as items:
                async for item in items:
                    if isinstance(item, OcrPage):
                        yield item
                    else:
                        result = item
        if key:
            await asyncio.to_thread(self._cache.put, key, result)
        yield result

    async def _read(self, reading: "_Reading", documents: Documents, context: RequestContext) -> Items:
        """Yield the pages of `documents` as they are read, then the answer."""
        reader, clock = self._reader(reading, context), _Clock(reading.began)
        pieces: list[Read] = []
        async with aclosing(documents.batches(self._batch(reading), self._larger(reading))) as batches:
            while pages := await clock.loading(batches):
                async with aclosing(reader.read(pages)) as read:
                    with context.stages.answering() as note_item:
                        async for part in read:
                            note_item()
                            pieces.append(part)
                            for page in part.pages:
                                yield page
                del pages
        clock.read()
        with context.stages.timed("generation"):
            made = await asyncio.to_thread(reading.answer, joined(pieces))
        yield replace(made, timings=clock.timings())

    def _reader(self, reading: "_Reading", context: RequestContext) -> PrintReader | WritingReader:
        """The reader for the kind of engine."""
        request, model, engine = reading.request, reading.model, reading.model.engine
        loaded = reading.budgets.of(request.source.detail)
        if isinstance(engine, Recognizer):
            return PrintReader(
                ReaderInTurn(engine, EngineTurn(self._intake.admission, context)),
                loaded=loaded,
                within=model.profile.budgets.of(request.source.detail),
                at_full_size=request.source.detail == "original",
                max_tokens=request.max_tokens,
            )
        assert isinstance(engine, Generator)  # noqa: S101 - there are two ports
        order = WritingOrder(
            task=reading.plan.task,
            form=written_form(reading.plan, path=request.schema_path),
            prompt=request.prompt,
            coordinates=model.profile.coordinates,
            grounded=not request.annotated,
        )
        return WritingReader(engine, self._writing(reading), order, loaded=loaded, grounder=self._registry.grounder)

    def _writing(self, reading: "_Reading") -> PageWriting:
        # The prompt of an annotation is only for its fields.
        request = replace(reading.request, prompt=None) if reading.request.annotated else reading.request
        return PageWriting(request, reading.model, reading.plan.task, settings=self._settings)

    def _reader_budgets(self, model: ServedModel, detail: Detail) -> DetailBudgets:
        own = model.profile.budgets
        if not isinstance(model.engine, Recognizer):
            return own
        return reading_budgets(model.engine, own, detail, room=self._room)

    def _batch(self, reading: "_Reading") -> int:
        """The number of pages in memory at a time."""
        if reading.at_once:
            return self._settings.max_pages_per_request
        return max(1, min(_BATCH, self._room // most_pixels(reading.budgets.of(reading.request.source.detail))))

    def _larger(self, reading: "_Reading") -> Larger | None:
        """A function that selects pages to load again for tiling.

        None at `low`, which requests a quick reading, and for fields or an annotation, which need all pages at once.
        """
        detail = reading.request.source.detail
        if reading.at_once or detail == "low" or not self._writing(reading).in_parts:
            return None
        if isinstance(reading.model.engine, Recognizer):
            return None
        within = reading.budgets.of(detail)
        return partial(tile_budget, within=within, most_pixels=self._room // 2)  # tiles are a copy

    def _key(
        self, request: OcrRequest, plan: OcrPlan, model: ServedModel, documents: Documents, caller: str
    ) -> str | None:
        """The cache key of the answer; None if it must not be cached, or is not reproducible."""
        warmth = request.sampling.get("temperature", model.profile.sampling.temperature)
        same_again = isinstance(model.engine, Recognizer) or warmth == 0
        if not (self._cache.on and request.cache and same_again):
            return None
        question = {
            "version": _CACHE_VERSION,
            "reader": self._reader_key,
            "caller": caller,
            "model": [model.id, model.fingerprint],
            "documents": documents.digest,
            "detail": request.source.detail,
            "task": [plan.task, plan.ready, plan.chinese],
            "fields": plan.names,
            "schema": plan.spec,
            "prompt": request.prompt,
            "strict": request.strict_grounding,
            "limits": [request.max_tokens, dict(request.sampling)],
        }
        return cache_key(question)


class _Reading:
    """The reading of one request: question, plan, model, and the budgets that pages are loaded into."""

    def __init__(
        self, request: OcrRequest, plan: OcrPlan, model: ServedModel, budgets: DetailBudgets, began: float
    ) -> None:
        self.request = request
        self.plan = plan
        self.model = model
        self.budgets = budgets
        self.began = began
        self.at_once = plan.wants_fields and not isinstance(model.engine, Recognizer)

    def answer(self, read: Read) -> OcrResult:
        """The whole answer."""
        of_print = isinstance(self.model.engine, Recognizer)
        strict = self.request.strict_grounding
        return answer(read, self.plan, model=self.model.id, of_print=of_print, strict=strict)


class _Clock:
    """The seconds of one reading by stage: loading, reading, building the answer."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._loading = 0.0
        self._read = began

    async def loading(self, batches: AsyncIterator[Pages]) -> Pages | None:
        """Wait for the next of `batches`, and count the time as loading; None at the end."""
        asked = time.monotonic()
        try:
            return await anext(batches, None)
        finally:
            self._loading += time.monotonic() - asked

    def read(self) -> None:
        """All pages are read."""
        self._read = time.monotonic()

    def timings(self) -> dict[str, float]:
        """Seconds by stage, once the answer is built."""
        now = time.monotonic()
        reading = self._read - self._began - self._loading
        stages = {"load": self._loading, "read": reading, "fields": now - self._read, "total": now - self._began}
        return {stage: round(seconds, 3) for stage, seconds in stages.items()}
