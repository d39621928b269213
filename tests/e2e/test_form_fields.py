"""A PDF's form through the embedded engine: its boxes and radio buttons answer a schema, whatever they look like."""

import base64

import httpx
import pytest
from form_pdfs import form_of

pytestmark = pytest.mark.e2e

TEXTS = [
    (40, 260, "Registration of a member"),
    (40, 203, "Smoker"),
    (160, 203, "Yes"),
    (260, 203, "No"),
    (40, 153, "Delivery"),
    (160, 153, "post"),
    (260, 153, "courier"),
    (70, 103, "I agree to the terms"),
]
SCHEMA = {
    "type": "object",
    "properties": {
        "smoker": {"type": ["boolean", "null"]},
        "delivery": {"enum": ["post", "courier", None]},
        "i_agree_to_the_terms": {"type": ["boolean", "null"]},
    },
    "required": ["smoker", "delivery", "i_agree_to_the_terms"],
}


@pytest.mark.parametrize("look", ["circle", "star", "unseen"])
@pytest.mark.parametrize("page", [b"", b"/Rotate 90"])
def test_what_is_ticked_in_a_form_is_answered(endpoint, look, page):
    fields = [
        ("r_smoker", 130, 200, look, False),
        ("r_smoker", 230, 200, look, True),
        ("post", 130, 150, look, False),
        ("courier", 230, 150, look, True),
        ("terms", 40, 100, look, True),
    ]
    picture = base64.b64encode(form_of(TEXTS, fields, page=page)).decode()
    asked = {"image": picture, "task": "extract_fields", "schema": SCHEMA}
    answer = httpx.post(f"{endpoint.url}/v1/ocr", json=asked, trust_env=False, timeout=120).json()
    assert answer["fields"] == {"smoker": False, "delivery": "courier", "i_agree_to_the_terms": True}
    (shown,) = answer["pages"]
    assert [line["text"] for line in shown["lines"]].count("☒ I agree to the terms") == 1
    evidence = answer["evidence"]["i_agree_to_the_terms"]
    assert evidence["text"].startswith("☒")
    xs, ys = zip(*evidence["box"], strict=True)
    widget = (100, 40) if page else (40, 180)  # points from the left and the top of the page as it is shown
    place = tuple(edge * 72 / shown["dpi"] for edge in (min(xs), min(ys)))
    assert place == pytest.approx(widget, abs=3)
