"""Builds a streamed chat answer from recognised lines: text, fields as JSON, or the arguments of a tool call."""

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from server.engines.base import PageReader
from server.evidence.field_answers import FieldAnswer, fields_of_print, with_evidence
from server.fields.extraction import Extraction
from server.pipeline.reading_plan import ReadingPlan
from server.pipeline.tool_choice import tool_for
from server.reading.page_geometry import PageGeometry
from server.reading.page_reading import read_pages
from server.reading.page_text import TextBuilder, merge_runs
from server.reading.read import page_notes
from server.reading.tokens import TextLimiter, count_image_tokens, count_tokens
from server.values.chat import JSON, ChatRequest, Delta, FinishReason, ToolCall, Usage
from server.values.lines import NO_NOTES, DocumentNotes, Lines
from server.values.pages import DetailBudgets, Page

_NOT_SHOWN: Final = "not shown"


class LineAnswer:
    """The answer to one request while its pages are read: text as it arrives, or fields once all pages are read.

    Pages are loaded into `loaded`; the engine sees them `within` its own budgets.
    """

    def __init__(
        self,
        request: ChatRequest,
        plan: ReadingPlan,
        engine: PageReader,
        *,
        loaded: DetailBudgets,
        within: DetailBudgets,
    ) -> None:
        self._request = request
        self._plan = plan
        self._engine = engine
        self._loaded, self._within = loaded, within
        self._details = {image.path: image.detail for image in plan.images}
        self._limiter = TextLimiter(stop=request.stop, max_tokens=request.max_tokens)
        self._builder = TextBuilder()
        self._prompt_tokens = plan.text_tokens
        self._given: list[str] = []
        self._pages: list[Page] = []
        self._runs: list[Lines] = []
        self._tool = ""
        self._text_instead = plan.said

    @property
    def is_whole(self) -> bool:
        """Whether the rest of the pages is not needed: the text has reached its limit or a stop sequence."""
        return self._plan.kind == "text" and self._limiter.finished is not None

    async def read(self, pages: Sequence[Page]) -> AsyncGenerator[Delta, None]:
        """Read the next `pages`; yield their text line by line as it is recognised, if text is requested."""
        first = len(self._pages)
        self._pages += [page.without_pixels() for page in pages]
        self._prompt_tokens += sum(count_image_tokens(page.width, page.height) for page in pages)
        async with aclosing(
            read_pages(
                self._engine,
                pages,
                lambda page: self._within.of(self._details[page.path]),
                at_full_size=lambda page: self._details[page.path] == "original",
            )
        ) as runs:
            async for run in runs:
                self._runs.append(replace(run, page=first + run.page) if first else run)
                if self._plan.kind != "text":
                    continue
                if text := self._limiter.feed(self._builder.add(self._runs[-1])):
                    self._given.append(text)
                    yield Delta(text=text)
                if self.is_whole:
                    return

    async def end(self) -> AsyncGenerator[Delta, None]:
        """Yield the rest; the last delta carries finish reason, usage, pages, and evidence if requested."""
        # Field extraction is pure Python and may take a second for the largest schema: not on the event loop.
        found = None if self._plan.kind == "text" else await asyncio.to_thread(self._fields)
        reason: FinishReason = "stop"
        for delta in self._rest(found):
            self._given.append(delta.text or delta.refusal or (delta.tool_call.arguments if delta.tool_call else ""))
            reason = "tool_calls" if delta.tool_call else "stop"
            yield delta
        whole = found is not None and self._limiter.finished is None  # a truncated answer has no evidence
        evidence = found.evidence if found and whole else {}
        yield Delta(
            finish_reason=self._limiter.finished or reason,
            usage=Usage(prompt_tokens=self._prompt_tokens, completion_tokens=count_tokens("".join(self._given))),
            pages=page_notes(self._pages, {lines.page: lines for lines in merge_runs(self._runs)}),
            evidence=evidence if self._request.ground else None,
            about=self._about(found),
        )

    def _rest(self, found: FieldAnswer | None) -> Iterator[Delta]:
        """The text held back; or the fields, or the refusal that names what the pages do not show."""
        if found and found.values is None:
            yield Delta(refusal=_refusal(found))
            return
        written = self._written(found.values) if found and found.values is not None else self._text_instead
        text = self._limiter.feed(written) + self._limiter.flush()
        if self._tool:
            yield Delta(tool_call=ToolCall(id=f"call_{secrets.token_hex(12)}", name=self._tool, arguments=text))
        elif text:
            yield Delta(text=text)

    def _written(self, values: Mapping[str, JSON]) -> str:
        """Values as JSON; or the value alone that a question asks for, or a line for each."""
        if not self._plan.alone:
            return json.dumps(values, ensure_ascii=False)
        said = {name: _NOT_SHOWN if value is None else str(value) for name, value in values.items()}
        return "\n".join(said.values() if len(said) == 1 else (f"{name}: {value}" for name, value in said.items()))

    def _about(self, found: FieldAnswer | None) -> DocumentNotes:
        about = found.about if found else NO_NOTES
        notes = (*about.notes, self._plan.note) if self._plan.note else about.notes
        return replace(about, notes=notes, asked=self._plan.asked)

    def _fields(self) -> FieldAnswer | None:
        """The fields of all pages together; None if no tool of several fits them, and the answer is their text."""
        lines = merge_runs(self._runs)
        if self._plan.kind != "tool":
            return self._with_evidence(fields_of_print(lines, self._plan.schema), lines)
        text = "".join(map(TextBuilder().add, self._runs))
        called = tool_for(self._plan.tools, lines, text, must_call=self._plan.must_call)
        if called is None:
            self._text_instead = text
            return None
        answer = self._with_evidence(called.found, lines)
        self._tool = called.tool.name if answer.values is not None else ""
        return answer

    def _with_evidence(self, found: Extraction, lines: Sequence[Lines]) -> FieldAnswer:
        if not self._request.ground:
            return FieldAnswer(values=found.value, missing=found.missing, refused=found.refused, about=found.about)
        geometry = [
            PageGeometry(page, self._loaded.of(self._details[page.path]), one.quarter_turns)
            for page, one in zip(self._pages, lines, strict=True)
        ]
        return with_evidence(found, lines, geometry, strict=self._request.strict_grounding)


def _refusal(found: FieldAnswer) -> str:
    absent = ", ".join(path for path in found.missing if path not in found.refused)
    reasons = [f"The document does not show: {absent}"] if absent else []
    said = "; ".join([*reasons, *found.about.notes])
    cure = 'Make such fields nullable (for example "type": ["string", "null"]) to get the rest.'
    return f"{said}. Nothing was invented. {cure}"
