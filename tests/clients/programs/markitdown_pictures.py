# /// script
# dependencies = ["markitdown[az-doc-intel]==0.1.9", "openai==3.57.0"]
# ///
# setup: MarkItDown(llm_client=OpenAI(base_url="http://HOST:8000/v1", api_key=KEY), llm_model="pp-ocrv6-small")
"""MarkItDown: a picture through its language model, whose text comes with a note that no caption was written."""

from markitdown import MarkItDown
from openai import OpenAI
from steps import BASE_URL, KEY, MODEL, PICTURE_FILE, shows, step

with step("picture"):
    converter = MarkItDown(llm_client=OpenAI(base_url=BASE_URL, api_key=KEY), llm_model=MODEL)
    shows(converter.convert(PICTURE_FILE).text_content)
