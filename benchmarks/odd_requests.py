"""Requests that a server has to refuse with reason, or to answer well: pictures that are none, values out of range."""

import base64
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw
from vllm_pair import MODEL, MOST_IMAGES, MOST_TOKENS, ROOT

sys.path.insert(0, str(ROOT / "tests" / "support"))  # where odd files are made

from hostile_pictures import png, zeros
from pdfs import drawn_pdf
from picture_files import saved

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><text y="40">A</text></svg>'
BOMB = "(((((a{0,100}){0,100}){0,100}){0,100}){0,100}){0,100}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRequest:
    """A request; `blames` says whether a refusal of it has a part of the body to name."""

    name: str
    content: bytes
    method: str = "POST"
    path: str = "/v1/chat/completions"
    blames: bool = True


def odd_requests(host: str) -> Iterator[OddRequest]:
    """Make every request; `host` is the address of a server of pictures on this machine, without a path."""
    for name, part in (*_pictures(), *_addresses(host)):
        yield OddRequest(name=name, content=_body(messages=[_message(part, {"type": "text", "text": "Read."})]))
    for name, fields in (*_messages(), *_fields(), *_constraints()):
        yield OddRequest(name=name, content=_body(**fields))
    half = [{"role": "user", "content": "\ud83e"}]
    yield OddRequest(name="half a character", content=_body(messages=half), blames=False)  # the whole is no JSON then
    yield OddRequest(name="no JSON", content=b'{"model": ', blames=False)
    yield OddRequest(name="arrays in arrays, 100,000 deep", content=b"[" * 100_000, blames=False)
    yield OddRequest(name="no such path", content=b"{}", path="/v1/chat/complete", blames=False)
    yield OddRequest(name="GET on a path for POST", content=b"", method="GET", blames=False)


def _pictures() -> Iterator[tuple[str, dict[str, Any]]]:
    page = _page()
    packed = _packed(saved(page, "PNG"))
    jpeg = saved(page, "JPEG")
    scan = Image.new("I;16", page.size)
    scan.putdata([level * 257 for level in page.convert("L").get_flattened_data()])
    yield "raw base64, no data:", _image(packed)
    yield "image_url is a string", {"type": "image_url", "image_url": f"data:image/png;base64,{packed}"}
    yield "not base64", _image("data:image/png;base64,@@@@")
    yield "PNG, cut short", _data(saved(page, "PNG")[:-200])
    yield "JPEG, cut short", _data(jpeg[: len(jpeg) // 2])
    yield "text as a picture", _data(b"This is no picture.")
    yield "PDF as a picture", _data(drawn_pdf(["INVOICE 42"]))
    yield "PDF as a file", {"type": "file", "file": {"file_data": _uri(drawn_pdf(["INVOICE 42"]), "application/pdf")}}
    yield "SVG as a picture", _data(SVG)
    yield "HEIC photo", _data(saved(page, "HEIF"))
    yield "PNG of 20,000 x 20,000 pixels", _data(png(20_000, 20_000, pixels=zeros(20_001 * 20_000)))
    yield "1 x 2000 pixels", _data(saved(Image.new("RGB", (1, 2000), "white"), "PNG"))
    yield "16-bit gray PNG", _data(saved(scan, "PNG"))
    frames = [_page(f"PAGE {number}") for number in (1, 2, 3)]
    yield "GIF of 3 frames", _data(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    yield "detail: high", _image(_uri(saved(page, "PNG")), detail="high")
    yield "detail: enormous", _image(_uri(saved(page, "PNG")), detail="enormous")


def _addresses(host: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "file:///etc/passwd", _image("file:///etc/passwd")
    yield "a closed port", _image("http://127.0.0.1:9/page.png")
    yield "a picture on this machine", _image(f"{host}/page.png")
    yield "a redirect to this machine", _image(f"{host}/to?{host}/page.png")
    yield "cloud metadata", _image("http://169.254.169.254/latest/meta-data/")
    yield "an address without a picture", _image(f"{host}/status/404")


def _messages() -> Iterator[tuple[str, dict[str, Any]]]:
    picture = _data(saved(_page(), "PNG"))
    yield "no messages", {"messages": []}
    yield "messages is a string", {"messages": "Read."}
    yield "one picture too many", {"messages": [_message(*[picture] * (MOST_IMAGES + 1))]}
    yield "a prompt too long", {"messages": [_message({"type": "text", "text": "x" * MOST_TOKENS * 2})]}
    yield "a role of no kind", {"messages": [{"role": "wizard", "content": "Read."}]}
    yield "a part of no kind", {"messages": [_message({"type": "smell", "smell": "x"})]}
    yield "a tool's answer to nothing", {"messages": [{"role": "tool", "content": "x"}]}


def _fields() -> Iterator[tuple[str, dict[str, Any]]]:
    tools = [{"type": "function", "function": {"name": "record", "parameters": {"type": "object"}}}]
    named = {"type": "function", "function": {"name": "erase"}}
    yield "unknown model", {"model": "gpt-7"}
    yield "n: 0", {"n": 0}
    yield "n: 129", {"n": 129, "temperature": 1}
    yield "n: 10,000,000", {"n": 10_000_000, "temperature": 1}
    yield "temperature: 3", {"temperature": 3}
    yield "temperature: hot", {"temperature": "hot"}
    yield "max_tokens: -5", {"max_tokens": -5}
    yield "top_logprobs: 1000", {"logprobs": True, "top_logprobs": 1000}
    yield "seed: 2**70", {"seed": 2**70}
    yield "stop_token_ids: 2**70", {"stop_token_ids": [2**70]}
    yield "logit_bias of a word", {"logit_bias": {"cat": 5}}
    yield "logit_bias of token 999,999", {"logit_bias": {"999999": 5}}
    yield "allowed_token_ids: 10**9", {"allowed_token_ids": [10**9]}
    yield "bad_words: an empty one", {"bad_words": [""]}
    yield "min_tokens over max_tokens", {"min_tokens": 9, "max_tokens": 2}
    yield "stream_options without stream", {"stream_options": {"include_usage": True}}
    yield "tool_choice of an unknown tool", {"tools": tools, "tool_choice": named}
    yield "a chat template in the request", {"chat_template": "{% for i in range(10**9) %}{% endfor %}"}
    yield "chat_template_kwargs: tokenize", {"chat_template_kwargs": {"tokenize": True}}
    yield "mm_processor_kwargs: size", {"mm_processor_kwargs": {"size": "huge"}, "messages": [_picture_message()]}
    yield (
        "media_io_kwargs: a colour",
        {
            "media_io_kwargs": {"image": {"rgba_background_color": [1]}},
            "messages": [_picture_message()],
        },
    )


def _constraints() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "a schema of no type", _schema({"type": "objct"})
    yield "a schema with a broken pattern", _schema({"type": "string", "pattern": "("})
    yield "a schema that refers elsewhere", _schema({"$ref": "http://127.0.0.1:9/schema.json"})
    yield "a schema that only holds itself", _schema({"$ref": "#"})
    yield "a broken regex", {"structured_outputs": {"regex": "(a"}}
    yield "a regex that explodes", {"structured_outputs": {"regex": BOMB}}
    yield "a broken grammar", {"structured_outputs": {"grammar": "root ::= ("}}
    yield "an empty grammar", {"structured_outputs": {"grammar": "root ::= "}}
    yield "two constraints at once", {"structured_outputs": {"regex": "a", "choice": ["b"]}}


def _body(**fields: Any) -> bytes:
    plain = {"model": MODEL, "max_tokens": 16, "temperature": 0, "messages": [_message({"type": "text", "text": "Hi"})]}
    return json.dumps(plain | fields).encode()


def _message(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(parts)}


def _picture_message() -> dict[str, Any]:
    return _message(_data(saved(_page(), "PNG")))


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "page", "schema": schema}}}


def _image(url: str, **more: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url, **more}}


def _data(file: bytes) -> dict[str, Any]:
    return _image(_uri(file))


def _uri(file: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{_packed(file)}"


def _packed(file: bytes) -> str:
    return base64.b64encode(file).decode()


def _page(text: str = "INVOICE 42") -> Image.Image:
    page = Image.new("RGB", (256, 64), "white")
    ImageDraw.Draw(page).text((4, 2), text, fill="black", font_size=26)
    return page
