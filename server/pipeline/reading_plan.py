"""Plans a chat request for a recogniser: text, fields or a tool's arguments, before anything expensive."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from server.errors import InvalidRequest
from server.fields.asked.prompted_schema import prompted_schema
from server.fields.asked.wishes import NOT_FOLLOWED, READ, Wish, wants_pairs, wish_of
from server.fields.listed_fields import listed_fields
from server.fields.schema.shapes import CompiledSchema, compile_schema, strings_schema
from server.pipeline.tool_choice import CallableTool, callable_tools
from server.reading.tokens import count_tokens
from server.values.chat import ChatRequest, JSONObjectFormat, JSONSchemaFormat, Message, TextFormat
from server.values.pages import ImageSource

_LOOKED_AT: Final = 200_000  # characters of a message
_READS_ALONE: Final = (
    "This model reads pictures of documents and answers nothing else. Send a picture or a PDF with your question."
)
_WITHOUT_PICTURE: Final = f"{NOT_FOLLOWED}: there is no picture to read, so the answer is a fixed sentence"
_NO_KEYS: Final = f"{NOT_FOLLOWED}: no keys were understood, so the answer has the pairs that the pages show"
Kind = Literal["text", "fields", "pairs", "tool"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPlan:
    """What to read, and the form of the answer; `pairs` requests the key-value pairs of the pages.

    With `alone` the values are given as text, without JSON. `note` says what of the prompt is not followed. Of `tools`
    one is called, with `must_call` in any case. `asked` are the keys of `schema` where they stand in the prompt. `said`
    is an answer that needs no page. `text_tokens` counts the tokens of all messages: a prompt may have millions, so it
    is not for the event loop.
    """

    kind: Kind
    images: tuple[ImageSource, ...]
    schema: CompiledSchema | None = None
    tools: tuple[CallableTool, ...] = ()
    must_call: bool = False
    asked: tuple[str, ...] = ()
    alone: bool = False
    note: str = ""
    text_tokens: int = 0
    said: str = ""


def plan_reading(request: ChatRequest, *, answers_text_only: bool = False) -> ReadingPlan:
    """Plan `request` for a recogniser: the pictures are those of the last user message that has any.

    With `answers_text_only`, a conversation without pictures that leaves the form of the answer free gets a sentence.

    Raises:
        InvalidRequest: there is no picture, or the schema is not supported.
    """
    asked = [message for message in reversed(request.messages) if message.role == "user"]
    images = next(filter(None, (message.images for message in asked)), None)
    if images is None and answers_text_only and _is_open(request):
        tokens = sum(count_tokens(message.text) for message in request.messages)
        return ReadingPlan(kind="text", images=(), said=_READS_ALONE, note=_WITHOUT_PICTURE, text_tokens=tokens)
    if images is None:
        raise InvalidRequest(
            "There is no picture to read. This model is a reader, not a chat model: send a user message with a part "
            f"{request.wording.picture}.",
            param=request.wording.conversation,
            code="no_image",
        )
    kind: Kind = "pairs" if isinstance(request.answer_format, JSONObjectFormat) else "text"
    schema, tools, wish, alone = None, callable_tools(request), READ, False
    if tools:
        kind = "tool"
    elif isinstance(request.answer_format, JSONSchemaFormat):
        kind, schema = "fields", compile_schema(request.answer_format.schema, path=request.answer_format.path)
    elif (schema := _asked_in_words(request, asked)) is not None:
        kind = "fields"
    elif kind == "text" and (wish := _wish(asked)).fields:
        kind, schema, alone = "fields", strings_schema(wish.fields), True
    if kind == "pairs" and schema is None and not wants_pairs(_own_words(asked)):
        wish = Wish("other", note=_NO_KEYS)
    asked_for = tuple(schema.shape.properties) if schema is not None and _is_free(request) else ()
    tokens = sum(count_tokens(message.text) for message in request.messages)
    return ReadingPlan(
        kind=kind,
        images=images,
        schema=schema,
        tools=tools,
        must_call=request.tool_choice.mode in {"required", "named"},
        asked=asked_for,
        alone=alone,
        note=wish.note,
        text_tokens=tokens,
    )


def _is_open(request: ChatRequest) -> bool:
    """Whether a sentence is an answer: no schema binds it, and no tool must be called."""
    return isinstance(request.answer_format, TextFormat) and request.tool_choice.mode not in {"required", "named"}


def _wish(asked: Sequence[Message]) -> Wish:
    """What the last words of the user want."""
    return wish_of(_own_words(asked))


def _own_words(asked: Sequence[Message]) -> str:
    return next(filter(None, (message.text for message in asked)), "")


def _is_free(request: ChatRequest) -> bool:
    """Whether the form of the answer is left to the prompt."""
    return not isinstance(request.answer_format, JSONSchemaFormat)


def _asked_in_words(request: ChatRequest, asked: Sequence[Message]) -> CompiledSchema | None:
    """The keys that the prompt asks for: of any prompt a list of fields, and where JSON is wanted more forms."""
    own = next(filter(None, (message.text for message in asked)), "")
    said = [message.text for message in request.messages if message.role in {"system", "developer"}]
    wants_json = isinstance(request.answer_format, JSONObjectFormat)
    wants_json = wants_json or any("json" in text[-_LOOKED_AT:].casefold() for text in (*said, own))
    found = prompted_schema("\n".join([*said, own])) if wants_json else None
    names = () if found else listed_fields(own)
    return found or (strings_schema(names) if names else None)
