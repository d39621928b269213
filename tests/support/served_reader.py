"""A reader served by vLLM, asked through the openai SDK; and plainly printed pictures for it to read."""

import inspect
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import psutil
from openai import OpenAI
from openai.resources.chat import Completions
from picture_files import data_uri, saved
from PIL import Image, ImageDraw, ImageFont
from running_server import RunningServer, serving

NAME = "reader"
READ = "Read."
START_TIMEOUT_S = 300
FONT_PX, PITCH_PX = 26, 32
PLAIN = {"temperature": 0, "top_p": 1, "top_k": -1, "presence_penalty": 0, "repetition_penalty": 1.0}
"""What the family's own sampling is replaced by, so that equal questions have equal answers."""
SETTINGS = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "OMP_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "PAGEGLASS_VLLM__ENFORCE_EAGER": "true",
    "PAGEGLASS_VLLM__DTYPE": "float32",
    "PAGEGLASS_VLLM__MAX_MODEL_LEN": "2048",
    "PAGEGLASS_MAX_PAGE_PIXELS": "262144",
    "PAGEGLASS_MIN_PAGE_PIXELS": "1024",
}
FAMILIES = {
    "qwen3_vl": {"PAGEGLASS_PROFILE": "qwen3-vl"},
    "hunyuan_vl": {
        "PAGEGLASS_PROFILE": "hunyuan-ocr-1.0",
        "PAGEGLASS_VLLM__TOOL_PARSER": "hermes",
    },
}
_KNOWN_TO_THE_SDK = frozenset(inspect.signature(Completions.create).parameters)


@dataclass(frozen=True, kw_only=True)
class ServedReader:
    """A served reader; `lowest` is the least height in pixels of a picture that its processor leaves as it is."""

    server: RunningServer
    client: OpenAI
    folder: Path
    architecture: str

    @property
    def lowest(self):
        return 64 if self.architecture == "hunyuan_vl" else 32

    def as_put(self, messages):
        """The messages as the family's profile has them put to the model."""
        if self.architecture == "hunyuan_vl" and messages[0]["role"] != "system":
            return [{"role": "system", "content": ""}, *messages]
        return messages

    def token(self, character):
        """The number of the token of a character of ASCII: the readers' tokens are bytes, as GPT-2 writes them."""
        written = {" ": "Ġ", "\n": "Ċ", "\r": "č", "\t": "ĉ"}.get(character, character)
        return json.loads((self.folder / "tokenizer.json").read_text())["model"]["vocab"][written]

    def card(self, *lines, width=256):
        return card(*lines, width=width, lowest=self.lowest)

    def ask(self, *pictures, prompt=READ, messages=None, **fields):
        """Ask about pictures (Pillow images, or files as bytes), and give what the SDK gives.

        Fields that the SDK does not know go into `extra_body`, and the sampling is greedy unless it is given.
        """
        messages = messages or [user(*pictures, prompt=prompt)]
        chosen = {"model": NAME, "messages": messages} | PLAIN | fields
        extra = {name: value for name, value in chosen.items() if name not in _KNOWN_TO_THE_SDK}
        for name in extra:
            del chosen[name]
        return self.client.chat.completions.create(**chosen, extra_body=extra)

    def read(self, *pictures, **fields):
        return self.ask(*pictures, **fields).choices[0].message.content

    def told(self, messages, **fields):
        """What is answered to `messages`, and how many tokens of prompt were counted."""
        completion = self.ask(messages=messages, **fields)
        return completion.choices[0].message.content, completion.usage.prompt_tokens

    @property
    def running(self):
        """How many requests vLLM itself says it works on."""
        return gauge(self.server, "vllm:num_requests_running")

    def processes(self, title=""):
        """The processes of vLLM, those of that title alone if one is given."""
        children = psutil.Process(self.server.process.pid).children(recursive=True)
        return [child for child in children if name_of(child).startswith(f"VLLM::{title}")]


def text_of(stream):
    """The text of a stream's only answer."""
    return "".join(choice.delta.content or "" for chunk in stream for choice in chunk.choices)


def name_of(process):
    try:
        return "".join(process.cmdline()[:1])
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""


def gauge(server, name):
    (value,) = re.findall(rf"^{name}\{{[^}}]*\}} (\S+)$", server.get("/metrics").text, re.MULTILINE)
    return float(value)


@contextmanager
def serving_reader(workplace, folder, architecture, *flags, **environment):
    """Serve the reader in `folder` under its family's profile, with `flags` and an environment over the usual one."""
    environment = SETTINGS | FAMILIES[architecture] | environment
    flags = ("--model", folder, "--served-model-name", NAME, *flags)
    with (
        serving(workplace, *flags, start_timeout_s=START_TIMEOUT_S, **environment) as server,
        OpenAI(base_url=server.base_url, api_key="none", timeout=120, max_retries=0) as client,
    ):
        yield ServedReader(server=server, client=client, folder=folder, architecture=architecture)


def card(*lines, width=256, lowest=32, ink=20, paper=255):
    """Print lines as the readers know print best; `width` grows with the longest line."""
    width = max(width, 32 * -(-(8 + 17 * max(map(len, lines))) // 32))
    picture = Image.new("L", (width, max(lowest, PITCH_PX * len(lines))), paper)
    write(picture, lines, ink=ink)
    return picture.convert("RGB")


def write(picture, lines, *, scale=1.0, at=(4, 1), ink=20):
    """Print lines on a picture, all lengths times `scale`."""
    draw, font = ImageDraw.Draw(picture), face(FONT_PX * scale)
    for number, line in enumerate(lines):
        draw.text((at[0] * scale, (at[1] + number * PITCH_PX) * scale), line, fill=ink, font=font)


@lru_cache
def face(size):
    return ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", size)


def user(*pictures, prompt=READ):
    """A user's message: pictures, then the prompt, if any."""
    text = [{"type": "text", "text": prompt}] if prompt else []
    return {"role": "user", "content": [*(part(picture) for picture in pictures if picture), *text]}


def part(picture):
    """A part of a message: a Pillow image as PNG, or a file as it is."""
    if isinstance(picture, Image.Image):
        picture = saved(picture, "PNG")
    if picture.startswith(b"%PDF"):
        return {"type": "file", "file": {"file_data": data_uri(picture, "application/pdf")}}
    return {"type": "image_url", "image_url": {"url": data_uri(picture)}}
