"""Who calls: a name for logs, an id that tells tenants apart, and what the holder of the key may use."""

from collections.abc import Collection
from dataclasses import dataclass, fields

from server.errors import Forbidden
from server.setting_groups import LimitSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a caller may ask for; None says nothing, 0 sets no limit. Windows move: the last 60 s, the last 24 h."""

    requests_per_minute: int | None = None
    requests_per_day: int | None = None
    pages_per_minute: int | None = None
    pages_per_day: int | None = None
    concurrent_requests: int | None = None

    def over(self, default: "Limits") -> "Limits":
        """These limits, with those of `default` where these say nothing."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        return Limits(**{name: getattr(default, name) if value is None else value for name, value in own.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A key's holder. `id` is never the key; `models` are the names that may be asked for, None standing for all."""

    name: str = ""
    id: str = ""
    models: frozenset[str] | None = None
    limits: Limits = Limits()

    def may_use(self, names: Collection[str]) -> bool:
        """Whether a model that goes by `names` may be asked for."""
        return self.models is None or not self.models.isdisjoint(names)

    def check_model(self, names: Collection[str]) -> None:
        """Let a model that goes by `names` be asked for.

        Raises:
            Forbidden: the key is not for it; the message lists what it is for.
        """
        if self.models is not None and not self.may_use(names):
            usable = ", ".join(sorted(self.models)) or "none"
            raise Forbidden(
                f"The key {self.name!r} may not use this model. It may use: {usable}. "
                "Ask for one of these, or have whoever runs the server add the model to the key.",
                param="model",
                code="model_not_allowed",
            )


ANYBODY = Caller()


def default_limits(settings: LimitSettings) -> Limits:
    """The limits of whoever has none of their own."""
    return Limits(
        requests_per_minute=settings.requests_per_minute,
        requests_per_day=settings.requests_per_day,
        pages_per_minute=settings.pages_per_minute,
        pages_per_day=settings.pages_per_day,
        concurrent_requests=settings.concurrent_requests,
    )
