"""The chat service: model, parameter rules, plan, admission, pages, engine, answer."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from server.config import Settings
from server.engines.base import Generator, Recognizer
from server.engines.registry import EngineRegistry, ServedModel
from server.evidence.written_evidence import Grounder
from server.media.pixels.page_sizes import most_pixels
from server.pipeline.admission.admission import pixel_room
from server.pipeline.admission.engine_turn import EngineTurn, ReaderInTurn
from server.pipeline.admission.work_stream import WorkStream
from server.pipeline.intake import PageIntake
from server.pipeline.line_answer import LineAnswer
from server.pipeline.parameters import refuse_unsupported
from server.pipeline.reading_plan import ReadingPlan, plan_reading
from server.pipeline.request_context import RequestContext
from server.reading.page_reading import reading_budgets
from server.values.chat import Answer, ChatRequest, Delta, TextFormat
from server.values.pages import Detail, DetailBudgets
from server.writing.collected import collect
from server.writing.generation import generate, plan_generation

Plan = TypeVar("Plan")
DeltaStream = WorkStream[Delta]

_BATCH: Final = 4  # large pages that are held at a time
_TILED: Final = frozenset[Detail]({"high", "original"})
_PLANNED_ON_THE_LOOP: Final = 2_000  # characters


class ChatService:
    """Answers chat requests, whole or as a stream."""

    def __init__(self, *, settings: Settings, registry: EngineRegistry, intake: PageIntake) -> None:
        self._settings = settings
        self._registry = registry
        self._intake = intake
        self._room = pixel_room(settings, registry.in_flight)

    def identify(self, model: str) -> ServedModel:
        """Find the model that answers to `model`; raises `ModelNotFound`."""
        return self._registry.get(model)

    async def answer(self, request: ChatRequest, model: ServedModel, context: RequestContext) -> Answer:
        """Answer as a whole, with `model`.

        Raises:
            PageglassError: whatever stands in the way, named and with its cure.
        """
        deltas = self._deltas(request, model, context, retries=self._settings.repetition.retries)
        stream = DeltaStream(deltas, timeout_s=self._settings.request_timeout_s)
        async with aclosing(stream):
            return await collect(stream)

    async def stream(self, request: ChatRequest, model: ServedModel, context: RequestContext) -> DeltaStream:
        """Answer piece by piece; the first delta has been awaited for a while, so early failures are raised here."""
        stream = DeltaStream(self._deltas(request, model, context), timeout_s=self._settings.request_timeout_s)
        await stream.wait(self._settings.ping_s)
        return stream

    def _deltas(
        self, request: ChatRequest, model: ServedModel, context: RequestContext, *, retries: int = 0
    ) -> AsyncGenerator[Delta, None]:
        engine = model.engine
        refuse_unsupported(request.parameters, engine.parameters, model=model.id)
        if isinstance(engine, Recognizer):
            return self._read(request, engine, model.profile.budgets, context)
        return self._generate(request, model, engine, retries, context)

    async def _read(
        self, request: ChatRequest, engine: Recognizer, own: DetailBudgets, context: RequestContext
    ) -> AsyncGenerator[Delta, None]:
        plan = await _planned(
            request, partial(plan_reading, request, answers_text_only=self._settings.text_only == "answer")
        )
        if plan.note:
            context.remarks.append(plan.note.partition(":")[0])
        budgets = self._tiled_budgets(engine, own, plan)
        reader = ReaderInTurn(engine, EngineTurn(self._intake.admission, context))
        answer = LineAnswer(request, plan, reader, loaded=budgets, within=own)
        async with self._intake.documents(plan.images, budgets, context=context) as documents:
            size = documents.page_count if budgets is own else self._batch(budgets, plan)
            async with aclosing(documents.batches(max(1, size))) as batches:
                async for pages in batches:
                    async with aclosing(answer.read(pages)) as read:
                        with context.stages.answering() as note_item:
                            async for delta in read:
                                note_item()
                                yield delta
                    del pages
                    if answer.is_whole:
                        break
            async with aclosing(answer.end()) as end:
                if plan.kind == "text":  # which is read; fields are extracted from all pages now
                    async for delta in end:
                        yield delta
                    return
                with context.stages.answering() as note_item:
                    async for delta in end:
                        note_item()
                        yield delta

    def _tiled_budgets(self, engine: Recognizer, own: DetailBudgets, plan: ReadingPlan) -> DetailBudgets:
        """Budgets that leave pages large enough to tile, where a picture asks for `detail` high or original.

        At `auto`, which chat clients send without a thought, pages stay small: reading them is faster by far.
        """
        budgets = own
        for detail in {image.detail for image in plan.images} & _TILED:
            dense = reading_budgets(engine, own, detail, room=self._room)
            budgets = replace(budgets, **{detail: dense.of(detail)})
        return budgets

    def _batch(self, budgets: DetailBudgets, plan: ReadingPlan) -> int:
        """How many pages there is room for at a time, a few at most."""
        most = max(most_pixels(budgets.of(image.detail)) for image in plan.images)
        return min(_BATCH, self._room // most)

    async def _generate(
        self, request: ChatRequest, model: ServedModel, engine: Generator, retries: int, context: RequestContext
    ) -> AsyncGenerator[Delta, None]:
        plan = await _planned(request, partial(plan_generation, request, model.profile, adapter=model.adapter))
        repetition = self._settings.repetition
        async with self._intake.pages(plan.images, plan.budgets, context=context) as pages:
            writing = generate(plan, pages, engine, repetition=repetition, retries=retries)
            if request.ground:
                writing = Grounder(request, budgets=plan.budgets, grounder=self._registry.grounder).add(writing, pages)
            async with aclosing(writing):
                with context.stages.answering() as note_item:
                    async for delta in writing:
                        note_item()
                        yield delta


async def _planned(request: ChatRequest, plan: Callable[[], Plan]) -> Plan:
    """Plan in a thread, since a schema may be large and is checked whole; short text alone is sooner planned here."""
    light = isinstance(request.answer_format, TextFormat) and not request.tools
    light = light and "structured_outputs" not in request.parameters
    light = light and sum(len(message.text) for message in request.messages) <= _PLANNED_ON_THE_LOOP
    return plan() if light else await asyncio.to_thread(plan)
