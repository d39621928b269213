"""A chat request from admission to answer: model, rules, permit, pages, engine."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import Final, TypeVar, cast

from server.config import Settings
from server.engines.base import Generator, Recognizer
from server.engines.registry import EngineRegistry, ServedModel
from server.evidence.chat_evidence import Grounder, LineKeeper
from server.observability.stages import Stages
from server.pipeline.admission.page_intake import Behalf, PageIntake
from server.pipeline.admission.work_stream import WorkStream
from server.pipeline.parameters import refuse_unsupported
from server.reading.line_answers import plan_reading, read
from server.values.chat import Answer, ChatRequest, Delta, TextFormat
from server.values.pages import DetailBudgets
from server.writing.collected import collect
from server.writing.generation import generate, plan_generation

Plan = TypeVar("Plan")
DeltaStream = WorkStream[Delta]

_PLANNED_ON_THE_LOOP: Final = 2_000  # characters


class ChatService:
    """Answers chat requests, whole or as a stream."""

    def __init__(self, *, settings: Settings, registry: EngineRegistry, intake: PageIntake) -> None:
        self._settings = settings
        self._registry = registry
        self._intake = intake

    def identify(self, model: str) -> ServedModel:
        """Find the model that answers to `model`; raises `ModelNotFound`."""
        return self._registry.get(model)

    async def answer(
        self, request: ChatRequest, *, model: ServedModel | None = None, stages: Stages | None = None
    ) -> Answer:
        """Answer as a whole; `stages` gets the times of what is done, and `model` is the request's if it is known.

        Raises:
            PageglassError: whatever stands in the way, named and with its cure.
        """
        retries = self._settings.repetition.retries
        deltas = self._deltas(request, model, stages or Stages(), retries=retries)
        stream = DeltaStream(deltas, timeout_s=self._settings.request_timeout_s)
        async with aclosing(stream):
            return await collect(stream)

    async def stream(
        self, request: ChatRequest, *, model: ServedModel | None = None, stages: Stages | None = None
    ) -> DeltaStream:
        """Answer piece by piece; the first delta has been awaited for a while, so early failures are raised here."""
        deltas = self._deltas(request, model, stages or Stages())
        stream = DeltaStream(deltas, timeout_s=self._settings.request_timeout_s)
        try:
            await stream.await_first(self._settings.ping_s)
        except BaseException:
            await stream.aclose()
            raise
        return stream

    def _deltas(
        self, request: ChatRequest, model: ServedModel | None, stages: Stages, *, retries: int = 0
    ) -> AsyncGenerator[Delta, None]:
        model = model or self._registry.get(request.model)
        engine, profile = model.engine, model.profile
        refuse_unsupported(request.parameters, engine.parameters, model=model.id)
        if isinstance(engine, Recognizer):
            return self._read(request, engine, profile.budgets, stages)
        return self._generate(request, model, engine, retries, stages)

    async def _read(
        self, request: ChatRequest, engine: Recognizer, budgets: DetailBudgets, stages: Stages
    ) -> AsyncGenerator[Delta, None]:
        plan = await _planned(request, partial(plan_reading, request))
        keeper = LineKeeper(engine) if request.ground else None
        behalf = Behalf(caller=request.caller, meter=request.meter, stages=stages)
        async with self._intake.pages(plan.images, budgets, behalf=behalf) as pages:
            reading = read(request, plan, pages, cast("Recognizer", keeper) if keeper else engine)
            if keeper:
                reading = Grounder(request, budgets=budgets, registry=self._registry, keeper=keeper).add(reading, pages)
            async with aclosing(reading), aclosing(stages.answering(reading)) as deltas:
                async for delta in deltas:
                    yield delta

    async def _generate(
        self, request: ChatRequest, model: ServedModel, engine: Generator, retries: int, stages: Stages
    ) -> AsyncGenerator[Delta, None]:
        plan = await _planned(request, partial(plan_generation, request, model.profile, adapter=model.adapter))
        repetition = self._settings.repetition
        behalf = Behalf(caller=request.caller, meter=request.meter, stages=stages)
        async with self._intake.pages(plan.images, plan.budgets, behalf=behalf) as pages:
            writing = generate(plan, pages, engine, repetition=repetition, retries=retries)
            if request.ground:
                writing = Grounder(request, budgets=plan.budgets, registry=self._registry).add(writing, pages)
            async with aclosing(writing), aclosing(stages.answering(writing)) as deltas:
                async for delta in deltas:
                    yield delta


async def _planned(request: ChatRequest, plan: Callable[[], Plan]) -> Plan:
    """Plan in a thread, since a schema may be large and is checked whole; short text alone is sooner planned here."""
    light = isinstance(request.answer_format, TextFormat) and not request.tools
    light = light and "structured_outputs" not in request.parameters
    light = light and sum(len(message.text) for message in request.messages) <= _PLANNED_ON_THE_LOOP
    return plan() if light else await asyncio.to_thread(plan)
