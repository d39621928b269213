"""The two engine ports and the values that cross them; they speak neither HTTP nor OpenAI types.

A `Generator` turns messages and pages into text, a `Recognizer` turns pages into lines with boxes. Fields, tools and
text are built from lines in `server.pipeline`.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import hypot
from typing import Literal, Protocol, TypeAlias, Union, runtime_checkable

from server.access.meter import Meter
from server.values.pages import ImageSource, Page

JSON: TypeAlias = Union[bool, int, float, str, Sequence["JSON"], Mapping[str, "JSON"], None]
JSONObject: TypeAlias = Mapping[str, JSON]

Role = Literal["system", "developer", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls"]
Point = tuple[float, float]


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
    """A call of a function: by an assistant's earlier turn, or as an answer. `arguments` is JSON text."""

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
    """A free answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JSONObjectFormat:
    """An answer that is some JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JSONSchemaFormat:
    """An answer that validates against the caller's schema. `path` is where the schema stands in the request."""

    name: str
    schema: JSONObject
    path: str = "response_format.json_schema.schema"


AnswerFormat: TypeAlias = TextFormat | JSONObjectFormat | JSONSchemaFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function the answer may call. `path` is where `parameters` stands in the request."""

    name: str
    description: str = ""
    parameters: JSONObject = field(default_factory=dict)
    path: str = "tools[0].function.parameters"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolChoice:
    """Whether a tool is called: `named` carries the name."""

    mode: Literal["auto", "none", "required", "named"] = "auto"
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """A chat request after decoding.

    `parameters` holds every other field the caller gave (not null), by its wire name, for the engine's own rules;
    `stop` and `max_tokens` are honoured by every engine and so have fields of their own. With `ground` each field of
    the answer comes with the print it rests on; with `strict_grounding` what has none becomes null. `caller` tells
    apart whose turn it is, `meter` is what its pages are counted on.
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
    caller: str = ""
    meter: Meter | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens counted by the engine's own rule; reasoning is part of the completion."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenChance:
    """A token and the natural logarithm of its probability; `data` is its bytes."""

    token: str
    logprob: float
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLogprob:
    """The token that was taken, and the likeliest ones at its place, likeliest first."""

    taken: TokenChance
    top: tuple[TokenChance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepetitionNote:
    """A degenerate loop that was cut off: `unit` was written `times` times, and stands once in the answer.

    `choice` is the answer's index; `retries` how often the answer was written anew before it was given so.
    """

    choice: int
    unit: str
    times: int
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where one value stands. `page` counts from 0; `box` is in pixels of the upright page, as those of `Line`.

    `grounded` is None for what print cannot show, such as true and false.
    """

    grounded: bool | None
    page: int | None = None
    box: tuple[Point, Point, Point, Point] | None = None
    text: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """The next piece of the answer number `index`.

    The last delta of each of a request's answers carries its `finish_reason`; the very last one carries `usage`,
    `pages`, and `evidence` where that was asked for, by the path of the value. A tool call arrives whole (`tool_call`);
    `refusal` is text that says why there is no answer; `reasoning` is what a model thought before it answered; `held`
    is what was written of a tool call that is not whole yet. `looped` marks a finish for which the engine itself saw a
    loop, and `stopped` one at a stop sequence of the caller.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNote:
    """What was done to one page before it was read; part of the `pageglass` object of an answer.

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
    """One of a request's answers, whole. `text` is None where `refusal` or `tool_calls` stand in its place."""

    text: str | None
    finish_reason: FinishReason
    refusal: str | None = None
    reasoning: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer: as many choices as `n` asked for, in order of their index."""

    choices: tuple[Choice, ...]
    usage: Usage
    pages: tuple[PageNote, ...] = ()
    evidence: Mapping[str, Evidence] | None = None
    repetitions: tuple[RepetitionNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of print: its text, the recogniser's score (0 to 1) and its box.

    `box` is four points clockwise from the top left of the text, in pixels of the upright page. Lines that stand
    side by side share a `row`; rows count up in reading order. A new `block` starts a new column or paragraph group.
    """

    text: str
    score: float
    box: tuple[Point, Point, Point, Point]
    row: int = 0
    block: int = 0

    @property
    def left(self) -> float:
        """Smallest x."""
        return min(point[0] for point in self.box)

    @property
    def right(self) -> float:
        """Largest x."""
        return max(point[0] for point in self.box)

    @property
    def top(self) -> float:
        """Smallest y."""
        return min(point[1] for point in self.box)

    @property
    def bottom(self) -> float:
        """Largest y."""
        return max(point[1] for point in self.box)

    @property
    def height(self) -> float:
        """Height of the print in pixels: the mean of the box's two short sides, whatever its slope."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.box
        return (hypot(ax - dx, ay - dy) + hypot(bx - cx, by - cy)) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A run of lines of one page in reading order; a page may come in several runs, the last one marked `last`.

    `page` counts the pages of the request from 0. `width` and `height` are the size in pixels of the upright page,
    which is the `Page` turned clockwise by `quarter_turns`.
    """

    page: int
    width: int
    height: int
    quarter_turns: int = 0
    lines: tuple[Line, ...] = ()
    last: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How a `Generator` picks tokens; None leaves a value to the engine. Names and ranges are vLLM's and OpenAI's.

    `max_tokens` bounds the answer; None means as far as the context reaches. `logprobs` asks for that many of the
    likeliest tokens at each place (0: the taken one alone).
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
    """The form that every answer is held to while it is written. `path` is where the request asks for it.

    `spec` is a JSON schema (an object; None for any JSON object) for `json`, the pattern for `regex`, the grammar's
    text for `grammar` and the texts to choose from for `choice`. `places` says of parts of a schema, by their path in
    it, where they stand in the request.
    """

    kind: Literal["json", "regex", "choice", "grammar"]
    spec: JSON
    path: str
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateRequest:
    """What a `Generator` is asked: messages whose `ImagePart`s stand for `pages`, in order, and how to answer.

    One picture of a message may be a document: `pages` of the same `path` stand together in its place. `tools` are
    those that the model is told of; with `calls_tools` its calls are looked for in what it writes. `adapter` names the
    LoRA adapter to write with.
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


class Support(StrEnum):
    """What an engine does with a request field."""

    HONOURED = "honoured"
    NO_EFFECT = "no effect"
    NEUTRAL_ONLY = "refused unless neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRule:
    """How an engine treats one request field; `neutral` lists the values that change nothing."""

    support: Support
    neutral: tuple[JSON, ...] = ()
    reason: str = ""


class Engine(Protocol):
    """What every engine has: an identity, rules for request fields, a start and a stop."""

    @property
    def name(self) -> str:
        """The engine's name in settings, such as ``rapidocr``."""
        ...

    @property
    def version(self) -> str:
        """Version of the library that computes and of the model, for `system_fingerprint`."""
        ...

    @property
    def parameters(self) -> Mapping[str, ParameterRule]:
        """Rules by wire name."""
        ...

    @property
    def ready(self) -> bool:
        """Whether a request would be answered now."""
        ...

    async def start(self) -> None:
        """Load what is needed; raises `ConfigurationError` where that cannot work."""
        ...

    async def stop(self) -> None:
        """Give everything back; work in hand is abandoned."""
        ...


@runtime_checkable
class Recognizer(Engine, Protocol):
    """Reads pages into lines."""

    @property
    def tiled(self) -> bool:
        """Whether a page larger than it sees at once is worth cutting into pieces for it."""
        ...

    def recognise(self, pages: Sequence[Page]) -> AsyncGenerator[Lines, None]:
        """Yield the lines of `pages`, page by page in order, top to bottom.

        Closing the iterator stops the work. Raises `EngineUnavailable` when the engine is not running.
        """
        ...


@runtime_checkable
class Generator(Engine, Protocol):
    """Writes an answer to messages and pages."""

    def generate(self, request: GenerateRequest) -> AsyncGenerator[Delta, None]:
        """Yield the answer piece by piece. Closing the iterator aborts the generation."""
        ...
