"""The wire types of POST /v1/ocr."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PlainValidator, Tag

from server.protocol.common import ARRAY, STRING, WireAnswer, WireRequest, by_json_type, text_or_upload
from server.protocol.common import at_most as most_members
from server.values.ocr import OcrTask
from server.values.pages import Detail

FieldName = Annotated[str, Field(min_length=1, max_length=200)]
FieldNames = Annotated[
    Annotated[list[FieldName], Field(max_length=200), Tag(ARRAY)]
    | Annotated[str, Field(max_length=20_000), Tag(STRING)],
    by_json_type("an array of strings or a string", ARRAY, STRING),
]
Content = Annotated[str | bytes, PlainValidator(text_or_upload, json_schema_input_type=str)]
"""A document: text in JSON, bytes where a form has it as a file."""


class OcrRequestBody(WireRequest):
    """A picture or document to read: `image`, `file` or `file_id`, and what to make of it."""

    model_config = ConfigDict(populate_by_name=True, protected_namespaces=())

    image: Content | None = None
    """The picture or document: base64, a data URI or an http(s) address."""
    file: Content | None = None
    """The same under another name, for documents."""
    file_id: Annotated[str, Field(max_length=200)] | None = None
    """The id of a stored file, in place of the document itself."""
    task: OcrTask | None = None
    """What to do: text, lines with places, Markdown, tables, formulas, charts, or fields; left out: `extract_fields`
    where `fields` or a `schema` are sent, else `ocr`."""
    model: str | None = None
    """The model to read with; left out: the main one."""
    pages: Annotated[str, Field(max_length=4096)] | None = None
    """Pages of a document, such as `1-3,7`, counted from 1."""
    detail: Detail | None = None
    """How large pages are read, as with chat."""
    fields: FieldNames | None = None
    """Names of the fields to read: the task is `extract_fields`."""
    json_schema: Annotated[dict[str, Any], most_members(5_000)] | None = Field(default=None, alias="schema")
    """A JSON schema of the fields to read: the task is `extract_fields`."""
    prompt: Annotated[str, Field(max_length=20_000)] | None = None
    """Words of your own in place of the model's for the task; not for the embedded model."""
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    """Of the keys of ready-made fields, with them alone: Chinese for `zh`, English for any other, such as `en-US`."""
    strict_grounding: bool | None = None
    """Null in place of every value that the page does not show."""
    cache: bool | None = None
    """False: neither take the answer from the cache nor keep it there."""
    stream: bool | None = None
    """Each page as an event as soon as it is read, then the whole answer."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    max_tokens: Annotated[int, Field(ge=1, lt=2**31)] | None = None


Corner = tuple[float, float]


class OcrLine(WireAnswer):
    """A line of print."""

    text: str
    score: float
    """How sure the recogniser is, from 0 to 1."""
    box: tuple[Corner, Corner, Corner, Corner]
    """Corners clockwise from the top left of the text, in pixels of the page."""


class OcrPageBody(WireAnswer):
    """A page, in pixels of the picture as a viewer shows it, or of the rendered page of a PDF."""

    object: Literal["ocr.page"] = "ocr.page"
    page: int
    """Its number in the document, counted from 1."""
    width: int
    height: int
    dpi: float | None
    """Resolution at which a page of a PDF was rendered; null for pictures."""
    quarter_turns: int
    """How often the page was turned clockwise by 90 degrees to stand upright; boxes are as it was before."""
    tiles: int = 1
    """How many pieces it was read in: more than one where it is large and its print small."""
    text: str
    lines: tuple[OcrLine, ...] | None
    """Null where the model tells no places."""
    notes: tuple[str, ...]
    attempts: tuple[str, ...]
    """What was tried beyond the first reading, and why; what was cut off."""


class OcrEvidence(WireAnswer):
    """Where a value stands."""

    grounded: bool | None
    """Whether the page shows it; null for what print cannot show, such as true and false."""
    page: int | None
    box: tuple[Corner, Corner, Corner, Corner] | None
    text: str
    """The print it rests on."""
    confidence: float
    checked: tuple[str, ...] = ()
    """The checks that the value passed, such as `IBAN check digits` and `subtotal + tax = total`."""
    reading: str = ""
    """How the page settled what could be read in two ways: `decimal comma`, `day first`."""


class OcrUsage(WireAnswer):
    """What it took."""

    pages: int
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class OcrAnswer(WireAnswer):
    """The whole answer."""

    id: str
    object: Literal["ocr"] = "ocr"
    created: int
    model: str
    task: OcrTask
    text: str
    """The text of all pages."""
    pages: tuple[OcrPageBody, ...]
    fields: dict[str, Any] | None
    """Null where the task has none, or where the pages do not show what the schema requires (`missing`)."""
    missing: tuple[str, ...]
    evidence: dict[str, OcrEvidence]
    """By the path of the value, such as `seller.name` or `items[0].price`."""
    language: str | None = None
    """The language of the page's labels (ISO 639-1), where fields were asked for and it was found."""
    notes: tuple[str, ...] = ()
    """Sentences about the fields: rows that were left out, a table that matched no property."""
    usage: OcrUsage
    timings: dict[str, float]
    """Seconds by stage."""
    attempts: tuple[str, ...]
    cached: bool
