"""The wire types of `GET /v1/models`."""

from typing import Literal

from server.protocol.common import WireAnswer


class Capabilities(WireAnswer):
    """What a model does, in Mistral's terms."""

    completion_chat: bool = True
    function_calling: bool = True
    vision: bool = True
    ocr: bool = True
    completion_fim: bool = False
    fine_tuning: bool = False
    classification: bool = False


class Model(WireAnswer):
    """One model that is served, with the members of OpenAI and, from `type` on, those of Mistral."""

    id: str
    object: Literal["model"] = "model"
    created: int
    """Unix seconds."""
    owned_by: str = "pageglass"
    type: Literal["base"] = "base"
    name: str
    aliases: tuple[str, ...] = ()
    """Other names that it answers to."""
    capabilities: Capabilities = Capabilities()


class ModelList(WireAnswer):
    """Every model that is served."""

    object: Literal["list"] = "list"
    data: tuple[Model, ...]
