"""Chat requests and answers: messages, response formats, tools, answers and their deltas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, Union

from server.values.lines import NO_NOTES, DocumentNotes, Evidence
from server.values.pages import ImageSource, Page
from server.values.wording import CHAT, Wording

JSON: TypeAlias = Union[bool, int, float, str, Sequence["JSON"], Mapping[str, "JSON"], None]
JSONObject: TypeAlias = Mapping[str, JSON]
Role = Literal["system", "developer", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """A piece of text in a message."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePart:
    """A picture in a message, not yet loaded."""

    source: ImageSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool call: of an earlier assistant turn, or of an answer. `arguments` is JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of the conversation."""

    role: Role
    parts: tuple[TextPart | ImagePart, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """The text of the turn, its parts joined by line breaks."""
        return "\n".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def images(self) -> tuple[ImageSource, ...]:
        """The pictures of the turn, in order."""
        return tuple(part.source for part in self.parts if isinstance(part, ImagePart))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFormat:
    """An unconstrained answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JSONObjectFormat:
    """An answer that is any JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JSONSchemaFormat:
    """Structured output: an answer that validates against the caller's schema, which is at `path` in the request."""

    name: str
    schema: JSONObject
    path: str = "response_format.json_schema.schema"


AnswerFormat: TypeAlias = TextFormat | JSONObjectFormat | JSONSchemaFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function that the answer may call. `path` is the place of `parameters` in the request."""

    name: str
    description: str = ""
    parameters: JSONObject = field(default_factory=dict)
    path: str = "tools[0].function.parameters"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolChoice:
    """Whether a tool must be called: `named` carries the name."""

    mode: Literal["auto", "none", "required", "named"] = "auto"
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """A chat request after decoding.

    `parameters` holds every other field of the request (not null), by its wire name, for the engine's own rules;
    every engine supports `stop` and `max_tokens`, so these have their own fields. With `ground`, each field of the
    answer has evidence; with `strict_grounding`, fields without evidence become null. `wording` is how its door names
    the parts.
    """

    model: str
    messages: tuple[Message, ...]
    answer_format: AnswerFormat = field(default_factory=TextFormat)
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = field(default_factory=ToolChoice)
    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    ground: bool = False
    strict_grounding: bool = False
    parameters: JSONObject = field(default_factory=dict)
    wording: Wording = CHAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens counted by the engine's own rule; reasoning is part of the completion."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """The tokens of two answers together."""
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenChance:
    """A token and the natural logarithm of its probability; `data` is its bytes."""

    token: str
    logprob: float
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLogprob:
    """The sampled token, and the most likely ones at its place, in descending order."""

    taken: TokenChance
    top: tuple[TokenChance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepetitionNote:
    """A repetition loop that was cut off: `unit` was written `times` times, and is kept once in the answer.

    `choice` is the answer's index; `retries` how often the answer was retried before this one was returned.
    """

    choice: int
    unit: str
    times: int
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """The next piece of the answer number `index`.

    The last delta of each of a request's answers carries its `finish_reason`; the very last one carries `usage`,
    `pages`, notes `about` the document, and `evidence` if requested, by the path of the value. A tool call arrives
    whole (`tool_call`); `refusal` is text that says why there is no answer; `reasoning` is the model's reasoning before
    its answer; `held` is the part written of an incomplete tool call. `looped` marks a finish at a loop that the engine
    itself detected, and `stopped` one at a stop sequence of the caller.
    """

    index: int = 0
    text: str = ""
    refusal: str = ""
    reasoning: str = ""
    held: str = ""
    tool_call: ToolCall | None = None
    logprobs: tuple[TokenLogprob, ...] = ()
    finish_reason: FinishReason | None = None
    looped: bool = False
    stopped: bool = False
    repetition: RepetitionNote | None = None
    usage: Usage | None = None
    pages: tuple["PageNote", ...] = ()
    evidence: Mapping[str, Evidence] | None = None
    about: DocumentNotes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNote:
    """The processing of one page before it was read; part of the `pageglass` object of an answer.

    `width` and `height` are pixels of the picture as a viewer shows it; `quarter_turns` is how often the page was
    turned clockwise by 90 degrees to stand upright; `notes` are sentences for the caller. `source` is the place of
    its picture or document in the request, and `number` its number in there, counted from 1.
    """

    source: str
    number: int
    width: int
    height: int
    quarter_turns: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a request's answers, whole. `text` is None if `refusal` or `tool_calls` replace it."""

    text: str | None
    finish_reason: FinishReason
    refusal: str | None = None
    reasoning: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer: `n` choices, in order of their index."""

    choices: tuple[Choice, ...]
    usage: Usage
    pages: tuple[PageNote, ...] = ()
    evidence: Mapping[str, Evidence] | None = None
    about: DocumentNotes = NO_NOTES
    repetitions: tuple[RepetitionNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """The sampling parameters of a `Generator`; None is the engine's default. Names and ranges are vLLM's and OpenAI's.

    `max_tokens` limits the answer; None means up to the context length. `logprobs` is the number of most likely tokens
    to return at each place (0: only the sampled one).
    """

    n: int = 1
    seed: int | None = None
    max_tokens: int | None = None
    min_tokens: int = 0
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    repetition_penalty: float | None = None
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    logprobs: int | None = None
    stop: tuple[str, ...] = ()
    stop_token_ids: tuple[int, ...] = ()
    include_stop_str_in_output: bool = False
    ignore_eos: bool = False
    bad_words: tuple[str, ...] = ()
    allowed_token_ids: tuple[int, ...] = ()
    skip_special_tokens: bool | None = None
    repetition_detection: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """Constrained decoding: the form that every answer must have. `path` is its place in the request.

    `spec` is a JSON schema (an object; None for any JSON object) for `json`, the pattern for `regex`, the grammar's
    text for `grammar` and the texts to choose from for `choice`. `places` maps paths in a schema to the places of
    these parts in the request.
    """

    kind: Literal["json", "regex", "choice", "grammar"]
    spec: JSON
    path: str
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateRequest:
    """The input of a `Generator`: messages whose `ImagePart`s refer to `pages`, in order, and how to answer.

    A picture of a message may be a document: all `pages` of the same `path` take its place. `tools` are the tools in
    the prompt; with `calls_tools`, the model's output is parsed for tool calls. `adapter` names the LoRA adapter.
    """

    messages: tuple[Message, ...]
    pages: tuple[Page, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    constraint: Constraint | None = None
    tools: tuple[Tool, ...] = ()
    calls_tools: bool = False
    template_options: JSONObject = field(default_factory=dict)
    cache_salt: str | None = None
    adapter: str | None = None
