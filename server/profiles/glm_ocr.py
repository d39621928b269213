"""GLM-OCR: text, tables, formulas and fields, with layers for speculative decoding.

Read in the model's preprocessor_config.json (`size` bounds the pixels of two frames, and a picture is two equal ones,
so a page has half of them), its card (prompts), README of github.com/zai-org/GLM-OCR (licence) and vLLM's recipe for
GLM-OCR (sampling, speculative decoding, GPU memory).
"""

from server.profiles.base import Profile, SamplingDefaults, detail_budgets
from server.values.pages import PixelBudget

GLM_OCR = Profile(
    name="glm-ocr",
    family="glm-ocr",
    models=("zai-org/GLM-OCR",),
    budgets=detail_budgets(
        PixelBudget(
            longest_side=5_600, max_pixels=9_633_792 // 2, min_side=28, min_pixels=12_544 // 2, side_multiple=28
        ),
        low=501_760,
        auto=2_007_040,
        high=4_816_896,
    ),
    licence="MIT",
    description="Text, tables, formulas, and fields by a JSON template; 0.9 billion parameters.",
    prompts={"ocr": "Text Recognition:", "table": "Table Recognition:", "formula": "Formula Recognition:"},
    fields_prompt="请按下列JSON格式输出图中信息:\n{fields}",
    fields_as="json",
    image_first=True,
    unwraps_fences=True,
    sampling=SamplingDefaults(temperature=0),
    gpu_memory_gb=2,
    gpu_memory_source="vLLM's recipe: 2 GB for the weights; pages and context come on top",
    notes=(
        "Only these prompts are supported.",
        "Its authors first cut pages into regions with a layout model; whole pages work best if they are simple.",
        'Speculative decoding: `PAGEGLASS_VLLM__SPECULATIVE_CONFIG=\'{"method":"mtp","num_speculative_tokens":1}\'`.',
    ),
    source="the card of zai-org/GLM-OCR; vLLM's recipe for GLM-OCR",
)
