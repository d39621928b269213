"""Registry of the served models and the engine behind each; the only place where engines are built."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from server.config import Settings
from server.engines.base import Generator, Recognizer
from server.engines.fake import FakeGenerator, FakeRecognizer
from server.engines.ppocr.recognizer import RapidOCRRecognizer
from server.engines.tesseract.recognizer import TesseractRecognizer
from server.errors import ConfigurationError, EngineUnavailable, ModelNotFound
from server.profiles.base import Profile, capped
from server.profiles.families import find_profile
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.profiles.tesseract import TESSERACT

EMBEDDED_MODELS = {"pp-ocrv6-small": PP_OCRV6_SMALL, "tesseract": TESSERACT}


@runtime_checkable
class Mortal(Protocol):
    """An engine that may be given up for good."""

    @property
    def fault(self) -> str | None:
        """Why it was given up; None as long as it was not."""
        ...

    def hold(self) -> None:
        """Do not start it again: the server is about to stop."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """One model as clients see it; `created` is in Unix seconds, and `adapter` the LoRA adapter that it is."""

    id: str
    engine: Recognizer | Generator
    profile: Profile
    created: int = field(default_factory=lambda: int(time.time()))
    aliases: tuple[str, ...] = ()
    adapter: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is asked for by."""
        return (self.id, *self.aliases)

    @property
    def fingerprint(self) -> str:
        """The `system_fingerprint`: a hash of engine, its version and the model."""
        identity = f"{self.engine.name}\0{self.engine.version}\0{self.id}\0{self.profile.family}"
        return "fp_" + hashlib.sha256(identity.encode()).hexdigest()[:12]


class EngineRegistry:
    """The served models, started and stopped together; `in_flight` is how many requests their engines like at once.

    `grounder` finds print on pages, to check what a language model says of them; where no served model does that, it is
    started with the first such request.
    """

    def __init__(
        self, models: Sequence[ServedModel], *, in_flight: int = 8, grounder: Recognizer | None = None
    ) -> None:
        self.models = tuple(models)
        self.in_flight = in_flight
        readers = (model.engine for model in models if isinstance(model.engine, Recognizer))
        # Tesseract knows the scripts of its packs alone.
        self._grounder = next((one for one in readers if not isinstance(one, TesseractRecognizer)), grounder)
        self._grounder_turn = asyncio.Lock()
        self._held = False
        self.engines = tuple({id(model.engine): model.engine for model in models}.values())

    def get(self, model_id: str, *, shown: Callable[[ServedModel], bool] = lambda _: True) -> ServedModel:
        """Find a model by id or alias.

        Raises:
            ModelNotFound: no served model has that id; the message lists those for which `shown` is true.
        """
        for model in self.models:
            if model_id == model.id or model_id in model.aliases:
                return model
        served = ", ".join(repr(model.id) for model in self.models if shown(model)) or "none for you"
        raise ModelNotFound(f"The model {model_id[:200]!r} is not served here. Served: {served}.", param="model")

    @property
    def ready(self) -> bool:
        """Whether every engine would answer now, and the server is not about to stop."""
        return not self._held and all(engine.ready for engine in self.engines)

    @property
    def fault(self) -> str | None:
        """Why an engine was given up for good; None as long as none was."""
        faults = (engine.fault for engine in self.engines if isinstance(engine, Mortal))
        return next((fault for fault in faults if fault), None)

    def hold(self) -> None:
        """Start no engine again: the server is about to stop."""
        self._held = True
        for engine in self.engines:
            if isinstance(engine, Mortal):
                engine.hold()

    async def grounder(self) -> Recognizer:
        """Give the engine that finds print on pages, running.

        Raises:
            EngineUnavailable: there is none, or it does not start.
        """
        if self._grounder is None:
            raise EngineUnavailable("There is no engine here that finds print on pages.")
        async with self._grounder_turn:
            if not self._grounder.ready:
                try:
                    await self._grounder.start()
                except ConfigurationError as error:
                    raise EngineUnavailable(f"The engine that finds print on pages does not start: {error}") from error
        return self._grounder

    async def start(self) -> None:
        """Start every engine; raises `ConfigurationError` where one cannot start."""
        for engine in self.engines:
            await engine.start()

    async def stop(self) -> None:
        """Stop every engine."""
        for engine in self.engines:
            await engine.stop()
        if self._grounder and self._grounder not in self.engines:
            await self._grounder.stop()


_BATCH: Final = 256  # requests that a language model computes together


def build_registry(settings: Settings) -> EngineRegistry:
    """Make the engines that `settings` asks for; nothing is loaded yet.

    Raises:
        ConfigurationError: no engine serves that model, or two models would have one name; the message has the cure.
    """
    first = _main_models(settings)
    models = [*first, *(_embedded(name, settings, setting="EXTRA_MODELS") for name in settings.extra_models)]
    names = [name for model in models for name in (model.id, *model.aliases)]
    own = settings.served_model_name
    if twice := next((name for name in own if own.count(name) > 1), None):
        raise ConfigurationError(f"PAGEGLASS_SERVED_MODEL_NAME: {twice!r} stands there twice. Name it once.")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ConfigurationError(
            f"PAGEGLASS_EXTRA_MODELS: two models would be called {twice!r}. Name them apart with "
            "PAGEGLASS_SERVED_MODEL_NAME, or leave one out."
        )
    grounder = _rapidocr(settings)
    return EngineRegistry(models, in_flight=_in_flight(models), grounder=grounder)


def _in_flight(models: Sequence[ServedModel]) -> int:
    """A page in work and one being prepared for each worker, or what fills a batch of a language model."""
    if any(isinstance(model.engine, Generator) for model in models):
        return _BATCH
    return 2 * max(model.engine.workers for model in models if isinstance(model.engine, Recognizer))


def in_flight_of(settings: Settings) -> int:
    """How many requests at once the engines of `settings` like; vLLM is not loaded to say so.

    Raises:
        ConfigurationError: as `build_registry`.
    """
    return build_registry(settings).in_flight if is_embedded(settings) else _BATCH


def is_embedded(settings: Settings) -> bool:
    """Whether the main model is computed by an engine of our own, in a process of any number of HTTP processes."""
    return settings.engine in {"rapidocr", "fake"} or (settings.engine == "auto" and settings.model in EMBEDDED_MODELS)


def _main_models(settings: Settings) -> list[ServedModel]:
    if settings.engine == "fake":
        fake = FakeGenerator if settings.fake.port == "generator" else FakeRecognizer
        profile = EMBEDDED_MODELS.get(settings.model) or _profile(settings)
        return [_named(settings, fake(settings.fake), profile)]
    if is_embedded(settings):
        embedded = _embedded(settings.model, settings)
        return [_named(settings, embedded.engine, embedded.profile)]
    from server.engines.vllm.generator import VLLMGenerator  # noqa: PLC0415 - an extra, and heavy

    profile = _profile(settings)
    engine = VLLMGenerator(settings, profile)
    adapters = [
        ServedModel(id=name, engine=engine, profile=profile, adapter=name) for name in settings.vllm.lora_modules or {}
    ]
    return [_named(settings, engine, profile), *adapters]


def _profile(settings: Settings) -> Profile:
    profile = find_profile(settings.model, revision=settings.vllm.revision, name=settings.profile)
    return capped(profile, settings.max_page_pixels, min_pixels=settings.min_page_pixels)


def _named(settings: Settings, engine: Recognizer | Generator, profile: Profile) -> ServedModel:
    names = settings.served_model_name
    return ServedModel(id=settings.main_model_name, aliases=names[1:], engine=engine, profile=profile)


def near_embedded(model: str) -> str | None:
    """The embedded model that `model` misspells, if it does: by a letter or two, or by capitals."""
    folded = {name.casefold(): name for name in EMBEDDED_MODELS}
    near = process.extractOne(model.strip().casefold(), folded.keys(), scorer=OSA.distance, score_cutoff=2)
    return folded[near[0]] if near else None


def _embedded(model: str, settings: Settings, *, setting: str = "MODEL") -> ServedModel:
    profile = EMBEDDED_MODELS.get(model)
    if profile is None:
        near = near_embedded(model)
        raise ConfigurationError(
            f"PAGEGLASS_{setting}: the embedded engines do not serve {model!r}; they serve "
            + ", ".join(EMBEDDED_MODELS)
            + (f". Did you mean {near}?" if near else ". Other models are served by vLLM, as PAGEGLASS_MODEL.")
        )
    engine = TesseractRecognizer(settings.tesseract) if profile is TESSERACT else _rapidocr(settings)
    return ServedModel(id=model, engine=engine, profile=profile)


def _rapidocr(settings: Settings) -> RapidOCRRecognizer:
    return RapidOCRRecognizer(settings.rapidocr, tesseract=settings.tesseract)
