"""The pages of one OCR request being read, and the answer that is made of them: text, lines, fields and evidence."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

import numpy as np

from server.config import Settings
from server.engines.base import Generator, Recognizer
from server.engines.registry import EngineRegistry, ServedModel
from server.evidence.grounding import ground, keep_grounded
from server.fields.extraction import Extraction, extract_fields, extract_named
from server.fields.schema.shapes import strings_schema
from server.pipeline.ocr_plan import OcrPlan, names_for
from server.reading.dense_pages import read_whole
from server.reading.page_geometry import PageGeometry
from server.reading.page_notes import page_notes
from server.reading.page_text import TextBuilder, merge_runs
from server.reading.tokens import count_image_tokens, count_tokens
from server.values.chat import JSON, JSONSchemaFormat, Usage
from server.values.lines import Evidence, Lines
from server.values.ocr import OcrPage, OcrRequest, OcrResult
from server.values.pages import Page
from server.writing.page_writing import PageWriting
from server.writing.spotting import spotted_lines


class OcrReading:
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
        self._tried: tuple[str, ...] = ()
        self.budget = model.profile.budgets.of(request.source.detail)
        """That pages were loaded into."""
        self._printed: list[Lines] = []
        self._read: list[OcrPage] = []
        self._seen: list[Page] = []
        self._written: dict[str, JSON] | None = None
        self._usage = Usage(prompt_tokens=0, completion_tokens=0)
        self._writing = PageWriting(request, model, plan.task, settings=settings, count=self._count)

    @property
    def in_parts(self) -> bool:
        """Whether a page may be read in parts by a language model, whose texts are joined."""
        return self._writing.in_parts and not isinstance(self._model.engine, Recognizer)

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
        within = self._model.profile.budgets.of(self._request.source.detail)
        tasks = [asyncio.ensure_future(read_whole(page, engine, within=within)) for page in self._pages]
        try:
            for page, task in zip(self._pages, tasks, strict=True):
                lines, tiles = await task
                self._printed.append(replace(lines, page=len(self._printed)))
                text = TextBuilder().add(lines)
                seen, said = count_image_tokens(page.width, page.height), count_tokens(text)
                self._count(Usage(prompt_tokens=seen, completion_tokens=said))
                yield replace(self._page(page, text, lines), tiles=tiles)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

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
        for page in self._pages:
            if self._plan.wants_fields:
                yield self._page(page, "", None)
                continue
            written = await self._writing.page(engine, page)
            text, turns, lines = written.text, written.quarter_turns, None
            if self._plan.task == "lines":
                places = self._model.profile.coordinates
                width, height = _turned((page.width, page.height), turns)
                found = spotted_lines(text, width=width, height=height, coordinates=places)
                lines = Lines(page=0, width=width, height=height, lines=found, quarter_turns=turns)
                text = "\n".join(line.text for line in found)
            yield replace(self._page(page, text, lines, attempts=written.attempts), tiles=written.tiles)

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
        answer, _, self._tried = await self._writing.answer(engine, self._pages, self._request.prompt, schema=form)
        if answer.choices[0].finish_reason != "stop":
            return None
        value: dict[str, JSON] = json.loads(answer.choices[0].text or "{}")
        return value

    def _page(self, page: Page, text: str, lines: Lines | None, *, attempts: tuple[str, ...] = ()) -> OcrPage:
        turns = lines.quarter_turns if lines else 0
        (note,) = page_notes((page,), {0: turns})
        geometry = PageGeometry(page, self.budget, turns)
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
        geometry = PageGeometry(page, self.budget, lines.quarter_turns)
        return replace(evidence, box=geometry.box(evidence.box))

    def _count(self, usage: Usage) -> None:
        self._usage = Usage(
            prompt_tokens=self._usage.prompt_tokens + usage.prompt_tokens,
            completion_tokens=self._usage.completion_tokens + usage.completion_tokens,
        )


def _without_pixels(page: Page) -> Page:
    """The page with its size alone, since a document may have many."""
    return replace(page, pixels=np.empty((page.height, page.width, 0), dtype=np.uint8))


def _turned(size: tuple[int, int], quarter_turns: int) -> tuple[int, int]:
    return size if quarter_turns % 2 == 0 else (size[1], size[0])
