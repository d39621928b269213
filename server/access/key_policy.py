"""The policy of a key, as written in the key file and in the claims of a token: models and limits."""

from typing import Annotated, Self

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


def first_fault(error: ValidationError) -> str:
    """The first fault in one line, without the value, which may be a secret."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(map(str, fault["loc"]))
    words = "there is no such entry" if fault["type"] == "extra_forbidden" else fault["msg"]
    return f"{place}: {words.removeprefix('Value error, ')}"
