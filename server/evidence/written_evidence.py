"""Grounds the fields that a language model wrote in a chat answer."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from server.engines.base import Recognizer
from server.evidence.field_answers import FieldAnswer, with_evidence
from server.fields.extraction import Extraction
from server.reading.page_geometry import PageGeometry
from server.reading.page_text import merge_runs
from server.values.chat import JSON, ChatRequest, Delta
from server.values.pages import DetailBudgets, Page


class Grounder:
    """Adds evidence to the fields of one request's answer; `grounder` returns the engine that reads the pages.

    Pages were loaded into `budgets`.
    """

    def __init__(
        self, request: ChatRequest, *, budgets: DetailBudgets, grounder: Callable[[], Awaitable[Recognizer]]
    ) -> None:
        self._request = request
        self._budgets = budgets
        self._grounder = grounder

    async def add(self, deltas: AsyncGenerator[Delta, None], pages: Sequence[Page]) -> AsyncGenerator[Delta, None]:
        """Pass `deltas` on, the last one with the evidence; with `strict_grounding`, the fields come at the end."""
        answer = _Answer(strict=self._request.strict_grounding)
        async with aclosing(deltas):
            async for delta in deltas:
                ready = await self._end(answer, delta, pages) if delta.finish_reason else answer.take(delta)
                for out in ready:
                    yield out

    async def _end(self, answer: "_Answer", delta: Delta, pages: Sequence[Page]) -> list[Delta]:
        value = answer.value()
        if value is None:  # a refusal, or cut off
            return [*answer.held, replace(delta, evidence={})]
        found = await self._evidence(value, pages)
        written = [answer.written(found.values)] if self._request.strict_grounding else []
        return [*written, replace(delta, evidence=found.evidence)]

    async def _evidence(self, value: dict[str, JSON], pages: Sequence[Page]) -> FieldAnswer:
        engine = await self._grounder()
        async with aclosing(engine.recognise(pages)) as recognised:
            lines = merge_runs([run async for run in recognised])
        details = {image.path: image.detail for message in self._request.messages for image in message.images}
        geometry = [
            PageGeometry(page, self._budgets.of(details.get(page.path, "auto")), one.quarter_turns)
            for page, one in zip(pages, lines, strict=True)
        ]
        strict = self._request.strict_grounding
        return await asyncio.to_thread(with_evidence, Extraction(value=value), lines, geometry, strict=strict)


class _Answer:
    """The text or tool arguments written so far; held back if they may have to be changed."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._text: list[str] = []
        self._call: Delta | None = None
        self.held: list[Delta] = []

    def take(self, delta: Delta) -> list[Delta]:
        """Take the next delta; returns the part that can be sent now."""
        self._text.append(delta.text)
        self._call = delta if delta.tool_call else self._call
        if self._strict and (delta.text or delta.tool_call):
            self.held.append(delta)
            return []
        return [delta]

    def value(self) -> dict[str, JSON] | None:
        """The answer parsed as a JSON object, or None."""
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
