# /// script
# dependencies = ["vlm4ocr==0.7.1", "openai==3.57.0"]
# ///
# setup: OpenAIVLMEngine(model="pp-ocrv6-small", base_url="http://HOST:8000/v1", api_key=KEY)
"""vlm4ocr: text of a picture, and JSON by keys in the prompt."""

import json

from steps import BASE_URL, KEY, MODEL, PICTURE_FILE, is_total, shows, step
from vlm4ocr import OCREngine, OpenAIVLMEngine

engine = OpenAIVLMEngine(model=MODEL, base_url=BASE_URL, api_key=KEY)
with step("text"):
    shows(OCREngine(vlm_engine=engine, output_mode="text").sequential_ocr(PICTURE_FILE)[0].to_string())
with step("JSON"):
    prompt = 'Return JSON with the keys {"total": "", "company": ""}'
    found = OCREngine(vlm_engine=engine, output_mode="JSON", user_prompt=prompt).sequential_ocr(PICTURE_FILE)[0]
    is_total(json.loads(found.pages[0].text)[0]["total"])  # its pages are lists
