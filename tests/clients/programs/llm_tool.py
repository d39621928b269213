# /// script
# dependencies = ["llm==0.36"]
# ///
# setup: an entry in extra-openai-models.yaml: model_id, model_name, api_base: http://HOST:8000/v1, vision: true
"""The command line tool and library llm."""

import os
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp())
os.environ["LLM_USER_PATH"] = str(folder)

from steps import BASE_URL, KEY, MODEL, PICTURE_FILE, is_total, shows, step

(folder / "extra-openai-models.yaml").write_text(
    f"- model_id: reader\n  model_name: {MODEL}\n  api_base: {BASE_URL}\n  vision: true\n  supports_schema: true\n"
)
import llm

model = llm.get_model("reader")
model.key = KEY
picture = llm.Attachment(path=PICTURE_FILE)
with step("prompt"):
    shows(model.prompt("Read the text", attachments=[picture], stream=False).text())
with step("prompt, streamed"):
    shows("".join(model.prompt("Read the text", attachments=[picture])))
with step("schema"):
    import json

    schema = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}
    is_total(json.loads(model.prompt("", attachments=[picture], schema=schema, stream=False).text())["total"])
