"""Which models are served, and the engine behind each; the only place where engines are made."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.config import Settings
from server.engines.base import Generator, Recognizer
from server.engines.fake import FakeGenerator, FakeRecognizer
from server.engines.rapidocr import RapidOCRRecognizer
from server.errors import ConfigurationError, ModelNotFound
from server.profiles.base import Profile
from server.profiles.ppocr import PP_OCRV6_SMALL

EMBEDDED_MODELS = {"pp-ocrv6-small": PP_OCRV6_SMALL}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """One model as clients see it; `created` is in Unix seconds."""

    id: str
    engine: Recognizer | Generator
    profile: Profile
    created: int = field(default_factory=lambda: int(time.time()))
    aliases: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The `system_fingerprint`: a hash of engine, its version and the model."""
        identity = f"{self.engine.name}\0{self.engine.version}\0{self.id}\0{self.profile.family}"
        return "fp_" + hashlib.sha256(identity.encode()).hexdigest()[:12]


class EngineRegistry:
    """The served models, started and stopped together."""

    def __init__(self, models: Sequence[ServedModel]) -> None:
        self.models = tuple(models)

    def get(self, model_id: str) -> ServedModel:
        """Find a model by id or alias.

        Raises:
            ModelNotFound: none has that id; the message lists those that are served.
        """
        for model in self.models:
            if model_id == model.id or model_id in model.aliases:
                return model
        served = ", ".join(repr(model.id) for model in self.models)
        raise ModelNotFound(f"The model {model_id[:200]!r} is not served here. Served: {served}.", param="model")

    @property
    def ready(self) -> bool:
        """Whether every engine would answer now."""
        return all(model.engine.ready for model in self.models)

    async def start(self) -> None:
        """Start every engine; raises `ConfigurationError` where one cannot start."""
        for model in self.models:
            await model.engine.start()

    async def stop(self) -> None:
        """Stop every engine."""
        for model in self.models:
            await model.engine.stop()


def build_registry(settings: Settings) -> EngineRegistry:
    """Make the engine that `settings` asks for; nothing is loaded yet.

    Raises:
        ConfigurationError: no engine serves that model; the message lists what can be served.
    """
    if settings.engine == "fake":
        fake = FakeGenerator if settings.fake.port == "generator" else FakeRecognizer
        return EngineRegistry([ServedModel(id=settings.model, engine=fake(settings.fake), profile=PP_OCRV6_SMALL)])
    profile = EMBEDDED_MODELS.get(settings.model)
    if profile is None:
        raise ConfigurationError(
            f"PAGEGLASS_MODEL: no engine here serves {settings.model!r}; the embedded engine serves "
            + ", ".join(EMBEDDED_MODELS)
        )
    return EngineRegistry(
        [ServedModel(id=settings.model, engine=RapidOCRRecognizer(settings.rapidocr), profile=profile)]
    )
