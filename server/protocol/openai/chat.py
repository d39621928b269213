"""Wire types of a chat request, after OpenAI's published schema and vLLM's; the codec interprets them.

Whole numbers and lists of words or tokens are bounded: no engine is handed a crowd, or more than 64 bits.
"""

from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import ConfigDict, Field, Tag

from server.protocol.common import ARRAY, OBJECT, STRING, WireRequest, at_most, by_json_type

Item = TypeVar("Item")
Many = Annotated[list[Item], Field(fail_fast=True)]  # a million faults are found one by one, and the first is enough
Object: TypeAlias = dict[str, Any]
Penalty = Annotated[float, Field(ge=-2, le=2)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1, lt=2**63)]
Whole = Annotated[int, Field(ge=0, lt=2**63)]
Copies = Annotated[int, Field(ge=1, le=128)]
TokenId = Annotated[int, Field(ge=0, lt=2**31)]
Bias = Annotated[float, Field(ge=-100, le=100)]
Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Name = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]


class ImageURL(WireRequest):
    """Where a picture is."""

    url: str
    """A data URI (`data:image/png;base64,...`), raw base64, or an http(s) address."""
    detail: str | None = None
    """auto, low, high or original."""
    pages: str | None = None
    """Pages of a document, such as 1-3,7, counted from 1; ours, not OpenAI's."""


class FileData(WireRequest):
    """A document or picture as a file."""

    file_data: str | None = None
    """A data URI (`data:application/pdf;base64,...`), raw base64, or an http(s) address."""
    filename: str | None = None
    """Taken and not believed: the bytes say what the file is."""
    file_id: str | None = None
    """The id of a stored file, in place of file_data."""
    detail: str | None = None
    """auto, low, high or original."""
    pages: str | None = None
    """Pages of a document, such as 1-3,7, counted from 1; ours, not OpenAI's."""


class ContentPart(WireRequest):
    """A part of a message: `text`, `image_url` or `file`; keys that are not ours are left aside."""

    type: str
    text: str | None = None
    image_url: (
        Annotated[
            Annotated[str, Tag(STRING)] | Annotated[ImageURL, Tag(OBJECT)],
            by_json_type("an object or a string", STRING, OBJECT),
        ]
        | None
    ) = None
    file: FileData | None = None
    document_url: str | None = None
    """As in Mistral's chat: a data URI or an http(s) address of a document."""
    document_name: str | None = None
    """Taken and not believed: the bytes say what the document is."""
    refusal: str | None = None


class CalledFunction(WireRequest):
    """The function an earlier answer called; `arguments` is JSON text."""

    name: str
    arguments: str


class EarlierToolCall(WireRequest):
    """A call in an earlier answer."""

    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class ChatMessage(WireRequest):
    """One turn of the conversation."""

    role: str
    """system, developer, user, assistant or tool."""
    content: (
        Annotated[
            Annotated[str, Tag(STRING)] | Annotated[Many[ContentPart], Tag(ARRAY)],
            by_json_type("a string or an array of parts", STRING, ARRAY),
        ]
        | None
    ) = None
    name: str | None = None
    tool_calls: Many[EarlierToolCall] | None = None
    tool_call_id: str | None = None
    refusal: str | None = None
    reasoning: Any = None
    """Left aside, so that answers can be sent back as they came."""
    function_call: Any = None
    audio: Any = None


class StreamOptions(WireRequest):
    """How a stream is written."""

    include_usage: bool | None = None
    """Send one more chunk with the usage and no choices before the end."""
    include_obfuscation: bool | None = None
    """Without effect: streams are never padded."""
    continuous_usage_stats: bool | None = None
    """Without effect: tokens are counted at the end."""


class SchemaSpec(WireRequest):
    """A JSON schema and its name."""

    name: Name
    description: str | None = None
    schema_: Object | None = Field(default=None, alias="schema")
    strict: bool | None = None


class ResponseFormat(WireRequest):
    """The form of the answer."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: SchemaSpec | None = None
    schema_: Object | None = Field(default=None, alias="schema")
    """A schema beside json_object, as llama.cpp's clients send it; for json_schema it stands inside."""


class FunctionSpec(WireRequest):
    """A function the answer may call."""

    name: Name
    description: str | None = None
    parameters: Object | None = None
    strict: bool | None = None


class ToolSpec(WireRequest):
    """A tool; only functions are taken."""

    type: str
    function: FunctionSpec | None = None


class FunctionName(WireRequest):
    """A function by name."""

    name: str


class NamedToolChoice(WireRequest):
    """The tool that must be called."""

    type: str
    function: FunctionName | None = None


class PageglassOptions(WireRequest):
    """Our own options."""

    model_config = ConfigDict(extra="allow")

    ground: bool | None = None
    strict_grounding: bool | None = None
    cache: bool | None = None


class ChatCompletionRequest(WireRequest):
    """A chat request: OpenAI's fields, then the extra ones that vLLM takes, then ours."""

    model: str
    """Id of a served model, as `GET /v1/models` lists them."""
    messages: Many[ChatMessage] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_completion_tokens: Count | None = None
    max_tokens: Count | None = None
    stop: (
        Annotated[
            Annotated[str, Tag(STRING)] | Annotated[Many[str], Field(max_length=16), Tag(ARRAY)],
            by_json_type("a string or an array of strings", STRING, ARRAY),
        ]
        | None
    ) = None
    response_format: ResponseFormat | None = None
    tools: Many[ToolSpec] | None = Field(default=None, max_length=128)
    tool_choice: (
        Annotated[
            Annotated[Literal["none", "auto", "required"], Tag(STRING)] | Annotated[NamedToolChoice, Tag(OBJECT)],
            by_json_type("a string or an object", STRING, OBJECT),
        ]
        | None
    ) = None
    functions: Any = None
    """Refused: use tools."""
    function_call: Any = None
    """Refused: use tool_choice."""

    audio: Object | None = None
    frequency_penalty: Penalty | None = None
    logit_bias: Annotated[dict[str, Bias], at_most(1024)] | None = None
    logprobs: bool | None = None
    metadata: Annotated[dict[str, str], at_most(16)] | None = None
    modalities: Many[Literal["text", "audio"]] | None = None
    moderation: Object | None = None
    n: Copies | None = None
    parallel_tool_calls: bool | None = None
    prediction: Object | None = None
    presence_penalty: Penalty | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: Object | None = None
    prompt_cache_retention: str | None = None
    reasoning_effort: str | None = None
    safety_identifier: str | None = None
    seed: Int64 | None = None
    service_tier: str | None = None
    store: bool | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    top_p: Share | None = None
    user: str | None = None
    verbosity: str | None = None
    web_search_options: Object | None = None

    add_generation_prompt: bool | None = None
    add_special_tokens: bool | None = None
    allowed_token_ids: Many[TokenId] | None = Field(default=None, max_length=1024)
    bad_words: Many[Annotated[str, Field(max_length=1024)]] | None = Field(default=None, max_length=128)
    best_of: Copies | None = None
    cache_salt: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    chat_template: str | None = None
    chat_template_kwargs: Object | None = None
    continue_final_message: bool | None = None
    documents: Many[Object] | None = None
    ec_transfer_params: Object | None = None
    echo: bool | None = None
    guided_choice: Many[str] | None = None
    guided_decoding_backend: str | None = None
    guided_grammar: str | None = None
    guided_json: Any = None
    guided_regex: str | None = None
    ignore_eos: bool | None = None
    include_reasoning: bool | None = None
    include_stop_str_in_output: bool | None = None
    kv_transfer_params: Object | None = None
    length_penalty: float | None = None
    logits_processors: Many[Any] | None = None
    logprob_token_ids: Many[TokenId] | None = Field(default=None, max_length=128)
    media_io_kwargs: Object | None = None
    min_p: Share | None = None
    min_tokens: Whole | None = None
    mm_payload: Literal["tensors", "none"] | None = None
    mm_processor_kwargs: Object | None = None
    priority: Int64 | None = None
    prompt_logprobs: Annotated[int, Field(ge=-1, lt=2**31)] | None = None
    repetition_detection: Object | None = None
    repetition_penalty: Annotated[float, Field(gt=0)] | None = None
    return_mm_kwargs: bool | None = None
    return_prompt_text: bool | None = None
    return_token_ids: bool | None = None
    return_token_offsets: bool | None = None
    return_tokens_as_token_ids: bool | None = None
    routed_experts_prompt_start: Whole | None = None
    skip_special_tokens: bool | None = None
    spaces_between_special_tokens: bool | None = None
    stop_token_ids: Many[TokenId] | None = Field(default=None, max_length=1024)
    stream_interval: Count | None = None
    structured_outputs: Object | None = None
    thinking_token_budget: Annotated[int, Field(ge=-1, lt=2**63)] | None = None
    top_k: Annotated[int, Field(ge=-1, lt=2**31)] | None = None
    truncate_prompt_tokens: Annotated[int, Field(ge=-1, lt=2**63)] | None = None
    truncation_side: Literal["left", "right"] | None = None
    use_beam_search: bool | None = None
    vllm_xargs: Object | None = None
    watermarking: bool | None = None

    pageglass: PageglassOptions | None = None
    """Our own options."""


STRUCTURAL = frozenset(
    {
        *("model", "messages", "stream", "stream_options", "max_completion_tokens", "max_tokens", "stop"),
        *("response_format", "tools", "tool_choice", "functions", "function_call", "pageglass"),
    }
)
"""Fields that the codec gives a place of their own; every other goes to the engine's rules by its wire name."""
