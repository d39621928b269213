"""DeepSeek-OCR: a page becomes one view of 1024 x 1024 and up to six tiles of 640 x 640, so few tokens carry it.

Read in github.com/deepseek-ai/DeepSeek-OCR (README, DeepSeek-OCR-vllm/config.py: prompts, places in 999ths),
vllm/transformers_utils/processors/deepseek_ocr.py (tiles) and vLLM's recipe for DeepSeek-OCR (flags, sampling).
"""

from server.profiles.base import EngineDefaults, Profile, SamplingDefaults
from server.values.pages import DetailBudgets, PixelBudget

_TILES = PixelBudget(longest_side=6 * 640, max_pixels=6 * 640 * 640)

DEEPSEEK_OCR = Profile(
    name="deepseek-ocr",
    family="deepseek-ocr",
    models=("deepseek-ai/DeepSeek-OCR",),
    budgets=DetailBudgets(
        low=PixelBudget(longest_side=640, max_pixels=640 * 640), auto=_TILES, high=_TILES, original=_TILES
    ),
    licence="MIT",
    description="Text and Markdown of pages in few tokens; 3 billion parameters, a mixture of experts.",
    prompts={
        "ocr": "Free OCR.",
        "lines": "<|grounding|>OCR this image.",
        "markdown": "<|grounding|>Convert the document to markdown.",
        "chart": "Parse the figure.",
    },
    asked_whole=("markdown",),  # which comes with places
    image_first=True,
    coordinates="thousandths",
    sampling=SamplingDefaults(temperature=0, max_tokens=8_192, skip_special_tokens=False),
    engine=EngineDefaults(
        enable_prefix_caching=False,
        mm_processor_cache_gb=0,
        args={"logits_processors": ("vllm.model_executor.models.deepseek_ocr:NGramPerReqLogitsProcessor",)},
        request_args={"ngram_size": 30, "window_size": 90, "whitelist_token_ids": (128_821, 128_822)},
    ),
    gpu_memory_gb=8,
    gpu_memory_source="vLLM's recipe: one GPU of 8 GB or more",
    notes=(
        "At `low`, a page is one view of 273 tokens; at the other levels it also has up to six tiles.",
        "Its processor cuts and scales the tiles itself, so pixels beyond six tiles would be discarded.",
        "Its own loop guard: no run of 30 tokens may repeat within 90, except `<td>` and `</td>`.",
        "With `<|grounding|>`, parts are `<|ref|>kind<|/ref|><|det|>[[x1, y1, x2, y2]]<|/det|>`, from 0 to 999.",
    ),
    source="github.com/deepseek-ai/DeepSeek-OCR, README; vLLM's recipe for DeepSeek-OCR",
)
