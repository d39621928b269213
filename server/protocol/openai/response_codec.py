"""Answers of the Responses API from inner values to the wire, whole; pure, like the way in."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Final

from server.protocol.openai import response as wire
from server.protocol.openai.chat_answer_codec import encode_logprobs, encode_notes
from server.protocol.openai.chat_completion import PageglassInfo
from server.protocol.openai.responses import ResponsesRequest
from server.values.chat import Answer, Choice, FinishReason, ToolCall, Usage

_MOST_ARE_DEFAULT: Final = 1.0  # OpenAI's temperature and top_p where none is given


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseHead:
    """What every state of an answer repeats; `created` is in Unix seconds."""

    model: str
    asked: ResponsesRequest
    kept: bool = False
    id: str = field(default_factory=lambda: f"resp_{secrets.token_hex(24)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def state(self, status: Any, **members: Any) -> wire.Response:
        """The answer in a state, with what it has in it."""
        asked = self.asked
        return wire.Response(
            id=self.id,
            created_at=self.created,
            status=status,
            instructions=asked.instructions,
            max_output_tokens=asked.max_output_tokens,
            max_tool_calls=asked.max_tool_calls,
            metadata=asked.metadata or {},
            model=self.model,
            parallel_tool_calls=asked.parallel_tool_calls is not False,
            previous_response_id=asked.previous_response_id,
            prompt_cache_key=asked.prompt_cache_key,
            reasoning={
                "effort": asked.reasoning.effort if asked.reasoning else None,
                "summary": asked.reasoning.summary if asked.reasoning else None,
            },
            safety_identifier=asked.safety_identifier,
            store=self.kept,
            temperature=_MOST_ARE_DEFAULT if asked.temperature is None else asked.temperature,
            text=_text_of(asked),
            tool_choice=_choice_of(asked),
            tools=tuple(_tool_of(tool) for tool in asked.tools or ()),
            top_logprobs=asked.top_logprobs or 0,
            top_p=_MOST_ARE_DEFAULT if asked.top_p is None else asked.top_p,
            user=asked.user,
            **members,
        )

    def ended(
        self, output: tuple[wire.OutputItem, ...], finish: FinishReason, usage: Usage | None, notes: PageglassInfo
    ) -> wire.Response:
        """The answer at its end."""
        cut = finish == "length"
        return self.state(
            "incomplete" if cut else "completed",
            completed_at=None if cut else int(time.time()),
            incomplete_details=wire.IncompleteDetails(reason="max_output_tokens") if cut else None,
            output=output,
            usage=encode_usage(usage) if usage else None,
            pageglass=notes,
        )


def encode_response(answer: Answer, head: ResponseHead) -> wire.Response:
    """Write a whole answer. With logprobs it may take a second: not for the event loop."""
    (choice,) = answer.choices
    return head.ended(_items_of(choice), choice.finish_reason, answer.usage, encode_notes(answer, answer.repetitions))


def new_id(kind: str) -> str:
    """An id for an item: `msg`, `fc` or `rs` and what tells it from every other."""
    return f"{kind}_{secrets.token_hex(24)}"


def encode_call(call: ToolCall, status: wire.Status = "completed", *, item_id: str | None = None) -> wire.OutputCall:
    """Write a call of a function."""
    return wire.OutputCall(
        id=item_id or new_id("fc"), status=status, call_id=call.id, name=call.name, arguments=call.arguments
    )


def encode_usage(usage: Usage) -> wire.ResponseUsage:
    """Write the tokens."""
    return wire.ResponseUsage(
        input_tokens=usage.prompt_tokens,
        input_tokens_details=wire.InputTokensDetails(cached_tokens=usage.cached_tokens),
        output_tokens=usage.completion_tokens,
        output_tokens_details=wire.OutputTokensDetails(reasoning_tokens=usage.reasoning_tokens),
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
    )


def _items_of(choice: Choice) -> tuple[wire.OutputItem, ...]:
    status: wire.Status = "incomplete" if choice.finish_reason == "length" else "completed"
    items: list[wire.OutputItem] = []
    if choice.reasoning:
        thought = (wire.ReasoningText(text=choice.reasoning),)
        items.append(wire.OutputReasoning(id=new_id("rs"), status="completed", content=thought))
    parts: list[wire.OutputText | wire.OutputRefusal] = []
    if choice.text is not None:
        logprobs = encode_logprobs(choice.logprobs)
        parts.append(wire.OutputText(text=choice.text, logprobs=logprobs.content if logprobs else ()))
    if choice.refusal is not None:
        parts.append(wire.OutputRefusal(refusal=choice.refusal))
    if parts:
        items.append(wire.OutputMessage(id=new_id("msg"), status=status, content=tuple(parts)))
    return (*items, *(encode_call(call, status) for call in choice.tool_calls))


def _text_of(asked: ResponsesRequest) -> dict[str, Any]:
    spec = asked.text.format if asked.text else None
    written: dict[str, Any] = spec.model_dump(exclude_none=True, by_alias=True) if spec else {"type": "text"}
    if spec and spec.type == "json_schema":
        written.setdefault("strict", False)
    return {"format": written, "verbosity": (asked.text.verbosity if asked.text else None) or "medium"}


def _choice_of(asked: ResponsesRequest) -> Any:
    choice = asked.tool_choice
    if choice is None or isinstance(choice, str):
        return choice or "auto"
    return choice.model_dump(exclude_none=True)


def _tool_of(tool: Any) -> dict[str, Any]:
    written: dict[str, Any] = tool.model_dump(exclude_none=True)
    return {"description": None, "parameters": None, "strict": False} | written
