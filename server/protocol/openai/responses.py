"""Wire types of a request to the Responses API, after OpenAI's published schema; the codec interprets them."""

from typing import Annotated, Any, Literal

from pydantic import Field, Tag

from server.protocol.common import ARRAY, OBJECT, STRING, WireRequest, at_most, by_json_type
from server.protocol.openai.chat import Count, Many, Name, Object, PageglassOptions, Share


class InputPart(WireRequest):
    """A part of an item: `input_text`, `input_image`, `input_file`, or of an earlier answer; others are refused."""

    type: str
    text: str | None = None
    refusal: str | None = None
    image_url: str | None = None
    """A data URI (`data:image/png;base64,...`), raw base64, or an http(s) address."""
    file_data: str | None = None
    """A data URI (`data:application/pdf;base64,...`) or raw base64."""
    file_url: str | None = None
    """An http(s) address."""
    file_id: str | None = None
    """The id of a stored file, in place of the file or its address."""
    filename: str | None = None
    """Taken and not believed: the bytes say what the file is."""
    detail: str | None = None
    """auto, low, high or original."""
    pages: str | None = None
    """Pages of a document, such as 1-3,7, counted from 1; ours, not OpenAI's."""


Parts = Annotated[
    Annotated[str, Tag(STRING)] | Annotated[Many[InputPart], Tag(ARRAY)],
    by_json_type("a string or an array of parts", STRING, ARRAY),
]


class InputItem(WireRequest):
    """A `message`, a `function_call` of an earlier answer, its `function_call_output`, or what is left aside."""

    type: str | None = None
    """A message has none, or `message`."""
    role: str | None = None
    """user, assistant, system or developer."""
    content: Parts | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    """JSON text."""
    output: Parts | None = None
    id: str | None = None


class TextFormatSpec(WireRequest):
    """The form of the answer."""

    type: Literal["text", "json_object", "json_schema"]
    name: Name | None = None
    description: str | None = None
    schema_: Object | None = Field(default=None, alias="schema")
    strict: bool | None = None


class TextOptions(WireRequest):
    """How text is written."""

    format: TextFormatSpec | None = None
    verbosity: Literal["low", "medium", "high"] | None = None


class ResponseTool(WireRequest):
    """A tool; only functions are taken."""

    type: str
    name: Name | None = None
    description: str | None = None
    parameters: Object | None = None
    strict: bool | None = None


class NamedTool(WireRequest):
    """A tool by name, in a choice."""

    type: str
    name: str | None = None


class ChosenTool(NamedTool):
    """The tool that must be called, or the tools that may be (`allowed_tools`)."""

    mode: Literal["auto", "required"] | None = None
    tools: Many[NamedTool] | None = Field(default=None, max_length=128)


class ReasoningOptions(WireRequest):
    """How long a model thinks."""

    effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    summary: Literal["auto", "concise", "detailed"] | None = None
    """Without effect: what was thought is given as it is."""
    generate_summary: str | None = None
    """Without effect, like `summary`."""


class ResponseStreamOptions(WireRequest):
    """How a stream is written."""

    include_obfuscation: bool | None = None
    """Without effect: streams are never padded."""


class ResponsesRequest(WireRequest):
    """A request to the Responses API: OpenAI's fields, then ours."""

    model: str
    """Id of a served model, as `GET /v1/models` lists them."""
    input: Annotated[
        Annotated[str, Tag(STRING)] | Annotated[Many[InputItem], Field(min_length=1), Tag(ARRAY)],
        by_json_type("a string or an array of items", STRING, ARRAY),
    ]
    instructions: str | None = None
    stream: bool | None = None
    stream_options: ResponseStreamOptions | None = None
    max_output_tokens: Count | None = None
    text: TextOptions | None = None
    tools: Many[ResponseTool] | None = Field(default=None, max_length=128)
    tool_choice: (
        Annotated[
            Annotated[Literal["none", "auto", "required"], Tag(STRING)] | Annotated[ChosenTool, Tag(OBJECT)],
            by_json_type("a string or an object", STRING, OBJECT),
        ]
        | None
    ) = None
    reasoning: ReasoningOptions | None = None
    include: Many[str] | None = Field(default=None, max_length=32)
    """`message.output_text.logprobs` is honoured; the others are about tools and stores that are not here."""
    previous_response_id: str | None = None
    """Refused: answers are not kept."""
    conversation: Any = None
    """Refused: conversations are not kept."""
    background: bool | None = None
    """Refused where true."""
    prompt: Object | None = None
    """Refused: prompts are not kept."""

    max_tool_calls: Count | None = None
    """Without effect: it bounds OpenAI's own tools."""
    metadata: Annotated[dict[str, str], at_most(16)] | None = None
    parallel_tool_calls: bool | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: Object | None = None
    prompt_cache_retention: str | None = None
    safety_identifier: str | None = None
    service_tier: str | None = None
    store: bool | None = None
    """Taken; nothing is kept, and the answer says so."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    top_p: Share | None = None
    truncation: Literal["auto", "disabled"] | None = None
    """Without effect: a prompt is read whole or refused."""
    user: str | None = None

    pageglass: PageglassOptions | None = None
    """Our own options."""


PASSED_ON = frozenset(
    {
        *("metadata", "parallel_tool_calls", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention"),
        *("safety_identifier", "service_tier", "temperature", "top_logprobs", "top_p", "user"),
    }
)
"""Fields that go to the engine's rules under the names that they have in a chat request as well."""
