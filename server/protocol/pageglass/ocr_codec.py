"""Codec of /v1/ocr: requests to domain values, and answers back; pure, so that it is tested without a server."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.errors import InvalidRequest
from server.protocol.field_names import refuse_near_misses
from server.protocol.pageglass import ocr as wire
from server.protocol.validation import validate_body
from server.values.lines import Evidence
from server.values.ocr import OcrPage, OcrRequest, OcrResult
from server.values.pages import FileId, ImageSource

FIELDS = frozenset(field.alias or name for name, field in wire.OcrRequestBody.model_fields.items())
_SAMPLING = ("temperature", "seed")


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrCall:
    """A decoded request and how its answer is to be written."""

    request: OcrRequest
    stream: bool


def decode_ocr_request(body: Mapping[str, Any]) -> OcrCall:
    """Turn a parsed body into a request.

    Raises:
        InvalidRequest: a field is missing, misspelt, of the wrong type or of a value that cannot be taken.
    """
    refuse_near_misses(body, FIELDS)
    given = validate_body(wire.OcrRequestBody, body)
    name, content = _source(given)
    source = ImageSource(
        content=content, path=name, detail=given.detail or "auto", pages=given.pages, pages_path="pages"
    )
    request = OcrRequest(
        model=given.model,
        source=source,
        task=given.task or ("extract_fields" if given.fields or given.json_schema is not None else "ocr"),
        fields=_names(given.fields),
        schema=given.json_schema,
        prompt=given.prompt,
        language=given.language,
        strict_grounding=bool(given.strict_grounding),
        cache=given.cache is not False,
        max_tokens=given.max_tokens,
        sampling={name: value for name in _SAMPLING if (value := getattr(given, name)) is not None},
    )
    return OcrCall(request=request, stream=bool(given.stream))


def encode_result(result: OcrResult) -> wire.OcrAnswer:
    """Write a whole answer."""
    usage = result.usage
    return wire.OcrAnswer(
        id=f"ocr-{secrets.token_hex(12)}",
        created=int(time.time()),
        model=result.model,
        task=result.task,
        text=result.text,
        pages=tuple(encode_page(page) for page in result.pages),
        fields=None if result.fields is None else dict(result.fields),
        missing=result.missing,
        evidence={path: _encode_evidence(one, result.pages) for path, one in result.evidence.items()},
        language=result.about.language,
        notes=result.about.notes,
        usage=wire.OcrUsage(
            pages=len(result.pages),
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            total_tokens=usage.prompt_tokens + usage.completion_tokens,
        ),
        timings=dict(result.timings),
        attempts=result.attempts,
        cached=result.cached,
    )


def encode_page(page: OcrPage) -> wire.OcrPageBody:
    """Write one page."""
    lines = None
    if page.lines is not None:
        lines = tuple(wire.OcrLine(text=line.text, score=round(line.score, 4), box=line.box) for line in page.lines)
    return wire.OcrPageBody(
        page=page.number,
        width=page.width,
        height=page.height,
        dpi=page.dpi,
        quarter_turns=page.quarter_turns,
        tiles=page.tiles,
        text=page.text,
        lines=lines,
        notes=page.notes,
        attempts=page.attempts,
    )


def _encode_evidence(evidence: Evidence, pages: tuple[OcrPage, ...]) -> wire.OcrEvidence:
    return wire.OcrEvidence(
        grounded=evidence.grounded,
        page=None if evidence.page is None else pages[evidence.page].number,
        box=evidence.box,
        text=evidence.text,
        confidence=evidence.confidence,
        checked=evidence.checked,
        reading=evidence.reading,
    )


def _source(given: wire.OcrRequestBody) -> tuple[str, str | bytes | FileId]:
    """The name and the value of the field that carries the picture."""
    if given.image is not None and given.file is not None:
        raise InvalidRequest("'image' and 'file' are two names of the same. Send one of them.", param="file")
    if given.file_id is not None:
        if given.image is not None or given.file is not None:
            raise InvalidRequest("'file_id' stands for the document itself. Send one of them.", param="file_id")
        return "file_id", FileId(given.file_id)
    if given.image is not None:
        return "image", given.image
    if given.file is not None:
        return "file", given.file
    raise InvalidRequest(
        "There is nothing to read. Send 'image' (or 'file'): base64, a data URI or an http(s) address of a picture or "
        "a document; or 'file_id', the id of a stored file.",
        param="image",
        code="missing_required_parameter",
    )


def _names(given: list[str] | str | None) -> tuple[str, ...]:
    """Names as a list, or as one text with commas between them."""
    if given is None:
        return ()
    names = given.replace("，", ",").split(",") if isinstance(given, str) else given
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
