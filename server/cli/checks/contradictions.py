"""Settings that contradict each other, or what they are for: those that end the start, and those worth a warning.

Only what the operator has set is held against the rest: a default that another setting makes pointless does no harm.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any, Final

from server.cli.checks.set_keys import LEAST_KEY, key_doubts, key_faults
from server.cli.checks.slips import comments_in_secrets, long_times, slips
from server.config import Settings, client_key_alone

_ORIGIN: Final = re.compile(r"https?://(?:\[[0-9a-f:.]+\]|[^\s/:@\[\]*]+)(?::\d{1,5})?/?", re.IGNORECASE)
_NOT_A_HOST: Final = re.compile(r"[/\s@,*]|^[^:]*:\d+$|^\[.*\]:\d+$|\]$")
_PAIRS: Final = (
    ("max_image_bytes", "max_body_bytes", "a picture of that size cannot arrive"),
    ("max_image_pixels", "max_pixels_per_request", "a picture of that size is refused with its request"),
    ("min_page_pixels", "max_page_pixels", "no page can be both"),
    ("queue_timeout_s", "request_timeout_s", "a request ends before its wait is over"),
    ("decode_timeout_s", "request_timeout_s", "a request ends before its picture is decoded"),
    ("rapidocr__page_timeout_s", "request_timeout_s", "a request ends before its page is read"),
    ("tesseract__page_timeout_s", "request_timeout_s", "a request ends before its page is read"),
    ("fetch__timeout_s", "request_timeout_s", "a request ends before its picture is fetched"),
    ("fetch__connect_timeout_s", "fetch__timeout_s", "the fetch ends before it is connected"),
    ("record__max_body_bytes", "record__max_bytes", "one exchange would not fit into the folder"),
)
"""(what may not be above, the other, what happens else)."""
_OF_LANGUAGE_MODELS: Final = ("vllm", "profile", "max_page_pixels", "min_page_pixels", "repetition", "ocr_retries")
_OF_REDIS: Final = ("limits__redis_timeout_s", "limits__redis_failure", "limits__lease_s")


def contradictions(settings: Settings) -> Iterator[str]:
    """Yield what ends the start, a sentence each."""
    yield from _pairs(settings)
    yield from slips(settings)
    if empty := _empty_keys(settings):
        yield (
            f"{empty} is set and empty, so no key is required, and others can connect to {settings.listen_host}. Fill "
            "it in, or remove the variable."
        )
    for origin in settings.allowed_origins:
        if not _ORIGIN.fullmatch(origin):
            yield (
                f"PAGEGLASS_ALLOWED_ORIGINS: {origin!r} is not an origin, so no page's would match. Write scheme and "
                "host, and the port if it is not the usual one, without a path: https://app.example."
            )
    for host in settings.allowed_hosts:
        if _NOT_A_HOST.search(host) or "*" in host:
            yield (
                f"PAGEGLASS_ALLOWED_HOSTS: {host!r} is not a host name, so no request would match. Write the name "
                "alone, without scheme, port and path: reader.example."
            )
    if settings.host and _NOT_A_HOST.search(settings.host):
        yield (
            f"PAGEGLASS_HOST: {settings.host!r} is not an address to listen on. Write one address alone, or 0.0.0.0 "
            "for all of this machine, and the port as PAGEGLASS_PORT."
        )
    yield from key_faults(settings)


def doubts(settings: Settings) -> Iterator[str]:
    """Yield what is worth a warning, a sentence each."""
    from server.engines.registry import is_embedded  # noqa: PLC0415 - loads the engines

    yield from _of_access(settings)
    yield from long_times(settings)
    yield from comments_in_secrets(settings)
    yield from _of_connections(settings)
    if settings.queue_timeout_s > settings.request_timeout_s and not _is_set(settings, "queue_timeout_s"):
        yield (
            f"PAGEGLASS_REQUEST_TIMEOUT_S={settings.request_timeout_s:g} is below PAGEGLASS_QUEUE_TIMEOUT_S="
            f"{settings.queue_timeout_s:g}, so requests are answered 504 where they would be answered 503 with "
            "Retry-After. Lower PAGEGLASS_QUEUE_TIMEOUT_S."
        )
    if _is_set(settings, "result_cache_folder") and not (settings.result_cache_bytes and settings.result_cache_s):
        yield (
            "PAGEGLASS_RESULT_CACHE_FOLDER has no effect: "
            "PAGEGLASS_RESULT_CACHE_BYTES or PAGEGLASS_RESULT_CACHE_S is 0."
        )
    if settings.image_urls == "off" and settings.fetch.hosts:
        yield "PAGEGLASS_FETCH__HOSTS has no effect: PAGEGLASS_IMAGE_URLS=off fetches nothing."
    if settings.limits.redis_url is None:
        yield from _idle(settings, _OF_REDIS, "PAGEGLASS_LIMITS__REDIS_URL is not set")
    if is_embedded(settings) and settings.engine != "fake":
        yield from _idle(settings, _OF_LANGUAGE_MODELS, f"the model {settings.model} is not a language model")
    if settings.engine != "fake":
        yield from _idle(settings, ("fake",), "PAGEGLASS_ENGINE is not fake")
    elif settings.open_to_others or settings.forwarded_allow_ips:
        yield "PAGEGLASS_ENGINE=fake reads nothing: every page is answered with the text of PAGEGLASS_FAKE__TEXT."


def _pairs(settings: Settings) -> Iterator[str]:
    for small, large, reason in _PAIRS:
        low, high = _value(settings, small), _value(settings, large)
        if None not in {low, high} and low > high and _is_set(settings, small):
            yield (
                f"{_name(small)}={low:.10g} is above {_name(large)}={high:.10g}: {reason}. Lower the first, or raise "
                "the second."
            )


def _of_access(settings: Settings) -> Iterator[str]:
    yield from key_doubts(settings)
    secret = settings.token_secret.get_secret_value() if settings.token_secret else None
    if secret is not None and len(secret) < LEAST_KEY:
        yield (
            f"PAGEGLASS_TOKEN_SECRET has fewer than {LEAST_KEY} characters, so tokens can be forged. Make one with: "
            "openssl rand -hex 24."
        )
    if client_key_alone(settings):
        yield (
            "PAGEGLASS_API_KEY is the key that clients send; this server requires none. To require it, set "
            "PAGEGLASS_API_KEYS."
        )
    if not settings.wants_keys:
        yield from _idle(settings, ("metrics_need_key", "docs_need_key"), "no keys are set (PAGEGLASS_API_KEYS)")
    if wide := [proxy for proxy in settings.forwarded_allow_ips if ip_network(proxy, strict=False).prefixlen == 0]:
        yield (
            f"PAGEGLASS_FORWARDED_ALLOW_IPS={wide[0]} believes every caller's X-Forwarded-For. Name the proxy's own "
            "address."
        )


def _of_connections(settings: Settings) -> Iterator[str]:
    """Connections below the requests that may be inside: each has one at least."""
    most = settings.connections.max_open
    inside = settings.max_in_flight + settings.max_queue
    if most and most < inside and _is_set(settings, "connections__max_open"):
        yield (
            f"PAGEGLASS_CONNECTIONS__MAX_OPEN={most} is below the {inside} requests that may be inside "
            "(PAGEGLASS_MAX_IN_FLIGHT and PAGEGLASS_MAX_QUEUE), so callers are refused before the queue is full. Raise "
            "it."
        )


def _empty_keys(settings: Settings) -> str:
    """The variables of keys that were set to nothing where others can connect; empty if there are none."""
    if settings.wants_keys or not settings.open_to_others:
        return ""
    empty = [name for name in ("api_keys", "keys_file") if _is_set(settings, name) and not getattr(settings, name)]
    return " and ".join(map(_name, empty))


def _idle(settings: Settings, names: tuple[str, ...], reason: str) -> Iterator[str]:
    if idle := [_name(name) for name in names if _is_set(settings, name)]:
        yield f"{', '.join(idle)} {'has' if len(idle) == 1 else 'have'} no effect: {reason}."


def _is_set(settings: Settings, name: str) -> bool:
    """Whether the operator has set it: of a group, any member."""
    group, _, member = name.partition("__")
    return (member in getattr(settings, group).model_fields_set) if member else group in settings.model_fields_set


def _value(settings: Settings, name: str) -> Any:
    group, _, member = name.partition("__")
    value = getattr(settings, group)
    return getattr(value, member) if member else value


def _name(name: str) -> str:
    suffix = "__*" if name in {"vllm", "repetition", "fake"} else ""
    return f"PAGEGLASS_{name.upper()}{suffix}"
