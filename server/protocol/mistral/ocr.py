"""The wire types of Mistral's OCR API, after its Python SDK (mistralai 3.7.0 and 1.12.4)."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, Tag

from server.protocol.common import ARRAY, OBJECT, STRING, WireAnswer, WireRequest, at_most, by_json_type
from server.values.pages import Detail


class MistralImageUrl(WireRequest):
    """An address with a detail."""

    url: str
    detail: Detail | None = None


ImageUrl = Annotated[
    Annotated[str, Tag(STRING)] | Annotated[MistralImageUrl, Tag(OBJECT)],
    by_json_type("a string or an object", STRING, OBJECT),
]


class MistralDocument(WireRequest):
    """What to read; `type` says which of the members carries it."""

    type: Literal["document_url", "image_url", "file"] | None = None
    document_url: str | None = None
    document_name: str | None = None
    image_url: ImageUrl | None = None
    file_id: str | None = None


class MistralJSONSchema(WireRequest):
    """A named schema."""

    model_config = ConfigDict(populate_by_name=True, protected_namespaces=())

    name: str | None = None
    description: str | None = None
    json_schema: Annotated[dict[str, Any], at_most(5_000)] = Field(alias="schema")
    strict: bool | None = None


class MistralFormat(WireRequest):
    """The form of an annotation."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: MistralJSONSchema | None = None


Numbers = Annotated[
    Annotated[list[Annotated[int, Field(ge=0, le=10**6)]], Field(max_length=10_000), Tag(ARRAY)]
    | Annotated[str, Field(max_length=4096), Tag(STRING)],
    by_json_type("an array of integers or a string", ARRAY, STRING),
]


class MistralOcrRequest(WireRequest):
    """A document to read."""

    model: str | None = None
    document: MistralDocument
    id: str | None = None
    pages: Numbers | None = None
    """Pages counted from 0."""
    include_image_base64: bool | None = None
    image_limit: int | None = None
    image_min_size: int | None = None
    bbox_annotation_format: MistralFormat | None = None
    document_annotation_format: MistralFormat | None = None
    document_annotation_prompt: str | None = None
    table_format: str | None = None
    extract_header: bool | None = None
    extract_footer: bool | None = None
    include_blocks: bool | None = None
    confidence_scores_granularity: str | None = None


class MistralDimensions(WireAnswer):
    """The size of a page in pixels."""

    dpi: int
    height: int
    width: int


class MistralBlock(WireAnswer):
    """A run of lines that stand together."""

    type: Literal["text"] = "text"
    top_left_x: int
    top_left_y: int
    bottom_right_x: int
    bottom_right_y: int
    content: str


class MistralPageScores(WireAnswer):
    """How sure the reader is of a page."""

    average_page_confidence_score: float
    minimum_page_confidence_score: float


class MistralPage(WireAnswer):
    """A page; `index` counts from 0. Pictures within pages are not cut out."""

    index: int
    markdown: str
    images: tuple[()] = ()
    dimensions: MistralDimensions
    blocks: tuple[MistralBlock, ...] | None = None
    confidence_scores: MistralPageScores | None = None


class MistralUsage(WireAnswer):
    """What was read."""

    pages_processed: int
    doc_size_bytes: int | None = None


class MistralOcrResponse(WireAnswer):
    """The whole answer."""

    pages: tuple[MistralPage, ...]
    model: str
    document_annotation: str | None = None
    """The fields as JSON text."""
    usage_info: MistralUsage
