"""PaddleOCR-VL and its successors 1.5 and 1.6: small models for the regions of a page, selected by short prompts.

Read in preprocessor_config.json of PaddlePaddle/PaddleOCR-VL and of 1.5, and in vLLM's recipes for all three, by which
1.6 is a drop-in replacement of 1.5. Spotting of 1.5 is left out: its card requires enlarged pages for it.
"""

from dataclasses import replace
from typing import Final

from server.profiles.base import EngineDefaults, Profile, SamplingDefaults, detail_budgets
from server.values.pages import PixelBudget

_NOTE: Final = (
    "It was trained on the regions that PaddleOCR's layout model cuts a page into; whole pages work best if they "
    "are simple."
)

PADDLEOCR_VL_1_5 = Profile(
    name="paddleocr-vl-1.5",
    family="paddleocr-vl",
    models=("PaddlePaddle/PaddleOCR-VL-1.6", "PaddlePaddle/PaddleOCR-VL-1.5"),
    budgets=detail_budgets(
        PixelBudget(longest_side=5_600, max_pixels=1_003_520, min_side=28, min_pixels=112_896, side_multiple=28),
        low=501_760,
        auto=1_003_520,
        high=1_003_520,
    ),
    licence="Apache-2.0",
    description="Text, tables, formulas and charts, one kind at a time; 1.5 and 1.6; 0.9 billion parameters.",
    prompts={
        "ocr": "OCR:",
        "table": "Table Recognition:",
        "formula": "Formula Recognition:",
        "chart": "Chart Recognition:",
    },
    image_first=True,
    sampling=SamplingDefaults(temperature=0),
    engine=EngineDefaults(
        trust_remote_code=True,
        enable_prefix_caching=False,
        mm_processor_cache_gb=0,
        args={"max_num_batched_tokens": 16_384},
    ),
    gpu_memory_gb=2,
    gpu_memory_source="vLLM's recipe: 2 GB for the weights; pages and context come on top",
    notes=(_NOTE, "`Seal Recognition:` is a further prompt."),
    source="vLLM's recipes for PaddleOCR-VL-1.5 and 1.6; preprocessor_config.json of PaddleOCR-VL-1.5",
)

PADDLEOCR_VL = replace(
    PADDLEOCR_VL_1_5,
    name="paddleocr-vl",
    models=("PaddlePaddle/PaddleOCR-VL",),
    budgets=detail_budgets(
        PixelBudget(longest_side=5_600, max_pixels=2_822_400, min_side=28, min_pixels=147_384, side_multiple=28),
        low=501_760,
        auto=2_007_040,
        high=2_822_400,
    ),
    description="Text, tables, formulas and charts, one kind at a time; 109 languages; 0.9 billion parameters.",
    notes=(_NOTE,),
    source="vLLM's recipe for PaddleOCR-VL; preprocessor_config.json of PaddleOCR-VL",
)
