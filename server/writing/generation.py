"""Generation: plans the request to a language model, and processes its answers.

All that a request can be refused for without its pictures is decided first (`plan_generation`).
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from server.engines.base import Generator
from server.errors import InternalError, InvalidAnswer, InvalidRequest
from server.fields.listed_fields import listed_fields
from server.profiles.base import Profile, capped
from server.reading.read import page_notes
from server.settings.groups import RepetitionSettings
from server.values.chat import ChatRequest, Delta, GenerateRequest, JSONObject, Message, Usage
from server.values.pages import DetailBudgets, ImageSource, Page
from server.writing.choice_writer import ChoiceWriter, new_call_id
from server.writing.constraints import Form, choose_form
from server.writing.prompting import shape_messages
from server.writing.sampling import choose_sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationPlan:
    """What a model is asked: `request` lacks its pages alone, for which `images` are loaded into `budgets`."""

    images: tuple[ImageSource, ...]
    budgets: DetailBudgets
    request: GenerateRequest
    form: Form
    unwraps_fences: bool = False
    one_call: bool = False
    tells_reasoning: bool = True


def plan_generation(request: ChatRequest, profile: Profile, *, adapter: str | None = None) -> GenerationPlan:
    """Decide what `request` asks a model of this family for; `adapter` is the LoRA adapter to write with.

    Raises:
        InvalidRequest: a field, a schema or a combination of them cannot be honoured.
    """
    given = request.parameters
    messages = shape_messages(request, profile)
    salt = given.get("cache_salt")
    form = choose_form(request)
    return GenerationPlan(
        images=tuple(image for message in messages for image in message.images),
        budgets=_budgets(given, profile),
        request=GenerateRequest(
            messages=messages,
            sampling=choose_sampling(request, profile.sampling),
            constraint=form.constraint,
            tools=request.tools if request.tool_choice.mode != "none" else (),
            calls_tools=bool(request.tools) and request.tool_choice.mode == "auto",
            template_options=_template_options(given, profile),
            cache_salt=salt if isinstance(salt, str) else None,
            adapter=adapter,
        ),
        form=form,
        unwraps_fences=profile.unwraps_fences and (form.is_json or _asks_for_fields(messages, form)),
        one_call=given.get("parallel_tool_calls") is False,
        tells_reasoning=given.get("include_reasoning") is not False,
    )


def generate(
    plan: GenerationPlan,
    pages: Sequence[Page],
    engine: Generator,
    *,
    repetition: RepetitionSettings,
    retries: int = 0,
) -> AsyncGenerator[Delta, None]:
    """Yield the answers; every one ends with its `finish_reason`, and the very last delta carries usage and pages.

    With `retries` nothing is given out until an answer without a loop is whole, or so many more have been tried.
    """
    if not retries:
        return _write(plan, pages, engine, repetition)
    return _retry(plan, pages, engine, repetition, retries)


async def _retry(
    plan: GenerationPlan, pages: Sequence[Page], engine: Generator, repetition: RepetitionSettings, retries: int
) -> AsyncGenerator[Delta, None]:
    for attempt in range(retries):
        held = [delta async for delta in _write(_varied(plan, attempt), pages, engine, repetition)]
        if not any(delta.repetition for delta in held):
            for delta in held:
                yield delta
            return
    async with aclosing(_write(_varied(plan, retries), pages, engine, repetition)) as last:
        async for delta in last:
            note = delta.repetition
            yield replace(delta, repetition=replace(note, retries=retries)) if note else delta


async def _write(
    plan: GenerationPlan, pages: Sequence[Page], engine: Generator, repetition: RepetitionSettings
) -> AsyncGenerator[Delta, None]:
    sampling = plan.request.sampling
    writers = [
        ChoiceWriter(
            index, form=plan.form, repetition=repetition, unwraps_fences=plan.unwraps_fences, one_call=plan.one_call
        )
        for index in range(sampling.n)
    ]
    usage: Usage | None = None
    finish: Delta | None = None
    times = sampling.n if sampling.temperature == 0 else 1  # equal answers are written once; vLLM refuses to do more
    request = replace(plan.request, pages=tuple(pages), sampling=replace(sampling, n=sampling.n // times))
    written = engine.generate(request)
    if times > 1 or not plan.tells_reasoning:
        written = _fanned_out(written, times, tells_reasoning=plan.tells_reasoning)
    async with aclosing(written):
        async for delta in written:
            usage = delta.usage or usage
            writer = writers[delta.index]
            if writer.finished:
                continue
            for out in writer.feed(delta):
                yield out
            if not writer.finished:
                continue
            ending = await _ending(writer, usage)
            for out in (*([finish] if finish else []), *ending[:-1]):
                yield out
            finish = ending[-1]  # kept until it is known whether it is the last one
            if all(writer.finished for writer in writers):
                break  # a loop may have ended the last answer; closing aborts what the engine still writes
    if finish is None or usage is None or not all(writer.finished for writer in writers):
        raise InternalError("The engine ended its answer without saying why.")
    yield replace(finish, usage=usage, pages=page_notes(pages, {}))


async def _ending(writer: ChoiceWriter, usage: Usage | None) -> list[Delta]:
    """The end of a finished answer; one that is refused tells its tokens."""
    try:
        return await asyncio.to_thread(writer.finish) if writer.is_long_to_finish else writer.finish()
    except InvalidAnswer as error:
        if usage:
            error.prompt_tokens, error.completion_tokens = usage.prompt_tokens, usage.completion_tokens
        raise


async def _fanned_out(
    written: AsyncGenerator[Delta, None], times: int, *, tells_reasoning: bool
) -> AsyncGenerator[Delta, None]:
    """Pass on what the engine writes; where it wrote one answer for several equal ones, give it to each of them."""
    async with aclosing(written):
        async for delta in written:
            usage = delta.usage and replace(
                delta.usage,
                completion_tokens=delta.usage.completion_tokens * times,
                reasoning_tokens=delta.usage.reasoning_tokens * times,
            )
            varied = replace(delta, usage=usage)
            if delta.reasoning and not tells_reasoning:
                varied = replace(varied, reasoning="", logprobs=delta.logprobs if delta.text else ())
            for index in range(times):
                call = varied.tool_call and replace(varied.tool_call, id=new_call_id())
                yield replace(varied, index=index, tool_call=call) if times > 1 else varied


def _asks_for_fields(messages: Sequence[Message], form: Form) -> bool:
    """Whether the last question lists fields in the family's way, for which its models give JSON in a fence."""
    asked = next((message.text for message in reversed(messages) if message.role == "user"), "")
    return form.constraint is None and bool(listed_fields(asked))


def _varied(plan: GenerationPlan, attempt: int) -> GenerationPlan:
    """The plan with the sampling of a later attempt: warmer each time, as olmOCR does, and slower to repeat itself."""
    if attempt == 0:
        return plan
    sampling = plan.request.sampling
    varied = replace(
        sampling,
        temperature=min(1.0, (sampling.temperature or 0.0) + 0.2 * attempt),
        repetition_penalty=max(sampling.repetition_penalty or 1.0, 1.05),
        top_k=None if sampling.top_k == 1 else sampling.top_k,
        seed=None if sampling.seed is None else sampling.seed + attempt,
    )
    return replace(plan, request=replace(plan.request, sampling=varied))


def _template_options(given: JSONObject, profile: Profile) -> JSONObject:
    options = given.get("chat_template_kwargs") or {}
    assert isinstance(options, dict)  # noqa: S101 - the wire's type
    for name in options:
        if name not in profile.template_options:
            allowed = ", ".join(sorted(profile.template_options)) or "none"
            raise InvalidRequest(
                f"'chat_template_kwargs.{name[:64]}' cannot be set for this model. Allowed: {allowed}.",
                param=f"chat_template_kwargs.{name[:64]}",
                code="unsupported_parameter",
            )
    return options


def _budgets(given: JSONObject, profile: Profile) -> DetailBudgets:
    """The family's budgets, or smaller ones where the caller asks for them as the processor's `max_pixels`."""
    options = given.get("mm_processor_kwargs") or {}
    assert isinstance(options, dict)  # noqa: S101 - the wire's type
    for name, value in options.items():
        path = f"mm_processor_kwargs.{name[:64]}"
        if name != "max_pixels":
            raise InvalidRequest(
                f"'{path}' cannot be set: pages are resized here, not by the model's processor. Allowed: max_pixels, "
                "which lowers the pixel budget. To raise it, use the picture's detail.",
                param=path,
                code="unsupported_parameter",
            )
        if not isinstance(value, int) or isinstance(value, bool) or value < 1024:
            raise InvalidRequest(f"Invalid value for '{path}': expected a whole number from 1024.", param=path)
        return capped(profile, value).budgets
    return profile.budgets
