"""POST /v1/ocr on the real socket: as JSON and as a form, whole and page by page, and what it refuses."""

import io
import json

import pybase64
import pytest
from picture_files import as_text, saved
from PIL import Image

ROUTE = "/v1/ocr"


@pytest.fixture
def post(client, picture):
    """Send `fields` besides the picture; gives the response."""

    def send(**fields):
        return client.post(ROUTE, json={"image": picture} | fields)

    return send


@pytest.mark.parametrize("path", [ROUTE, "/ocr", "/ocr/inference"])
@pytest.mark.parametrize("name", ["image", "file"])
def test_text_is_read_from_a_picture(client, picture, path, name):
    answer = client.post(path, json={name: picture, "cache": False}).json()
    assert (answer["object"], answer["task"], answer["text"]) == ("ocr", "ocr", "INVOICE 42\nTOTAL 19.90")
    (page,) = answer["pages"]
    assert (page["page"], page["width"], page["height"], page["dpi"]) == (1, 200, 100, None)
    assert [line["text"] for line in page["lines"]] == ["INVOICE 42", "TOTAL 19.90"]
    assert page["lines"][0]["box"] == [[0, 0], [100, 0], [100, 20], [0, 20]]
    assert (answer["fields"], answer["evidence"], answer["cached"]) == (None, {}, False)
    assert answer["usage"]["pages"] == 1
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] + answer["usage"]["completion_tokens"]
    assert set(answer["timings"]) == {"load", "read", "fields", "total"}


def test_raw_base64_is_taken_too(client, picture):
    assert client.post(ROUTE, json={"image": picture.partition(",")[2]}).json()["text"] == "INVOICE 42\nTOTAL 19.90"


@pytest.mark.parametrize("fields", [["invoice", "total", "city"], "invoice, total，city"])
def test_fields_come_with_the_print_they_rest_on(post, fields):
    answer = post(task="extract_fields", fields=fields).json()
    assert answer["fields"] == {"invoice": "42", "total": "19.90", "city": None}
    assert set(answer["evidence"]) == {"invoice", "total"}
    total = answer["evidence"]["total"]
    assert (total["grounded"], total["page"], total["text"]) == (True, 1, "19.90")
    assert 0 < total["confidence"] <= 1
    (left, top), (right, _), (_, bottom), _ = total["box"]
    assert (top, bottom) == (30, 50)
    assert 50 < left < right <= 111


def test_fields_under_a_schema(post):
    schema = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}
    answer = post(task="extract_fields", schema=schema).json()
    assert (answer["fields"], answer["missing"]) == ({"total": 19.9}, [])
    absent = {"type": "object", "properties": {"iban": {"type": "string"}}, "required": ["iban"]}
    answer = post(task="extract_fields", schema=absent).json()
    assert (answer["fields"], answer["missing"]) == (None, ["iban"])


def test_a_prompt_that_lists_fields_asks_for_them(post):
    answer = post(prompt="Extract the content of the fields: ['total'] from the image and return it in JSON format.")
    assert answer.json()["fields"] == {"total": "19.90"}


@pytest.mark.parametrize(("language", "key"), [(None, "total"), ("en", "total"), ("fr", "total"), ("zh-CN", "合计")])
def test_ready_made_fields_come_in_the_language_of_the_page_or_the_caller(post, language, key):
    fields = post(task="extract_receipt", **({"language": language} if language else {})).json()["fields"]
    assert key in fields
    assert post(task="extract_receipt").json()["task"] == "extract_receipt"


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({}, "image", "missing_required_parameter"),
        ({"image": "x", "file": "y"}, "file", "invalid_value"),
        ({"image": "x", "task": "read"}, "task", "invalid_value"),
        ({"image": "x", "task": "table"}, "task", "unsupported_value"),
        ({"image": "x", "task": "extract_fields"}, "fields", "missing_required_parameter"),
        ({"image": "x", "fields": ["a"], "task": "ocr"}, "fields", "unsupported_parameter"),
        ({"image": "x", "schema": {}, "task": "lines"}, "schema", "unsupported_parameter"),
        ({"image": "x", "task": "extract_card", "fields": ["a"]}, "fields", "unsupported_parameter"),
        ({"image": "x", "strict_grounding": True}, "strict_grounding", "unsupported_parameter"),
        ({"image": "x", "prompt": "Be brief."}, "prompt", "unsupported_parameter"),
        ({"image": "x", "language": "zh"}, "language", "unsupported_parameter"),
        ({"image": "x", "language": "?"}, "language", "invalid_value"),
        ({"image": "x", "temprature": 1}, "temprature", "unknown_parameter"),
        ({"image": "!"}, "image", "invalid_base64"),
        ({"file": "!"}, "file", "invalid_base64"),
        ({"image": 5}, "image", "invalid_type"),
        ({"image": "x", "model": "none"}, "model", "model_not_found"),
        ({"image": "x", "fields": 5, "task": "extract_fields"}, "fields", "invalid_type"),
        ({"image": "x", "task": "extract_fields", "schema": {"type": "oops"}}, "schema.type", "invalid_schema"),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_place(client, body, param, code):
    response = client.post(ROUTE, json=body)
    error = response.json()["error"]
    assert (response.status_code // 100, error["param"], error["code"]) == (4, param, code)


def test_fields_or_a_schema_without_a_task_are_read(post):
    schema = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}
    for answer in (post(fields="total").json(), post(schema=schema).json()):
        assert answer["task"] == "extract_fields"
        assert float(answer["fields"]["total"]) == 19.9


def test_the_tasks_that_the_model_can_do_are_listed(post):
    message = post(task="formula").json()["error"]["message"]
    assert "ocr, lines, extract_fields, extract_id_info" in message


def test_a_form_says_the_same_as_json(client):
    file = saved(Image.new("RGB", (200, 100), "white"), "PNG")
    form = {
        "task": "extract_fields",
        "schema": json.dumps({"type": "object", "properties": {"total": {"type": "number"}}}),
    }
    answer = client.post(ROUTE, files={"file": ("page.png", file, "image/png")}, data=form | {"cache": "false"}).json()
    assert answer["fields"] == {"total": 19.9}
    plain = client.post(ROUTE, data={"image": as_text(file)}).json()
    assert plain["text"] == "INVOICE 42\nTOTAL 19.90"


def test_an_upload_is_the_same_document_as_its_base64(client):
    file = saved(Image.frombytes("L", (128, 128), bytes(range(256)) * 64), "BMP")  # every byte there is
    uploaded = client.post(ROUTE, files={"file": file}).json()
    again = client.post(ROUTE, json={"file": as_text(file)}).json()
    assert (uploaded["cached"], again["cached"]) == (False, True)  # found by the digest of the bytes
    changing = {"id": "", "created": 0, "cached": True, "timings": {}}
    assert uploaded | changing == again | changing


def test_an_upload_is_never_encoded(client, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("an upload became text")

    monkeypatch.setattr(pybase64, "b64decode", refuse)
    monkeypatch.setattr(pybase64, "b64encode", refuse)
    file = saved(Image.new("RGB", (200, 100), "white"), "PNG")
    assert client.post(ROUTE, files={"file": file}, data={"cache": "false"}).json()["text"] == "INVOICE 42\nTOTAL 19.90"


@pytest.mark.parametrize("name", ["task", "prompt", "schema", "stream", "seed", "fields", "model"])
def test_a_file_in_place_of_a_word_is_refused_and_not_shown(client, name):
    secret = b"nobody's business"
    response = client.post(ROUTE, files={name: secret}, data={"image": as_text(b"GIF89a")})
    assert response.status_code == 400
    assert (response.json()["error"]["param"], "nobody" in response.text) == (name, False)
    assert "an uploaded file" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("files", "data", "param"),
    [
        ([("file", b"x"), ("image", b"y")], {}, None),
        ([("file", b"x")], {"stream": "perhaps"}, "stream"),
        ([("file", b"x")], {"schema": "{"}, "schema"),
        ([("file", b"x")], {"max_tokens": "many"}, "max_tokens"),
        ([("file", b"")], {}, "file"),
    ],
)
def test_a_form_that_says_nothing_sensible_is_refused(client, files, data, param):
    response = client.post(ROUTE, files=[(name, ("a.png", io.BytesIO(part))) for name, part in files], data=data)
    assert (response.status_code, response.json()["error"]["param"]) == (400, param)


def test_a_broken_form_is_refused(client):
    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = client.post(ROUTE, content=b"--x\r\nnonsense", headers=headers)
    assert (response.status_code, response.json()["error"]["type"]) == (400, "invalid_request_error")


def test_pages_stream_one_by_one_and_the_whole_comes_last(client, picture):
    frames = [Image.new("L", (40, 40), "white") for _ in range(3)]
    document = as_text(saved(frames[0], "TIFF", save_all=True, append_images=frames[1:]))
    whole = client.post(ROUTE, json={"file": document, "pages": "3,1", "cache": False}).json()
    assert [page["page"] for page in whole["pages"]] == [3, 1]
    with client.stream("POST", ROUTE, json={"file": document, "pages": "3,1", "stream": True}) as response:
        events = [line.removeprefix("data: ") for line in response.iter_lines() if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    *pages, last = map(json.loads, events[:-1])
    assert pages == whole["pages"]
    assert (last["object"], last["pages"], last["text"]) == ("ocr", whole["pages"], whole["text"])


def long_document(pages):
    frames = [Image.new("L", (40, 40), "white") for _ in range(pages)]
    return as_text(saved(frames[0], "TIFF", save_all=True, append_images=frames[1:]))


def test_a_long_document_is_read_a_few_pages_at_a_time(serve):
    """In room for nine pages: more are never held, however many there are."""
    server = serve(max_pixels_in_flight=9 * 2_000_000, max_ocr_pages=41)
    with server.client() as client:
        answer = client.post(
            ROUTE, json={"file": long_document(41), "task": "extract_fields", "fields": ["total"]}
        ).json()
        assert [page["page"] for page in answer["pages"]] == list(range(1, 42))
        assert answer["fields"] == {"total": "19.90"}
        error = client.post(ROUTE, json={"file": long_document(42)}).json()["error"]
        assert (error["code"], error["param"]) == ("too_many_pages", "file")
        assert "PAGEGLASS_MAX_OCR_PAGES" in error["message"]


def test_the_same_question_is_answered_from_the_cache_and_another_is_not(serve, picture):
    server = serve()
    with server.client() as client:

        def cached(**fields):
            return client.post(ROUTE, json={"image": picture} | fields).json()["cached"]

        assert cached() is False
        assert cached() is True
        assert cached(cache=False) is False
        assert cached(task="lines") is False
        assert cached(detail="high") is False
        assert cached(detail="high") is True


def test_a_key_sees_none_of_anothers_answers(serve, picture):
    with serve(api_keys="one,two").client() as client:

        def cached(key):
            return client.post(ROUTE, json={"image": picture}, headers={"authorization": f"Bearer {key}"}).json()[
                "cached"
            ]

        assert [cached("one"), cached("one"), cached("two"), cached("two")] == [False, True, False, True]


def test_answers_outlive_the_server_in_a_folder_for_its_owner_alone(serve, picture, tmp_path):
    folder = tmp_path / "kept"
    for expected in (False, True):
        with serve(result_cache_folder=folder).client() as client:
            assert client.post(ROUTE, json={"image": picture}).json()["cached"] is expected
    assert folder.stat().st_mode & 0o777 == 0o700


def test_answers_of_another_version_are_not_given(serve, picture, tmp_path, monkeypatch):
    def cached():
        with serve(result_cache_folder=tmp_path / "kept").client() as client:
            return client.post(ROUTE, json={"image": picture}).json()["cached"]

    assert [cached(), cached()] == [False, True]
    monkeypatch.setattr("server.pipeline.result_cache.__version__", "99")
    assert cached() is False


@pytest.mark.parametrize("path", ["/ocr", "/ocr/inference", ROUTE])
def test_a_key_is_wanted_where_keys_are_set(serve, picture, path):
    with serve(api_keys="one").client() as client:
        assert client.post(path, json={"image": picture}).status_code == 401


def test_mistrals_text_and_annotation_are_recognised_once(serve, picture, monkeypatch):
    schema = {"name": "s", "schema": {"type": "object", "properties": {"total": {"type": "string"}}}}
    body = {
        "document": {"type": "image_url", "image_url": picture},
        "document_annotation_format": {"type": "json_schema", "json_schema": schema},
    }
    server = serve()
    recognised = []
    recognise = server.engine.recognise
    monkeypatch.setattr(
        server.engine, "recognise", lambda pages, turn=None: recognised.append(len(pages)) or recognise(pages, turn)
    )
    with server.client() as client:
        answer = client.post("/v1/ocr", json=body).json()
    assert (json.loads(answer["document_annotation"]), recognised) == ({"total": "19.90"}, [1])
    assert answer["pages"][0]["markdown"] == "INVOICE 42\nTOTAL 19.90"


def test_a_field_of_mistrals_form_that_changes_nothing_is_named_and_one_that_would_is_refused(client, picture):
    body = {"document": {"type": "image_url", "image_url": picture}, "include_image_base64": True, "image_limit": 1}
    assert client.post(ROUTE, json=body).headers["x-pageglass-ignored"] == "include_image_base64, image_limit"
    error = client.post(ROUTE, json=body | {"document_annotation_prompt": "Only the total."}).json()["error"]
    assert (error["code"], error["param"]) == ("unsupported_parameter", "document_annotation_prompt")


def test_the_token_limit_cuts_the_text_of_each_page_and_neither_lines_nor_fields(post):
    whole = post(fields=["total"]).json()
    cut = post(fields=["total"], max_tokens=2).json()
    assert (cut["text"], cut["usage"]["completion_tokens"]) == ("INVOICE", 2)
    assert cut["pages"][0]["attempts"] == ["as asked: the text was cut off at the token limit"]
    assert cut["pages"][0]["lines"] == whole["pages"][0]["lines"]
    assert cut["fields"] == whole["fields"] == {"total": "19.90"}
