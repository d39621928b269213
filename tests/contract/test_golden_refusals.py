"""What is refused today, by status, type, code, param and headers; how it is worded is free.

Where a change is meant: `PAGEGLASS_TEST_WRITE_GOLDEN=1 pytest tests/contract` writes tests/contract/golden/ anew.
"""

import base64
import json

import pytest
from golden import answer, compare
from pdfs import drawn_pdf, locked_pdf
from picture_files import gif, png, saved
from PIL import Image

CHAT, OCR, BAIDU = "/v1/chat/completions", "/v1/ocr", "/rest/2.0/ocr/v1"
JSON = {"content-type": "application/json"}
TOOLS = [{"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in ("a", "b")]


def base64_of(data):
    return base64.b64encode(data).decode()


def form_of(schema, **members):
    return {"type": "json_schema", "json_schema": {"name": "page", "schema": schema} | members}


@pytest.fixture(scope="session")
def files(picture):
    """Documents that cannot be read as they are, or not as they are asked for, by name."""
    whole = base64.b64decode(picture.partition(",")[2])
    frames = [Image.new("L", (40, 40), "white") for _ in range(3)]
    made = {
        "no bytes": b"",
        "no picture": b"this is no picture",
        "truncated PNG": whole[: len(whole) // 2],
        "large PNG": png(60_000, 60_000),
        "long GIF": gif(8, 8, 600),
        "broken PDF": b"%PDF-1.7\nnothing",
        "locked PDF": locked_pdf(drawn_pdf(["A"]), user="secret"),
        "three pages": saved(frames[0], "TIFF", save_all=True, append_images=frames[1:]),
    }
    return {name: base64_of(data) for name, data in made.items()}


@pytest.fixture(scope="session")
def ask_of(ask):
    """Make a chat request about an address, or with other content."""

    def make(url="", *, content=None, **part):
        parts = [{"type": "image_url", "image_url": {"url": url} | part}]
        return ask(messages=[{"role": "user", "content": parts if content is None else content}])

    return make


def compare_all(name, send, bodies):
    compare(name, {case: answer(send(body)) for case, body in bodies.items()})


def test_chat_fields(client, ask):
    unfit = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": 5}}]}
    bodies = {
        "no messages": {"model": "reader/fake-1"},
        "empty messages": ask(messages=[]),
        "no model": {"messages": ask()["messages"]},
        "unknown model": ask(model="gpt-4o"),
        "near miss of a name": ask(max_token=5),
        "near miss of our option": ask(pageglass={"grounded": True}),
        "retired functions": ask(functions=[]),
        "n of 2": ask(n=2),
        "n of 2, streamed": ask(n=2, stream=True),
        "logprobs": ask(logprobs=True),
        "guided_json": ask(guided_json={}),
        "temperature of 9": ask(temperature=9),
        "max_tokens as text": ask(max_tokens="many"),
        "number for an address": ask(messages=[unfit]),
        "stream_options without a stream": ask(stream_options={"include_usage": True}),
        "an ignored field beside a wrong one": ask(x_trace=1, temperature=9),
        "unknown role": ask(messages=[{"role": "robot", "content": "Read."}]),
        "tool message without an id": ask(messages=[{"role": "tool", "content": "Read."}]),
        "schema with a wrong type": ask(response_format=form_of({"type": "oops"})),
        "schema with a keyword that is not held to": ask(
            response_format=form_of({"type": "string", "contentEncoding": "base64"})
        ),
        "schema that is no object": ask(response_format=form_of({"type": "array", "items": {"type": "string"}})),
        "schema in a circle": ask(response_format=form_of({"$ref": "#"})),
        "no schema": ask(response_format={"type": "json_schema"}),
        "schema without a name": ask(response_format={"type": "json_schema", "json_schema": {"schema": {}}}),
        "two tools": ask(tools=TOOLS),
        "two tools, one required": ask(tools=TOOLS, tool_choice="required"),
        "tool that is not there": ask(tools=TOOLS, tool_choice={"type": "function", "function": {"name": "c"}}),
        "tool_choice without tools": ask(tool_choice="required"),
        "tool of another type": ask(tools=[{"type": "web_search"}]),
    }
    compare_all("refused_chat_fields", lambda body: client.post(CHAT, json=body), bodies)


def test_chat_documents(client, ask_of, files, picture):
    bodies = {
        "bad base64": ask_of("data:image/png;base64,!!!!"),
        "broken data URI": ask_of("data:image/png,abc"),
        **{name: ask_of(f"data:;base64,{data}") for name, data in files.items() if name != "three pages"},
        "page out of range": ask_of(files["three pages"], pages="2,9"),
        "pages backwards": ask_of(files["three pages"], pages="3-1"),
        "pages in words": ask_of(files["three pages"], pages="last"),
        "unknown detail": ask_of(picture, detail="huge"),
        "address of this machine": ask_of("http://127.0.0.1:9/a.png"),
        "address with a password": ask_of("https://ann:secret@example.com/a.png"),
        "address of another scheme": ask_of("ftp://example.com/a.png"),
        "too many pictures": ask_of(content=[{"type": "image_url", "image_url": {"url": picture}}] * 33),
        "no picture at all": ask_of(content="Read."),
        "sound": ask_of(content=[{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}]),
        "part of an unknown type": ask_of(content=[{"type": "image", "image": picture}]),
        "part without its member": ask_of(content=[{"type": "image_url"}]),
        "file by id": ask_of(content=[{"type": "file", "file": {"file_id": "file-1"}}]),
        "file without data": ask_of(content=[{"type": "file", "file": {"filename": "a.pdf"}}]),
    }
    compare_all("refused_documents", lambda body: client.post(CHAT, json=body), bodies)


def test_ocr(client, files):
    bodies = {
        "nothing": {},
        "image and file": {"image": "x", "file": "y"},
        "unknown task": {"image": "x", "task": "read"},
        "task that the model cannot do": {"image": "x", "task": "table"},
        "no fields": {"image": "x", "task": "extract_fields"},
        "fields for text": {"image": "x", "fields": ["a"], "task": "ocr"},
        "schema for lines": {"image": "x", "schema": {}, "task": "lines"},
        "prompt": {"image": "x", "prompt": "Be brief."},
        "language": {"image": "x", "language": "zh"},
        "grounding without fields": {"image": "x", "strict_grounding": True},
        "near miss": {"image": "x", "temprature": 1},
        "bad base64": {"image": "!"},
        "bad base64, streamed": {"file": "!", "stream": True},
        "number for a picture": {"image": 5},
        "unknown model": {"image": "x", "model": "none"},
        "bad schema": {"image": "x", "schema": {"type": "oops"}},
        "page out of range": {"file": files["three pages"], "pages": "9"},
        "Mistral, no document": {"document": {}},
        "Mistral, file by id": {"document": {"type": "file", "file_id": "a"}},
        "Mistral, bad pages": {"document": {"document_url": files["three pages"]}, "pages": "first"},
        "Mistral, page out of range": {"document": {"document_url": files["three pages"]}, "pages": [3]},
        "Mistral, boxes annotated": {"document": {"image_url": "x"}, "bbox_annotation_format": {"type": "json_object"}},
        "Mistral, annotation without a schema": {
            "document": {"image_url": "x"},
            "document_annotation_format": {"type": "json_object"},
        },
        "Mistral, tables": {"document": {"image_url": "x"}, "table_format": "html"},
        "Mistral, near miss": {"document": {"image_url": "x"}, "page": [0]},
    }
    compare_all("refused_ocr", lambda body: client.post(OCR, json=body), bodies)


def test_forms(client, picture):
    small = {"image": picture.partition(",")[2]}
    broken = {"content": b"--x\r\nnonsense", "headers": {"content-type": "multipart/form-data; boundary=x"}}
    sent = {
        "two files": (OCR, {"files": [("file", b"x"), ("image", b"y")]}),
        "stream that is neither": (OCR, {"files": {"file": b"x"}, "data": {"stream": "perhaps"}}),
        "schema that is no JSON": (OCR, {"files": {"file": b"x"}, "data": {"schema": "{"}}),
        "empty file": (OCR, {"files": {"file": b""}}),
        "broken": (OCR, broken),
        "Baidu, no picture": (f"{BAIDU}/general", {"data": {}}),
        "Baidu, no form": (f"{BAIDU}/general", {"content": b"\xff\xfe"}),
        "Baidu, no such service": (f"{BAIDU}/nothing", {"data": small}),
        "Baidu, another language": (f"{BAIDU}/general", {"data": small | {"language_type": "FRE"}}),
        "Baidu, no such side": (f"{BAIDU}/idcard", {"data": small | {"id_card_side": "top"}}),
        "Baidu, bad base64": (f"{BAIDU}/general", {"data": {"image": "!"}}),
        "Baidu, address of this machine": (f"{BAIDU}/general", {"data": {"url": "http://127.0.0.1:9/a.png"}}),
        "Baidu, page out of range": (f"{BAIDU}/general", {"data": {"pdf_file": small["image"], "pdf_file_num": "7"}}),
    }
    compare("refused_forms", {case: answer(client.post(path, **how)) for case, (path, how) in sent.items()})


def test_before_the_route(client, ask):
    body = json.dumps(ask()).encode()
    sent = {
        "empty body": ("POST", CHAT, {"content": b"", "headers": JSON}),
        "broken JSON": ("POST", CHAT, {"content": b'{"model": }', "headers": JSON}),
        "deep JSON": ("POST", CHAT, {"content": b"[" * 10_000, "headers": JSON}),
        "array for a body": ("POST", CHAT, {"content": b"[1]", "headers": JSON}),
        "no content type": ("POST", CHAT, {"content": body}),
        "form for chat": ("POST", CHAT, {"data": {"a": "1"}}),
        "text": ("POST", OCR, {"content": body, "headers": {"content-type": "text/plain"}}),
        "gzip": ("POST", CHAT, {"content": body, "headers": JSON | {"content-encoding": "gzip"}}),
        "no such path": ("GET", "/v1/modelz", {}),
        "path without v1": ("POST", "/chat/completions", {"json": {}}),
        "root": ("GET", "/", {}),
        "no such model": ("GET", "/v1/models/none", {}),
        "GET of chat": ("GET", CHAT, {}),
        "DELETE of a model": ("DELETE", "/v1/models/a", {}),
        "POST to health": ("POST", "/health", {}),
        "foreign host": ("GET", "/v1/models", {"headers": {"host": "evil.example"}}),
        "foreign origin": ("POST", CHAT, {"json": ask(), "headers": {"origin": "https://evil.example"}}),
    }
    compare(
        "refused_before", {case: answer(client.request(verb, path, **how)) for case, (verb, path, how) in sent.items()}
    )


def test_callers(serve, ask, picture):
    seen = {}
    with serve(api_keys="one", limits={"requests_per_minute": 1}, metrics_need_key=True).client() as client:
        seen["no key"] = client.post(CHAT, json=ask())
        seen["wrong key"] = client.get("/v1/models", headers={"authorization": "Bearer two"})
        seen["no key for metrics"] = client.get("/metrics")
        seen["Baidu, no token"] = client.post(f"{BAIDU}/general", data={"image": "x"})
        seen["Baidu, signed"] = client.post(f"{BAIDU}/general", headers={"authorization": "bce-auth-v1/a/b/1/host/s"})
        seen["Baidu, wrong secret"] = client.post("/oauth/2.0/token", data={"client_secret": "two"})
        for case in ("first", "over the requests of a minute"):
            seen[case] = client.post(CHAT, json=ask(), headers={"authorization": "Bearer one"})
    with serve(api_keys="one", limits={"pages_per_day": 1}).client(headers={"x-api-key": "one"}) as client:
        client.post(OCR, json={"image": picture})
        seen["over the pages of a day"] = client.post(CHAT, json=ask())
    compare("refused_callers", _without_times(seen))


def test_limits(serve, ask, ask_of, files):
    seen = {}
    one_page = {"max_pages_per_request": 1, "max_ocr_pages": 1, "max_images_per_request": 1}
    with serve(max_body_bytes=2**14, max_image_bytes=2**13, image_urls="off", **one_page).client() as client:
        seen["large body"] = client.post(CHAT, json=ask(user="u" * 2**15))
        seen["large body for Baidu"] = client.post(f"{BAIDU}/general", data={"image": "A" * 2**15})
        seen["large picture"] = client.post(CHAT, json=ask_of(base64_of(b"\x89PNG\r\n\x1a\n" + bytes(9000))))
        seen["many pages"] = client.post(CHAT, json=ask_of(files["three pages"]))
        seen["many pages for ocr"] = client.post(OCR, json={"file": files["three pages"]})
        seen["addresses off"] = client.post(OCR, json={"image": "https://example.com/a.png"})
    compare("refused_limits", _without_times(seen))


def test_waiting(serve, ask, picture, eventually):
    seen = {}
    server = serve(max_in_flight=1, max_queue=0, ping_s=0.05, fake={"delay_s": 60.0})
    with server.client() as client, client.stream("POST", CHAT, json=ask(stream=True)):
        eventually(lambda: server.engine.pages_in_work == 1)
        seen["no room in the queue"] = client.post(CHAT, json=ask(), timeout=10)
    with serve(request_timeout_s=0.2, fake={"delay_s": 0.3}).client() as client:
        seen["too slow"] = client.post(CHAT, json=ask())
        seen["too slow for ocr"] = client.post(OCR, json={"image": picture})
        seen["too slow, in a stream"] = client.post(CHAT, json=ask(stream=True))
    compare("refused_waiting", _without_times(seen))


def test_faults_of_ours(serve, ask, picture):
    server, seen = serve(failures=[ValueError("detail")] * 3), {}
    with server.client() as client:
        seen["fault"] = client.post(CHAT, json=ask())
        seen["fault in a stream"] = client.post(CHAT, json=ask(stream=True))
        seen["fault in a stream of pages"] = client.post(OCR, json={"image": picture, "stream": True})
        server.engine.ready = False
        seen["engine is gone"] = client.post(CHAT, json=ask())
        seen["not ready"] = client.get("/ready")
        seen["engine is gone, Baidu"] = client.post(f"{BAIDU}/general", data={"image": picture.partition(",")[2]})
    compare("refused_faults", _without_times(seen))


def _without_times(seen):
    told = {case: answer(response) for case, response in seen.items()}
    for one in told.values():
        one["headers"] |= {name: "<string>" for name in one["headers"] if "-reset-" in name or name == "retry-after"}
    return told
