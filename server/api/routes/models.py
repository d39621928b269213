"""GET /v1/models and /v1/models/{id}; an id may contain slashes, encoded or not."""

from fastapi import Request
from fastapi.routing import APIRoute

from server.access.caller import Caller
from server.api.dependencies import Registry, chosen_model
from server.api.openapi import errors
from server.api.scope import CALLER
from server.engines.registry import ServedModel
from server.protocol.openai.models import Model, ModelList


async def list_models(registry: Registry, request: Request) -> ModelList:
    """List the models that are served, and that the caller may use."""
    caller: Caller = request.scope[CALLER]
    return ModelList(data=tuple(_encode(model) for model in registry.models if caller.may_use(model.names)))


async def read_model(model_id: str, request: Request) -> Model:
    """Describe one served model."""
    return _encode(chosen_model(request, model_id))


def _encode(model: ServedModel) -> Model:
    return Model(id=model.id, created=model.created, name=model.id, aliases=model.aliases)


routes = [
    APIRoute("/v1/models", list_models, summary="List models", tags=["models"], responses=errors(401, 403)),
    APIRoute(
        "/v1/models/{model_id:path}",
        read_model,
        summary="Describe a model",
        tags=["models"],
        responses=errors(401, 403, 404),
    ),
]
