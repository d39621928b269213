"""Files and kept responses through the real openai and Mistral SDKs, on a real server, for two keys."""

import base64
import io
import time

import httpx
import openai
import pytest
from openai import OpenAI
from PIL import Image
from proxy import NGINX, proxied

MODEL = "reader/fake-1"
TEXT = "INVOICE 42\nTOTAL 19.90"
KEYS = ("sk-of-the-first-caller", "sk-of-the-second-caller")
UNKNOWN = "file-" + "0" * 32


@pytest.fixture
def served(serve, tmp_path):
    return serve(fake={"text": TEXT}, store={"folder": tmp_path / "store"}, api_keys=",".join(KEYS))


@pytest.fixture
def clients(served):
    made = [OpenAI(base_url=f"{served.url}/v1", api_key=key, max_retries=0) for key in KEYS]
    yield made
    for client in made:
        client.close()


def png(colour="white", size=(80, 40)):
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "PNG")
    return written.getvalue()


def kept_files(tmp_path):
    return [path for path in (tmp_path / "store" / "blobs").rglob("*") if path.is_file()]


def test_a_file_is_stored_listed_read_and_deleted_for_its_key_alone(clients, tmp_path):
    own, other = clients
    made = own.files.create(
        file=("receipt.png", png()), purpose="user_data", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert (made.bytes, made.filename, made.purpose) == (len(png()), "receipt.png", "user_data")
    assert made.expires_at == made.created_at + 3600
    assert [one.id for one in own.files.list()] == [made.id]
    assert own.files.retrieve(made.id) == made
    assert own.files.content(made.id).read() == png()
    assert list(other.files.list()) == []
    for ask in (other.files.retrieve, other.files.content, other.files.delete):
        with pytest.raises(openai.NotFoundError, match="belongs to another key"):
            ask(made.id)
    assert own.files.delete(made.id).deleted
    assert kept_files(tmp_path) == []
    with pytest.raises(openai.NotFoundError):
        own.files.retrieve(made.id)


@pytest.mark.parametrize("door", ["chat", "responses-image", "responses-file", "ocr", "mistral"])
def test_a_stored_file_is_read_by_its_id_at_every_door_by_its_key_alone(served, clients, door):
    made = clients[0].files.create(file=("page.png", png()), purpose="vision")

    def ask(client):
        if door == "chat":
            content = [{"type": "file", "file": {"file_id": made.id}}]
            answer = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": content}])
            return answer.choices[0].message.content
        if door.startswith("responses"):
            kind = door.replace("responses-", "input_")
            content = [{"type": kind, "file_id": made.id}]
            return client.responses.create(model=MODEL, input=[{"role": "user", "content": content}]).output_text
        body = {"file_id": made.id} if door == "ocr" else {"document": {"type": "file", "file_id": made.id}}
        answer = client.post("/ocr", body=body, cast_to=httpx.Response).json()
        return answer["text"] if door == "ocr" else answer["pages"][0]["markdown"]

    assert ask(clients[0]) == TEXT
    with pytest.raises(openai.NotFoundError) as caught:
        ask(clients[1])
    assert caught.value.code == "file_not_found"
    assert caught.value.param.endswith("file_id")


def test_stored_files_count_as_pictures_and_bytes_of_a_request(serve, tmp_path):
    limits = {"max_images_per_request": 3, "max_body_bytes": 2**20, "max_image_bytes": 2**20}
    served = serve(fake={"text": TEXT}, store={"folder": tmp_path / "store"}, **limits)
    with OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0) as client:
        small, large = (
            client.files.create(file=("a", data), purpose="vision").id for data in (png(), png() + bytes(600_000))
        )

        def ask(*ids):
            content = [{"type": "file", "file": {"file_id": one}} for one in ids]
            return client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": content}])

        assert ask(small, small, small).choices[0].message.content
        with pytest.raises(openai.BadRequestError) as caught:
            ask(*[UNKNOWN] * 4)  # not one of them is looked up
        assert caught.value.code == "too_many_images"
        with pytest.raises(openai.BadRequestError, match="bytes together") as caught:
            ask(large, large)
        assert caught.value.param == "messages[0].content[1].file.file_id"


def test_one_content_of_two_keys_is_kept_once_and_until_both_have_deleted_it(clients, tmp_path):
    first, second = (client.files.create(file=("a.png", png()), purpose="ocr") for client in clients)
    assert len(kept_files(tmp_path)) == 1
    clients[0].files.delete(first.id)
    assert clients[1].files.content(second.id).read() == png()
    clients[1].files.delete(second.id)
    assert kept_files(tmp_path) == []


def test_pages_of_a_list_follow_one_another(clients):
    made = [clients[0].files.create(file=(f"{n}.png", png((n, 0, 0))), purpose="ocr").id for n in range(5)]
    newest_first = sorted(made, key=lambda one: (clients[0].files.retrieve(one).created_at, one), reverse=True)
    page = clients[0].files.list(limit=2)
    assert page.has_more
    assert [one.id for one in page] == newest_first  # the SDK asks for the following pages itself
    assert [one.id for one in clients[0].files.list(order="asc", purpose="ocr")] == newest_first[::-1]
    assert list(clients[0].files.list(purpose="batch")) == []


def test_what_is_accepted_and_without_effect_is_named(served):
    listed = httpx.get(f"{served.url}/v1/files?search=a&limit=5", headers=_key(), trust_env=False, timeout=60)
    assert listed.headers["x-pageglass-ignored"] == "search"
    made = _post(served, files={"file": ("a.png", png())}, data={"purpose": "ocr", "visibility": "user"})
    assert made.headers["x-pageglass-ignored"] == "visibility"


@pytest.mark.parametrize(
    ("parts", "code", "param"),
    [
        ({"purpose": ""}, "missing_required_parameter", "purpose"),
        ({"purpose": "fine-tune"}, "unsupported_value", "purpose"),
        ({"purpose": "ocr", "expires_after[seconds]": "0"}, "invalid_value", "expires_after[seconds]"),
        ({"purpose": "ocr", "expires_after[seconds]": "9e9"}, "invalid_value", "expires_after[seconds]"),
        ({"purpose": "ocr", "expires_after[anchor]": "now"}, "missing_required_parameter", "expires_after[seconds]"),
        ({"purpos": "ocr"}, "unknown_parameter", "purpos"),
    ],
)
def test_an_upload_that_cannot_be_taken_names_its_part(served, parts, code, param):
    answer = _post(served, files={"file": ("a.png", png())}, data=parts)
    assert answer.status_code == 400
    assert (answer.json()["error"]["code"], answer.json()["error"]["param"]) == (code, param)


def test_an_upload_without_a_file_or_a_form_is_refused(served):
    assert _post(served, json={"purpose": "ocr"}).json()["error"]["code"] == "unsupported_content_type"
    missing = _post(served, files={"purpose": (None, "ocr")})
    assert missing.json()["error"]["param"] == "file"
    empty = _post(served, files={"file": ("a.png", b"")}, data={"purpose": "ocr"})
    assert empty.json()["error"]["code"] == "empty_image"


def test_a_name_is_kept_as_text_and_never_as_a_path_or_a_type_that_runs(served, clients, tmp_path):
    page = b"<script>alert(1)</script>"
    files = {"file": ("../../etc/passwd.html", page, "text/html")}
    made = _post(served, files=files, data={"purpose": "user_data"}).json()
    assert made["filename"] == "passwd.html"
    answer = httpx.get(f"{served.url}/v1/files/{made['id']}/content", headers=_key(), trust_env=False, timeout=60)
    assert answer.content == page
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert all((tmp_path / "store") in path.parents for path in kept_files(tmp_path))


def test_a_key_has_room_for_so_many_files_and_bytes(serve, tmp_path):
    store = {"folder": tmp_path / "store", "max_files_per_key": 1, "max_bytes_per_key": 2**20}
    with OpenAI(base_url=f"{serve(store=store).url}/v1", api_key="none", max_retries=0) as client:
        with pytest.raises(openai.BadRequestError, match="MAX_BYTES_PER_KEY"):
            client.files.create(file=("a.bin", b"x" * (2**20 + 1)), purpose="user_data")
        client.files.create(file=("a.png", png()), purpose="user_data")
        with pytest.raises(openai.BadRequestError, match="MAX_FILES_PER_KEY"):
            client.files.create(file=("b.png", png()), purpose="user_data")


def test_without_a_store_each_place_says_which_setting_it_needs(live):
    with OpenAI(base_url=f"{live.url}/v1", api_key="none", max_retries=0) as client:
        with pytest.raises(openai.APIStatusError, match="PAGEGLASS_STORE__FOLDER") as caught:
            client.files.create(file=("a.png", png()), purpose="user_data")
        assert caught.value.status_code == 501
        assert caught.value.response.headers["x-should-retry"] == "false"
        content = [{"type": "file", "file": {"file_id": UNKNOWN}}]
        with pytest.raises(openai.BadRequestError, match="PAGEGLASS_STORE__FOLDER") as caught:
            client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": content}])
        assert caught.value.param == "messages[0].content[0].file.file_id"


def test_what_has_expired_is_gone_at_once_and_from_the_disk_soon(serve, tmp_path):
    served = serve(store={"folder": tmp_path / "store", "files_age": 2})
    with OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0) as client:
        made = client.files.create(file=("a.png", png()), purpose="user_data")
        deadline = time.monotonic() + 60
        while kept_files(tmp_path):
            assert time.monotonic() < deadline, "the content of an expired file stays"
            time.sleep(0.2)
        with pytest.raises(openai.NotFoundError):
            client.files.retrieve(made.id)
    for file in (tmp_path / "store").rglob("*"):
        assert not file.is_file() or made.id.encode() not in file.read_bytes()


def test_a_signed_address_is_read_without_a_key_and_taken_for_the_file_itself(served, clients):
    made = clients[0].files.create(file=("a.png", png()), purpose="ocr")
    url = httpx.get(
        f"{served.url}/v1/files/{made.id}/url?expiry=1", headers=_key(), trust_env=False, timeout=60
    ).json()["url"]
    assert url.startswith(f"{served.url}/v1/signed/files/")
    assert httpx.get(url, trust_env=False, timeout=60).content == png()
    body = {"document": {"type": "document_url", "document_url": url}}
    assert clients[1].post("/ocr", body=body, cast_to=httpx.Response).json()["pages"][0]["markdown"] == TEXT
    assert httpx.get(url[:-3] + "abc", trust_env=False, timeout=60).status_code == 404
    clients[0].files.delete(made.id)
    assert httpx.get(url, trust_env=False, timeout=60).status_code == 404


@pytest.mark.parametrize(
    ("settings", "headers", "start"),
    [
        ({}, {"host": "evil.example"}, "http://127.0.0.1:"),
        ({}, {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}, "http://127.0.0.1:"),
        (
            {"public_url": "https://ocr.example/reader/v1"},
            {"host": "evil.example"},
            "https://ocr.example/reader/v1/sig",
        ),
        (
            {"forwarded_allow_ips": "127.0.0.1"},
            {"x-forwarded-host": "ocr.example", "x-forwarded-proto": "https", "x-forwarded-prefix": "/reader"},
            "https://ocr.example/reader/v1/signed/",
        ),
        (
            {"forwarded_allow_ips": "127.0.0.1"},
            {"x-forwarded-host": "evil.example/x?y", "x-forwarded-proto": "https"},
            "https://127.0.0.1:",
        ),
        ({"forwarded_allow_ips": "10.0.0.0/8"}, {"x-forwarded-host": "evil.example"}, "http://127.0.0.1:"),
    ],
)
def test_an_address_never_names_a_strangers_host(serve, tmp_path, settings, headers, start):
    served = serve(store={"folder": tmp_path / "store"}, api_keys=KEYS[0], **settings)
    made = _post(served, files={"file": ("a.png", png())}, data={"purpose": "ocr"}).json()
    asked = httpx.get(f"{served.url}/v1/files/{made['id']}/url", headers=_key() | headers, trust_env=False, timeout=60)
    assert asked.json()["url"].startswith(start)


@pytest.mark.skipif(NGINX is None, reason="no nginx on this machine (Debian: apt-get install nginx-light)")
def test_addresses_lead_back_through_a_proxy_with_a_prefix(serve, tmp_path):
    served = serve(fake={"text": TEXT}, store={"folder": tmp_path / "store"}, forwarded_allow_ips="127.0.0.1")
    headers = "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Host $http_host;"
    headers += "proxy_set_header X-Forwarded-Prefix /reader; proxy_set_header X-Forwarded-Proto $scheme;"
    location = f"location /reader/ {{ {headers} proxy_pass http://pageglass/; }}"
    (tmp_path / "nginx").mkdir()
    with proxied(tmp_path / "nginx", served.port, locations=location) as proxy:
        base = f"{proxy.url}/reader/v1"
        with OpenAI(base_url=base, api_key="none", max_retries=0) as client:
            made = client.files.create(file=("a.png", png()), purpose="ocr")
            url = client.get(f"/files/{made.id}/url", cast_to=httpx.Response).json()["url"]
        assert url.startswith(f"{base}/signed/files/")
        assert httpx.get(url, trust_env=False, timeout=60).content == png()
        query = {"api-version": "2024-11-30"}
        path = f"{proxy.url}/reader/documentintelligence/documentModels/prebuilt-read:analyze"
        location = httpx.post(path, params=query, content=png(), trust_env=False, timeout=60).headers[
            "operation-location"
        ]
        assert location.startswith(f"{proxy.url}/reader/documentintelligence/")
        assert httpx.get(location, trust_env=False, timeout=60).json()["analyzeResult"]["content"] == TEXT


def test_a_response_is_kept_where_it_says_so_and_continued(clients, tmp_path):
    own, other = clients
    picture = {"type": "input_image", "image_url": "data:image/png;base64," + base64.b64encode(png()).decode()}
    asked = {"model": MODEL, "input": [{"role": "user", "content": [picture]}]}
    assert not own.responses.create(**asked).store
    first = own.responses.create(**asked, store=True)
    assert first.store
    assert own.responses.retrieve(first.id).output_text == TEXT
    for file in (tmp_path / "store").rglob("*"):
        assert not file.is_file() or picture["image_url"][30:90].encode() not in file.read_bytes()
    with pytest.raises(openai.NotFoundError):
        other.responses.retrieve(first.id)
    with pytest.raises(openai.BadRequestError, match="pictures of the earlier response were not kept"):
        own.responses.create(model=MODEL, previous_response_id=first.id, input="And the date?")
    with pytest.raises(openai.NotFoundError, match="only those with 'store': true"):
        other.responses.create(model=MODEL, previous_response_id=first.id, input="And the date?")
    own.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        own.responses.retrieve(first.id)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_conversation_about_a_stored_file_goes_on_without_its_pictures_being_sent_again(clients, streamed):
    own = clients[0]
    made = own.files.create(file=("a.png", png()), purpose="vision")
    content = [{"type": "input_image", "file_id": made.id}]
    first = own.responses.create(model=MODEL, store=True, input=[{"role": "user", "content": content}])
    again = {"model": MODEL, "store": True, "previous_response_id": first.id, "input": "Read it again"}
    if streamed:
        with own.responses.stream(**again) as stream:
            second = stream.until_done().get_final_response()
    else:
        second = own.responses.create(**again)
    assert (second.output_text, second.previous_response_id) == (TEXT, first.id)
    assert own.responses.retrieve(second.id).output_text == TEXT
    own.files.delete(made.id)
    with pytest.raises(openai.NotFoundError) as caught:
        own.responses.create(model=MODEL, previous_response_id=second.id, input="Once more")
    assert caught.value.param == "previous_response_id[0].content[0].file_id"


def _key():
    return {"authorization": f"Bearer {KEYS[0]}"}


def _post(served, **body):
    return httpx.post(f"{served.url}/v1/files", headers=_key(), trust_env=False, timeout=60, **body)


@pytest.mark.parametrize("charset", ["punycode", "undefined", "unicode_escape", "utf-7"])
def test_the_charset_of_a_form_chooses_no_codec(served, charset):
    part = '--XX\r\nContent-Disposition: form-data; name="{}"; filename="a"\r\n\r\n{}\r\n'
    text = '--XX\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n\\x6fcr\r\n--XX--\r\n'
    kind = {"content-type": f"multipart/form-data; boundary=XX; charset={charset}"}
    body = (part.format("file", "x") + text).encode()
    answer = httpx.post(f"{served.url}/v1/files", headers=_key() | kind, content=body, trust_env=False, timeout=60)
    assert answer.status_code == 400
    assert "'\\\\x6fcr'" in answer.json()["error"]["message"]  # as it was sent


def test_a_form_names_each_part_once_and_the_parts_of_its_expiry(served):
    boundary = "--XX\r\nContent-Disposition: form-data; name="
    doubled = f'{boundary}"purpose"\r\n\r\nocr\r\n{boundary}"purpose"\r\n\r\nvision\r\n--XX--\r\n'
    kind = {"content-type": "multipart/form-data; boundary=XX"}
    answer = httpx.post(
        f"{served.url}/v1/files", headers=_key() | kind, content=doubled.encode(), trust_env=False, timeout=60
    )
    assert "occurs twice" in answer.json()["error"]["message"]
    parts = {"purpose": "ocr", "expires_after": '{"seconds": 1}'}
    answer = _post(served, files={"file": ("a.png", png())}, data=parts)
    assert answer.json()["error"]["param"] == "expires_after"


def test_kept_responses_count_in_the_share_of_their_key(serve, tmp_path):
    store = {"folder": tmp_path / "store", "max_bytes_per_key": 2**20}
    with OpenAI(base_url=f"{serve(store=store).url}/v1", api_key="none", max_retries=0) as client:
        picture = {"type": "input_image", "image_url": "data:image/png;base64," + base64.b64encode(png()).decode()}
        long = " ".join(str(number) for number in range(60_000))
        asked = {"model": MODEL, "store": True, "input": [{"role": "user", "content": [picture]}]}
        kept = [client.responses.create(**asked, instructions=long).store for _ in range(4)]
        assert kept[0] is True
        assert kept[-1] is False
        with pytest.raises(openai.BadRequestError, match="MAX_BYTES_PER_KEY"):
            client.files.create(file=("a.bin", b"x" * 900_000), purpose="user_data")


def test_no_picture_is_kept_wherever_it_stands_in_a_request(clients, tmp_path):
    uri = "data:image/png;base64," + base64.b64encode(png("red", (300, 200)) * 3).decode()
    own = clients[0]
    made = own.files.create(file=("a.png", png()), purpose="vision")
    parts = [
        {"type": "input_image", "file_id": made.id, "data": uri},
        {"type": "input_text", "text": f"See {uri}", "image_url": uri},
        {"type": "input_file", "file_id": made.id, "filename": uri},
    ]
    items = [
        {"role": "user", "content": parts, "picture": uri},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": uri},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": uri},
    ]
    first = own.responses.create(model=MODEL, store=True, input=items, instructions=f"As in {uri}")
    assert first.store
    marks = [uri[40:80].encode(), base64.b64encode(png("red", (300, 200)))[60:100]]
    for file in (tmp_path / "store").glob("records.db*"):
        assert not any(mark in file.read_bytes() for mark in marks), file
    again = own.responses.create(model=MODEL, previous_response_id=first.id, input="Read it again")
    assert again.output_text.startswith(TEXT)


@pytest.mark.parametrize(
    ("lines", "start"),
    [
        ([("x-forwarded-host", "evil.example"), ("x-forwarded-host", "good.example")], "http://good.example/v1/"),
        ([("x-forwarded-host", "evil.example, good.example")], "http://good.example/v1/"),
        ([("host", "evil.example")], "http://127.0.0.1:"),
        ([("x-forwarded-host", "a:99999")], "http://127.0.0.1:"),
        ([("x-forwarded-host", "...")], "http://127.0.0.1:"),
        ([("x-forwarded-host", "good.example"), ("x-forwarded-prefix", "/..")], "http://127.0.0.1:"),
        ([("x-forwarded-proto", "wss")], "http://127.0.0.1:"),
    ],
)
def test_of_forwarded_words_the_proxys_own_count(serve, tmp_path, lines, start):
    served = serve(store={"folder": tmp_path / "store"}, api_keys=KEYS[0], forwarded_allow_ips="127.0.0.1")
    made = _post(served, files={"file": ("a.png", png())}, data={"purpose": "ocr"}).json()
    headers = [*_key().items(), *lines]
    url = httpx.get(f"{served.url}/v1/files/{made['id']}/url", headers=headers, trust_env=False, timeout=60).json()[
        "url"
    ]
    assert url.startswith(start)
