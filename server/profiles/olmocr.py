"""olmOCR 2: pages of documents as Markdown, a Qwen2.5-VL fine-tuned for this.

Read in the model cards (longest side 1288, licence) and the README of github.com/allenai/olmocr (GPU); its first
temperature, and its `build_no_anchoring_v4_yaml_prompt` word for word (``LateX`` is theirs), as in
davanstrien/uv-scripts-for-ai, ocr/olmocr2-vllm.py; the length of answers as its users set it.
"""

from server.profiles.base import Profile, SamplingDefaults
from server.values.pages import DetailBudgets, PixelBudget

_PAGE = PixelBudget(longest_side=1_288, max_pixels=1_288 * 1_288, min_side=28, min_pixels=3_136, side_multiple=28)
_PROMPT = (
    "Attached is one page of a document that you must process. Just return the plain text representation of this "
    "document as if you were reading it naturally. Convert equations to LateX and tables to HTML.\n"
    "If there are any figures or charts, label them with the following markdown syntax "
    "![Alt text describing the contents of the figure](page_startx_starty_width_height.png)\n"
    "Return your output as markdown, with a front matter section on top specifying values for the "
    "primary_language, is_rotation_valid, rotation_correction, is_table, and is_diagram parameters."
)

OLMOCR = Profile(
    name="olmocr",
    family="olmocr",
    models=("allenai/olmOCR-2-7B-1025-FP8", "allenai/olmOCR-2-7B-1025"),
    budgets=DetailBudgets(low=_PAGE, auto=_PAGE, high=_PAGE, original=_PAGE),
    licence="Apache-2.0",
    description="Pages of documents as Markdown with tables as HTML, English above all; 7 billion parameters.",
    prompts={"ocr": _PROMPT, "markdown": _PROMPT},
    asked_whole=("ocr", "markdown"),  # each answer begins with a front matter
    sampling=SamplingDefaults(temperature=0.1, max_tokens=8_000),
    gpu_memory_gb=12,
    gpu_memory_source="its README: 12 GB or more, for the FP8 weights",
    notes=(
        "Every `detail` gives the same page size: the model was trained with a longest side of 1,288 pixels.",
        "An answer begins with a front matter between `---` with the language and the page's rotation.",
        "Its toolkit tries a page up to eight times at rising temperature; `PAGEGLASS_REPETITION__RETRIES` is similar.",
    ),
    source="github.com/allenai/olmocr; the cards of allenai/olmOCR-2-7B-1025",
)
