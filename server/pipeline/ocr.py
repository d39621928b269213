"""An OCR request from admission to answer: task, pages, reading, fields, evidence."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

import numpy as np

from server.config import Settings
from server.engines.base import (
    JSON,
    Answer,
    ChatRequest,
    Evidence,
    Generator,
    ImagePart,
    JSONSchemaFormat,
    Lines,
    Message,
    Recognizer,
    TextFormat,
    TextPart,
    Usage,
)
from server.engines.ocr_values import OcrPage, OcrRequest, OcrResult, Task
from server.engines.registry import EngineRegistry, ServedModel
from server.media.types import ImageSource, Page
from server.pipeline.collected import collect
from server.pipeline.extraction import Extraction, extract_fields, extract_named
from server.pipeline.generation import generate, plan_generation
from server.pipeline.grounding import ground, keep_grounded
from server.pipeline.json_schema import strings_schema
from server.pipeline.ocr_plan import OcrPlan, names_for, plan_ocr, tasks_of
from server.pipeline.page_geometry import PageGeometry
from server.pipeline.page_intake import Documents, PageIntake
from server.pipeline.page_notes import page_notes
from server.pipeline.page_text import TextBuilder, merge_runs
from server.pipeline.parameters import refuse_unsupported
from server.pipeline.quality_ladder import Rung, climb
from server.pipeline.result_cache import ResultCache, cache_key
from server.pipeline.spotting import spotted_lines
from server.pipeline.tokens import count_image_tokens, count_tokens
from server.pipeline.work_stream import WorkStream

_BATCH: Final = 8  # pages that are held at a time
OcrStream = WorkStream[OcrPage | OcrResult]


class OcrService:
    """Reads pictures and documents, whole or page by page."""

    def __init__(self, *, settings: Settings, registry: EngineRegistry, intake: PageIntake, cache: ResultCache) -> None:
        self._settings = settings
        self._registry = registry
        self._intake = intake
        self._cache = cache

    def identify(self, model: str | None) -> ServedModel:
        """Find the model that answers to `model`, or the main one for None; raises `ModelNotFound`."""
        return self._registry.models[0] if model is None else self._registry.get(model)

    async def read(self, request: OcrRequest) -> OcrResult:
        """Read all of it.

        Raises:
            PageglassError: whatever stands in the way, named and with its cure.
        """
        async with aclosing(self._stream(request)) as stream:
            async for item in stream:
                if isinstance(item, OcrResult):
                    return item
        raise AssertionError("a reading ends with its result")

    async def stream(self, request: OcrRequest) -> OcrStream:
        """Give each page as it is done, then the whole; early failures are raised here."""
        stream = self._stream(request)
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

    def _stream(self, request: OcrRequest) -> OcrStream:
        return WorkStream(self._work(request), timeout_s=self._settings.request_timeout_s)

    async def _work(self, request: OcrRequest) -> AsyncGenerator[OcrPage | OcrResult, None]:
        began = time.monotonic()
        model = self.identify(request.model)
        plan = await asyncio.to_thread(plan_ocr, request, model)
        refuse_unsupported(request.sampling, model.engine.parameters, model=model.id)
        at_once, most_pages = _BATCH, self._settings.max_ocr_pages
        if plan.wants_fields and not isinstance(model.engine, Recognizer):  # a language model is shown all at once
            at_once, most_pages = most_pages, self._settings.max_pages_per_request
        budgets = model.profile.budgets
        async with self._intake.documents((request.source,), budgets, most_pages=most_pages) as documents:
            key = self._key(request, plan, model, documents)
            if key and (kept := await asyncio.to_thread(self._cache.get, key)):
                for page in kept.pages:
                    yield page
                yield replace(kept, timings={"total": round(time.monotonic() - began, 3)})
                return
            reading = _Reading(request, plan, model, registry=self._registry, settings=self._settings)
            loading, asked = 0.0, time.monotonic()
            async with aclosing(documents.batches(at_once)) as batches:
                async for pages in batches:
                    loading += time.monotonic() - asked
                    async with aclosing(reading.pages(pages)) as read:
                        async for page in read:
                            yield page
                    await reading.ask_for_fields()
                    asked = time.monotonic()
            done = time.monotonic()
            result = await reading.result()
        ended = time.monotonic()
        timings = {"load": loading, "read": done - began - loading, "fields": ended - done, "total": ended - began}
        result = replace(result, timings={stage: round(seconds, 3) for stage, seconds in timings.items()})
        if key:
            await asyncio.to_thread(self._cache.put, key, result)
        yield result

    def _key(self, request: OcrRequest, plan: OcrPlan, model: ServedModel, documents: Documents) -> str | None:
        """What the answer is kept under; None where it is not to be kept, or would come out otherwise another time."""
        warmth = request.sampling.get("temperature", model.profile.sampling.temperature)
        same_again = isinstance(model.engine, Recognizer) or warmth == 0
        if not (self._cache.on and request.cache and same_again):
            return None
        question = {
            "caller": request.caller,
            "model": [model.id, model.fingerprint],
            "documents": documents.digest,
            "task": [plan.task, plan.ready, plan.chinese],
            "fields": plan.names,
            "schema": plan.spec,
            "prompt": request.prompt,
            "strict": request.strict_grounding,
            "limits": [request.max_tokens, dict(request.sampling)],
        }
        return cache_key(question)


class _Reading:
    """One request's pages being read, with what is needed to make its answer of them."""

    def __init__(
        self,
        request: OcrRequest,
        plan: OcrPlan,
        model: ServedModel,
        *,
        registry: EngineRegistry,
        settings: Settings,
    ) -> None:
        self._request = request
        self._plan = plan
        self._model = model
        self._pages: tuple[Page, ...] = ()
        self._registry = registry
        self._repetition = settings.repetition
        self._retries = settings.ocr_retries
        self._tried: tuple[str, ...] = ()
        self._budget = model.profile.budgets.of(request.source.detail)
        self._printed: list[Lines] = []
        self._read: list[OcrPage] = []
        self._seen: list[Page] = []
        self._written: dict[str, JSON] | None = None
        self._usage = Usage(prompt_tokens=0, completion_tokens=0)

    async def pages(self, pages: Sequence[Page]) -> AsyncGenerator[OcrPage, None]:
        """Yield each of the next `pages` as it is read, in order."""
        self._pages = tuple(pages)
        self._seen += map(_without_pixels, pages)
        engine = self._model.engine
        reading = self._recognised(engine) if isinstance(engine, Recognizer) else self._generated(engine)
        async with aclosing(reading) as read:
            async for page in read:
                self._read.append(page)
                yield page

    async def ask_for_fields(self) -> None:
        """Ask a language model for the fields of the pages that were given last; a reader needs only their lines."""
        engine = self._model.engine
        if not self._plan.wants_fields or isinstance(engine, Recognizer):
            return
        self._written = await self._written_fields(engine)
        if self._written is not None:
            grounder = await self._registry.grounder()
            self._printed = [lines async for lines in self._lines(grounder)]

    async def result(self) -> OcrResult:
        """Make the whole answer of the pages that were read."""
        result = OcrResult(
            model=self._model.id,
            task=self._plan.ready or self._plan.task,
            pages=tuple(self._read),
            usage=self._usage,
        )
        if not self._plan.wants_fields:
            return result
        fields, missing, evidence = await self._fields()
        return replace(
            result, usage=self._usage, fields=fields, missing=missing, evidence=evidence, attempts=self._tried
        )

    async def _recognised(self, engine: Recognizer) -> AsyncGenerator[OcrPage, None]:
        async for lines in self._lines(engine):
            self._printed.append(replace(lines, page=len(self._printed)))
            page = self._pages[lines.page]
            text = TextBuilder().add(lines)
            self._count(count_image_tokens(page.width, page.height), count_tokens(text))
            yield self._page(page, text, lines)

    async def _lines(self, engine: Recognizer) -> AsyncGenerator[Lines, None]:
        """Yield the lines of each page, whole."""
        runs: list[Lines] = []
        async with aclosing(engine.recognise(self._pages)) as recognised:
            async for run in recognised:
                runs.append(run)
                if run.last:
                    (whole,) = merge_runs(runs)
                    runs = []
                    yield whole

    async def _generated(self, engine: Generator) -> AsyncGenerator[OcrPage, None]:
        """Pages as a language model writes them; for fields they are asked for all at once, by `_fields`."""
        prompt = self._request.prompt or self._model.profile.prompts.get(self._plan.task)
        for page in self._pages:
            if self._plan.wants_fields:
                yield self._page(page, "", None)
                continue
            answer, rung, tried = await self._climb(engine, (page,), prompt)
            text = answer.choices[0].text or ""
            lines = None
            if self._plan.task == "lines":
                places = self._model.profile.coordinates
                width, height = _turned((page.width, page.height), rung.quarter_turns)
                found = spotted_lines(text, width=width, height=height, coordinates=places)
                lines = Lines(page=0, width=width, height=height, lines=found, quarter_turns=rung.quarter_turns)
                text = "\n".join(line.text for line in found)
            yield self._page(page, text, lines, attempts=tried)

    async def _climb(
        self, engine: Generator, pages: Sequence[Page], prompt: str | None, *, schema: JSONSchemaFormat | None = None
    ) -> tuple[Answer, Rung, tuple[str, ...]]:
        """Ask, and ask again another way where the answer is of no use."""
        return await climb(
            lambda rung: self._ask(engine, _turn(pages, rung.quarter_turns), prompt, schema=schema, rung=rung),
            retries=self._retries,
            may_warm="temperature" not in self._request.sampling,
            may_turn=len(pages) == 1,
            limited=self._request.max_tokens is not None,
        )

    async def _ask(
        self,
        engine: Generator,
        pages: Sequence[Page],
        prompt: str | None,
        *,
        schema: JSONSchemaFormat | None,
        rung: Rung,
    ) -> Answer:
        part = ImagePart(source=ImageSource(url="", path=pages[0].path))
        text = (TextPart(text=prompt),) if prompt else ()
        chat = ChatRequest(
            model=self._model.id,
            messages=(Message(role="user", parts=(part, *text)),),
            max_tokens=self._request.max_tokens,
            parameters={**({"temperature": rung.temperature} if rung.temperature else {}), **self._request.sampling},
            answer_format=schema or TextFormat(),
        )
        plan = plan_generation(chat, self._model.profile, adapter=self._model.adapter)
        repetition = self._repetition
        writing = generate(plan, pages, engine, repetition=repetition, retries=0)
        async with aclosing(writing) as deltas:
            answer = await collect(deltas)
        self._count(answer.usage.prompt_tokens, answer.usage.completion_tokens)
        return answer

    async def _fields(self) -> tuple[dict[str, JSON] | None, tuple[str, ...], dict[str, Evidence]]:
        found = Extraction(value=self._written)
        if isinstance(self._model.engine, Recognizer):
            found = await asyncio.to_thread(self._extract)
        value, known = found.value, found.evidence
        if value is None:
            return None, found.missing, {}
        evidence = await asyncio.to_thread(ground, value, self._printed, known)
        if self._request.strict_grounding:
            value = keep_grounded(value, evidence)  # type: ignore[assignment]
        return value, found.missing, {path: self._placed(one) for path, one in evidence.items()}

    def _extract(self) -> Extraction:
        if self._plan.schema is not None:
            return extract_fields(self._printed, self._plan.schema)
        texts = [line.text for page in self._printed for line in page.lines]
        return extract_named(self._printed, names_for(self._plan, texts))

    async def _written_fields(self, engine: Generator) -> dict[str, JSON] | None:
        names = names_for(self._plan, ())
        spec = self._plan.spec or dict(strings_schema(names).validator.schema)  # type: ignore[arg-type]
        form = JSONSchemaFormat(name="fields", schema=spec, path=self._request.schema_path)
        answer, _, self._tried = await self._climb(engine, self._pages, self._request.prompt, schema=form)
        if answer.choices[0].finish_reason != "stop":
            return None
        value: dict[str, JSON] = json.loads(answer.choices[0].text or "{}")
        return value

    def _page(self, page: Page, text: str, lines: Lines | None, *, attempts: tuple[str, ...] = ()) -> OcrPage:
        turns = lines.quarter_turns if lines else 0
        (note,) = page_notes((page,), {0: turns})
        geometry = PageGeometry(page, self._budget, turns)
        return OcrPage(
            number=page.number,
            width=page.source_width,
            height=page.source_height,
            dpi=page.dpi,
            text=text,
            lines=geometry.lines(lines.lines) if lines else None,
            quarter_turns=turns,
            notes=note.notes,
            attempts=attempts,
        )

    def _placed(self, evidence: Evidence) -> Evidence:
        """The evidence with its box in pixels of the page as a viewer shows it."""
        if evidence.page is None or evidence.box is None:
            return evidence
        page, lines = self._seen[evidence.page], self._printed[evidence.page]
        geometry = PageGeometry(page, self._budget, lines.quarter_turns)
        return replace(evidence, box=geometry.box(evidence.box))

    def _count(self, prompt_tokens: int, completion_tokens: int) -> None:
        self._usage = Usage(
            prompt_tokens=self._usage.prompt_tokens + prompt_tokens,
            completion_tokens=self._usage.completion_tokens + completion_tokens,
        )


def _without_pixels(page: Page) -> Page:
    """The page with its size alone, since a document may have many."""
    return replace(page, pixels=np.empty((page.height, page.width, 0), dtype=np.uint8))


def _turn(pages: Sequence[Page], quarter_turns: int) -> tuple[Page, ...]:
    """The pages turned clockwise."""
    if not quarter_turns:
        return tuple(pages)
    return tuple(
        replace(
            page,
            pixels=np.ascontiguousarray(np.rot90(page.pixels, -quarter_turns)),
            sha256=f"{page.sha256}-{quarter_turns}",  # engines keep what they made of a page under it
        )
        for page in pages
    )


def _turned(size: tuple[int, int], quarter_turns: int) -> tuple[int, int]:
    return size if quarter_turns % 2 == 0 else (size[1], size[0])
