"""What is known about a model family: data that the pipeline reads and engines obey."""

from dataclasses import dataclass

from server.media.types import PixelBudget


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Facts about one model family."""

    family: str
    budget: PixelBudget
    licence: str
    description: str
