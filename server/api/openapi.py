"""OpenAPI description: adds the request schemas, which FastAPI does not know because our own decoder reads them."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from server.api.guarded_paths import needs_key
from server.protocol.common import ErrorBody
from server.protocol.openai.chat import ChatCompletionRequest
from server.protocol.pageglass.ocr import OcrRequestBody

_REF = "#/components/schemas/{model}"
_REQUESTS: tuple[type[BaseModel], ...] = (ChatCompletionRequest, OcrRequestBody)


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


def body_of(kind: type[BaseModel]) -> dict[str, Any]:
    """The `openapi_extra` of a route whose body is of `kind`."""
    schema = {"$ref": _REF.format(model=kind.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def or_stream(event: str = "chat.completion.chunk") -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route whose success may be a stream of events."""
    said = {"type": "string", "description": f"`data:` events, each a `{event}`; then `data: [DONE]`."}
    return {200: {"content": {"text/event-stream": {"schema": said}}}}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these error statuses."""
    return {status: {"model": ErrorBody} for status in statuses}
