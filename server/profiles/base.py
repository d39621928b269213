"""What is known about a model family: data that the pipeline reads and engines obey."""

from dataclasses import dataclass

from server.media.types import DetailBudgets


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Facts about one model family."""

    family: str
    budgets: DetailBudgets
    licence: str
    description: str
