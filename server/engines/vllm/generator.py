"""vLLM's asynchronous engine with continuous batching, behind the `Generator` port.

The only file that imports vllm. What comes out of vLLM is translated here: its outputs into deltas, its errors into
ours. Its tool and reasoning parsers are made here and used in `vllm_outputs`.
"""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any, Self

from server.config import Settings, prepare_vllm_environment
from server.engines.base import ParameterRule
from server.engines.constraint_trial.trial import ConstraintTrial, engine_schema
from server.engines.parameters import GENERATOR_PARAMETERS
from server.engines.vllm.conversation import write_conversation, write_tools
from server.engines.vllm.outputs import OutputReader
from server.engines.vllm.start_args import engine_args, images_per_prompt
from server.engines.vllm.start_faults import explain_start, find_fault
from server.engines.vllm.stderr_tail import stderr_tail
from server.engines.vllm.supervisor import CoreDied, Patience, Supervisor
from server.errors import (
    ConfigurationError,
    ImageTooLarge,
    InternalError,
    InvalidRequest,
    Overloaded,
    PageglassError,
)
from server.profiles.base import Profile
from server.values.chat import Delta, GenerateRequest, Usage

_log = logging.getLogger(__name__)
_COPIED_ON_THE_LOOP = 2**20  # bytes of pages, which take less time than the way to a thread
_PASSED_ON = (
    *("temperature", "top_p", "top_k", "min_p", "seed"),
    *("presence_penalty", "frequency_penalty", "repetition_penalty"),
)


class VLLMGenerator:
    """The engine as the rest of the server sees it, started again when it dies."""

    name = "vllm"

    def __init__(self, settings: Settings, profile: Profile) -> None:
        if fault := find_fault(settings.model):  # before anything heavy is imported
            raise ConfigurationError(fault)
        prepare_vllm_environment(settings)
        try:
            import vllm  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ConfigurationError(
                f"PAGEGLASS_MODEL: {settings.model!r} is served by vLLM, which cannot be imported here ({error}). "
                "Install it with: pip install 'pageglass[vllm]'. Without a GPU, serve the embedded pp-ocrv6-small."
            ) from None
        self.version = f"{vllm.__version__}+{profile.revision_to_load(settings.vllm.revision) or 'main'}"
        self._settings = settings
        self._profile = profile
        vllm_settings = settings.vllm
        self._supervisor = Supervisor(
            self._launch,
            Patience(
                backoff_s=vllm_settings.restart_backoff_s,
                max_failures=vllm_settings.max_failures,
                window_s=vllm_settings.failure_window_s,
            ),
        )

    @property
    def parameters(self) -> Mapping[str, ParameterRule]:
        """The table of every generator."""
        return GENERATOR_PARAMETERS

    @property
    def ready(self) -> bool:
        """Whether the engine is running."""
        return self._supervisor.ready

    @property
    def fault(self) -> str | None:
        """Why the engine was given up; None as long as it was not."""
        return self._supervisor.fault

    async def start(self) -> None:
        """Load the model; raises `ConfigurationError` where that cannot work."""
        if self._profile.start_warning:
            _log.warning(self._profile.start_warning)
        await self._supervisor.start()

    async def stop(self) -> None:
        """Stop the engine."""
        await self._supervisor.stop()

    def hold(self) -> None:
        """Start no other engine: the server is about to stop."""
        self._supervisor.hold()

    def generate(self, request: GenerateRequest) -> AsyncGenerator[Delta, None]:
        """Yield the answers to `request`, token by token."""
        return self._supervisor.generate(request)

    async def _launch(self) -> "VLLMCore":
        return await VLLMCore.launch(self._settings, self._profile)


class VLLMCore:
    """One running engine of vLLM."""

    def __init__(self, llm: Any, settings: Settings, profile: Profile) -> None:
        from vllm.parser import ParserManager  # noqa: PLC0415 - an extra

        self._llm = llm
        self._stopped = False
        self._settings = settings
        self._tokenizer = llm.get_tokenizer()
        self._trial = ConstraintTrial(
            timeout_s=settings.vllm.constraint_timeout_s,
            max_bytes=settings.vllm.max_constraint_bytes,
            tokenizer=_tokenizer_text(self._tokenizer),
        )
        template = settings.vllm.chat_template
        self._template = template.read_text(encoding="utf-8") if template else None
        tool_parser = settings.vllm.tool_parser or profile.engine.tool_parser
        self._finds_calls = tool_parser is not None
        self._parsers = ParserManager.get_parser(
            tool_parser_name=tool_parser,
            reasoning_parser_name=settings.vllm.reasoning_parser or profile.engine.reasoning_parser,
            enable_auto_tools=True,
            tokenizer=self._tokenizer,
        )
        self._request_args = dict(profile.engine.request_args)
        self._adapters = _adapters(settings.vllm.lora_modules or {})

    @classmethod
    async def launch(cls, settings: Settings, profile: Profile) -> Self:
        """Start vLLM, which takes seconds to minutes and a thread meanwhile.

        Raises:
            ConfigurationError: it did not start; one message with the cause and the cure.
        """
        await asyncio.to_thread(_import_engine, settings)
        core = await asyncio.to_thread(cls._launch, settings, profile)
        try:
            await core.start()
        except BaseException:
            await core.stop()
            raise
        return core

    @classmethod
    def _launch(cls, settings: Settings, profile: Profile) -> Self:
        from vllm import AsyncEngineArgs  # noqa: PLC0415 - an extra
        from vllm.config import StructuredOutputsConfig  # noqa: PLC0415
        from vllm.usage.usage_lib import UsageContext  # noqa: PLC0415
        from vllm.v1.engine.async_llm import AsyncLLM  # noqa: PLC0415

        # the batch sizes that vLLM takes by default are those of its own server
        context = UsageContext.OPENAI_API_SERVER

        with stderr_tail() as lines:
            try:
                args = engine_args(settings, profile)
                # vLLM takes it as an object of its own alone where there is a parser of reasoning
                args["structured_outputs_config"] = StructuredOutputsConfig(**args["structured_outputs_config"])
                llm = AsyncLLM.from_engine_args(AsyncEngineArgs(**args), usage_context=context)
                return cls(llm, settings, profile)
            except Exception as error:
                time.sleep(0.2)  # the core's last words are still on their way through the pipe
                raise ConfigurationError(explain_start(error, lines, settings)) from error

    async def start(self) -> None:
        """Start the process in which schemas and grammars are tried, and load the LoRA adapters.

        vLLM loads an adapter with the first request that names it, and one that it cannot load ends its core.

        Raises:
            ConfigurationError: an adapter cannot be loaded.
        """
        await self._trial.start()
        await self._llm.get_supported_tasks()  # which vLLM else asks for with the first request, and waits for ever
        for name, adapter in self._adapters.items():
            try:
                await self._llm.add_lora(adapter)
            except Exception as error:
                fault = str(error).strip().partition("\n")[0][:300]
                raise ConfigurationError(
                    f"PAGEGLASS_VLLM__LORA_MODULES: the adapter {name!r} cannot be loaded: {fault}. Its folder "
                    "needs an adapter_config.json for this model, of a rank that vLLM's max_lora_rank (16; "
                    "PAGEGLASS_VLLM__EXTRA_ARGS) allows."
                ) from error

    @property
    def alive(self) -> bool:
        """Whether the engine's core runs."""
        return not self._llm.errored

    async def stop(self) -> None:
        """End the engine's processes; pending requests fail."""
        from vllm.v1.engine.exceptions import EngineDeadError  # noqa: PLC0415 - an extra

        self._stopped = True
        self._llm.output_processor.propagate_error(EngineDeadError())
        await self._trial.close()
        await asyncio.to_thread(self._llm.shutdown, timeout=5)

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[Delta, None]:
        """Yield the answers; closing the iterator aborts them in the engine.

        Raises:
            CoreDied: the engine ended.
            InvalidRequest: the prompt is too long, the template refuses it, or the constraint cannot be compiled.
        """
        self._check_pages(request)
        self._check_tools(request)
        if request.constraint:
            await self._trial.check(request.constraint)
        with self._translated(request):
            prompt = await self._render(request)
            ids: list[int] = prompt["prompt_token_ids"]
            params = self._params(request, room=self._room(prompt))
            readers = [self._reader(request) for _ in range(request.sampling.n)]
            if any(reader.keeps_special_tokens for reader in readers):
                params.skip_special_tokens = False
            written = cached = 0

            def used() -> Usage:
                thought = sum(reader.reasoning_tokens for reader in readers)
                return Usage(
                    prompt_tokens=len(ids), completion_tokens=written, cached_tokens=cached, reasoning_tokens=thought
                )

            outputs = self._outputs(request, prompt, params, reasoning_ended=readers[0].reasoning_ended(ids))
            async with contextlib.aclosing(outputs):
                async for output in outputs:
                    written += sum(len(completion.token_ids) for completion in output.outputs)
                    cached = output.num_cached_tokens or 0
                    for completion in output.outputs:
                        for delta in readers[completion.index].read(completion, ids, used):
                            yield delta

    @contextlib.contextmanager
    def _translated(self, request: GenerateRequest) -> Iterator[None]:
        """Turn what vLLM raises into our errors; an engine that ends takes what works for it along in many ways."""
        from vllm.v1.engine.exceptions import EngineDeadError  # noqa: PLC0415 - an extra

        try:
            yield
        except PageglassError:
            raise
        except Exception as error:
            if self._stopped or self._llm.errored or isinstance(error, EngineDeadError):
                raise CoreDied from error
            if known := _translated(error, request):
                raise known from error
            raise

    async def _outputs(
        self, request: GenerateRequest, prompt: Any, params: Any, *, reasoning_ended: bool | None
    ) -> AsyncGenerator[Any, None]:
        """Yield vLLM's outputs; starts over if its core lacks a picture that its cache should have.

        A picture that was prepared for a request that never reached the core, since it was refused or its client went
        away, is not sent with the next request either. vLLM ends that one in an error, and sends it with the one after.
        """
        adapter = self._adapters.get(request.adapter or "")
        for can_repeat in (bool(request.pages), False):
            outputs = self._llm.generate(
                prompt, params, uuid.uuid4().hex, lora_request=adapter, reasoning_ended=reasoning_ended
            )
            async with contextlib.aclosing(outputs):
                async for output in outputs:
                    if can_repeat and any(completion.finish_reason == "error" for completion in output.outputs):
                        break
                    can_repeat = False  # noqa: PLW2901 - what has been given out cannot be taken back
                    yield output
                else:
                    return
            prompt = await self._render(request)

    def _check_pages(self, request: GenerateRequest) -> None:
        if request.pages and not self._llm.model_config.is_multimodal_model:
            raise InvalidRequest(
                "This model takes text alone, no pictures. Serve one that reads pictures.",
                param=request.pages[0].path,
                code="unsupported_content_part",
            )
        most = images_per_prompt(self._settings)
        if len(request.pages) > most:
            raise ImageTooLarge(
                f"The request holds {len(request.pages)} pages, and this model takes at most {most} in one prompt. "
                "Send fewer, choose pages. The operator can raise PAGEGLASS_VLLM__MAX_IMAGES_PER_PROMPT.",
                param=request.pages[most].path,
                code="too_many_pages",
            )

    def _check_tools(self, request: GenerateRequest) -> None:
        if request.calls_tools and not self._finds_calls:
            raise InvalidRequest(
                "This model's family has no parser for tool calls, so a tool cannot be left to its choice. Send "
                'tool_choice "required" or the name of a tool, which it is held to, or set PAGEGLASS_VLLM__TOOL_PARSER '
                "where the model writes calls in a form that vLLM knows.",
                param="tools",
                code="unsupported_value",
            )

    def _reader(self, request: GenerateRequest) -> OutputReader:
        """A reader of one answer, with a parser where there is something to tell apart from text."""
        top, held_to = request.sampling.logprobs or 0, request.constraint.path if request.constraint else None
        if self._parsers is None or not (request.calls_tools or self._parsers.reasoning_parser_cls):
            return OutputReader(top=top, held_to=held_to)
        from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest  # noqa: PLC0415 - an extra

        tools = write_tools(request.tools) if request.calls_tools else None
        asked = ChatCompletionRequest(messages=[], tools=tools, tool_choice="auto" if tools else None)
        options = dict(request.template_options)
        parser = self._parsers(
            self._tokenizer, asked.tools, chat_template_kwargs=options, model_config=self._llm.model_config
        )
        return OutputReader(top=top, held_to=held_to, parser=parser, asked=parser.adjust_request(asked))

    async def _render(self, request: GenerateRequest) -> Any:
        """Put the conversation through the chat template, the tokenizer and the image processor."""
        from vllm.exceptions import VLLMValidationError  # noqa: PLC0415 - an extra
        from vllm.renderers.params import ChatParams  # noqa: PLC0415

        options = {
            "add_generation_prompt": True,
            "tools": write_tools(request.tools) or None,
            **request.template_options,
        }
        params = ChatParams(chat_template=self._template, chat_template_kwargs=options)
        extras = {"cache_salt": request.cache_salt} if request.cache_salt else None
        if sum(page.pixels.size for page in request.pages) <= _COPIED_ON_THE_LOOP:
            conversation = write_conversation(request)
        else:
            conversation = await asyncio.to_thread(write_conversation, request)
        try:
            _, (prompt,) = await self._llm.renderer.render_chat_async([conversation], params, prompt_extras=extras)
        except VLLMValidationError as error:
            if error.parameter:
                raise
            raise InvalidRequest(
                f"The model's chat template refuses these messages: {str(error.args[0])[:300]}. Change their roles or "
                "their order.",
                param="messages",
            ) from None
        return prompt

    def _room(self, prompt: Any) -> int:
        """How many tokens of the context are left for the answer."""
        longest: int = self._llm.model_config.max_model_len
        room = longest - len(prompt["prompt_token_ids"])
        if room > 0:
            return room
        images = sum(place.length for places in prompt.get("mm_placeholders", {}).values() for place in places)
        text = len(prompt["prompt_token_ids"]) - images
        raise _too_long(longest, f"{text + images} tokens: {text} of text and {images} of images")

    def _params(self, request: GenerateRequest, *, room: int) -> Any:
        from vllm.sampling_params import (  # noqa: PLC0415 - an extra
            RepetitionDetectionParams,
            RequestOutputKind,
            SamplingParams,
        )

        sampling = request.sampling
        max_tokens = room if sampling.max_tokens is None else min(room, sampling.max_tokens)
        if sampling.min_tokens > max_tokens:
            raise InvalidRequest(
                f"Invalid value for 'min_tokens': {sampling.min_tokens} is more than this answer can have, which is "
                f"{max_tokens}. Lower it, or send less.",
                param="min_tokens",
            )
        chosen = {name: value for name in _PASSED_ON if (value := getattr(sampling, name)) is not None}
        return SamplingParams(
            **chosen,
            n=sampling.n,
            max_tokens=max_tokens,
            min_tokens=sampling.min_tokens,
            logit_bias=dict(sampling.logit_bias) or None,
            logprobs=sampling.logprobs,
            stop=list(sampling.stop) or None,
            stop_token_ids=list(sampling.stop_token_ids) or None,
            include_stop_str_in_output=sampling.include_stop_str_in_output,
            ignore_eos=sampling.ignore_eos,
            bad_words=list(sampling.bad_words) or None,
            allowed_token_ids=list(sampling.allowed_token_ids) or None,
            skip_special_tokens=sampling.skip_special_tokens is not False,
            extra_args=self._request_args or None,
            spaces_between_special_tokens=False,
            structured_outputs=_structured(request),
            repetition_detection=RepetitionDetectionParams(**sampling.repetition_detection)
            if sampling.repetition_detection
            else None,
            output_kind=RequestOutputKind.DELTA,
        )


def _import_engine(settings: Settings) -> None:
    """Import vLLM's engine, before a frame below holds one.

    vLLM keeps the `ImportError`s of optional libraries for ever, and these all frames below with their variables.
    """
    try:
        import vllm.v1.engine.async_llm  # noqa: F401, PLC0415 - an extra
    except Exception as error:
        raise ConfigurationError(explain_start(error, (), settings)) from error


def _tokenizer_text(tokenizer: Any) -> str | None:
    """The text of its ``tokenizer.json``, where it is a fast one, less what only matters to batches."""
    fast = getattr(tokenizer, "backend_tokenizer", None)
    if fast is None:
        return None
    plain = type(fast).from_str(fast.to_str())
    plain.no_padding()
    plain.no_truncation()
    return str(plain.to_str())


def _structured(request: GenerateRequest) -> Any:
    from vllm.sampling_params import StructuredOutputsParams  # noqa: PLC0415 - an extra

    constraint = request.constraint
    if constraint is None:
        return None
    if constraint.kind == "json":
        if constraint.spec is None:
            return StructuredOutputsParams(json_object=True)
        return StructuredOutputsParams(json=engine_schema(constraint.spec))  # type: ignore[arg-type]
    return StructuredOutputsParams(**{constraint.kind: constraint.spec})


def _adapters(modules: Mapping[str, str]) -> dict[str, Any]:
    """The LoRA adapters by name; vLLM wants a number from 1 for each."""
    from vllm.lora.request import LoRARequest  # noqa: PLC0415 - an extra

    return {name: LoRARequest(name, number, path) for number, (name, path) in enumerate(modules.items(), start=1)}


def _too_long(longest: int, found: str) -> InvalidRequest:
    return InvalidRequest(
        f"This model's context holds {longest} tokens, and the prompt has {found}. Send fewer or smaller pages (a "
        "lower detail), or less text.",
        param="messages",
        code="context_length_exceeded",
    )


def _translated(error: Exception, request: GenerateRequest) -> PageglassError | None:
    """Our error for one of vLLM's; texts of its own validation are meant for callers and kept."""
    from vllm.exceptions import GracefulHTTPError, VLLMClientError, VLLMValidationError  # noqa: PLC0415 - an extra
    from vllm.v1.engine.exceptions import EngineGenerateError  # noqa: PLC0415

    match error:
        case VLLMValidationError() if error.parameter in {"input_tokens", "input_text"}:  # found before the pictures
            return InvalidRequest(
                f"{str(error.args[0]).partition(' Please')[0]} Send less text, or fewer pages.",
                param="messages",
                code="context_length_exceeded",
            )
        case VLLMValidationError():
            held_to = request.constraint.path if request.constraint else None
            return InvalidRequest(str(error.args[0]), param=error.parameter or held_to)
        case VLLMClientError():
            return InvalidRequest(str(error))
        case GracefulHTTPError():  # vLLM's own queue is full, where EXTRA_ARGS bounds it
            return Overloaded("The engine's queue is full. Try again.", retry_after_s=1)
        case EngineGenerateError():
            return InternalError("The engine failed over this request.")
    return None
