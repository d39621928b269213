"""What vLLM is started with: the settings over the profile's own, as keyword arguments of its `AsyncEngineArgs`."""

from typing import Any, Literal

from server.config import Settings
from server.profiles.base import Profile


def engine_args(settings: Settings, profile: Profile) -> dict[str, Any]:
    """Build the arguments; what neither the settings nor the profile say is left out, and so to vLLM.

    Sampling is not taken from the model's files: it comes from the profile, and so can be read in docs/models.md.
    Schemas and grammars are compiled by llguidance, which bounds its work and refuses what it does not know; xgrammar,
    vLLM's first choice, passes over keywords in silence, and `auto` keeps to what the first request wanted.
    """
    vllm = settings.vllm
    chosen: dict[str, Any] = {
        "model": settings.model,
        "served_model_name": settings.main_model_name,  # in vLLM's metrics, where else a folder's whole path stands
        "revision": profile.revision_to_load(vllm.revision),
        "trust_remote_code": vllm.trust_remote_code or (vllm.trust_remote_code is None and _trusts(profile)) or None,
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
        "structured_outputs_config": {"backend": "guidance"},
        "generation_config": "vllm",
        "disable_log_stats": False,
        **profile.engine.args,
        "limit_mm_per_prompt": {"image": images_per_prompt(settings), "video": 0},
        **(vllm.extra_args or {}),
    }
    return {name: value for name, value in chosen.items() if value is not None}


def constraint_backend(settings: Settings) -> Literal["guidance", "xgrammar"]:
    """The library that vLLM compiles schemas and grammars with; `EXTRA_ARGS` may name xgrammar."""
    config = (settings.vllm.extra_args or {}).get("structured_outputs_config", {})
    return "xgrammar" if isinstance(config, dict) and config.get("backend") == "xgrammar" else "guidance"


def images_per_prompt(settings: Settings) -> int:
    """How many pages one prompt may hold."""
    asked = settings.vllm.max_images_per_prompt
    return settings.max_pages_per_request if asked is None else asked


def _trusts(profile: Profile) -> bool:
    return profile.engine.trust_remote_code


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
