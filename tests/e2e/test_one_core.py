"""Every door reads with one core: the same page, schema and detail give the same values, places and verdicts."""

import base64
import io
import json
import sys
from pathlib import Path

import pytest
from drawn_pages import A3, newspaper
from PIL import ImageOps
from rapidfuzz import fuzz, process

pytestmark = pytest.mark.e2e

ASSETS = Path(__file__).parents[1] / "assets"
PAGES = ["receipt_en.png", "invoice_en.png", "receipt_photo.jpg", "form_zh_sideways.jpg"]
SCHEMA = {
    "type": "object",
    "properties": {
        name: {"type": ["string", "null"]} for name in ("company", "date", "invoice_number", "address", "总额", "姓名")
    }
    | {"total": {"type": ["number", "null"]}},
}


def chat(endpoint, picture, detail, **fields):
    part = {"type": "image_url", "image_url": {"url": picture} | ({"detail": detail} if detail else {})}
    body = {"model": "pp-ocrv6-small", "messages": [{"role": "user", "content": [part]}]} | fields
    response = endpoint.post("/v1/chat/completions", json=body)
    assert response.status_code == 200, response.text
    return response.json()


def data_uri(data):
    return "data:application/octet-stream;base64," + base64.b64encode(data).decode()


def places(evidence):
    """Evidence without the page's place in the request, which is another one at each door."""
    return {path: [one[name] for name in ("grounded", "box", "text", "confidence")] for path, one in evidence.items()}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("detail", ["low", "auto", "high", "original"])
def test_a_page_and_a_schema_give_the_same_at_every_door(endpoint, name, detail):
    picture = data_uri((ASSETS / name).read_bytes())
    form = {"type": "json_schema", "json_schema": {"name": "page", "schema": SCHEMA}}
    asked = chat(endpoint, picture, detail, response_format=form, pageglass={"ground": True})
    ours = endpoint.post("/v1/ocr", json={"image": picture, "schema": SCHEMA, "detail": detail}).json()
    assert json.loads(asked["choices"][0]["message"]["content"]) == ours["fields"]
    assert any(value is not None for value in ours["fields"].values())
    assert places(asked["pageglass"]["evidence"]) == places(ours["evidence"])
    annotated = endpoint.post(
        "/v1/ocr",
        json={
            "model": "pp-ocrv6-small",
            "document": {"type": "image_url", "image_url": {"url": picture, "detail": detail}},
            "document_annotation_format": {"type": "json_schema", "json_schema": {"name": "page", "schema": SCHEMA}},
        },
    ).json()
    assert json.loads(annotated["document_annotation"]) == ours["fields"]
    assert [page["markdown"] for page in annotated["pages"]] == [page["text"] for page in ours["pages"]]
    strict = chat(endpoint, picture, detail, response_format=form, pageglass={"strict_grounding": True})
    ours = endpoint.post(
        "/v1/ocr", json={"image": picture, "schema": SCHEMA, "detail": detail, "strict_grounding": True}
    )
    assert json.loads(strict["choices"][0]["message"]["content"]) == ours.json()["fields"]


def test_the_command_line_reads_the_same_in_process(endpoint, run_program, tmp_path):
    page, schema = ASSETS / "invoice_en.png", tmp_path / "schema.json"
    schema.write_text(json.dumps(SCHEMA))
    done = run_program(sys.executable, "-m", "server", "read", page, "--schema", schema, "--json")
    assert done.returncode == 0, done.stderr
    here = json.loads(done.stdout)
    there = endpoint.post("/v1/ocr", json={"image": data_uri(page.read_bytes()), "schema": SCHEMA}).json()
    assert here["fields"] == there["fields"]


@pytest.fixture(scope="module")
def small_print():
    """An A3 page at 300 dpi with a column of 6 point print, as PNG, and its lines: a full page would take minutes."""
    drawn = newspaper(points=6, columns=1, size=(1300, A3[1]), picture=False)
    out = io.BytesIO()
    ImageOps.pad(drawn.image, A3, color="white").save(out, "PNG")
    return data_uri(out.getvalue()), drawn.lines


def lost(text, drawn):
    """The lines that `text` does not have."""
    likeness = process.cdist(drawn, [cell for line in text.split("\n") for cell in line.split("  ")], scorer=fuzz.ratio)
    return [line for line, best in zip(drawn, likeness.max(axis=1), strict=True) if best <= 80]


def test_small_print_of_an_a3_page_is_read_in_chat_where_the_detail_asks_for_it(endpoint, small_print):
    picture, drawn = small_print
    answer = chat(endpoint, picture, "original")
    assert lost(answer["choices"][0]["message"]["content"], drawn) == []
    ours = endpoint.post("/v1/ocr", json={"image": picture, "detail": "original"}).json()
    assert ours["text"] == answer["choices"][0]["message"]["content"]
    assert ours["pages"][0]["tiles"] > 1


def test_at_auto_chat_reads_small_and_fast_and_ocr_reads_small_print(endpoint, small_print):
    """The doors' own budgets differ at `auto`, as docs/intake.md says."""
    picture, drawn = small_print
    in_chat = chat(endpoint, picture, None)["choices"][0]["message"]["content"]
    ours = endpoint.post("/v1/ocr", json={"image": picture}).json()
    assert lost(ours["text"], drawn) == []
    assert len(lost(in_chat, drawn)) > len(drawn) / 10
