"""Codec of Mistral's OCR API: requests to domain values, and answers back."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from server.errors import InvalidRequest
from server.protocol.field_names import refuse_near_misses
from server.protocol.mistral import ocr as wire
from server.protocol.validation import validate_body
from server.values.lines import Line
from server.values.ocr import OcrPage, OcrRequest, OcrResult
from server.values.pages import FileId, ImageSource

FIELDS = frozenset(wire.MistralOcrRequest.model_fields)
HEEDED = FIELDS - {"include_image_base64", "image_limit", "image_min_size"}
"""The fields that change an answer, or are refused; the others are about pictures in pages, which are not cut out."""
_RANGE = re.compile(r"\s*(\d{1,7})\s*(?:-\s*(\d{1,7})\s*)?")
_DEFAULT_DPI = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class MistralCall:
    """A decoded request: the text to read, with the fields of an annotation if any, and what the answer contains."""

    request: OcrRequest
    blocks: bool
    page_scores: bool


def is_mistral(body: Mapping[str, Any]) -> bool:
    """Whether a body is in Mistral's form: its `document` is an object."""
    return isinstance(body.get("document"), dict)


def decode_mistral_request(body: Mapping[str, Any]) -> MistralCall:
    """Turn a parsed body into requests.

    Raises:
        InvalidRequest: a field is missing, of the wrong type, or asks for what is not done here.
    """
    refuse_near_misses(body, FIELDS)
    given = validate_body(wire.MistralOcrRequest, body)
    _refuse_unsupported(given)
    source = _source(given)
    return MistralCall(
        request=_request(given, source),
        blocks=bool(given.include_blocks),
        page_scores=given.confidence_scores_granularity == "page",
    )


def encode_mistral_answer(result: OcrResult, call: MistralCall) -> wire.MistralOcrResponse:
    """Write the pages of `result`, and its fields as the annotation."""
    annotation = None if result.fields is None else json.dumps(result.fields, ensure_ascii=False)
    return wire.MistralOcrResponse(
        pages=tuple(_encode_page(page, call) for page in result.pages),
        model=result.model,
        document_annotation=annotation,
        usage_info=wire.MistralUsage(pages_processed=len(result.pages)),
    )


def _encode_page(page: OcrPage, call: MistralCall) -> wire.MistralPage:
    scores = [line.score for line in page.lines or ()]
    return wire.MistralPage(
        index=page.number - 1,
        markdown=page.text,
        dimensions=wire.MistralDimensions(dpi=round(page.dpi or _DEFAULT_DPI), height=page.height, width=page.width),
        blocks=_blocks(page.lines) if call.blocks and page.lines is not None else None,
        confidence_scores=wire.MistralPageScores(
            average_page_confidence_score=round(sum(scores) / len(scores), 4),
            minimum_page_confidence_score=round(min(scores), 4),
        )
        if call.page_scores and scores
        else None,
    )


def _blocks(lines: Sequence[Line]) -> tuple[wire.MistralBlock, ...]:
    return tuple(_block(tuple(group)) for _, group in groupby(lines, key=lambda line: line.block))


def _block(lines: Sequence[Line]) -> wire.MistralBlock:
    return wire.MistralBlock(
        top_left_x=round(min(line.left for line in lines)),
        top_left_y=round(min(line.top for line in lines)),
        bottom_right_x=round(max(line.right for line in lines)),
        bottom_right_y=round(max(line.bottom for line in lines)),
        content="\n".join(line.text for line in lines),
    )


def _source(given: wire.MistralOcrRequest) -> ImageSource:
    document = given.document
    pages = None if given.pages is None else _from_one(given.pages)
    if document.document_url is not None and document.type in {None, "document_url"}:
        return ImageSource(content=document.document_url, path="document.document_url", pages=pages, pages_path="pages")
    if document.image_url is not None and document.type in {None, "image_url"}:
        if isinstance(document.image_url, str):
            return ImageSource(content=document.image_url, path="document.image_url", pages=pages, pages_path="pages")
        return ImageSource(
            content=document.image_url.url,
            path="document.image_url.url",
            detail=document.image_url.detail or "auto",
            pages=pages,
            pages_path="pages",
        )
    if document.file_id is not None and document.type in {None, "file"}:
        return ImageSource(content=FileId(document.file_id), path="document.file_id", pages=pages, pages_path="pages")
    if document.type == "file":
        raise InvalidRequest(
            "Missing required parameter: 'document.file_id'. Send the id of a file that you have uploaded.",
            param="document.file_id",
            code="missing_required_parameter",
        )
    name = document.type or "document_url"
    raise InvalidRequest(
        f"Missing required parameter: 'document.{name}'. Send a data URI or an http(s) address.",
        param=f"document.{name}",
        code="missing_required_parameter",
    )


def _from_one(pages: list[int] | str) -> str:
    """Pages counted from 0, as a text that counts from 1."""
    if isinstance(pages, list):
        if not pages:
            raise InvalidRequest("'pages' is empty. Leave it out to read all pages.", param="pages")
        return ",".join(str(page + 1) for page in pages)
    parts = []
    for part in pages.split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise InvalidRequest(
                "Invalid value for 'pages': expected numbers and ranges, counted from 0, such as '0,2-4'.",
                param="pages",
            )
        first, last = int(found[1]) + 1, found[2]
        parts.append(f"{first}-{int(last) + 1}" if last else str(first))
    return ",".join(parts)


def _request(given: wire.MistralOcrRequest, source: ImageSource) -> OcrRequest:
    form = given.document_annotation_format
    if form is None or form.type == "text":
        if given.document_annotation_prompt:
            raise InvalidRequest(
                "'document_annotation_prompt' is for the fields of an annotation, and none are asked for. Send "
                "'document_annotation_format' with a schema, or leave the prompt out.",
                param="document_annotation_prompt",
                code="unsupported_parameter",
            )
        return OcrRequest(model=given.model, source=source)
    if form.json_schema is None:
        raise InvalidRequest(
            "'document_annotation_format' needs a schema: send type json_schema and the schema in json_schema.",
            param="document_annotation_format.json_schema",
            code="missing_required_parameter",
        )
    return OcrRequest(
        model=given.model,
        source=source,
        annotated=True,
        schema=form.json_schema.json_schema,
        schema_path="document_annotation_format.json_schema.schema",
        prompt_path="document_annotation_prompt",
        prompt=given.document_annotation_prompt,
    )


def _refuse_unsupported(given: wire.MistralOcrRequest) -> None:
    """Refuse what would change the answer and is not done here."""
    unsupported = {
        "bbox_annotation_format": given.bbox_annotation_format is not None,
        "table_format": given.table_format is not None,
        "extract_header": bool(given.extract_header),
        "extract_footer": bool(given.extract_footer),
        "confidence_scores_granularity": given.confidence_scores_granularity not in {None, "page"},
    }
    for name, asked in unsupported.items():
        if asked:
            raise InvalidRequest(
                f"'{name}' is not done here: pictures, tables, headers and footers stay part of the page's text, and "
                "scores are given by page. Leave it out.",
                param=name,
                code="unsupported_parameter",
            )
