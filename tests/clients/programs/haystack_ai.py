# /// script
# dependencies = ["haystack-ai==3.4.1", "pillow"]
# ///
# setup: OpenAIChatGenerator(model="pp-ocrv6-small", api_base_url="http://HOST:8000/v1", api_key=Secret.from_token(KEY))
"""Haystack, both of OpenAI's generators."""

import base64

from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage, ImageContent
from haystack.utils import Secret
from pydantic import BaseModel
from steps import BASE_URL, KEY, MODEL, PICTURE, is_total, shows, step


class Receipt(BaseModel):
    """What is on a receipt."""

    total: float
    company: str


picture = ImageContent(base64_image=base64.b64encode(PICTURE).decode(), mime_type="image/png")
message = ChatMessage.from_user(content_parts=[picture])
options = {"model": MODEL, "api_base_url": BASE_URL, "api_key": Secret.from_token(KEY)}
with step("chat"):
    shows(OpenAIChatGenerator(**options).run([message])["replies"][0].text)
with step("chat, response_format"):
    kept = {"response_format": Receipt}
    text = OpenAIChatGenerator(**options, generation_kwargs=kept).run([message])["replies"][0].text
    is_total(Receipt.model_validate_json(text).total)
with step("responses"):
    from haystack.components.generators.chat import OpenAIResponsesChatGenerator

    shows(OpenAIResponsesChatGenerator(**options).run([message])["replies"][0].text)
