"""Wire types of an answer of the Responses API, after OpenAI's published schema."""

from typing import Any, Literal, TypeAlias

from pydantic import Field

from server.protocol.common import WireAnswer
from server.protocol.openai.chat_completion import PageglassInfo, TokenLogprob

Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]


def _is_none(value: object) -> bool:
    return value is None


class OutputText(WireAnswer):
    """Text of an answer."""

    type: Literal["output_text"] = "output_text"
    annotations: tuple[()] = ()
    text: str
    logprobs: tuple[TokenLogprob, ...] = ()


class OutputRefusal(WireAnswer):
    """Why there is no text."""

    type: Literal["refusal"] = "refusal"
    refusal: str


class OutputMessage(WireAnswer):
    """A message of an answer."""

    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    status: Status
    content: tuple[OutputText | OutputRefusal, ...]


class OutputCall(WireAnswer):
    """A call of a function; `arguments` is JSON text."""

    id: str
    type: Literal["function_call"] = "function_call"
    status: Status
    call_id: str
    name: str
    arguments: str


class ReasoningText(WireAnswer):
    """What the model thought before it answered."""

    type: Literal["reasoning_text"] = "reasoning_text"
    text: str


class OutputReasoning(WireAnswer):
    """The model's thoughts; they are not summarised."""

    id: str
    type: Literal["reasoning"] = "reasoning"
    status: Status
    summary: tuple[()] = ()
    content: tuple[ReasoningText, ...]


OutputItem: TypeAlias = OutputMessage | OutputCall | OutputReasoning


class InputTokensDetails(WireAnswer):
    """What the prompt's tokens were."""

    cached_tokens: int
    cache_write_tokens: int = 0


class OutputTokensDetails(WireAnswer):
    """What the answer's tokens were."""

    reasoning_tokens: int


class ResponseUsage(WireAnswer):
    """Tokens by the engine's own rule."""

    input_tokens: int
    input_tokens_details: InputTokensDetails
    output_tokens: int
    output_tokens_details: OutputTokensDetails
    total_tokens: int


class IncompleteDetails(WireAnswer):
    """Why an answer ends early."""

    reason: Literal["max_output_tokens"]


class ResponseError(WireAnswer):
    """Why an answer failed; the codes are OpenAI's."""

    code: Literal["server_error", "rate_limit_exceeded", "invalid_prompt", "invalid_image"]
    message: str


class Response(WireAnswer):
    """A whole answer, or the state of one that is being written; what was asked is repeated as it was sent."""

    id: str
    object: Literal["response"] = "response"
    created_at: int
    """Unix seconds."""
    completed_at: int | None = None
    status: Status | Literal["failed"]
    background: Literal[False] = False
    error: ResponseError | None = None
    incomplete_details: IncompleteDetails | None = None
    instructions: str | None
    max_output_tokens: int | None
    max_tool_calls: int | None
    metadata: dict[str, str]
    model: str
    output: tuple[OutputItem, ...] = ()
    parallel_tool_calls: bool
    previous_response_id: str | None = None
    prompt_cache_key: str | None
    reasoning: dict[str, Any]
    safety_identifier: str | None
    service_tier: Literal["default"] = "default"
    store: bool = False
    """Whether it is kept: only where the request says `store: true`, and there is a store."""
    temperature: float | None
    text: dict[str, Any]
    tool_choice: Any
    tools: tuple[dict[str, Any], ...]
    top_logprobs: int
    top_p: float | None
    truncation: Literal["disabled"] = "disabled"
    usage: ResponseUsage | None = None
    user: str | None
    pageglass: PageglassInfo | None = Field(default=None, exclude_if=_is_none)
    """Our own part of an answer, at its end."""
