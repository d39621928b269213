"""dots.ocr: a page's layout and text in one pass, in 100 languages.

Read in github.com/rednote-hilab/dots.ocr: dots_ocr/utils/consts.py (pixels), utils/prompts.py, model/inference.py
(sampling) and README (vLLM, 200 dpi); the licence as tagged on the hub.
"""

from server.profiles.base import EngineDefaults, Profile, SamplingDefaults, detail_budgets
from server.values.pages import PixelBudget

DOTS_OCR = Profile(
    name="dots-ocr",
    family="dots-ocr",
    models=("rednote-hilab/dots.ocr",),
    budgets=detail_budgets(
        PixelBudget(longest_side=5_600, max_pixels=11_289_600, min_side=28, min_pixels=3_136, side_multiple=28),
        low=1_003_520,
        auto=4_014_080,
        high=8_028_160,
    ),
    licence="MIT, with the dots.ocr license agreement",
    description="Text, or the whole layout as JSON, in 100 languages; 3 billion parameters.",
    prompts={"ocr": "Extract the text content from this image."},
    image_first=True,
    coordinates="pixels",
    sampling=SamplingDefaults(temperature=0.1, top_p=0.9, max_tokens=32_768),
    engine=EngineDefaults(trust_remote_code=True),
    gpu_memory_gb=6,
    gpu_memory_source="arithmetic: 3 billion parameters of 2 bytes; pages and context come on top",
    notes=(
        "`auto` is an A4 page at 200 dpi, which its authors recommend.",
        "For the layout, send its own long prompt, `prompt_layout_all_en` in its repository.",
        "The bounding boxes of the layout are in pixels of the resized page that the model sees.",
        "Long rows of dots or underlines may cause a repetition loop; the repetition guard ends it.",
    ),
    source="github.com/rednote-hilab/dots.ocr, README and dots_ocr/utils",
)
