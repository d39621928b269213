# /// script
# dependencies = ["litellm[proxy]==1.83.0", "openai==3.57.0"]
# ///
# setup: model: openai/pp-ocrv6-small, api_base: http://HOST:8000/v1 in its config; PAGEGLASS_TEXT_ONLY=answer
"""LiteLLM's proxy in front of the server, with its health probe, which is text alone."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from openai import OpenAI
from steps import BASE_URL, KEY, MODEL, URI, shows, step

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
entry = {"model_name": "reader", "litellm_params": {"model": f"openai/{MODEL}", "api_base": BASE_URL, "api_key": KEY}}
Path("config.yaml").write_text(json.dumps({"model_list": [entry]}))
program = Path(sys.executable).with_name("litellm")
command = [str(program), "--config", "config.yaml", "--port", str(port), "--host", "127.0.0.1"]
with Path("proxy.log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, env=os.environ) as proxy:
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 150
        while time.monotonic() < deadline and proxy.poll() is None:
            try:
                urllib.request.urlopen(f"{url}/health/liveliness", timeout=2)
                break
            except OSError:
                time.sleep(0.5)
        with step("start"):
            assert proxy.poll() is None, Path("proxy.log").read_text()[-300:]
        with step("health probe"):
            health = json.load(urllib.request.urlopen(f"{url}/health", timeout=60))
            assert health["healthy_count"] == 1, health
        client = OpenAI(base_url=f"{url}/v1", api_key=KEY)
        with step("chat"):
            content = [{"type": "image_url", "image_url": {"url": URI}}]
            answer = client.chat.completions.create(model="reader", messages=[{"role": "user", "content": content}])
            shows(answer.choices[0].message.content)
        with step("responses"):
            content = [{"type": "input_image", "image_url": URI, "detail": "auto"}]
            shows(client.responses.create(model="reader", input=[{"role": "user", "content": content}]).output_text)
    finally:
        proxy.terminate()
