"""What is done with a model that no other profile knows: no prompts, the likeliest tokens, pages of a middling size.

No page is thinner than 1 to 200, beyond which processors like Qwen's refuse it. Sides are multiples of 32, as
patches of 16 merged in pairs want; where a model's processor wants another size, it resizes once more.
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
    description="Any other model that vLLM can load and that takes pictures; you write the prompts.",
    unwraps_fences=True,
    sampling=SamplingDefaults(temperature=0),
    notes=(
        "A document reads the same way each time: the sampling is greedy where the caller gives none.",
        "Pages are made smaller here, and the model's own processor may resize them once more.",
        "For a fine-tuned model of a family above name that profile: `PAGEGLASS_PROFILE=qwen3-vl`.",
        "For tools and reasoning name a parser: `PAGEGLASS_VLLM__TOOL_PARSER`, `PAGEGLASS_VLLM__REASONING_PARSER`.",
    ),
    source="no family's",
)
