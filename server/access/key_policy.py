"""The policy of a key, as written in the key file and in the claims of a token: models and limits."""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.access.caller import Limits

Count = Annotated[int, Field(ge=0, le=10_000_000, strict=True)]


class WrittenLimits(BaseModel):
    """Limits as written; omitted ones are the settings' defaults, and 0 means unlimited."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    requests_per_minute: Count | None = None
    requests_per_day: Count | None = None
    pages_per_minute: Count | None = None
    pages_per_day: Count | None = None
    concurrent_requests: Count | None = None


class KeyPolicy(BaseModel):
    """The permitted models (None: all) and the limits."""

    model_config = ConfigDict(frozen=True)

    models: Annotated[tuple[Annotated[str, Field(strict=True, max_length=300)], ...], Field(strict=False)] | None = None
    limits: WrittenLimits = WrittenLimits()

    @classmethod
    def read(cls, **written: object) -> Self:
        """Validate a policy.

        Raises:
            ValueError: it is invalid; the text names the place and the reason.
        """
        try:
            return cls.model_validate(written)
        except ValidationError as error:
            raise ValueError(first_fault(error)) from None

    def allowed(self, default: Limits) -> tuple[frozenset[str] | None, Limits]:
        """The models, and the limits with those of `default` for omitted ones."""
        limits = Limits(**self.limits.model_dump()).over(default)
        return (None if self.models is None else frozenset(self.models)), limits


_WORDS: Final[Mapping[str, str]] = {
    "extra_forbidden": "there is no such entry",
    "missing": "is missing",
    "string_pattern_mismatch": (
        "must be the SHA-256 digest of a key, 64 of 0-9 a-f and nothing behind them: "
        "printf %s KEY | sha256sum | cut -c1-64"
    ),
    "string_type": "must be a text",
    "string_too_long": "has more than {max_length} characters",
    "int_type": "must be a whole number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "tuple_type": 'must be a list, such as ["NAME"]',
    "model_type": "must be a table of entries",
}
"""What pydantic finds, by its types; its own texts speak of Python's types."""


def first_fault(error: ValidationError, *, within: str = "") -> str:
    """The first fault in one line, by its place `within` the file, without the value, which may be a secret."""
    fault = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(filter(None, (within, *map(str, fault["loc"]))))
    name = str(fault["loc"][-1]) if fault["loc"] else ""
    if fault["type"] == "extra_forbidden" and name in WrittenLimits.model_fields and "limits" not in fault["loc"]:
        return f"{place}: limits have a table of their own: limits = {{{name} = 60}}"
    if known := _WORDS.get(fault["type"]):
        return f"{place}: {known.format_map(fault.get('ctx', {}))}"
    return f"{place}: {fault['msg'].removeprefix('Value error, ')}"
