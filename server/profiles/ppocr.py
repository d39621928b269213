"""PP-OCRv6 small, from the wheel of `rapidocr` 3.10: detection, and recognition of 50 languages."""

from server.profiles.base import Profile
from server.values.pages import DetailBudgets, PixelBudget

PP_OCRV6_SMALL = Profile(
    name="pp-ocrv6-small",
    family="pp-ocrv6",
    budgets=DetailBudgets(
        low=PixelBudget(longest_side=16_384, max_pixels=500_000),
        auto=PixelBudget(longest_side=16_384, max_pixels=2_000_000),
        high=PixelBudget(longest_side=16_384, max_pixels=4_000_000),
        original=PixelBudget(longest_side=16_384, max_pixels=8_000_000),
    ),
    licence="Apache-2.0",
    description="Text in 50 languages (Chinese, Japanese, Latin script); fields by layout and label. CPU, no download.",
)
