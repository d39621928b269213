"""HunyuanOCR 1.0 and 1.5: two models with one id, since 1.5 replaced the weights in place on 2026-07-06.

Read in github.com/Tencent-Hunyuan/HunyuanOCR: README (1.0), inference/utils/tasks.py, inference/vLLM and
docs/inference (1.5); the model's preprocessor_config.json; the HunyuanOCR recipe of vLLM. The last commit of 1.0 as in
davanstrien/uv-scripts-for-ai, ocr/README.md. That a page needs two rows and columns of patches was tried.
"""

from dataclasses import replace
from typing import Final

from server.profiles.base import EngineDefaults, Profile, SamplingDefaults, detail_budgets
from server.values.pages import PixelBudget

_LAST_OF_1_0: Final = "f6af82ee007fe6091b29fb3bb287b491ead41c82"
_DFLASH: Final = '{"method":"dflash","model":"COPY/dflash","num_speculative_tokens":15}'
_MENDED: Final = (
    "vLLM 0.32 mixes up the pictures of requests that it encodes together; `server/engines/vllm/hunyuan_mend.py`, a "
    "plug-in of vLLM that comes with Pageglass, mends that. Under vLLM's own server without Pageglass installed, "
    "beware."
)
_SPOTTING: Final = "Lines come as `text(x1,y1),(x2,y2)`, in thousandths of the page."

HUNYUAN_OCR_1_5 = Profile(
    name="hunyuan-ocr-1.5",
    family="hunyuan-ocr",
    models=("tencent/HunyuanOCR",),
    budgets=detail_budgets(
        PixelBudget(longest_side=12_800, max_pixels=4_194_304, min_side=64, min_pixels=262_144, side_multiple=32),
        low=524_288,
        auto=2_097_152,
        high=4_194_304,
    ),
    licence="Tencent Hunyuan Community License (not for the EU, the UK and South Korea)",
    description="Text, Markdown, tables, formulas, charts, places of lines; 100 languages; 1 billion parameters.",
    prompts={
        "ocr": "提取图中的文字。",
        "lines": "检测并识别图片中的文字，将文本坐标格式化输出。",
        "markdown": (
            "提取文档图片中正文的所有信息用markdown格式表示，其中页眉、页脚部分忽略，"
            "表格用html格式表达，文档中公式用latex格式表示，按照阅读顺序组织进行解析。"
        ),
        "table": "把图中的表格解析为HTML。",
        "formula": "识别图片中的公式，用LaTeX格式表示。",
        "chart": "解析图中的图表，对于流程图使用Mermaid格式表示，其他图表使用Markdown格式表示。",
    },
    image_first=True,
    empty_system=True,
    unwraps_fences=True,
    coordinates="thousandths",
    sampling=SamplingDefaults(temperature=0, top_p=1, top_k=-1, repetition_penalty=1.08, max_tokens=32_768),
    engine=EngineDefaults(enable_prefix_caching=False, mm_processor_cache_gb=0),
    gpu_memory_gb=24,
    gpu_memory_source="Tencent's guide to vLLM: 24 GB or more, about 5 of them for the model",
    start_warning=(
        "tencent/HunyuanOCR is loaded at its newest commit, and its weights have been replaced in place before. "
        "Pin the commit with PAGEGLASS_VLLM__REVISION, or take 1.0 with PAGEGLASS_PROFILE=hunyuan-ocr-1.0."
    ),
    notes=(
        "Its prompts are fixed; according to Tencent, other wordings lower the quality. It has no prompt for fields.",
        _MENDED,
        _SPOTTING,
        "Pin it: `PAGEGLASS_VLLM__REVISION` takes a commit. Without one, a warning is logged at the start.",
        f"Speculative decoding, of a copy on disk: `PAGEGLASS_VLLM__SPECULATIVE_CONFIG='{_DFLASH}'`.",
    ),
    source="github.com/Tencent-Hunyuan/HunyuanOCR, inference/utils/tasks.py and docs/inference/archive",
)

HUNYUAN_OCR_1_0 = replace(
    HUNYUAN_OCR_1_5,
    name="hunyuan-ocr-1.0",
    revisions=(_LAST_OF_1_0[:7],),
    pinned_revision=_LAST_OF_1_0,
    description="Like 1.5, plus fields by name and free prompts; 1 billion parameters.",
    prompts={
        "ocr": "Extract the text in the image.",
        "lines": "Detect and recognize text in the image, and output the text coordinates in a formatted manner.",
        "markdown": (
            "Extract all information from the main body of the document image and represent it in markdown format, "
            "ignoring headers and footers. Tables should be expressed in HTML format, formulas in the document should "
            "be represented using LaTeX format, and the parsing should be organized according to the reading order."
        ),
        "table": "Parse the table in the image into HTML.",
        "formula": "Identify the formula in the image and represent it using LaTeX format.",
        "chart": "Parse the chart in the image; use Mermaid format for flowcharts and Markdown for other charts.",
    },
    fields_prompt="Extract the content of the fields: [{fields}] from the image and return it in JSON format.",
    sampling=SamplingDefaults(temperature=0, top_k=1, repetition_penalty=1.0, max_tokens=16_384),
    gpu_memory_gb=20,
    gpu_memory_source="its README: 20 GB for vLLM",
    start_warning=None,
    notes=(
        f"Newer commits are 1.5, so this profile loads `{_LAST_OF_1_0}`, the last one of 1.0.",
        "Setting that commit as `PAGEGLASS_VLLM__REVISION` selects this profile as well.",
        "Prompts are free, in Chinese or English; its README has a Chinese version of each of these.",
        _MENDED,
        _SPOTTING,
    ),
    source="github.com/Tencent-Hunyuan/HunyuanOCR, README of 1.0",
)
