"""The same page through every door, by the clients that people have, their address alone changed."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.e2e

ASSETS = Path(__file__).parents[1] / "assets"
RECEIPT = ASSETS / "receipt_en.png"
TRUTH = ("MAPLE LANE BAKERY", "BUTTER CROISSANT", "TOTAL", "19.90")

OPENAI = """
import base64, sys, openai
picture = base64.b64encode(open(sys.argv[2], "rb").read()).decode()
part = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + picture}}
client = openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key="none")
answer = client.chat.completions.create(model="pp-ocrv6-small", messages=[{"role": "user", "content": [part]}])
print(answer.choices[0].message.content)
"""
MISTRAL = """
import base64, sys
from mistralai.client import Mistral
picture = "data:image/png;base64," + base64.b64encode(open(sys.argv[2], "rb").read()).decode()
client = Mistral(api_key="none", server_url=sys.argv[1])
schema = {"type": "object", "properties": {"total": {"type": ["string", "null"]}}, "required": ["total"]}
wanted = {"type": "json_schema", "json_schema": {"name": "receipt", "schema": schema}}
answer = client.ocr.process(
    model="pp-ocrv6-small", document={"type": "image_url", "image_url": picture}, document_annotation_format=wanted,
    confidence_scores_granularity="page",
)
page, = answer.pages
assert page.index == 0 and page.dimensions.width > 0 and answer.usage_info.pages_processed == 1
assert page.blocks and page.blocks[0].top_left_x >= 0 and page.confidence_scores.minimum_page_confidence_score > 0.5
print(answer.document_annotation)
print(page.markdown)
"""
LITELLM = """
import base64, sys, litellm
picture = "data:image/png;base64," + base64.b64encode(open(sys.argv[2], "rb").read()).decode()
answer = litellm.ocr(
    model="mistral/pp-ocrv6-small", document={"type": "image_url", "image_url": picture},
    api_base=sys.argv[1] + "/v1", api_key="none",
)
print(answer.pages[0].markdown)
"""
BAIDU = """
import sys
from aip import AipOcr

class Ocr(AipOcr):
    _AipBase__accessTokenUrl = sys.argv[1] + "/oauth/2.0/token"

    def _request(self, url, data, headers=None):
        return super()._request(url.replace("https://aip.baidubce.com", sys.argv[1]), data, headers)

client = Ocr("app", "id", "none")
picture = open(sys.argv[2], "rb").read()
for read in (client.basicGeneral, client.basicAccurate, client.general, client.receipt):
    answer = read(picture)
    assert "error_code" not in answer, answer
    assert answer["words_result_num"] == len(answer["words_result"])
assert client.general(picture)["words_result"][0]["location"]["width"] > 0
assert client.basicGeneral(picture, {"detect_direction": "true"})["direction"] == 0
assert client.basicGeneral(b"no picture")["error_code"] == 216201
assert client.basicGeneral(picture, {"language_type": "JAP"})["error_code"] == 216100
invoice = client.invoice(picture)["words_result"]
assert "AmountInFiguers" in invoice
print("\\n".join(line["words"] for line in answer["words_result"]))
"""


@pytest.mark.parametrize("program", [OPENAI, MISTRAL, LITELLM, BAIDU], ids=["openai", "mistralai", "litellm", "baidu"])
def test_an_sdk_reads_the_page_through_its_own_door(endpoint, tmp_path, program):
    command = [sys.executable, "-W", "ignore", "-c", program, endpoint.url, str(RECEIPT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    for words in TRUTH:
        assert words.replace(" ", "") in done.stdout.upper().replace(" ", ""), done.stdout


def test_curl_reads_the_page_as_a_form(endpoint):
    command = ["curl", "-sS", "-F", f"file=@{RECEIPT}", "-F", "task=extract_fields", "-F", "fields=total,date"]
    done = subprocess.run([*command, f"{endpoint.url}/v1/ocr"], capture_output=True, text=True, timeout=60, check=True)
    answer = json.loads(done.stdout)
    assert answer["fields"]["total"]
    assert answer["evidence"]["total"]["grounded"] is True


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"document": {}}, "document.document_url"),
        ({"document": {"type": "file", "file_id": "x"}}, "document.file_id"),
        ({"document": {"type": "image_url", "image_url": "!"}}, "document.image_url"),
        ({"document": {"document_url": "!"}, "pages": "a"}, "pages"),
        ({"document": {"document_url": "!"}, "pages": [-1]}, "pages[0]"),
        ({"document": {"document_url": "!"}, "table_format": "html"}, "table_format"),
        (
            {"document": {"document_url": "!"}, "document_annotation_format": {"type": "json_object"}},
            "document_annotation_format.json_schema",
        ),
    ],
)
def test_mistrals_form_refuses_by_the_place(endpoint, body, param):
    response = httpx.post(f"{endpoint.url}/v1/ocr", json={"model": "pp-ocrv6-small"} | body, trust_env=False)
    assert (response.status_code, response.json()["error"]["param"]) == (400, param)
