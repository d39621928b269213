"""Fallback profile for unknown models: no prompts, greedy sampling, pages of medium size.

No page has an aspect ratio beyond 1:200, which processors like Qwen's refuse. Sides are multiples of 32, for patches
of 16 merged in pairs; a model's processor that needs another size resizes again.
"""

from server.profiles.base import Profile, SamplingDefaults, detail_budgets
from server.values.pages import PixelBudget

GENERIC = Profile(
    name="generic",
    family="generic",
    budgets=detail_budgets(
        PixelBudget(longest_side=6_400, max_pixels=8_388_608, min_side=32, side_multiple=32),
        low=524_288,
        auto=2_097_152,
        high=4_194_304,
    ),
    licence="the model's own",
    description="Any other model that vLLM can load and that accepts pictures; you write the prompts.",
    unwraps_fences=True,
    sampling=SamplingDefaults(temperature=0),
    notes=(
        "Reading is repeatable: sampling is greedy unless the caller sets it.",
        "Pages are downscaled here, and the model's own processor may resize them again.",
        "For a fine-tuned model of a family above, set its profile: `PAGEGLASS_PROFILE=qwen3-vl`.",
        "For tools and reasoning, set a parser: `PAGEGLASS_VLLM__TOOL_PARSER`, `PAGEGLASS_VLLM__REASONING_PARSER`.",
    ),
    source="no family's",
)
