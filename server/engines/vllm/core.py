"""One running engine of vLLM: started, given requests, its outputs turned into deltas and its errors into ours.

vLLM's tool and reasoning parsers are made here, and used in `outputs`.
"""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any, Self

from server.config import Settings
from server.engines.constraint_trial.trial import ConstraintTrial
from server.engines.vllm.conversation import render, write_tools
from server.engines.vllm.outputs import OutputReader
from server.engines.vllm.request_faults import check_pages, check_tools, translated
from server.engines.vllm.sampling_params import sampling_params
from server.engines.vllm.start_args import engine_args, images_per_prompt
from server.engines.vllm.start_faults import explain_start
from server.engines.vllm.stderr_tail import stderr_tail
from server.engines.vllm.supervisor import CoreDied
from server.errors import (
    ConfigurationError,
    PageglassError,
)
from server.profiles.base import Profile
from server.values.chat import Delta, GenerateRequest, Usage


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
        self._request_args = profile.engine.request_args
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
        pages, takes_pictures = images_per_prompt(self._settings), self._llm.model_config.is_multimodal_model
        check_pages(request, most=pages, takes_pictures=takes_pictures)
        check_tools(request, finds_calls=self._finds_calls)
        if request.constraint:
            await self._trial.check(request.constraint)
        with self._translated(request):
            prompt = await render(self._llm, request, self._template)
            ids: list[int] = prompt["prompt_token_ids"]
            params = sampling_params(
                request, prompt, context=self._llm.model_config.max_model_len, extra_args=self._request_args
            )
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
            if known := translated(error, request):
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
            prompt = await render(self._llm, request, self._template)

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


def _adapters(modules: Mapping[str, str]) -> dict[str, Any]:
    """The LoRA adapters by name; vLLM wants a number from 1 for each."""
    from vllm.lora.request import LoRARequest  # noqa: PLC0415 - an extra

    return {name: LoRARequest(name, number, path) for number, (name, path) in enumerate(modules.items(), start=1)}
