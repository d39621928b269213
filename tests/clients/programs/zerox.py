# /// script
# dependencies = ["py-zerox==0.0.7"]
# ///
# setup: OPENAI_BASE_URL and OPENAI_API_KEY; the server needs PAGEGLASS_TEXT_ONLY=answer for its probe; poppler-utils
"""Zerox: pages of a document as Markdown, with a probe in text first."""

import os
import tempfile
from pathlib import Path

from steps import BASE_URL, KEY, MODEL, PICTURE_FILE, run, shows, step

os.environ |= {"OPENAI_BASE_URL": BASE_URL, "OPENAI_API_BASE": BASE_URL, "OPENAI_API_KEY": KEY}
from pyzerox import zerox


async def main():
    with step("pages"):
        done = await zerox(file_path=PICTURE_FILE, model=f"openai/{MODEL}", output_dir=str(Path(tempfile.mkdtemp())))
        shows("\n".join(page.content for page in done.pages))


run(main)
