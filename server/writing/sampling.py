"""Sampling parameters: the caller's, over the defaults of the model's family."""

from collections.abc import Mapping
from typing import Any, cast

from server.errors import InvalidRequest
from server.profiles.base import SamplingDefaults
from server.values.chat import ChatRequest, JSONObject, Sampling

_GIVEN_AS_THEY_ARE = (
    *("n", "seed", "min_tokens", "temperature", "top_p", "top_k", "min_p"),
    *("presence_penalty", "frequency_penalty", "repetition_penalty"),
    *("include_stop_str_in_output", "ignore_eos", "skip_special_tokens"),
)
_MOST_SEED = 2**62
_MOST_STOP_IDS_WITH_LEAST = 100
_MOST_BAD_WORD_BYTES = 500
_LONGEST_PATTERN = 256  # tokens; vLLM looks for each length in turn, at every token
_DETECTION = ("max_pattern_size", "min_pattern_size", "min_count")
_LISTS = ("stop_token_ids", "bad_words", "allowed_token_ids")
_FAMILY = ("temperature", "top_p", "top_k", "presence_penalty", "repetition_penalty", "skip_special_tokens")


def choose_sampling(request: ChatRequest, defaults: SamplingDefaults) -> Sampling:
    """Put the caller's fields over those of the model's family.

    Raises:
        InvalidRequest: two fields contradict each other, or a token id is invalid.
    """
    given = request.parameters
    chosen: dict[str, Any] = {name: getattr(defaults, name) for name in _FAMILY}
    chosen |= {name: given[name] for name in _GIVEN_AS_THEY_ARE if name in given}
    chosen |= {name: tuple(cast("list[Any]", given[name])) for name in _LISTS if name in given}
    if chosen.get("seed") is not None and abs(chosen["seed"]) > _MOST_SEED:  # further answers count up from it
        chosen["seed"] %= _MOST_SEED
    if chosen["top_p"] == 0:  # vLLM wants it over 0; the likeliest token alone is what it means
        chosen |= {"top_p": 1.0, "top_k": 1}
    sampling = Sampling(
        **chosen,
        stop=request.stop,
        max_tokens=defaults.max_tokens if request.max_tokens is None else request.max_tokens,
        logprobs=_logprobs(given),
        logit_bias=_logit_bias(given),
        repetition_detection=_repetition_detection(given),
    )
    _check_runner_limits(sampling)
    if "" in sampling.bad_words:
        raise InvalidRequest(
            "Invalid value for 'bad_words': a word must not be empty. Leave it out.", param="bad_words"
        )
    if request.max_tokens is not None and sampling.min_tokens > request.max_tokens:
        raise InvalidRequest(
            f"Invalid value for 'min_tokens': {sampling.min_tokens} is more than max_tokens, which is "
            f"{request.max_tokens}. Lower it, or raise max_tokens.",
            param="min_tokens",
        )
    return sampling


def _check_runner_limits(sampling: Sampling) -> None:
    """Keep within what vLLM's runner for GPUs holds for a request (`vllm/v1/worker/gpu/sample`, 0.32).

    It has room for 128 stop ids beside `min_tokens`, the model's own end among them, and for 1,024 tokens of bad words,
    each of which counts with and without a space before it. One request over that ends the engine for all.
    """
    if sampling.min_tokens and len(sampling.stop_token_ids) > _MOST_STOP_IDS_WITH_LEAST:
        raise InvalidRequest(
            f"Invalid value for 'stop_token_ids': {len(sampling.stop_token_ids)} ids. Together with min_tokens at most "
            f"{_MOST_STOP_IDS_WITH_LEAST} are taken.",
            param="stop_token_ids",
        )
    size = sum(len(word.encode("utf-8", "surrogatepass")) for word in sampling.bad_words)
    if size > _MOST_BAD_WORD_BYTES:
        raise InvalidRequest(
            f"Invalid value for 'bad_words': {size} bytes in all, and at most {_MOST_BAD_WORD_BYTES} are taken. Send "
            "fewer or shorter words.",
            param="bad_words",
        )


def _logprobs(given: JSONObject) -> int | None:
    """How many of the likeliest tokens to tell at each place; None tells nothing."""
    top = given.get("top_logprobs")
    if given.get("logprobs"):
        return cast("int", top or 0)
    if top:
        raise InvalidRequest(
            "'top_logprobs' is only allowed when logprobs is true. Set logprobs to true, or leave top_logprobs out.",
            param="top_logprobs",
        )
    return None


def _logit_bias(given: JSONObject) -> Mapping[int, float]:
    bias = cast("Mapping[str, float]", given.get("logit_bias") or {})
    for token in bias:
        if not (token.isascii() and token.isdecimal() and len(token) < 10):
            raise InvalidRequest(
                f"Invalid value for 'logit_bias': {token[:40]!r} is not a token id. Its keys are whole numbers.",
                param="logit_bias",
            )
    return {int(token): float(value) for token, value in bias.items()}


def _repetition_detection(given: JSONObject) -> Mapping[str, int]:
    """How vLLM itself is to look for loops in tokens, as its `RepetitionDetectionParams` names it."""
    wanted = cast("Mapping[str, object]", given.get("repetition_detection") or {})
    for name, value in wanted.items():
        path = f"repetition_detection.{name[:64]}"
        if name not in _DETECTION:
            raise InvalidRequest(
                f"Unknown parameter: '{path}'. Known are: {', '.join(_DETECTION)}.",
                param=path,
                code="unknown_parameter",
            )
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LONGEST_PATTERN:
            raise InvalidRequest(
                f"Invalid value for '{path}': expected a whole number from 0 to {_LONGEST_PATTERN}.", param=path
            )
    longest, shortest, times = (cast("int", wanted.get(name, 0)) for name in _DETECTION)
    if longest and (shortest > longest or times < 2):
        raise InvalidRequest(
            "Invalid value for 'repetition_detection': min_pattern_size must not be more than max_pattern_size, and "
            "min_count at least 2. A max_pattern_size of 0 turns it off.",
            param="repetition_detection",
        )
    return cast("Mapping[str, int]", wanted) if longest else {}
