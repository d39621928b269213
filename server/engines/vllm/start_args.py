"""vLLM's start arguments: the settings over the profile's, as keyword arguments of its `AsyncEngineArgs`."""

from typing import Any

from server.config import Settings
from server.errors import ConfigurationError
from server.profiles.base import Profile


def engine_args(settings: Settings, profile: Profile) -> dict[str, Any]:
    """Build the arguments; what neither the settings nor the profile say is left out, and so to vLLM.

    Sampling is not taken from the model's files: it comes from the profile, and so can be read in docs/models.md.
    Schemas and grammars are compiled by llguidance alone, which bounds its work and refuses what it does not know;
    xgrammar, vLLM's first choice, ignores keywords without a word, and `auto` keeps to what the first request wanted.
    """
    vllm = settings.vllm
    extra = dict(vllm.extra_args or {})
    outputs = extra.pop("structured_outputs_config", {})
    chosen: dict[str, Any] = {
        "model": settings.model,
        "served_model_name": settings.main_model_name,  # in vLLM's metrics, where else a folder's whole path stands
        "revision": profile.revision_to_load(vllm.revision),
        "trust_remote_code": vllm.trust_remote_code
        or (vllm.trust_remote_code is None and _trusts(profile, settings.model))
        or None,
        "tensor_parallel_size": vllm.tensor_parallel_size,
        "pipeline_parallel_size": vllm.pipeline_parallel_size,
        "data_parallel_size": vllm.data_parallel_size,
        "dtype": vllm.dtype,
        "quantization": vllm.quantization,
        "max_model_len": vllm.max_model_len,
        "gpu_memory_utilization": vllm.gpu_memory_utilization,
        "max_num_seqs": vllm.max_num_seqs,
        "mm_processor_cache_gb": _first(vllm.mm_processor_cache_gb, profile.engine.mm_processor_cache_gb),
        "enable_prefix_caching": _first(vllm.enable_prefix_caching, profile.engine.enable_prefix_caching),
        "enforce_eager": vllm.enforce_eager or None,
        "speculative_config": vllm.speculative_config,
        "enable_lora": bool(vllm.lora_modules) or None,
        "reasoning_parser": vllm.reasoning_parser or profile.engine.reasoning_parser,
        "structured_outputs_config": _outputs_config(outputs),
        "generation_config": "vllm",
        "disable_log_stats": False,
        **profile.engine.args,
        "limit_mm_per_prompt": {"image": images_per_prompt(settings), "video": 0},
        **extra,
    }
    return {name: value for name, value in chosen.items() if value is not None}


def images_per_prompt(settings: Settings) -> int:
    """How many pages one prompt may hold."""
    asked = settings.vllm.max_images_per_prompt
    return settings.max_pages_per_request if asked is None else asked


def _trusts(profile: Profile, model: str) -> bool:
    """Whether the profile vouches for the model's own code: that of the very repository it names, not of a namesake."""
    named = model.casefold() in {known.casefold() for known in profile.models}
    return profile.engine.trust_remote_code and named


def _outputs_config(config: Any) -> dict[str, Any]:
    if not isinstance(config, dict):
        raise ConfigurationError("PAGEGLASS_VLLM__EXTRA_ARGS: structured_outputs_config is a JSON object.")
    if config.get("backend") not in {None, "guidance"}:
        raise ConfigurationError(
            "PAGEGLASS_VLLM__EXTRA_ARGS: the backend of structured_outputs_config is always guidance, since schemas "
            "and grammars are tried with it before a request may use them. Leave it out."
        )
    return {**config, "backend": "guidance"}


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
