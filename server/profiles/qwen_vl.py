"""Qwen3-VL: general vision-language models, as Instruct and as Thinking, which always reasons first.

Read in preprocessor_config.json of the models (`shortest_edge`, `longest_edge`), README and model cards of
github.com/QwenLM/Qwen3-VL (sampling, `add_vision_id`), its cookbooks for documents and OCR (prompts), vLLM's recipe for
Qwen3-VL (flags), and vllm/parser/qwen3.py (the parser begins inside the reasoning, so Instruct must have none).
"""

from dataclasses import replace
from typing import Final

from server.profiles.base import EngineDefaults, Profile, SamplingDefaults, detail_budgets
from server.values.pages import PixelBudget

_SIZES: Final = ("2B", "4B", "8B", "32B", "30B-A3B", "235B-A22B")
_NOTES: Final = (
    "A page takes one token per 1024 pixels: 1,280 at `auto`; 256 to 1,280 are recommended for documents.",
    "Lines are written as JSON with `bbox_2d` in thousandths of the page; `qwenvl html` is a further prompt.",
    "`PAGEGLASS_VLLM__MAX_MODEL_LEN` saves memory: the model supports 262,144 tokens.",
    "`PAGEGLASS_VLLM__MM_PROCESSOR_CACHE_GB=0` saves time if no picture is sent twice.",
)


def _models(edition: str) -> tuple[str, ...]:
    return tuple(f"Qwen/Qwen3-VL-{size}-{edition}{weights}" for weights in ("", "-FP8") for size in _SIZES)


QWEN3_VL = Profile(
    name="qwen3-vl",
    family="qwen3-vl",
    models=_models("Instruct"),
    budgets=detail_budgets(
        PixelBudget(longest_side=6_400, max_pixels=16_777_216, min_side=32, min_pixels=65_536, side_multiple=32),
        low=524_288,
        auto=1_310_720,
        high=4_194_304,
    ),
    licence="Apache-2.0",
    description="General: reads 32 languages, answers questions, fills schemas, calls tools; 2 to 235 billion.",
    prompts={
        "ocr": "Read all the text in the image.",
        "lines": "Spotting all the text in the image with line-level, and output in JSON format.",
        "markdown": "qwenvl markdown",
    },
    fields_prompt="Extract the key-value information in the format:{fields}",
    fields_as="json",
    unwraps_fences=True,
    coordinates="thousandths",
    sampling=SamplingDefaults(temperature=0.7, top_p=0.8, top_k=20, presence_penalty=1.5, max_tokens=16_384),
    template_options=frozenset({"add_vision_id"}),
    engine=EngineDefaults(tool_parser="hermes"),
    gpu_memory_gb=4,
    gpu_memory_source=(
        "arithmetic: 2 billion parameters of 2 bytes; pages and context come on top, and the 8B has four times that"
    ),
    notes=(
        "The sampling is the model card's for chat about pictures, and answers vary.",
        "To read a document the same way each time, send `temperature` 0 and `presence_penalty` 0.",
        *_NOTES,
    ),
    source="github.com/QwenLM/Qwen3-VL, README, cookbooks and model cards; vLLM's recipe for Qwen3-VL",
)

QWEN3_VL_THINKING = replace(
    QWEN3_VL,
    name="qwen3-vl-thinking",
    models=_models("Thinking"),
    description="Qwen3-VL that reasons before every answer; the reasoning is returned separately.",
    sampling=SamplingDefaults(temperature=1.0, top_p=0.95, top_k=20, presence_penalty=0.0, max_tokens=40_960),
    engine=EngineDefaults(tool_parser="hermes", reasoning_parser="qwen3"),
    notes=(
        "It always reasons: its template has no `enable_thinking`. For answers without reasoning, use Instruct.",
        *_NOTES,
    ),
)
