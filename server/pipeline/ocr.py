"""An OCR request from admission to answer: task, pages, reading, fields, evidence."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Final

from server import __version__
from server.config import Settings
from server.engines.base import (
    Recognizer,
)
from server.engines.registry import EngineRegistry, ServedModel
from server.media.pixels.page_sizes import most_pixels
from server.observability.stages import Stages
from server.pipeline.admission.admission import most_pixels_by_default
from server.pipeline.admission.page_intake import Behalf, Documents, PageIntake
from server.pipeline.admission.work_stream import WorkStream
from server.pipeline.ocr_plan import OcrPlan, plan_ocr, tasks_of
from server.pipeline.ocr_reading import OcrReading
from server.pipeline.parameters import refuse_unsupported
from server.pipeline.result_cache import ResultCache, cache_key
from server.reading.dense_pages import dense_budgets
from server.values.ocr import OcrPage, OcrRequest, OcrResult, Task
from server.values.pages import Detail, DetailBudgets, Page, PixelBudget
from server.writing.tiled_text import tile_budget

_BATCH: Final = 4  # pages that are held at a time
OcrStream = WorkStream[OcrPage | OcrResult]


class OcrService:
    """Reads pictures and documents, whole or page by page."""

    def __init__(self, *, settings: Settings, registry: EngineRegistry, intake: PageIntake, cache: ResultCache) -> None:
        self._settings = settings
        self._registry = registry
        self._intake = intake
        self._cache = cache
        self._room = settings.max_pixels_in_flight or most_pixels_by_default(registry.in_flight)

    def identify(self, model: str | None) -> ServedModel:
        """Find the model that answers to `model`, or the main one for None; raises `ModelNotFound`."""
        return self._registry.models[0] if model is None else self._registry.get(model)

    async def read(self, request: OcrRequest, *, stages: Stages | None = None) -> OcrResult:
        """Read all of it; `stages` gets the times of what is done.

        Raises:
            PageglassError: whatever stands in the way, named and with its cure.
        """
        async with aclosing(self._stream(request, stages)) as stream:
            async for item in stream:
                if isinstance(item, OcrResult):
                    return item
        raise AssertionError("a reading ends with its result")

    async def stream(self, request: OcrRequest, *, stages: Stages | None = None) -> OcrStream:
        """Give each page as it is done, then the whole; early failures are raised here."""
        stream = self._stream(request, stages)
        try:
            await stream.await_first(self._settings.ping_s)
        except BaseException:
            await stream.aclose()
            raise
        return stream

    def text_task(self, model: str | None) -> Task:
        """How a model writes a whole page: as Markdown where it can, else as plain text."""
        return "markdown" if "markdown" in tasks_of(self.identify(model)) else "ocr"

    def close(self) -> None:
        """Close the cache."""
        self._cache.close()

    def _stream(self, request: OcrRequest, stages: Stages | None) -> OcrStream:
        return WorkStream(self._work(request, stages or Stages()), timeout_s=self._settings.request_timeout_s)

    async def _work(self, request: OcrRequest, stages: Stages) -> AsyncGenerator[OcrPage | OcrResult, None]:
        began = time.monotonic()
        model = self.identify(request.model)
        plan = await asyncio.to_thread(plan_ocr, request, model)
        refuse_unsupported(request.sampling, model.engine.parameters, model=model.id)
        budgets = self._budgets(model, request.source.detail)
        at_once = max(1, min(_BATCH, self._room // most_pixels(budgets.of(request.source.detail))))
        most_pages = self._settings.max_ocr_pages
        if plan.wants_fields and not isinstance(model.engine, Recognizer):  # a language model is shown all at once
            at_once = most_pages = self._settings.max_pages_per_request
        behalf = Behalf(caller=request.caller, meter=request.meter, stages=stages)
        intake = self._intake.documents((request.source,), budgets, most_pages=most_pages, behalf=behalf)
        async with intake as documents:
            key = self._key(request, plan, model, documents)
            if key and (kept := await asyncio.to_thread(self._cache.get, key)):
                for page in kept.pages:
                    yield page
                yield replace(kept, timings={"total": round(time.monotonic() - began, 3)})
                return
            reading = OcrReading(request, plan, model, registry=self._registry, settings=self._settings)
            reading.budget = budgets.of(request.source.detail)
            loading, asked = 0.0, time.monotonic()
            larger = self._larger(budgets, request.source.detail) if reading.in_parts else None
            async with aclosing(documents.batches(at_once, larger)) as batches:
                async for pages in batches:
                    loading += time.monotonic() - asked
                    async with aclosing(reading.pages(pages)) as read, aclosing(stages.answering(read)) as read_pages:
                        async for page in read_pages:
                            yield page
                    with stages.timed("generation"):
                        await reading.ask_for_fields()
                    asked = time.monotonic()
            done = time.monotonic()
            with stages.timed("generation"):
                result = await reading.result()
        ended = time.monotonic()
        timings = {"load": loading, "read": done - began - loading, "fields": ended - done, "total": ended - began}
        result = replace(result, timings={stage: round(seconds, 3) for stage, seconds in timings.items()})
        if key:
            await asyncio.to_thread(self._cache.put, key, result)
        yield result

    def _budgets(self, model: ServedModel, detail: Detail) -> DetailBudgets:
        """What pages are loaded into: a reader's as they are, where there is room; `read_whole` reduces them."""
        own = model.profile.budgets
        dense = dense_budgets(own)
        if isinstance(model.engine, Recognizer) and model.engine.tiled and most_pixels(dense.of(detail)) <= self._room:
            return dense
        return own

    def _larger(self, budgets: DetailBudgets, detail: Detail) -> Callable[[Page], PixelBudget | None] | None:
        """What says which pages are loaded once more, for tiles; at `low` none, as there a quick reading is wanted."""
        if detail == "low":
            return None
        return partial(tile_budget, within=budgets.of(detail), most_pixels=self._room // 2)  # tiles are a copy

    def _key(self, request: OcrRequest, plan: OcrPlan, model: ServedModel, documents: Documents) -> str | None:
        """What the answer is kept under; None where it is not to be kept, or would come out otherwise another time."""
        warmth = request.sampling.get("temperature", model.profile.sampling.temperature)
        same_again = isinstance(model.engine, Recognizer) or warmth == 0
        if not (self._cache.on and request.cache and same_again):
            return None
        question = {
            "reader": [__version__, self._settings.rapidocr.model_dump_json()],  # a folder outlives an upgrade
            "caller": request.caller,
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
