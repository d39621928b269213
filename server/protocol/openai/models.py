"""The wire types of `GET /v1/models`."""

from typing import Literal

from server.protocol.common import WireAnswer


class Model(WireAnswer):
    """One model that is served."""

    id: str
    object: Literal["model"] = "model"
    created: int
    """Unix seconds."""
    owned_by: str = "pageglass"


class ModelList(WireAnswer):
    """Every model that is served."""

    object: Literal["list"] = "list"
    data: tuple[Model, ...]
