# /// script
# dependencies = ["receipt-ocr==0.4.0"]
# ///
# setup: OPENAI_BASE_URL and OPENAI_API_KEY in the environment, or OpenAIProvider(api_key=KEY, base_url="http://HOST:8000/v1")
"""receipt-ocr: a schema of its own in the prompt."""

from receipt_ocr.processors import ReceiptProcessor
from receipt_ocr.providers import OpenAIProvider
from steps import BASE_URL, KEY, MODEL, PICTURE_FILE, is_total, step

with step("keys in the prompt"):
    processor = ReceiptProcessor(OpenAIProvider(api_key=KEY, base_url=BASE_URL))
    schema = {"merchant_name": "string", "total_amount": "number"}
    is_total(processor.process_receipt(PICTURE_FILE, schema, MODEL)["total_amount"])
