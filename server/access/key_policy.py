"""What a key is good for, as it is written in the file of keys and in the claims of a token."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.access.caller import Limits

Count = Annotated[int, Field(ge=0, le=10_000_000, strict=True)]


class WrittenLimits(BaseModel):
    """Limits as written; what is left out is as the settings say, and 0 sets none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    requests_per_minute: Count | None = None
    requests_per_day: Count | None = None
    pages_per_minute: Count | None = None
    pages_per_day: Count | None = None
    concurrent_requests: Count | None = None


class KeyPolicy(BaseModel):
    """The models that may be asked for (None: all) and how much of them."""

    model_config = ConfigDict(frozen=True)

    models: Annotated[tuple[Annotated[str, Field(strict=True, max_length=300)], ...], Field(strict=False)] | None = None
    limits: WrittenLimits = WrittenLimits()

    @classmethod
    def read(cls, **written: object) -> Self:
        """Check what is written.

        Raises:
            ValueError: it is not as it has to be; the text names the place and what is wrong there.
        """
        try:
            return cls.model_validate(written)
        except ValidationError as error:
            raise ValueError(first_fault(error)) from None

    def allowed(self, default: Limits) -> tuple[frozenset[str] | None, Limits]:
        """The models, and the limits with those of `default` where nothing is written."""
        limits = Limits(**self.limits.model_dump()).over(default)
        return (None if self.models is None else frozenset(self.models)), limits


def first_fault(error: ValidationError) -> str:
    """The first fault in one line, without the value, which may be a secret."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(map(str, fault["loc"]))
    words = "there is no such entry" if fault["type"] == "extra_forbidden" else fault["msg"]
    return f"{place}: {words.removeprefix('Value error, ')}"
