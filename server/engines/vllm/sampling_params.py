"""vLLM's parameters of one request: sampling, the room for the answer, and the constraint that it keeps to."""

from collections.abc import Mapping
from typing import Any

from server.engines.constraint_trial.trial import engine_schema
from server.errors import InvalidRequest
from server.values.chat import GenerateRequest

_PASSED_ON = (
    *("temperature", "top_p", "top_k", "min_p", "seed"),
    *("presence_penalty", "frequency_penalty", "repetition_penalty"),
)


def sampling_params(request: GenerateRequest, prompt: Any, *, context: int, extra_args: Mapping[str, Any]) -> Any:
    """Write `request` as vLLM's `SamplingParams`; `prompt` is as rendered, `context` the tokens that the model holds.

    Raises:
        InvalidRequest: the prompt leaves no room for an answer, or for one as long as asked for.
    """
    from vllm.sampling_params import (  # noqa: PLC0415 - an extra
        RepetitionDetectionParams,
        RequestOutputKind,
        SamplingParams,
    )

    sampling, room = request.sampling, _room(prompt, context)
    max_tokens = room if sampling.max_tokens is None else min(room, sampling.max_tokens)
    if sampling.min_tokens > max_tokens:
        raise InvalidRequest(
            f"Invalid value for 'min_tokens': {sampling.min_tokens} is more than this answer can have, which is "
            f"{max_tokens}. Lower it, or send less.",
            param="min_tokens",
        )
    chosen = {name: value for name in _PASSED_ON if (value := getattr(sampling, name)) is not None}
    return SamplingParams(
        **chosen,
        n=sampling.n,
        max_tokens=max_tokens,
        min_tokens=sampling.min_tokens,
        logit_bias=dict(sampling.logit_bias) or None,
        logprobs=sampling.logprobs,
        stop=list(sampling.stop) or None,
        stop_token_ids=list(sampling.stop_token_ids) or None,
        include_stop_str_in_output=sampling.include_stop_str_in_output,
        ignore_eos=sampling.ignore_eos,
        bad_words=list(sampling.bad_words) or None,
        allowed_token_ids=list(sampling.allowed_token_ids) or None,
        skip_special_tokens=sampling.skip_special_tokens is not False,
        extra_args=dict(extra_args) or None,
        spaces_between_special_tokens=False,
        structured_outputs=_structured(request),
        repetition_detection=RepetitionDetectionParams(**sampling.repetition_detection)
        if sampling.repetition_detection
        else None,
        output_kind=RequestOutputKind.DELTA,
    )


def _room(prompt: Any, context: int) -> int:
    written = len(prompt["prompt_token_ids"])
    if written < context:
        return context - written
    images = sum(place.length for places in prompt.get("mm_placeholders", {}).values() for place in places)
    raise InvalidRequest(
        f"This model's context holds {context} tokens, and the prompt has {written} tokens: {written - images} of text "
        f"and {images} of images. Send fewer or smaller pages (a lower detail), or less text.",
        param="messages",
        code="context_length_exceeded",
    )


def _structured(request: GenerateRequest) -> Any:
    from vllm.sampling_params import StructuredOutputsParams  # noqa: PLC0415 - an extra

    constraint = request.constraint
    if constraint is None:
        return None
    if constraint.kind == "json":
        if constraint.spec is None:
            return StructuredOutputsParams(json_object=True)
        return StructuredOutputsParams(json=engine_schema(constraint.spec))  # type: ignore[arg-type]
    return StructuredOutputsParams(**{constraint.kind: constraint.spec})
