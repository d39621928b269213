"""What is checked: the settings in effect, or why they cannot be read, and the number of HTTP processes."""

from dataclasses import dataclass
from typing import Final

from server.config import Settings
from server.errors import ConfigurationError

CORRECT: Final = "Correct it where it stands: in the environment, in .env, or in the file that is named."
"""The cure of a fault whose words already say what to write."""
_OF_EMBEDDED_ENGINE: Final = "pp-ocrv6-small"


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """This machine, and its settings in effect, or the reason why they cannot be read."""

    settings: Settings | None
    fault: ConfigurationError | None = None
    workers: int = 1

    @property
    def valid(self) -> Settings:
        """The settings; checks that use them depend on them being valid."""
        assert self.settings is not None  # noqa: S101
        return self.settings

    @property
    def readers(self) -> int:
        """Workers of the embedded engine in each HTTP process; 0 if no model that is served needs it."""
        served = {*self.valid.extra_models, *(() if self.valid.engine == "fake" else (self.valid.model,))}
        return self.valid.rapidocr.workers_here if _OF_EMBEDDED_ENGINE in served else 0
