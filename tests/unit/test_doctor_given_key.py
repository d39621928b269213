"""What the doctor says of a key, an address or a list of authorities that is not as it should be where it is given."""

import base64
import hashlib
import json
import socket
import ssl
import sys
import threading
from contextlib import contextmanager, suppress
from functools import partial

import jwt
import pytest
from certificates import make_authority
from command_line import run_command, use_fake_engine

pytestmark = pytest.mark.system

KEY = "sk-the-callers-own-4711"


@pytest.fixture
def doctor(monkeypatch, capsys, tmp_path):
    """Run it with --json; gives its steps by name, once the key is known to be in none of them."""
    use_fake_engine(monkeypatch, "PAGEGLASS")
    monkeypatch.chdir(tmp_path)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)

    def run(*arguments):
        code, out, err = run_command(monkeypatch, capsys, "doctor", *arguments, "--json")
        report = json.loads(out)
        assert (code, err) == (report["faults"], "")
        assert KEY not in out
        return {step["step"]: step for step in report["steps"]}

    return run


@contextmanager
def refusing(context):
    """A port that shakes hands by `context`, and closes every connection with which that fails."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with suppress(OSError), connection, context.wrap_socket(connection, server_side=True):
                    pass

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


@pytest.fixture
def keyed(doctor, serve):
    """The same, of a server that requires KEY."""
    return partial(doctor, f"{serve(api_keys=KEY, fake={'text': 'PAGEGLASS'}, max_body_bytes=2**20).url}/v1")


@pytest.mark.parametrize(
    ("given", "code", "named"),
    [
        (f"“{KEY}”", "key_in_quotes", "quotes"),
        (f"‘{KEY}’", "key_in_quotes", "quotes"),
        (f'"{KEY}"', "key_in_quotes", "quotes"),
        (f"{KEY}\r", "key_with_blank", "a line break"),
        (f" {KEY} ", "key_with_blank", "a blank"),
        (f"{KEY}\u00a0", "key_with_blank", "a blank"),
        (f"\ufeff{KEY}", "key_with_blank", "a blank"),
        (f"Bearer {KEY}", "key_with_bearer", "'Bearer'"),
        (f"authorization: bearer {KEY}\n", "key_with_blank", "'Bearer'"),
        (f"“Bearer {KEY} ”", "key_in_quotes", "'Bearer'"),
        (f"OPENAI_API_KEY={KEY}", "key_with_name", "NAME="),
        (f'export PAGEGLASS_API_KEY="{KEY}"', "key_with_name", "quotes"),
        (f"api_key = {KEY}", "key_with_name", "NAME="),
        (f"x-api-key: {KEY}", "key_with_name", "NAME="),
        (f"{KEY},", "key_with_comma", "a comma"),
    ],
)
def test_what_is_copied_along_with_a_key_is_named_and_the_rest_examined(keyed, given, code, named):
    found = keyed("--api-key", given)
    assert (found["key"]["outcome"], found["key"]["code"]) == ("fault", code)
    assert named in found["key"]["said"]
    assert found["key"]["cure"]
    assert found["key and model"]["outcome"] == "ok"
    assert [step["step"] for step in found.values() if step["outcome"] == "fault"] == ["key"]


@pytest.mark.parametrize("given", ["sk-schlüssel", "sk-“quoted”-within", f"{KEY}\n{KEY}", "密钥", "sk-\x00"])
def test_a_key_that_no_header_can_hold_ends_the_examination(keyed, given):
    found = keyed("--api-key", given)
    assert (found["key"]["outcome"], found["key"]["code"]) == ("fault", "key_unsendable")
    assert found["answer"]["outcome"] == "left out"


def test_the_key_of_the_environment_is_looked_at_as_well(keyed, monkeypatch):
    monkeypatch.setenv("PAGEGLASS_API_KEY", f"“{KEY}”")
    assert keyed()["key"]["code"] == "key_in_quotes"


@pytest.mark.parametrize("given", ["", " ", '""'])
def test_an_empty_key_is_said_to_be_none(keyed, given):
    found = keyed("--api-key", given)
    assert (found["key"]["outcome"], found["key"]["code"]) == ("note", "key_empty")
    assert found["key and model"]["code"] == "key_missing"


@pytest.mark.parametrize("given", [KEY, f" {KEY}"])
def test_a_key_that_arrives_has_a_tick(keyed, given):
    found = keyed("--api-key", given)
    assert (found["key"]["outcome"], found["key and model"]["outcome"]) == ("ok", "ok")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("${OCR_KEY}", "key_not_filled_in"),
        ("$OCR_KEY", "key_not_filled_in"),
        ("<your key>", "key_not_filled_in"),
        ("{{ secrets.OCR_KEY }}", "key_not_filled_in"),
        (f"{KEY},sk-another-4712", "key_list"),
        (base64.b64encode(KEY.encode()).decode(), "key_in_base64"),
        (base64.b64encode(f"{KEY}\n".encode()).decode(), "key_in_base64"),
    ],
)
def test_a_key_that_is_hardly_one_is_a_note_beside_its_refusal(keyed, given, code):
    found = keyed("--api-key", given)
    assert (found["key"]["outcome"], found["key"]["code"]) == ("note", code)
    assert [step["code"] for step in found.values() if step["outcome"] == "fault"] == ["key_wrong"]


@pytest.mark.parametrize("key", ["QUJDREVGR0hJSktMTU5PUA==", "monkey-4711-token=", "pa$$word-$-4711"])
def test_a_key_that_only_looks_like_more_is_sent_as_it_is(doctor, serve, key):
    server = serve(api_keys=key, fake={"text": "PAGEGLASS"}, max_body_bytes=2**20)
    found = doctor(f"{server.url}/v1", "--api-key", key)
    assert (found["key"]["outcome"], found["key and model"]["outcome"]) == ("ok", "ok")


def test_a_key_may_begin_with_the_word_bearer(doctor, serve):
    server = serve(api_keys="bearer-of-news-4711", fake={"text": "PAGEGLASS"}, max_body_bytes=2**20)
    found = doctor(f"{server.url}/v1", "--api-key", "bearer-of-news-4711")
    assert (found["key"]["outcome"], found["key and model"]["outcome"]) == ("ok", "ok")


def test_a_password_in_the_address_takes_the_place_of_the_key(doctor, serve):
    server = serve(api_keys=KEY, fake={"text": "PAGEGLASS"}, max_body_bytes=2**20)
    address = f"{server.url}/v1".replace("http://", "http://me:pass-word@")
    found = doctor(address, "--api-key", KEY)
    assert found["key"]["code"] == "address_replaces_key"
    assert f"set base_url to {server.url}/v1" in found["key"]["cure"]
    assert found["key and model"]["outcome"] == "ok"
    alone = doctor(address)["key and model"]
    assert alone["code"] == "key_missing"
    assert "USER:PASSWORD@ out of the address" in alone["cure"]


@pytest.mark.parametrize("scheme", ["http", "ftp"])
@pytest.mark.parametrize("rest", [f"?api_key={KEY}", f"#{KEY}"])
def test_a_key_in_the_query_of_the_address_is_not_printed(doctor, monkeypatch, capsys, scheme, rest):
    code, out, err = run_command(monkeypatch, capsys, "doctor", f"{scheme}://127.0.0.1:8000/v1{rest}")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert KEY not in err
    if scheme == "http":
        assert "Leave it out" in err
        assert "--api-key" in err


@pytest.mark.parametrize("kind", ["missing", "a folder", "no certificate"])
def test_authorities_that_cannot_be_read_fail_every_client(doctor, serve, tmp_path, monkeypatch, kind):
    file = {"missing": tmp_path / "nope.pem", "a folder": tmp_path, "no certificate": tmp_path / "empty.pem"}[kind]
    (tmp_path / "empty.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    found = doctor(f"{serve().url}/v1")
    assert (found["TLS"]["outcome"], found["TLS"]["code"]) == ("fault", "authorities_unreadable")
    assert f"SSL_CERT_FILE={file} " in found["TLS"]["said"]
    assert "unset it" in found["TLS"]["cure"]
    assert found["answer"]["outcome"] == "left out"


def test_a_folder_of_authorities_that_is_not_there_fails_https_alone(doctor, serve, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nope"))
    host = serve(fake={"text": "PAGEGLASS"}, max_body_bytes=2**20).url.removeprefix("http://")
    assert doctor(f"http://{host}/v1")["TLS"]["outcome"] == "ok"
    found = doctor(f"https://{host}/v1")["TLS"]
    assert found["code"] == "authorities_unreadable"
    assert f"SSL_CERT_DIR={tmp_path / 'nope'} is not a folder" in found["said"]
    monkeypatch.setenv("SSL_CERT_FILE", str(make_authority(tmp_path).file))  # which is used before a folder
    assert doctor(f"https://{host}/v1")["TLS"]["code"] == "https_to_http_port"


@pytest.mark.parametrize(
    ("version", "code"),
    [(ssl.TLSVersion.TLSv1_2, "tls_refused"), (ssl.TLSVersion.TLSv1_3, "client_certificate_wanted")],
)
def test_a_port_that_wants_a_certificate_of_the_client_is_named(doctor, tmp_path, monkeypatch, version, code):
    authority = make_authority(tmp_path)
    context = authority.context("127.0.0.1")
    context.load_verify_locations(authority.file)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = version
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with refusing(context) as port:
        found = doctor(f"https://127.0.0.1:{port}/v1", "--timeout", "5")
    (step,) = [one for one in found.values() if one["outcome"] == "fault"]
    assert step["code"] == code
    assert "certificate of the client" in step["said"] + step["cure"]


@pytest.mark.parametrize(
    ("variable", "proxy", "cure"),
    [
        ("ALL_PROXY", "socks5://me:pass-word@10.1.2.3:1080", "pip install 'httpx[socks]'"),
        ("HTTPS_PROXY", "socks5h://10.1.2.3:1080", "pip install 'httpx[socks]'"),
        ("ALL_PROXY", "socks://me:pass-word@10.1.2.3:1080/", "not socks://"),
        ("HTTP_PROXY", "http://10.1.2.3:port", "http://"),
    ],
)
def test_a_proxy_that_httpx_cannot_use_fails_whatever_no_proxy_says(keyed, monkeypatch, variable, proxy, cure):
    monkeypatch.setitem(sys.modules, "socksio", None)  # as if it were not installed
    monkeypatch.setenv(variable, proxy)
    for excepted in ("", "127.0.0.1"):
        monkeypatch.setenv("NO_PROXY", excepted)
        steps = keyed("--api-key", KEY)
        found = steps["proxy variables"]
        assert (found["outcome"], found["code"]) == ("fault", "proxy_unusable")
        assert found["said"].startswith(variable)
        assert "also to addresses in NO_PROXY" in found["said"]
        assert cure in found["cure"]
        assert "pass-word" not in str(found)
        assert [step["step"] for step in steps.values() if step["outcome"] == "fault"] == ["proxy variables"]


TOKEN = f"eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJvdGhlciJ9.{'x' * 43}"


@pytest.mark.parametrize(
    ("given", "code", "cure"),
    [
        (TOKEN, "token_refused", "this server takes none"),
        (hashlib.sha256(KEY.encode()).hexdigest(), "key_wrong", "looks like a SHA-256 digest"),
        (f"{KEY}-wrong", "key_wrong", "Use the key exactly as issued"),
    ],
)
def test_what_a_refused_key_may_be_is_said(keyed, given, code, cure):
    found = keyed("--api-key", given)["key and model"]
    assert (found["outcome"], found["code"]) == ("fault", code)
    assert cure in found["cure"]


SECRET = "0123456789abcdef0123456789abcdef"
CLAIMS = {"sub": "me", "iss": "https://login.example", "aud": "pageglass", "exp": 4_000_000_000}


@pytest.mark.parametrize(
    ("changed", "cure", "not_said"),
    [
        ({"aud": "other"}, "PAGEGLASS_JWT__AUDIENCE", "ISSUER"),
        ({"iss": "https://other.example"}, "PAGEGLASS_JWT__ISSUER", "AUDIENCE"),
        ({"nbf": 3_900_000_000}, "by NTP", "AUDIENCE"),
        ({"exp": "soon"}, "as is said there", "AUDIENCE"),
        ({"key": SECRET[::-1]}, "that issuer's key", "AUDIENCE"),
    ],
)
def test_the_cure_of_a_refused_token_is_that_of_what_the_server_says(doctor, serve, changed, cure, not_said):
    jwt_settings = {"issuer": CLAIMS["iss"], "audience": CLAIMS["aud"], "hs256_secret": SECRET}
    server = serve(jwt=jwt_settings, fake={"text": "PAGEGLASS"}, max_body_bytes=2**20)
    claims = CLAIMS | {name: value for name, value in changed.items() if name != "key"}
    token = jwt.encode(claims, changed.get("key", SECRET), algorithm="HS256")
    found = doctor(f"{server.url}/v1", "--api-key", token)["key and model"]
    assert (found["outcome"], found["code"]) == ("fault", "token_refused")
    assert cure in found["cure"]
    assert not_said not in found["cure"]
