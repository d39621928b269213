"""Wire types of a chat answer, whole and streamed, after OpenAI's published schema."""

from typing import Literal, TypeAlias

from pydantic import Field

from server.protocol.common import WireAnswer

Finish: TypeAlias = Literal["stop", "length", "tool_calls"]


class FunctionCall(WireAnswer):
    """The call of a function; `arguments` is JSON text."""

    name: str
    arguments: str


class MessageToolCall(WireAnswer):
    """A tool call of an answer."""

    id: str
    type: Literal["function"] = "function"
    function: FunctionCall


def _is_none(value: object) -> bool:
    return value is None


def _is_empty(value: tuple[object, ...] | str) -> bool:
    return not value


class AnswerMessage(WireAnswer):
    """The answer's message; `content` is null where a refusal or tool calls stand in its place."""

    role: Literal["assistant"] = "assistant"
    content: str | None
    refusal: str | None
    annotations: tuple[()] = ()
    reasoning: str | None = Field(default=None, exclude_if=_is_none)
    """What the model thought before it answered; vLLM's, not OpenAI's."""
    tool_calls: tuple[MessageToolCall, ...] | None = Field(default=None, exclude_if=_is_none)


class TokenChance(WireAnswer):
    """A token, the natural logarithm of its probability (-9999.0 where that is next to nothing) and its bytes."""

    token: str
    logprob: float
    bytes: tuple[int, ...]


class TokenLogprob(TokenChance):
    """The token that was taken, and the likeliest ones at its place."""

    top_logprobs: tuple[TokenChance, ...]


class Logprobs(WireAnswer):
    """Token by token, how likely the answer was."""

    content: tuple[TokenLogprob, ...]
    refusal: None


class Choice(WireAnswer):
    """One of the answers."""

    index: int
    message: AnswerMessage
    logprobs: Logprobs | None
    finish_reason: Finish


class PromptTokensDetails(WireAnswer):
    """What the prompt's tokens were."""

    cached_tokens: int
    audio_tokens: int


class CompletionTokensDetails(WireAnswer):
    """What the answer's tokens were."""

    reasoning_tokens: int
    audio_tokens: int
    accepted_prediction_tokens: int
    rejected_prediction_tokens: int


class CompletionUsage(WireAnswer):
    """Tokens by the engine's own rule, of all answers together."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptTokensDetails
    completion_tokens_details: CompletionTokensDetails


class PageInfo(WireAnswer):
    """What was done to one page: its size in pixels as a viewer shows it, and how it was turned clockwise.

    `source` is the place of its picture or document in the request, `number` its number in there, counted from 1.
    """

    source: str
    number: int
    width: int
    height: int
    quarter_turns: int
    notes: tuple[str, ...]


class RepetitionInfo(WireAnswer):
    """A loop that was cut off: `unit` was written `times` times, and stands once in the answer of index `choice`.

    `retries` is how often that answer was retried before.
    """

    choice: int
    unit: str
    times: int
    retries: int


class EvidenceInfo(WireAnswer):
    """Where a value stands; `box` is clockwise from the top left, in pixels of the picture as viewers show it."""

    grounded: bool | None
    """Whether a page shows it; null for what print cannot show, such as true and false."""
    source: str | None
    """Place of the picture in the request."""
    page: int | None
    """Its number in that document, counted from 1."""
    box: tuple[tuple[float, float], ...] | None
    text: str
    """The print it rests on."""
    confidence: float
    checked: tuple[str, ...] = Field(default=(), exclude_if=_is_empty)
    """The checks that the value passed, such as `IBAN check digits` and `subtotal + tax = total`."""
    reading: str = Field(default="", exclude_if=_is_empty)
    """How the page settled what could be read in two ways: `decimal comma`, `day first`."""


class PageglassInfo(WireAnswer):
    """Our own part of an answer."""

    pages: tuple[PageInfo, ...]
    repetitions: tuple[RepetitionInfo, ...] = Field(default=(), exclude_if=_is_empty)
    evidence: dict[str, EvidenceInfo] | None = Field(default=None, exclude_if=_is_none)
    """Where each field stands, by its path; with `pageglass.ground` in the request."""
    language: str | None = Field(default=None, exclude_if=_is_none)
    """The language of the page's labels (ISO 639-1), where fields were asked for and it was found."""
    asked: tuple[str, ...] = Field(default=(), exclude_if=_is_empty)
    """The keys that were found in the prompt, where no schema was sent."""
    notes: tuple[str, ...] = Field(default=(), exclude_if=_is_empty)
    """Sentences about the fields: rows that were left out, a table that matched no property."""


class ChatCompletion(WireAnswer):
    """A whole answer."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    """Unix seconds."""
    model: str
    choices: tuple[Choice, ...]
    usage: CompletionUsage
    system_fingerprint: str
    pageglass: PageglassInfo


class ToolCallDelta(WireAnswer):
    """A tool call in a stream; it arrives whole. `index` counts the calls of its answer."""

    index: int
    id: str
    type: Literal["function"]
    function: FunctionCall


class ChunkDelta(WireAnswer):
    """What a chunk adds to the message: only the members that were set are written."""

    role: Literal["assistant"] | None = None
    content: str | None = None
    refusal: str | None = None
    reasoning: str | None = None
    tool_calls: tuple[ToolCallDelta, ...] | None = None


class ChunkChoice(WireAnswer):
    """The next piece of one of the answers."""

    index: int
    delta: ChunkDelta
    logprobs: Logprobs | None
    finish_reason: Finish | None


class ChatCompletionChunk(WireAnswer):
    """One event of a stream, written with the members that were set."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    system_fingerprint: str
    choices: tuple[ChunkChoice, ...]
    usage: CompletionUsage | None = None
    pageglass: PageglassInfo | None = None
