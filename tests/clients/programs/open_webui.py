# /// script
# dependencies = ["httpx==0.28.1", "fpdf2==2.8.5", "pillow"]
# ///
# setup: a connection to http://HOST:8000/v1; the external loader http://HOST:8000; PAGEGLASS_TEXT_ONLY=answer
"""Open WebUI's calls, replayed: models, a chat, the titles and tags it asks for, and a PDF through its loader."""

import io
import json

import httpx
from fpdf import FPDF
from PIL import Image
from steps import BASE_URL, KEY, MODEL, PICTURE, ROOT_URL, URI, shows, step

client = httpx.Client(headers={"authorization": f"Bearer {KEY}"}, timeout=120)
PARTS = [{"type": "text", "text": "Read the text"}, {"type": "image_url", "image_url": {"url": URI}}]


def streamed(messages):
    body = {"model": MODEL, "messages": messages, "stream": True, "stream_options": {"include_usage": True}}
    with client.stream("POST", f"{BASE_URL}/chat/completions", json=body) as answer:
        answer.raise_for_status()
        events = [line.removeprefix("data: ") for line in answer.iter_lines() if line.startswith("data: ")]
    assert events.pop() == "[DONE]"
    chunks = [json.loads(event) for event in events]
    assert chunks[-1]["usage"]["total_tokens"] > 0
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])


def asked(text):
    body = {"model": MODEL, "messages": [{"role": "user", "content": text}], "stream": False, "max_tokens": 1000}
    answer = client.post(f"{BASE_URL}/chat/completions", json=body)
    answer.raise_for_status()
    return answer.json()["choices"][0]["message"]["content"]


with step("models"):
    assert MODEL in [one["id"] for one in client.get(f"{BASE_URL}/models").json()["data"]]
with step("chat with a picture, streamed"):
    shows(streamed([{"role": "user", "content": PARTS}]))
with step("a second turn without a picture"):
    turns = [{"role": "user", "content": PARTS}, {"role": "assistant", "content": "..."}]
    said = streamed([*turns, {"role": "user", "content": "What is the total? Answer with the number only"}])
    assert said.strip() == "19.90", said
with step("a title, in text alone"):
    assert "reads pictures" in asked('Suggest a title for the chat. Output JSON: { "title": "..." }')
with step("tags, in text alone"):
    assert asked("Generate 1-3 tags for the chat history as JSON.")
with step("a PDF through the loader"):
    document = FPDF()
    document.add_page()
    document.image(Image.open(io.BytesIO(PICTURE)), w=180)
    headers = {"content-type": "application/pdf", "x-filename": "receipt.pdf"}
    answer = client.put(f"{ROOT_URL}/process", content=bytes(document.output()), headers=headers)
    shows(answer.json()["page_content"])
