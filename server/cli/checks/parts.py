"""Checks of the parts that a server is put together from: each is built as `serve` builds it, and nothing is loaded."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.checks.here import CORRECT, Here
from server.config import Settings
from server.environment import outgoing_proxy, shared_metrics_folder, trace_endpoint, trace_headers
from server.errors import ConfigurationError
from server.folders.private import settings_faults, written_folders
from server.install_words import install_extra

_INVALID: Final = "settings_invalid"


def check_model(here: Here) -> Finding:
    """Check that there is an engine and a profile for the model; vLLM itself is not loaded, since that is slow."""
    settings = here.valid
    return _built(lambda: _find_model(settings), f"{settings.main_model_name} can be served")


def check_limits(here: Here) -> Finding:
    """Check where requests of keys are counted, and whether processes count them together."""
    from server.access.count_store import build_count_store  # noqa: PLC0415 - Redis is an extra

    settings, limits = here.valid, here.valid.limits
    found = _built(lambda: build_count_store(limits), "requests can be counted")
    limited = limits.any or settings.keys_file or settings.jwt.on  # keys and tokens may have limits of their own
    if found.outcome == "ok" and here.workers > 1 and limits.redis_url is None and limited:
        return note(
            f"Each of the {here.workers} processes counts the limits of keys on its own, so up to {here.workers} times "
            "as much is admitted",
            code="limits_apart",
            cure="To count together, set PAGEGLASS_LIMITS__REDIS_URL.",
        )
    return found


def check_redis(here: Here) -> Finding:
    """Ask Redis whether it is there; the server starts without it, and answers as `REDIS_FAILURE` says."""
    limits = here.valid.limits
    if limits.redis_url is None:
        return ok("not used")
    from server.access.redis_store import ping_redis  # noqa: PLC0415 - an extra

    failure = ping_redis(limits.redis_url.get_secret_value(), limits)
    if failure is None:
        return ok("it answers and counts")
    meanwhile = "refused with 503" if limits.redis_failure == "refuse" else "not limited"
    return fault(
        "redis_unreachable",
        f"PAGEGLASS_LIMITS__REDIS_URL: {failure.said}, so requests with limits are {meanwhile}",
        failure.cure,
        blocks=False,
    )


def check_fetching(here: Here) -> Finding:
    """Check the rules for pictures at addresses, and the certificates that are trusted for them."""
    from server.media.fetching.fetch import tls_context  # noqa: PLC0415
    from server.media.fetching.fetch_rules import make_rules  # noqa: PLC0415

    settings = here.valid

    def build() -> None:
        make_rules(settings.image_urls, settings.fetch)
        tls_context(settings)

    found = _built(build, f"pictures at addresses: {settings.image_urls}")
    if found.outcome == "ok" and settings.image_urls != "off" and (name := outgoing_proxy()):
        return note(
            f"{name} is set, and pictures at addresses are fetched without a proxy",
            code="proxy_not_used",
            cure="If this machine reaches the internet through it alone, set PAGEGLASS_IMAGE_URLS=off.",
        )
    return found


def check_tracing(here: Here) -> Finding:
    """Check that what traces and metrics need is there."""
    from server.observability.tracing import endpoint_doubt, find_tracing_fault, headers_fault  # noqa: PLC0415

    def build() -> None:
        shared_metrics_folder()
        words = find_tracing_fault(here.valid) or (headers_fault(trace_headers()) if here.valid.tracing else None)
        if words:
            raise ConfigurationError(words)

    endpoint = trace_endpoint()
    off = f"off, although {endpoint[0]} is set: PAGEGLASS_TRACING=true switches it on" if endpoint else "off"
    found = _built(build, "on" if here.valid.tracing else off)
    if found.outcome == "ok" and here.valid.tracing and (doubt := endpoint_doubt(trace_endpoint())):
        return note(doubt, code="tracing_endpoint")
    return found


def check_folders(here: Here) -> Finding:
    """Check that the folders to write to can be written to, and hold nothing of others; nothing that stays is made."""
    if faults := settings_faults(here.valid):
        return fault("folder_unfit", " ".join(map(str, faults)), CORRECT)
    return ok(", ".join(str(folder) for folder, _ in written_folders(here.valid)) or "none set")


def _find_model(settings: Settings) -> None:
    from server.engines.registry import build_registry, is_embedded, near_embedded  # noqa: PLC0415 - loads the engines
    from server.engines.vllm.start_faults import find_fault  # noqa: PLC0415
    from server.profiles.families import find_profile  # noqa: PLC0415

    if is_embedded(settings):
        build_registry(settings)
        _find_readers(settings)
        return
    if settings.engine == "auto" and (near := near_embedded(settings.model)) and not Path(settings.model).exists():
        raise ConfigurationError(f"PAGEGLASS_MODEL: there is no model {settings.model!r}. Did you mean {near}?")
    if words := find_fault(settings.model):
        raise ConfigurationError(words)
    find_profile(settings.model, revision=settings.vllm.revision, name=settings.profile)
    if importlib.util.find_spec("vllm") is None:
        raise ConfigurationError(
            f"PAGEGLASS_MODEL: {settings.model!r} is served by vLLM, which is not installed. "
            f"{install_extra('vllm')}. Or serve the embedded pp-ocrv6-small, which needs no GPU."
        )
    if settings.vllm.chat_template and not settings.vllm.chat_template.is_file():
        raise ConfigurationError(f"PAGEGLASS_VLLM__CHAT_TEMPLATE: {settings.vllm.chat_template} is not a file.")


def _find_readers(settings: Settings) -> None:
    """Look for what the embedded engines start with: Tesseract's packs, own models."""
    from server.engines.ppocr.own_models import own_models  # noqa: PLC0415
    from server.engines.ppocr.recognizer import check_languages  # noqa: PLC0415
    from server.engines.tesseract.program import find_program  # noqa: PLC0415

    if settings.engine == "fake":
        return
    own_models(settings.rapidocr.models)
    check_languages(settings.rapidocr)
    if settings.tesseract.languages or "tesseract" in {settings.model, *settings.extra_models}:
        find_program(settings.tesseract)


def _built(build: Callable[[], Any], said: str) -> Finding:
    try:
        build()
    except ConfigurationError as error:
        return fault(_INVALID, str(error), CORRECT)
    return ok(said)
