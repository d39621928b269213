"""Baidu's door with keys set: tokens for those who have one, and its own errors for all others."""

import pytest

PATH = "/rest/2.0/ocr/v1/general_basic"


@pytest.fixture
def guarded(serve):
    with serve(api_keys="secret").client() as client:
        yield client


def token(client, secret, method="GET"):
    query = {"grant_type": "client_credentials", "client_id": "any", "client_secret": secret}
    if method == "GET":
        return client.get("/oauth/2.0/token", params=query)
    return client.post("/oauth/2.0/token", data=query)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_key_is_exchanged_for_a_token_that_opens_the_door(guarded, picture, method, logged):
    given = token(guarded, "secret", method).json()
    assert "brain_all_scope" in given["scope"].split(" ")
    assert given["expires_in"] > 0
    form = {"image": picture.partition(",")[2]}
    response = guarded.post(PATH, params={"access_token": given["access_token"]}, data=form)
    assert response.json()["words_result"] == [{"words": "INVOICE 42"}, {"words": "TOTAL 19.90"}]
    line = logged(response.headers["x-request-id"])
    assert given["access_token"] not in str(line.__dict__)
    assert line.pages == 1


@pytest.mark.parametrize("query", [{}, {"access_token": "wrong"}])
def test_without_a_token_the_answer_is_baidus_error(guarded, picture, query):
    response = guarded.post(PATH, params=query, data={"image": picture.partition(",")[2]})
    assert (response.status_code, response.json()["error_code"]) == (200, 110)
    assert token(guarded, "wrong").json()["error"] == "invalid_client"
    signed = guarded.post(PATH, data={"image": "x"}, headers={"authorization": "bce-auth-v1/a/b/1800/host/sig"})
    assert signed.json()["error_code"] == 14


@pytest.mark.parametrize(
    ("body", "status"),
    [("&".join(f"f{number}=1" for number in range(100)), 400), ("client_secret=" + "%41" * 10_000, 413), ("\xff", 401)],
)
def test_a_form_for_a_token_is_short_and_a_form(guarded, body, status):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    response = guarded.post("/oauth/2.0/token", content=body.encode("latin-1"), headers=headers)
    assert response.status_code == status


def test_a_form_of_unknown_length_for_a_token_is_not_read(guarded):
    response = guarded.post("/oauth/2.0/token", content=iter([b"client_secret=secret"]))
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_without_keys_the_door_is_as_open_as_the_rest(client, picture):
    assert token(client, "whatever").json()["access_token"]
    answer = client.post(PATH, data={"image": picture.partition(",")[2]}).json()
    assert answer["words_result_num"] == 2
    assert client.post(PATH, data={}).json()["error_code"] == 216200
    assert client.post(PATH, content=b"\xff\xfe").json()["error_code"] == 216100
    assert client.post("/rest/2.0/ocr/v1/nothing", data={"image": "x"}).json()["error_code"] == 3


def test_a_field_that_is_sent_twice_is_refused(client, picture):
    content = picture.partition(",")[2]
    answer = client.post(PATH, data={"image": [content, content]}).json()
    assert answer["error_code"] == 216100
    assert "twice" in answer["error_msg"]


@pytest.mark.parametrize("service", ["webimage", "general_enhanced"])
def test_other_names_of_the_reading_of_lines(served_open, picture, service):
    answer = read(served_open, service, picture)
    assert answer["words_result"] == [{"words": "INVOICE 42"}, {"words": "TOTAL 19.90"}]


def test_numbers_are_the_runs_of_digits_at_their_places(served_open, picture):
    words = read(served_open, "numbers", picture)["words_result"]
    assert [one["words"] for one in words] == ["42", "19", "90"]
    assert words[1]["location"]["left"] < words[2]["location"]["left"]
    assert all(one["location"]["width"] > 0 for one in words)


def test_the_fields_of_an_invoice_and_of_a_card_have_baidus_names(served_open, picture):
    invoice = read(served_open, "vat_invoice", picture)["words_result"]
    assert {"InvoiceNum", "AmountInFiguers", "SellerName"} <= set(invoice)
    card = read(served_open, "business_card", picture)["words_result"]
    assert card == {name: [] for name in card}
    assert {"NAME", "COMPANY", "MOBILE"} <= set(card)


@pytest.mark.parametrize("path", ["/rest/2.0/ocr/v1/seal", "/rest/2.0/solution/v1/iocr/recognise", "/rest/2.0/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_path_below_has_baidus_errors(served_open, path, method):
    answer = served_open.request(method, path, data={"image": "x"})
    assert (answer.status_code, answer.json()["error_code"]) == (200, 3)


@pytest.fixture
def served_open(live):
    with live.client() as client:
        yield client


def read(client, service, picture):
    return client.post(f"/rest/2.0/ocr/v1/{service}", data={"image": picture.partition(",")[2]}).json()
