"""Keys of a file and tokens, as clients meet them: who comes in, what for, and what is said of them."""

import hashlib
import logging
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from server.access.key_writing import add_key, revoke_key

FAKE_MODEL = "reader/fake-1"
CHAT = "/v1/chat/completions"
BAIDU = "/rest/2.0/ocr/v1/general_basic"


def bearer(key):
    return {"authorization": f"Bearer {key}"}


def code_of(response):
    return response.status_code, response.json()["error"]["code"]


@pytest.fixture
def file(tmp_path):
    """A file of keys, with one in it that nobody has."""
    add_key(tmp_path / "keys.toml", "first")
    return tmp_path / "keys.toml"


def test_a_key_of_the_file_opens_and_is_logged_by_its_name_alone(serve, file, ask, logged, caplog):
    key = add_key(file, "acme")
    with serve(keys_file=file, api_keys="sk-one").client() as client:
        for headers in (bearer(key), {"api-key": key}, {"x-api-key": key}):
            response = client.post(CHAT, json=ask(), headers=headers)
            assert response.status_code == 200
            assert logged(response.headers["x-request-id"]).key == "acme"
        response = client.post(CHAT, json=ask(), headers=bearer("sk-one"))
        assert logged(response.headers["x-request-id"]).key == "api-key-1"
        for wrong in (key + "x", hashlib.sha256(key.encode()).hexdigest(), "pg-" + "A" * 43):
            assert code_of(client.post(CHAT, json=ask(), headers=bearer(wrong))) == (401, "invalid_api_key")
        metrics = client.get("/metrics").text
    told = metrics + "".join(str(record.__dict__) for record in caplog.records)
    assert key not in told
    assert "sk-one" not in told


def test_a_file_without_keys_lets_nobody_in(serve, tmp_path):
    (tmp_path / "keys.toml").write_text("")
    with serve(keys_file=tmp_path / "keys.toml").client() as client:
        assert code_of(client.get("/v1/models")) == (401, "missing_api_key")


def test_a_changed_file_takes_effect_while_the_server_runs(serve, file, eventually):
    with serve(keys_file=file).client() as client:

        def status(key):
            return client.get("/v1/models", headers=bearer(key)).status_code

        key = add_key(file, "late")
        eventually(lambda: status(key) == 200)
        revoke_key(file, "late")
        eventually(lambda: status(key) == 401)


def test_a_file_that_goes_bad_changes_nothing_and_is_told(serve, file, eventually, caplog):
    key = add_key(file, "acme")
    with serve(keys_file=file).client() as client:
        for broken in (lambda: file.write_text("[keys.acme]\nsha = 3"), file.unlink):
            caplog.clear()
            broken()
            eventually(lambda: any("stays in force" in record.getMessage() for record in caplog.records))
            assert client.get("/v1/models", headers=bearer(key)).status_code == 200
            assert key not in caplog.text
        caplog.set_level(logging.INFO)
        other = add_key(file, "other")
        eventually(lambda: client.get("/v1/models", headers=bearer(other)).status_code == 200)
        assert client.get("/v1/models", headers=bearer(key)).status_code == 401


def test_a_key_that_has_expired_says_so(serve, file):
    past = datetime.now(UTC) - timedelta(seconds=1)
    key = add_key(file, "old", expires=past)
    with serve(keys_file=file).client() as client:
        refused = client.get("/v1/models", headers=bearer(key))
    assert code_of(refused) == (401, "expired_api_key")
    assert refused.headers["www-authenticate"] == "Bearer"


def test_a_digest_made_with_a_line_break_is_told_to_the_operator_alone(serve, tmp_path, caplog):
    digest = hashlib.sha256(b"pg-the-key\n").hexdigest()
    (tmp_path / "keys.toml").write_text(f'[keys.acme]\nsha256 = "{digest}"\n')
    with serve(keys_file=tmp_path / "keys.toml").client() as client:
        refused = [client.get("/v1/models", headers=bearer("pg-the-key")) for _ in range(3)]
        other = client.get("/v1/models", headers=bearer("pg-another"))
    assert {code_of(answer) for answer in refused} == {(401, "invalid_api_key")}
    assert {answer.text for answer in refused} == {other.text}
    (warned,) = [record for record in caplog.records if "line break" in record.getMessage()]
    assert "'acme'" in warned.getMessage()
    assert "printf %s KEY | sha256sum" in warned.getMessage()
    assert "pg-the-key" not in caplog.text


def test_a_key_sees_and_uses_only_its_models(serve, file, ask, picture):
    free, bound = add_key(file, "free", models=(FAKE_MODEL,)), add_key(file, "bound", models=("another",))
    with serve(keys_file=file).client() as client:
        listed = [client.get("/v1/models", headers=bearer(key)).json()["data"] for key in (free, bound)]
        assert [[model["id"] for model in models] for models in listed] == [[FAKE_MODEL], []]
        assert client.post(CHAT, json=ask(), headers=bearer(free)).status_code == 200
        document = {"type": "image_url", "image_url": picture}
        for response in (
            client.post(CHAT, json=ask(), headers=bearer(bound)),
            client.post(CHAT, json=ask(stream=True), headers=bearer(bound)),
            client.post("/v1/ocr", json={"image": picture}, headers=bearer(bound)),
            client.post("/v1/ocr", json={"model": FAKE_MODEL, "document": document}, headers=bearer(bound)),
            client.get(f"/v1/models/{FAKE_MODEL}", headers=bearer(bound)),
        ):
            assert code_of(response) == (403, "model_not_allowed")
            assert "another" in response.json()["error"]["message"]
            assert response.json()["error"]["type"] == "permission_error"
        for key, named in ((free, True), (bound, False)):
            unknown = client.post(CHAT, json=ask(model="nobody"), headers=bearer(key))
            assert code_of(unknown) == (404, "model_not_found")
            assert (FAKE_MODEL in unknown.json()["error"]["message"]) == named


def test_by_another_of_its_names_a_model_is_the_same(serve, file, picture):
    key = add_key(file, "acme", models=(FAKE_MODEL,))
    with serve(keys_file=file).client() as client:
        assert client.post("/v1/ocr", json={"image": picture}, headers=bearer(key)).json()["model"] == FAKE_MODEL


@pytest.mark.parametrize(
    ("setting", "paths"),
    [("metrics_need_key", ["/metrics"]), ("docs_need_key", ["/docs", "/openapi.json", "/docs/assets/favicon.png"])],
)
def test_metrics_and_docs_stand_open_or_want_a_key(serve, file, setting, paths):
    key = add_key(file, "acme")
    for closed in (False, True):
        with serve(keys_file=file, **{setting: closed}).client() as client:
            for path in paths:
                assert client.get(path).status_code == (401 if closed else 200)
                assert client.get(path, headers=bearer(key)).status_code == 200
            assert client.get("/health").status_code == client.get("/ready").status_code == 200


class TestBaidu:
    @pytest.fixture
    def form(self, picture):
        return {"image": picture.partition(",")[2]}

    @pytest.fixture
    def door(self, serve, file):
        """Make a client that has a token for a key, on a server with that file."""
        stack = ExitStack()

        def enter(key):
            client = stack.enter_context(serve(keys_file=file).client())
            given = client.get("/oauth/2.0/token", params={"client_secret": key})
            client.params = {"access_token": given.json().get("access_token", "")}
            return client, given

        with stack:
            yield enter

    def test_a_key_of_the_file_is_a_secret_until_it_is_revoked(self, door, file, form, eventually, logged):
        client, given = door(add_key(file, "acme"))
        response = client.post(BAIDU, data=form)
        assert response.json()["words_result_num"] == 2
        assert logged(response.headers["x-request-id"]).key == "acme"
        assert given.json()["expires_in"] == 86_400
        revoke_key(file, "acme")
        eventually(lambda: client.post(BAIDU, data=form).json().get("error_code") == 110)

    def test_a_token_does_not_outlast_its_key(self, door, file):
        _, given = door(add_key(file, "short", expires=datetime.now(UTC) + timedelta(seconds=600)))
        assert 500 < given.json()["expires_in"] <= 600
        _, given = door(add_key(file, "old", expires=datetime.now(UTC) - timedelta(seconds=1)))
        assert (given.status_code, given.json()["error"]) == (401, "invalid_client")

    def test_models_and_limits_are_those_of_the_key(self, door, file, form):
        client, _ = door(add_key(file, "elsewhere", models=("another",)))
        assert client.post(BAIDU, data=form).json()["error_code"] == 6
        for limit, code in (("requests_per_minute", 18), ("requests_per_day", 17), ("pages_per_day", 17)):
            client, _ = door(add_key(file, limit, limits={limit: 1}))
            answers = [client.post(BAIDU, data=form) for _ in range(2)]
            assert answers[0].json()["words_result_num"] == 2
            assert (answers[1].status_code, answers[1].json()["error_code"]) == (200, code)
            name = f"x-ratelimit-remaining-{limit.partition('_')[0]}"
            assert [answer.headers[name] for answer in answers] == ["0", "0"]
