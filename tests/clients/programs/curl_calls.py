# /// script
# dependencies = []
# ///
# setup: the address
"""curl: JSON, a form, a stream."""

import json
import subprocess

from steps import BASE_URL, MODEL, PICTURE_FILE, ROOT_URL, URI, shows, step


def curl(*arguments, data=None):
    command = ["curl", "-sS", "--fail-with-body", *arguments]
    return subprocess.run(command, input=data, capture_output=True, text=True, check=True, timeout=120).stdout


body = {"model": MODEL, "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": URI}}]}]}
JSON = ("-H", "content-type: application/json", "-d", "@-")
with step("chat"):
    shows(
        json.loads(curl(f"{BASE_URL}/chat/completions", *JSON, data=json.dumps(body)))["choices"][0]["message"][
            "content"
        ]
    )
with step("chat, streamed"):
    assert curl("-N", f"{BASE_URL}/chat/completions", *JSON, data=json.dumps(body | {"stream": True})).endswith(
        "[DONE]\n\n"
    )
with step("ocr, a form"):
    shows(json.loads(curl(f"{BASE_URL}/ocr", "-F", f"file=@{PICTURE_FILE}"))["text"])
with step("Open WebUI's loader"):
    shows(json.loads(curl("-T", PICTURE_FILE, "-H", "x-filename: a.png", f"{ROOT_URL}/process"))["page_content"])
