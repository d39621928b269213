"""The fields of a chat answer with the print that each rests on, on request; over any engine's deltas."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from server.engines.base import Recognizer
from server.engines.registry import EngineRegistry
from server.evidence.grounding import ground, keep_grounded
from server.reading.page_geometry import PageGeometry
from server.reading.page_text import merge_runs
from server.values.chat import JSON, ChatRequest, Delta
from server.values.lines import Evidence, Lines
from server.values.pages import DetailBudgets, Page


class LineKeeper:
    """A recogniser that keeps the lines it gives out, so that nothing is read twice."""

    def __init__(self, engine: Recognizer) -> None:
        self._engine = engine
        self.runs: list[Lines] = []

    def __getattr__(self, name: str) -> object:
        """All else is the engine's own."""
        return getattr(self._engine, name)

    async def recognise(self, pages: Sequence[Page]) -> AsyncGenerator[Lines, None]:
        """Yield the lines of `pages`, and keep them."""
        async with aclosing(self._engine.recognise(pages)) as recognised:
            async for run in recognised:
                self.runs.append(run)
                yield run


class Grounder:
    """Puts evidence beside the fields of one request's answer.

    `keeper` has read the pages already; where there is none, they are read by the registry's own engine for that.
    """

    def __init__(
        self,
        request: ChatRequest,
        *,
        budgets: DetailBudgets,
        registry: EngineRegistry,
        keeper: LineKeeper | None = None,
    ) -> None:
        self._request = request
        self._budgets = budgets
        self._registry = registry
        self._keeper = keeper

    async def add(self, deltas: AsyncGenerator[Delta, None], pages: Sequence[Page]) -> AsyncGenerator[Delta, None]:
        """Pass `deltas` on, the last one with the evidence; with `strict_grounding` the fields come at the end."""
        answer = _Answer(strict=self._request.strict_grounding)
        async with aclosing(deltas):
            async for delta in deltas:
                if not delta.finish_reason:
                    for out in answer.take(delta):
                        yield out
                    continue
                for out in await self._end(answer, delta, pages):
                    yield out

    async def _end(self, answer: "_Answer", delta: Delta, pages: Sequence[Page]) -> list[Delta]:
        value = answer.value()
        if value is None:  # a refusal, or cut off
            return [*answer.held, replace(delta, evidence={})]
        lines = await self._lines(pages)
        evidence = await asyncio.to_thread(ground, value, lines)
        placed = {path: self._placed(one, pages, lines) for path, one in evidence.items()}
        written = [answer.written(keep_grounded(value, evidence))] if self._request.strict_grounding else []
        return [*written, replace(delta, evidence=placed)]

    async def _lines(self, pages: Sequence[Page]) -> tuple[Lines, ...]:
        if self._keeper:
            return merge_runs(self._keeper.runs)
        engine = await self._registry.grounder()
        async with aclosing(engine.recognise(pages)) as recognised:
            return merge_runs([run async for run in recognised])

    def _placed(self, evidence: Evidence, pages: Sequence[Page], lines: Sequence[Lines]) -> Evidence:
        """The evidence with its box in pixels of the page as a viewer shows it."""
        if evidence.page is None or evidence.box is None:
            return evidence
        page = pages[evidence.page]
        details = {image.path: image.detail for message in self._request.messages for image in message.images}
        budget = self._budgets.of(details.get(page.path, "auto"))
        return replace(evidence, box=PageGeometry(page, budget, lines[evidence.page].quarter_turns).box(evidence.box))


class _Answer:
    """What was written so far: text, or a tool's arguments; held back where it may have to be changed."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._text: list[str] = []
        self._call: Delta | None = None
        self.held: list[Delta] = []

    def take(self, delta: Delta) -> list[Delta]:
        """Take the next piece; gives what may go out now."""
        self._text.append(delta.text)
        self._call = delta if delta.tool_call else self._call
        if self._strict and (delta.text or delta.tool_call):
            self.held.append(delta)
            return []
        return [delta]

    def value(self) -> Mapping[str, JSON] | None:
        """The object that the answer is; None where it is none."""
        written = self._call.tool_call.arguments if self._call and self._call.tool_call else "".join(self._text)
        try:
            value = json.loads(written)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def written(self, value: JSON) -> Delta:
        """The whole answer with `value` in its place."""
        text = json.dumps(value, ensure_ascii=False)
        if self._call and self._call.tool_call:
            return replace(self._call, tool_call=replace(self._call.tool_call, arguments=text))
        return Delta(text=text)
