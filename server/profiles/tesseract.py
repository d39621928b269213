"""Tesseract with the packs of the operating system: print of any script that has a pack.

Its models want print of about 300 dpi ("Improving the quality of the output" in its manual), which is an A4 page of
8.7 million pixels.
"""

from server.profiles.base import Profile
from server.values.pages import DetailBudgets, PixelBudget

TESSERACT = Profile(
    name="tesseract",
    family="tesseract",
    budgets=DetailBudgets(
        low=PixelBudget(longest_side=16_384, max_pixels=2_000_000),
        auto=PixelBudget(longest_side=16_384, max_pixels=8_700_000),
        high=PixelBudget(longest_side=16_384, max_pixels=8_700_000),
        original=PixelBudget(longest_side=16_384, max_pixels=17_400_000),
    ),
    licence="Apache-2.0",
    description="Text of the scripts whose packs are installed; fields by layout and label. CPU, as a program.",
)
