"""Kinds of settings: a group, a list with commas, a value that may be unset."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_settings import NoDecode

T = TypeVar("T")


def _split_commas(value: Any) -> Any:
    return tuple(item.strip() for item in value.split(",") if item.strip()) if isinstance(value, str) else value


CommaSeparated = Annotated[tuple[T, ...], NoDecode, BeforeValidator(_split_commas)]
"""A tuple that the environment holds as text, separated by commas."""
OrUnset = Annotated[T | None, BeforeValidator(lambda value: None if value == "" else value)]
"""A value, or None if its variable is unset or empty."""


class SettingGroup(BaseModel):
    """Settings of one part of the product."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)
