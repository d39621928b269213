"""Azure Document Intelligence's door through its own SDK; and the sequence of calls that paperless-ngx makes."""

import io

import httpx
import pytest
from azure.ai.documentintelligence import DocumentIntelligenceClient
from azure.ai.documentintelligence.models import AnalyzeDocumentRequest, DocumentContentFormat
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from pdfs import pages_pdf
from PIL import Image

KEYS = ("sk-of-the-first-caller", "sk-of-the-second-caller")
TEXT = "INVOICE 42\nTOTAL 19.90"
ANALYZE = "/documentintelligence/documentModels/prebuilt-read:analyze"


@pytest.fixture
def served(serve, tmp_path):
    return serve(fake={"text": TEXT}, store={"folder": tmp_path / "store"}, api_keys=",".join(KEYS))


@pytest.fixture
def clients(served):
    made = [
        DocumentIntelligenceClient(served.url, AzureKeyCredential(key), polling_interval=0, retry_total=0)
        for key in KEYS
    ]
    yield made
    for client in made:
        client.close()


def png():
    written = io.BytesIO()
    Image.new("RGB", (200, 100), "white").save(written, "PNG")
    return written.getvalue()


def test_a_picture_is_read_with_lines_and_words_at_their_places(clients):
    result = clients[0].begin_analyze_document("prebuilt-read", png(), content_type="application/octet-stream").result()
    assert result.content == TEXT
    (page,) = result.pages
    assert (page.width, page.height, page.unit) == (200, 100, "pixel")
    assert [line.content for line in page.lines] == TEXT.split("\n")
    assert [word.content for word in page.words] == TEXT.split()
    for part in (*page.words, *result.paragraphs, *page.lines):
        spans = part.spans if hasattr(part, "spans") else [part.span]
        assert "".join(result.content[one.offset : one.offset + one.length] for one in spans) == part.content
    for word in page.words:
        assert len(word.polygon) == 8
        assert 0 < word.confidence <= 1
    lefts = [word.polygon[0] for word in page.words[:2]]
    assert lefts == sorted(lefts)
    assert lefts[0] < lefts[1]


def test_paperless_reads_a_pdf_by_its_sequence_of_calls(clients):
    client = clients[0]
    poller = client.begin_analyze_document(
        model_id="prebuilt-read",
        body=io.BytesIO(pages_pdf(2)),
        content_type="application/octet-stream",
        output_content_format=DocumentContentFormat.TEXT,
    )
    poller.wait()
    assert poller.details["operation_id"]
    result = poller.result()
    assert [page.page_number for page in result.pages] == [1, 2]
    assert {page.unit for page in result.pages} == {"inch"}
    assert result.content == f"{TEXT}\n{TEXT}"


def test_a_document_in_base64_and_some_pages_of_it(clients):
    request = AnalyzeDocumentRequest(bytes_source=pages_pdf(3))
    result = clients[0].begin_analyze_document("prebuilt-layout", request, pages="2-3").result()
    assert [page.page_number for page in result.pages] == [2, 3]
    assert result.tables == []
    assert result["warnings"][0]["code"] == "TablesNotRecognized"


@pytest.mark.parametrize(
    ("index", "text", "length"),
    [
        ("textElements", "e\u0301 \U0001f600", 3),
        ("unicodeCodePoint", "e\u0301 \U0001f600", 4),
        ("utf16CodeUnit", "e\u0301 \U0001f600", 5),
    ],
)
def test_spans_count_in_the_units_that_were_asked_for(serve, tmp_path, index, text, length):
    served = serve(fake={"text": text}, store={"folder": tmp_path / "store"})
    query = {"api-version": "2024-11-30", "stringIndexType": index}
    begun = httpx.post(served.url + ANALYZE, params=query, content=png(), trust_env=False, timeout=60)
    analysis = httpx.get(begun.headers["operation-location"], trust_env=False, timeout=60).json()["analyzeResult"]
    assert analysis["pages"][0]["spans"] == [{"offset": 0, "length": length}]


def test_a_result_is_its_keys_alone_and_can_be_deleted(served, clients):
    begun = _analyze(served)
    assert begun.status_code == 202
    location = begun.headers["operation-location"]
    assert location.startswith(f"{served.url}/documentintelligence/documentModels/prebuilt-read/analyzeResults/")
    assert httpx.get(location, headers=_key(), trust_env=False, timeout=60).json()["status"] == "succeeded"
    other = httpx.get(location, headers=_key(1), trust_env=False, timeout=60)
    assert (other.status_code, other.json()["error"]["code"]) == (404, "NotFound")
    assert httpx.delete(location, headers=_key(), trust_env=False, timeout=60).status_code == 204
    assert httpx.get(location, headers=_key(), trust_env=False, timeout=60).status_code == 404


@pytest.mark.parametrize(
    ("query", "body", "target"),
    [
        ({"api-version": "2022-08-31"}, None, "api-version"),
        ({"api-version": ""}, None, "api-version"),
        ({"features": "barcodes"}, None, "features"),
        ({"output": "pdf"}, None, "output"),
        ({"queryFields": "Total"}, None, "queryFields"),
        ({"outputContentFormat": "markdown"}, None, "outputContentFormat"),
        ({"outputContentFormat": "html"}, None, "outputContentFormat"),
        ({"stringIndexType": "bytes"}, None, "stringIndexType"),
        ({"pages": "9"}, None, "pages"),
        ({}, b"no picture", "body"),
        ({}, b"", "body"),
    ],
)
def test_what_is_not_done_is_refused_by_its_name_in_azures_form(served, query, body, target):
    answer = _analyze(served, body=png() if body is None else body, **query)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["target"]) == ("InvalidRequest", target)
    assert error["message"]
    assert error["innererror"]["code"]


def test_a_locale_is_without_effect_and_named(served):
    assert _analyze(served, locale="de").headers["x-pageglass-ignored"] == "locale"


def test_a_result_is_no_response_of_openais(served):
    location = _analyze(served).headers["operation-location"]
    result = location.rpartition("/")[2].partition("?")[0]
    for method in ("GET", "DELETE"):
        path = f"{served.url}/v1/responses/prebuilt-read%20{result}"
        assert httpx.request(method, path, headers=_key(), trust_env=False, timeout=60).status_code == 404
    assert httpx.get(location, headers=_key(), trust_env=False, timeout=60).is_success


def test_errors_are_the_sdks_own(served, clients):
    with pytest.raises(ResourceNotFoundError, match="prebuilt-read"):
        clients[0].begin_analyze_document("prebuilt-invoice", png(), content_type="application/octet-stream")
    with pytest.raises(HttpResponseError, match="Send one of 'urlSource' and 'base64Source'"):
        clients[0].begin_analyze_document("prebuilt-read", AnalyzeDocumentRequest())
    wrong = DocumentIntelligenceClient(served.url, AzureKeyCredential("wrong"), retry_total=0)
    with wrong, pytest.raises(ClientAuthenticationError):
        wrong.begin_analyze_document("prebuilt-read", png(), content_type="application/octet-stream")


def test_without_a_store_the_setting_is_named(live):
    answer = httpx.post(f"{live.url}{ANALYZE}?api-version=2024-11-30", content=png(), trust_env=False, timeout=60)
    assert (answer.status_code, answer.json()["error"]["code"]) == (501, "NotImplemented")
    assert "PAGEGLASS_STORE__FOLDER" in answer.json()["error"]["message"]


def _key(number=0):
    return {"ocp-apim-subscription-key": KEYS[number]}


def _analyze(served, *, body=None, **query):
    query = {"api-version": "2024-11-30"} | query
    content = png() if body is None else body
    return httpx.post(served.url + ANALYZE, params=query, content=content, headers=_key(), trust_env=False, timeout=60)
