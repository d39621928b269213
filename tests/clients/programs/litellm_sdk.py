# /// script
# dependencies = ["litellm==1.110.2"]
# ///
# setup: litellm.completion(model="openai/pp-ocrv6-small", api_base="http://HOST:8000/v1", api_key=KEY)
"""LiteLLM's SDK."""

import litellm
from pydantic import BaseModel
from steps import BASE_URL, KEY, MODEL, URI, is_total, shows, step

HERE = {"api_base": BASE_URL, "api_key": KEY}
MESSAGES = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": URI}}]}]


class Receipt(BaseModel):
    """What is on a receipt."""

    total: float
    company: str | None


with step("completion"):
    shows(litellm.completion(model=f"openai/{MODEL}", messages=MESSAGES, **HERE).choices[0].message.content)
with step("completion, streamed"):
    stream = litellm.completion(model=f"openai/{MODEL}", messages=MESSAGES, stream=True, **HERE)
    shows("".join(chunk.choices[0].delta.content or "" for chunk in stream))
with step("completion, response_format"):
    answer = litellm.completion(model=f"openai/{MODEL}", messages=MESSAGES, response_format=Receipt, **HERE)
    is_total(Receipt.model_validate_json(answer.choices[0].message.content).total)
with step("responses"):
    content = [{"type": "input_image", "image_url": URI, "detail": "auto"}]
    answer = litellm.responses(model=f"openai/{MODEL}", input=[{"role": "user", "content": content}], **HERE)
    shows("".join(part.text for item in answer.output if item.type == "message" for part in item.content))
with step("ocr"):
    document = {"type": "image_url", "image_url": URI}
    shows(litellm.ocr(model=f"mistral/{MODEL}", document=document, **HERE).pages[0].markdown)
