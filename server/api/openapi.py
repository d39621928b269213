"""OpenAPI description: adds the request schemas, which FastAPI does not know because our own decoder reads them."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from server.api.guarded_paths import needs_key
from server.protocol.common import ErrorBody
from server.protocol.openai.chat import ChatCompletionRequest
from server.protocol.openai.responses import ResponsesRequest
from server.protocol.pageglass.ocr import OcrRequestBody

_REF = "#/components/schemas/{model}"
_REQUESTS: tuple[type[BaseModel], ...] = (ChatCompletionRequest, ResponsesRequest, OcrRequestBody)


class DescribedAPI(FastAPI):
    """FastAPI whose `/openapi.json` knows our request types."""

    def openapi(self) -> dict[str, Any]:
        """Describe the API as OpenAPI 3.1."""
        if not self.openapi_schema:
            described = super().openapi()
            _, schemas = models_json_schema([(kind, "validation") for kind in _REQUESTS], ref_template=_REF)
            components = described.setdefault("components", {})
            components.setdefault("schemas", {}).update(schemas["$defs"])
            for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own error, never sent
                components["schemas"].pop(unused, None)
            components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
            for path, operations in described["paths"].items():
                for operation in operations.values():
                    _describe(operation, keyed=needs_key(path))
        return super().openapi()


def _describe(operation: dict[str, Any], *, keyed: bool) -> None:
    """Say what FastAPI cannot know: that a key may be wanted, and that nothing here is answered with its own 422."""
    operation["responses"].pop("422", None)
    if keyed:
        operation["security"] = [{}, {"key": []}]


def body_of(kind: type[BaseModel], *, uploads: str | None = None) -> dict[str, Any]:
    """The `openapi_extra` of a route whose body is of `kind`, or a form with a file in its field `uploads`."""
    content = {"application/json": {"schema": {"$ref": _REF.format(model=kind.__name__)}}}
    if uploads:
        content["multipart/form-data"] = {"schema": _form_of(kind, uploads)}
    return {"requestBody": {"required": True, "content": content}}


def _form_of(kind: type[BaseModel], uploads: str) -> dict[str, Any]:
    """The schema of a form: its fields are texts, what is an object or an array in JSON as well, and one is a file."""
    described = kind.model_json_schema()["properties"]
    fields = {name: _text_of(one) for name, one in described.items() if name != "image"}
    fields[uploads] = {"type": "string", "format": "binary", "description": "The picture or document."}
    return {"type": "object", "required": [uploads], "properties": fields}


def _text_of(described: dict[str, Any]) -> dict[str, Any]:
    """The schema of a form's field, from that of the same field in JSON."""
    field = {"type": "string", "description": described.get("description", "")}
    kinds = [one for one in described.get("anyOf", [described]) if one.get("type") != "null"]
    choices = [choice for one in kinds for choice in one.get("enum", ())]
    if all(one.get("type") == "boolean" for one in kinds):
        choices = ["true", "false"]
    return field | ({"enum": choices} if choices else {})


def or_stream(event: str = "chat.completion.chunk") -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route whose success may be a stream of events."""
    data = {"type": "string", "description": f"A `{event}` in JSON; `[DONE]` at the end."}
    each = {"type": "object", "required": ["data"], "properties": {"data": data}}  # OpenAPI 3.1 describes one event
    return {200: {"content": {"text/event-stream": {"schema": each}}}}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these error statuses."""
    return {status: {"model": ErrorBody} for status in statuses}
