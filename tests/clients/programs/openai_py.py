# /// script
# dependencies = ["openai==3.57.0"]
# ///
# setup: OpenAI(base_url="http://HOST:8000/v1", api_key=KEY)
"""OpenAI's SDK for Python."""

from openai import OpenAI
from pydantic import BaseModel
from steps import BASE_URL, KEY, MODEL, PICTURE, URI, is_total, shows, step

client = OpenAI(base_url=BASE_URL, api_key=KEY)
CHAT = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": URI}}]}]
INPUT = [{"role": "user", "content": [{"type": "input_image", "image_url": URI, "detail": "auto"}]}]


class Receipt(BaseModel):
    """Fields."""

    total: float | None
    date: str | None


TOOL = {
    "type": "function",
    "function": {
        "name": "save",
        "strict": True,
        "parameters": Receipt.model_json_schema() | {"additionalProperties": False},
    },
}

with step("models"):
    assert MODEL in [model.id for model in client.models.list()]
with step("chat"):
    shows(client.chat.completions.create(model=MODEL, messages=CHAT).choices[0].message.content)
with step("chat, streamed"):
    stream = client.chat.completions.create(model=MODEL, messages=CHAT, stream=True)
    shows("".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices))
with step("chat, parsed"):
    parsed = client.chat.completions.parse(model=MODEL, messages=CHAT, response_format=Receipt)
    is_total(parsed.choices[0].message.parsed.total)
with step("chat, tool"):
    answer = client.chat.completions.create(model=MODEL, messages=CHAT, tools=[TOOL], tool_choice="required")
    is_total(Receipt.model_validate_json(answer.choices[0].message.tool_calls[0].function.arguments).total)
with step("responses"):
    shows(client.responses.create(model=MODEL, input=INPUT).output_text)
with step("responses, parsed"):
    is_total(client.responses.parse(model=MODEL, input=INPUT, text_format=Receipt).output_parsed.total)
with step("responses, streamed"):
    with client.responses.stream(model=MODEL, input=INPUT) as stream:
        shows(stream.get_final_response().output_text)
with step("files"):
    stored = client.files.create(file=("a.png", PICTURE), purpose="user_data")
    part = {"type": "input_file", "file_id": stored.id}
    kept = client.responses.create(model=MODEL, store=True, input=[{"role": "user", "content": [part]}])
    shows(client.responses.create(model=MODEL, previous_response_id=kept.id, input="Read it again").output_text)
    assert client.files.delete(stored.id).deleted
