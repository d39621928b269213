"""The caller: a name for logs, a tenant id, and the models and limits of its key."""

from collections.abc import Collection
from dataclasses import dataclass, fields

from server.errors import Forbidden
from server.settings.callers import LimitSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Rate limits of a caller; None is the default, 0 means unlimited. Sliding windows of 60 s and 24 h."""

    requests_per_minute: int | None = None
    requests_per_day: int | None = None
    pages_per_minute: int | None = None
    pages_per_day: int | None = None
    concurrent_requests: int | None = None

    def over(self, default: "Limits") -> "Limits":
        """These limits, with those of `default` for the ones that are None."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        return Limits(**{name: getattr(default, name) if value is None else value for name, value in own.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The holder of a key. `id` is never the key; `models` are the permitted names, None means all."""

    name: str = ""
    id: str = ""
    models: frozenset[str] | None = None
    limits: Limits = Limits()

    def may_use(self, names: Collection[str]) -> bool:
        """Whether a model with these `names` is permitted."""
        return self.models is None or not self.models.isdisjoint(names)

    def check_model(self, names: Collection[str]) -> None:
        """Check that a model with these `names` is permitted.

        Raises:
            Forbidden: it is not; the message lists the permitted models.
        """
        if self.models is not None and not self.may_use(names):
            usable = ", ".join(sorted(self.models)) or "none"
            raise Forbidden(
                f"The key {self.name!r} may not use this model. It may use: {usable}. "
                "Use one of these, or ask the operator of the server to add the model to the key.",
                param="model",
                code="model_not_allowed",
            )


ANYBODY = Caller()


def default_limits(settings: LimitSettings) -> Limits:
    """The default limits, for callers without their own."""
    return Limits(**{limit.name: getattr(settings, limit.name) for limit in fields(Limits)})
