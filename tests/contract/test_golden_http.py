"""Answers as they are today, compared with tests/contract/golden/: nothing changes unless it is meant to.

Where it is meant: `PAGEGLASS_TEST_WRITE_GOLDEN=1 pytest tests/contract` writes the files anew.
"""

import base64
import io
import json
import re

import pytest
from golden import answer, compare, steady
from picture_files import as_text, saved
from PIL import Image

CHAT, OCR, BAIDU = "/v1/chat/completions", "/v1/ocr", "/rest/2.0/ocr/v1"
SCHEMA = {"type": "object", "properties": {"total": {"type": "number"}, "city": {"type": ["string", "null"]}}}
ABSENT = {"type": "object", "properties": {"iban": {"type": "string"}}, "required": ["iban"]}
TOOL = {"type": "function", "function": {"name": "record", "parameters": SCHEMA}}
GROUNDED = {"pageglass": {"ground": True}}
WITH_USAGE = {"stream": True, "stream_options": {"include_usage": True}}


def form_of(schema):
    return {"type": "json_schema", "json_schema": {"name": "page", "schema": schema}}


@pytest.fixture(scope="module")
def frames():
    """A document of three pages, as base64."""
    pages = [Image.new("L", (40, 40), "white") for _ in range(3)]
    return as_text(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]))


def test_reading_paths(client):
    paths = ("/v1/models", "/v1/models/reader/fake-1", "/v1/models/reader%2Ffake-1", "/health", "/v1/health", "/ready")
    seen = {
        f"GET {path}": answer(client.get(path)) for path in (*paths, "/docs", "/metrics", "/docs/assets/favicon.png")
    }
    for name in ("last-modified", "etag"):
        seen["GET /docs/assets/favicon.png"]["headers"][name] = "<string>"
    policy = seen["GET /docs"]["headers"]
    policy["content-security-policy"] = re.sub(r"'sha256-\S+'", "'sha256-…'", policy["content-security-policy"])
    seen["HEAD /v1/models"] = answer(client.head("/v1/models"))
    seen["OPTIONS /v1/ocr"] = answer(client.options(OCR))
    compare("reading_paths", seen)


def test_chat(client, ask):
    pageglass = {"strict_grounding": True}
    bodies = {
        "text": ask(),
        "text, cut by max_tokens": ask(max_tokens=2),
        "text, stopped": ask(stop=["TOTAL"]),
        "an ignored field": ask(x_trace=1),
        "json_object": ask(response_format={"type": "json_object"}),
        "fields": ask(response_format=form_of(SCHEMA)),
        "fields with evidence": ask(response_format=form_of(SCHEMA), **GROUNDED),
        "strict fields": ask(response_format=form_of(SCHEMA), pageglass=pageglass),
        "refusal": ask(response_format=form_of(ABSENT), pageglass=pageglass),
        "tool": ask(tools=[TOOL]),
        "tool with evidence": ask(tools=[TOOL], tool_choice="required", **GROUNDED),
        "tool by name": ask(tools=[TOOL], tool_choice={"type": "function", "function": {"name": "record"}}),
        "tool and schema": ask(tools=[TOOL], response_format=form_of(ABSENT)),
        "stream of text": ask(stream=True),
        "stream of text with usage": ask(**WITH_USAGE),
        "stream of fields with evidence": ask(response_format=form_of(SCHEMA), **WITH_USAGE, **GROUNDED),
        "stream of a refusal": ask(response_format=form_of(ABSENT), **WITH_USAGE, pageglass=pageglass),
        "stream of a tool": ask(tools=[TOOL], **WITH_USAGE, **GROUNDED),
    }
    compare("chat", {name: answer(client.post(CHAT, json=body)) for name, body in bodies.items()})


def test_ocr(client, picture, frames):
    fields = {"task": "extract_fields", "fields": ["invoice", "total", "city"]}
    bodies = {
        "text": {"image": picture},
        "lines": {"image": picture, "task": "lines"},
        "fields": {"image": picture} | fields,
        "fields under a schema": {"image": picture, "schema": SCHEMA, "strict_grounding": True},
        "fields that are missing": {"image": picture, "schema": ABSENT},
        "ready-made fields": {"image": picture, "task": "extract_receipt"},
        "ready-made fields in Chinese": {"image": picture, "task": "extract_card", "language": "zh"},
        "pages": {"file": frames, "pages": "3,1", "detail": "low"},
        "an ignored field": {"image": picture, "x_trace": 1},
        "stream of pages": {"file": frames, "stream": True} | fields,
    }
    seen = {name: answer(client.post(OCR, json=body | {"cache": False})) for name, body in bodies.items()}
    kept = [client.post(OCR, json={"image": picture, "detail": "high"}) for _ in range(2)]
    seen["from the cache"] = answer(kept[1])
    file = io.BytesIO(base64.b64decode(picture.partition(",")[2]))
    form = {"schema": json.dumps(SCHEMA), "cache": "false"}
    seen["form"] = answer(client.post(OCR, files={"file": ("page.png", file, "image/png")}, data=form))
    for path in ("/ocr", "/ocr/inference"):
        seen[path] = answer(client.post(path, json={"image": picture, "cache": False}))
    compare("ocr", seen)


def test_mistral(client, picture, frames):
    annotated = {"document_annotation_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}}}
    image = {"type": "image_url", "image_url": picture}
    document = {"type": "document_url", "document_url": f"data:image/tiff;base64,{frames}", "document_name": "a.tiff"}
    bodies = {
        "picture": {"document": image},
        "picture by object": {"document": {"image_url": {"url": picture, "detail": "high"}}},
        "pages": {"document": document, "pages": [0, 2]},
        "pages as text": {"document": document, "pages": "0-1"},
        "blocks and scores": {"document": image, "include_blocks": True, "confidence_scores_granularity": "page"},
        "annotation": {"document": image} | annotated,
    }
    compare("mistral", {name: answer(client.post(OCR, json=body)) for name, body in bodies.items()})


def test_baidu(client, picture):
    image = {"image": picture.partition(",")[2]}
    wants = dict.fromkeys(("probability", "vertexes_location", "paragraph", "detect_direction"), "true")
    services = ("general_basic", "general", "accurate_basic", "accurate", "receipt", "idcard", "invoice")
    seen = {service: answer(client.post(f"{BAIDU}/{service}", data=image)) for service in services}
    seen["general with options"] = answer(client.post(f"{BAIDU}/general", data=image | wants))
    seen["idcard, back"] = answer(client.post(f"{BAIDU}/idcard", data=image | {"id_card_side": "back"}))
    credentials = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    seen["token"] = answer(client.post("/oauth/2.0/token", params=credentials))
    seen["token by form"] = answer(client.post("/oauth/2.0/token", data=credentials))
    compare("baidu", seen)


def test_callers_are_told_where_they_stand(serve, ask):
    limits = {"requests_per_minute": 9, "pages_per_minute": 8, "requests_per_day": 7, "pages_per_day": 6}
    guarded = {"api_keys": "one", "allowed_origins": "https://app.example", "limits": limits}
    caller = {"authorization": "Bearer one", "origin": "https://app.example", "x-request-id": "mine"}
    with serve(**guarded).client(headers=caller) as client:
        seen = {"chat": client.post(CHAT, json=ask(**WITH_USAGE)), "models": client.get("/v1/models")}
        asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
        seen["preflight"] = client.options(CHAT, headers=asked)
    assert seen["chat"].headers["x-request-id"] == "mine"
    told = {name: answer(response) for name, response in seen.items()}
    for one in told.values():
        one["headers"] |= {name: "<string>" for name in one["headers"] if "-reset-" in name}
    of_starlette = ("access-control-allow-methods", "vary")
    told["preflight"]["headers"] |= dict.fromkeys(of_starlette, "<string>")
    compare("limits_and_origins", told)


def test_the_description(client):
    described = client.get("/openapi.json").json()
    words = {"description", "title", "summary"}

    def bare(value, *, naming=False):
        """Without words for readers; `naming` is whether the members are names of something, a field `title` too."""
        if isinstance(value, dict):
            kept = {name: one for name, one in value.items() if naming or name not in words}
            return {name: bare(one, naming=name in {"properties", "schemas"}) for name, one in kept.items()}
        return [bare(item) for item in value] if isinstance(value, list) else value

    compare("description", steady(bare(described)))
