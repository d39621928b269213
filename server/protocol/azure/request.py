"""Codec of requests to Azure Document Intelligence: REST 2024-11-30, as azure-ai-documentintelligence 1.0.2 sends it.

https://learn.microsoft.com/rest/api/aiservices/document-models/analyze-document
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from server.errors import InvalidRequest, ModelNotFound
from server.protocol.common import WireRequest
from server.protocol.field_names import refuse_near_misses
from server.protocol.validation import validate_body
from server.values.pages import Detail, ImageSource

AZURE_PATH: Final = "/documentintelligence/"
Model = Literal["prebuilt-read", "prebuilt-layout"]
Index = Literal["textElements", "unicodeCodePoint", "utf16CodeUnit"]
_VERSIONS: Final = ("2024-11-30", "2024-07-31-preview", "2024-02-29-preview")
HEEDED: Final = frozenset(
    {
        *("api-version", "pages", "stringIndexType", "features", "queryFields", "outputContentFormat", "output"),
        "_overload",
    }
)
"""What of a query is done or refused; all languages are read, whatever `locale` says."""
_QUERY: Final = HEEDED | {"locale"}
_HIGH_RESOLUTION: Final = "ocrHighResolution"


class AnalyzeBody(WireRequest):
    """A document by its address or in base64; sent as bytes it has no such body."""

    urlSource: str | None = None  # noqa: N815 - Azure's name
    base64Source: str | None = None  # noqa: N815 - Azure's name


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureCall:
    """A decoded request; spans of the answer count in units of `index`."""

    model: Model
    version: str
    source: ImageSource
    index: Index
    markdown: bool


def check_version(query: Mapping[str, str]) -> str:
    """Return the version of the API that a query asks for.

    Raises:
        InvalidRequest: it is missing, or not one of those that are spoken here.
    """
    version = query.get("api-version", "")
    if version not in _VERSIONS:
        given = f"is {version[:40]!r}" if version else "is missing"
        raise InvalidRequest(f"'api-version' {given}. This server speaks {', '.join(_VERSIONS)}.", param="api-version")
    return version


def check_model(name: str) -> Model:
    """Return the model.

    Raises:
        ModelNotFound: it is not one of those that are here.
    """
    if name not in get_args(Model):
        raise ModelNotFound(
            f"There is no model {name[:64]!r} here. There are: {', '.join(get_args(Model))}; for fields use "
            "/v1/ocr or /v1/chat/completions.",
            param="modelId",
        )
    return cast(Model, name)


def decode_azure_request(model: str, query: Mapping[str, str], body: Mapping[str, object] | bytes) -> AzureCall:
    """Turn a query and a body (parsed JSON, or the document itself) into a request.

    Raises:
        ModelNotFound: no such model. InvalidRequest: a value cannot be taken, or asks for what is not done here.
    """
    kind, version = check_model(model), check_version(query)
    refuse_near_misses(query, _QUERY)
    _refuse_unsupported(query)
    index = query.get("stringIndexType") or "textElements"
    if index not in get_args(Index):
        raise InvalidRequest(
            f"Invalid value for 'stringIndexType': use one of {', '.join(get_args(Index))}.", param="stringIndexType"
        )
    form = query.get("outputContentFormat") or "text"
    if form not in {"text", "markdown"}:
        raise InvalidRequest(
            "Invalid value for 'outputContentFormat': use text or markdown.", param="outputContentFormat"
        )
    detail: Detail = "high" if _HIGH_RESOLUTION in query.get("features", "") else "auto"
    content, path = _content(body)
    return AzureCall(
        model=kind,
        version=version,
        source=ImageSource(
            content=content, path=path, detail=detail, pages=query.get("pages") or None, pages_path="pages"
        ),
        index=cast(Index, index),
        markdown=form == "markdown",
    )


def _content(body: Mapping[str, object] | bytes) -> tuple[str | bytes, str]:
    if isinstance(body, bytes):
        return body, "body"
    given = validate_body(AnalyzeBody, body)
    if (given.urlSource is None) == (given.base64Source is None):
        raise InvalidRequest(
            "Send one of 'urlSource' and 'base64Source'; or the document itself as application/octet-stream.",
            param="base64Source",
            code="missing_required_parameter" if given.urlSource is None else "invalid_value",
        )
    if given.urlSource is not None:
        return given.urlSource, "urlSource"
    return given.base64Source or "", "base64Source"


def _refuse_unsupported(query: Mapping[str, str]) -> None:
    """Refuse what would change the answer and is not done here."""
    wanted = [name for name in query.get("features", "").split(",") if name and name != _HIGH_RESOLUTION]
    not_done = {
        "features": (wanted, f"{', '.join(wanted)[:100]} cannot be had here, {_HIGH_RESOLUTION} can"),
        "queryFields": (query.get("queryFields"), "fields are read at /v1/ocr, with names or a schema"),
        "output": (query.get("output"), "no files are made of an answer"),
    }
    for name, (given, why) in not_done.items():
        if given:
            raise InvalidRequest(
                f"'{name}' is not done here: {why}. Leave it out.", param=name, code="unsupported_parameter"
            )
