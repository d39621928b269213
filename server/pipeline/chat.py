"""A chat request from admission to answer: model, rules, permit, pages, engine."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from server.config import Settings
from server.engines.base import Answer, ChatRequest, Delta, GenerateRequest, Generator, Recognizer, ToolCall
from server.engines.registry import EngineRegistry, ServedModel
from server.errors import InternalError
from server.media.loader import PageLoader
from server.media.types import PixelBudget
from server.pipeline.admission import Admission
from server.pipeline.delta_stream import DeltaStream
from server.pipeline.parameters import refuse_unsupported
from server.pipeline.reader import plan_reading, read


class ChatService:
    """Answers chat requests, whole or as a stream."""

    def __init__(
        self, *, settings: Settings, registry: EngineRegistry, loader: PageLoader, admission: Admission
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._loader = loader
        self._admission = admission

    def identify(self, model: str) -> ServedModel:
        """Find the model that answers to `model`; raises `ModelNotFound`."""
        return self._registry.get(model)

    async def answer(self, request: ChatRequest) -> Answer:
        """Answer as a whole.

        Raises:
            PageglassError: whatever stands in the way, named and with its cure.
        """
        stream = DeltaStream(self._deltas(request), timeout_s=self._settings.request_timeout_s)
        async with aclosing(stream):
            return await _collect(stream)

    async def stream(self, request: ChatRequest) -> DeltaStream:
        """Answer piece by piece; the first delta has been awaited for a while, so early failures are raised here."""
        stream = DeltaStream(self._deltas(request), timeout_s=self._settings.request_timeout_s)
        try:
            await stream.await_first(self._settings.ping_s)
        except BaseException:
            await stream.aclose()
            raise
        return stream

    async def close(self) -> None:
        """Give the intake's workers back."""
        await self._loader.close()

    async def _deltas(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        model = self._registry.get(request.model)
        engine, budget = model.engine, model.profile.budget
        refuse_unsupported(request.parameters, engine.parameters, model=model.id)
        if isinstance(engine, Recognizer):
            answering = self._read(request, engine, budget)
        else:
            answering = self._generate(request, engine, budget)
        async with aclosing(answering) as deltas:
            async for delta in deltas:
                yield delta

    async def _read(self, request: ChatRequest, engine: Recognizer, budget: PixelBudget) -> AsyncGenerator[Delta, None]:
        plan = await asyncio.to_thread(plan_reading, request)  # a schema may be large, and is checked whole
        async with self._admission.permit():
            pages = await self._loader.load(plan.images, budget)
            async with aclosing(read(request, plan, pages, engine)) as deltas:
                async for delta in deltas:
                    yield delta

    async def _generate(
        self, request: ChatRequest, engine: Generator, budget: PixelBudget
    ) -> AsyncGenerator[Delta, None]:
        images = [image for message in request.messages for image in message.images]
        async with self._admission.permit():
            pages = await self._loader.load(images, budget)
            async with aclosing(engine.generate(GenerateRequest(chat=request, pages=pages))) as deltas:
                async for delta in deltas:
                    yield delta


async def _collect(deltas: AsyncIterator[Delta]) -> Answer:
    """Put the pieces of an answer together."""
    text: list[str] = []
    refusal: list[str] = []
    calls: list[ToolCall] = []
    last = Delta()
    async for delta in deltas:
        text.append(delta.text)
        refusal.append(delta.refusal)
        if delta.tool_call:
            calls.append(delta.tool_call)
        last = delta
    if last.finish_reason is None or last.usage is None:
        raise InternalError("The engine ended its answer without saying why.")
    return Answer(
        text=None if calls or any(refusal) else "".join(text),
        refusal="".join(refusal) or None,
        tool_calls=tuple(calls),
        finish_reason=last.finish_reason,
        usage=last.usage,
        pages=last.pages,
    )


def build_chat_service(settings: Settings, registry: EngineRegistry) -> ChatService:
    """Put the service together from `settings`."""
    admission = Admission(
        max_in_flight=settings.max_in_flight, max_queue=settings.max_queue, queue_timeout_s=settings.queue_timeout_s
    )
    return ChatService(settings=settings, registry=registry, loader=PageLoader(settings), admission=admission)
