"""vLLM's asynchronous engine with continuous batching, behind the `Generator` port."""

import logging
from functools import partial

from server.config import Settings
from server.engines.parameters import GENERATOR_PARAMETERS
from server.engines.vllm.core import VLLMCore
from server.engines.vllm.start_faults import find_fault
from server.engines.vllm.supervisor import Patience, Supervisor
from server.environment import prepare_vllm_environment
from server.errors import ConfigurationError
from server.install_words import install_extra
from server.profiles.base import Profile

_log = logging.getLogger(__name__)


class VLLMGenerator(Supervisor):
    """The engine as the rest of the server sees it, started again when it dies."""

    name = "vllm"
    parameters = GENERATOR_PARAMETERS

    def __init__(self, settings: Settings, profile: Profile) -> None:
        if fault := find_fault(settings.model):  # before anything heavy is imported
            raise ConfigurationError(fault)
        prepare_vllm_environment(settings)
        try:
            import vllm  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ConfigurationError(
                f"PAGEGLASS_MODEL: {settings.model!r} is served by vLLM, which cannot be imported here ({error}). "
                f"{install_extra('vllm')}. Without a GPU, serve the embedded pp-ocrv6-small."
            ) from None
        self.version = f"{vllm.__version__}+{profile.revision_to_load(settings.vllm.revision) or 'main'}"
        self._start_warning = profile.start_warning
        super().__init__(
            partial(VLLMCore.launch, settings, profile),
            Patience(
                backoff_s=settings.vllm.restart_backoff_s,
                max_failures=settings.vllm.max_failures,
                window_s=settings.vllm.failure_window_s,
            ),
        )

    async def start(self) -> None:
        """Load the model; raises `ConfigurationError` where that cannot work."""
        if self._start_warning:
            _log.warning(self._start_warning)
        await super().start()
