# /// script
# dependencies = ["instructor==1.17.0"]
# ///
# setup: instructor.from_openai(OpenAI(base_url="http://HOST:8000/v1", api_key=KEY), mode=...)
"""Instructor, in each mode for OpenAI's API."""

import instructor
from openai import OpenAI
from pydantic import BaseModel
from steps import BASE_URL, KEY, MODEL, URI, is_total, step


class Receipt(BaseModel):
    """What is on a receipt."""

    total: float
    company: str | None


MESSAGES = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": URI}}]}]
for mode in ("TOOLS", "TOOLS_STRICT", "JSON", "JSON_SCHEMA", "MD_JSON", "PARALLEL_TOOLS", "RESPONSES_TOOLS"):
    if not hasattr(instructor.Mode, mode):
        continue
    with step(mode):
        client = instructor.from_openai(OpenAI(base_url=BASE_URL, api_key=KEY), mode=getattr(instructor.Mode, mode))
        if mode == "PARALLEL_TOOLS":
            from collections.abc import Iterable

            found = next(
                iter(client.chat.completions.create(model=MODEL, messages=MESSAGES, response_model=Iterable[Receipt]))
            )
        elif mode == "RESPONSES_TOOLS":
            content = [{"type": "input_image", "image_url": URI, "detail": "auto"}]
            found = client.responses.create(
                model=MODEL, input=[{"role": "user", "content": content}], response_model=Receipt
            )
        else:
            found = client.chat.completions.create(
                model=MODEL, messages=MESSAGES, response_model=Receipt, max_retries=1
            )
        is_total(found.total)
