# /// script
# dependencies = ["py-zerox==0.0.7", "pillow"]
# ///
# setup: OPENAI_BASE_URL, OPENAI_API_KEY, litellm.register_model; PAGEGLASS_TEXT_ONLY=answer; poppler-utils
"""Zerox: pages of a document as Markdown, with a probe in text first."""

import os
import tempfile
from pathlib import Path

from steps import BASE_URL, KEY, MODEL, PICTURE_FILE, run, shows, step

os.environ |= {"OPENAI_BASE_URL": BASE_URL, "OPENAI_API_BASE": BASE_URL, "OPENAI_API_KEY": KEY}
import litellm
from PIL import Image
from pyzerox import zerox

CARD = {"supports_vision": True, "litellm_provider": "openai", "mode": "chat"}
litellm.register_model({MODEL: CARD, f"openai/{MODEL}": CARD})  # Zerox asks LiteLLM whether the model sees pictures


async def main():
    with step("pages"):
        Image.open(PICTURE_FILE).convert("RGB").save("receipt.pdf")
        done = await zerox(file_path="receipt.pdf", model=f"openai/{MODEL}", output_dir=str(Path(tempfile.mkdtemp())))
        shows("\n".join(page.content for page in done.pages))


run(main)
