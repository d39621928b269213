"""What transformers reads: greedy decoding of conversations with the same model, in a process of its own.

Run as a program with the model's folder: a line of JSON in is `{"messages": ..., "max_tokens": ...}` with pictures as
OpenAI's `image_url` parts, and a line out is the text and the tokens of the prompt, those of pictures counted. Single
precision, as the server in the tests has it: in bfloat16 two right implementations part at near ties.
"""

import base64
import io
import json
import subprocess
import sys
from contextlib import contextmanager


@contextmanager
def transformers_reading(folder):
    """Give a function that reads `messages`: the text, and the tokens of the prompt."""
    command = [sys.executable, __file__, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def read(messages, *, max_tokens=100):
            process.stdin.write(json.dumps({"messages": messages, "max_tokens": max_tokens}) + "\n")
            process.stdin.flush()
            return tuple(json.loads(process.stdout.readline()))

        try:
            yield read
        finally:
            process.stdin.close()


def main(folder):
    """Answer line by line, until there are no more."""
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    torch.set_num_threads(1)
    processor = AutoProcessor.from_pretrained(folder)
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    for line in sys.stdin:
        asked = json.loads(line)
        inputs = processor.apply_chat_template(
            [with_pictures(message) for message in asked["messages"]],
            tokenize=True,
            add_generation_prompt=True,
            return_dict=True,
            return_tensors="pt",
        )
        if "pixel_values" in inputs:
            inputs["pixel_values"] = inputs["pixel_values"].to(model.dtype)
        with torch.inference_mode():
            written = model.generate(**inputs, max_new_tokens=asked["max_tokens"], do_sample=False)
        length = inputs["input_ids"].shape[1]
        text = processor.tokenizer.decode(written[0, length:], skip_special_tokens=True)
        print(json.dumps([text, length]), flush=True)  # noqa: T201 - the answer


def with_pictures(message):
    """The message with Pillow images in it."""
    from PIL import Image

    if isinstance(message["content"], str):
        return message
    parts = []
    for part in message["content"]:
        if part["type"] == "image_url":
            data = base64.b64decode(part["image_url"]["url"].partition(",")[2])
            parts.append({"type": "image", "image": Image.open(io.BytesIO(data)).convert("RGB")})
        else:
            parts.append(part)
    return {"role": message["role"], "content": parts}


if __name__ == "__main__":
    main(sys.argv[1])
