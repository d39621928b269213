"""JSON Web Tokens as keys: what they open, and every way in which one is not to be trusted."""

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from server.access.verification_keys import read_key_set, read_public_key
from server.errors import ConfigurationError

FAKE_MODEL = "reader/fake-1"
CHAT = "/v1/chat/completions"
SECRET = "0123456789abcdef0123456789abcdef"
TRUST = {"issuer": "https://login.example", "audience": "pageglass"}


@pytest.fixture(scope="module")
def private():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def curve():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def public_file(private, tmp_path):
    file = tmp_path / "public.pem"
    file.write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return file


@pytest.fixture
def key_set(private, curve, tmp_path):
    keys = [
        RSAAlgorithm.to_jwk(private.public_key(), as_dict=True) | {"kid": "one", "use": "sig"},
        ECAlgorithm.to_jwk(curve.public_key(), as_dict=True) | {"kid": "two", "alg": "ES256"},
        {"kty": "RSA", "kid": "three", "use": "enc", "n": "AQAB", "e": "AQAB"},
    ]
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": keys}))
    return file


def claims(**changed):
    now = int(time.time())
    given = {"sub": "tenant-7", "iss": TRUST["issuer"], "aud": TRUST["audience"], "exp": now + 60} | changed
    return {name: value for name, value in given.items() if value is not None}


def signed(key=SECRET, algorithm="HS256", headers=None, **changed):
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers=headers)


def forged(header, secret=b""):
    """A token made by hand, as libraries refuse to make them."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims())]
    signature = hmac.new(secret, b".".join(parts), hashlib.sha256).digest() if secret else b""
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def bearer(token):
    return {"authorization": f"Bearer {token}"}


def status(client, token):
    return client.get("/v1/models", headers=bearer(token)).status_code


@pytest.fixture
def shared(serve):
    with serve(jwt=TRUST | {"hs256_secret": SECRET}).client() as client:
        yield client


def test_a_token_is_a_caller_with_a_name_models_and_limits(shared, ask, logged):
    token = signed(name="Acme, Inc.", models=[FAKE_MODEL], limits={"requests_per_minute": 2})
    answers = [shared.post(CHAT, json=ask(), headers=bearer(token)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["x-ratelimit-limit-requests"] == "2"
    assert logged(answers[0].headers["x-request-id"]).key == "Acme__Inc."
    again = signed(limits={"requests_per_minute": 2}, exp=int(time.time()) + 90)
    assert shared.post(CHAT, json=ask(), headers=bearer(again)).status_code == 429, "a new token is no new caller"
    assert shared.post(CHAT, json=ask(), headers=bearer(signed(sub="other"))).status_code == 200
    refused = shared.post(CHAT, json=ask(), headers=bearer(signed(sub="third", models=["another"])))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "model_not_allowed")


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"exp": 1_700_000_000}, "expired"),
        ({"exp": None}, "lacks"),
        ({"exp": 1_900_000_000_000}, "in milliseconds? It has to be in seconds"),
        ({"exp": "tomorrow"}, "its 'exp' is not a number of seconds"),
        ({"exp": [1]}, "its 'exp' is not a number of seconds"),
        ({"exp": float("inf")}, "its 'exp' is not a number of seconds"),
        ({"nbf": "now"}, "its 'nbf' is not a number of seconds"),
        ({"iat": "now"}, "its 'iat' is not a number of seconds"),
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": None}, "lacks"),
        ({"aud": "another-service"}, "aud"),
        ({"aud": None}, "lacks"),
        ({"sub": None}, "lacks"),
        ({"nbf": 4_000_000_000}, "not valid yet"),
        ({"key": "another-secret-of-thirty-two-bytes"}, "signature"),
        ({"algorithm": "HS512", "key": SECRET * 2}, "alg"),
        ({"models": "reader"}, "models"),
        ({"limits": {"requests_per_hour": 1}}, "limits.requests_per_hour"),
        ({"limits": {"pages_per_day": "many"}}, "limits.pages_per_day"),
    ],
)
def test_a_token_that_is_not_to_be_trusted_is_refused_and_says_why(shared, changed, word):
    token = signed(**changed)
    response = shared.get("/v1/models", headers=bearer(token))
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (401, "invalid_api_key")
    assert word in error["message"]
    assert token.rpartition(".")[2] not in response.text


def test_the_clocks_may_differ_by_the_leeway(shared):
    now = int(time.time())
    assert status(shared, signed(exp=now - 15)) == 200
    assert status(shared, signed(exp=now - 45)) == 401


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_a_token_without_a_signature_is_refused(serve, shared, public_file, key_set, algorithm):
    token = forged({"alg": algorithm, "typ": "JWT", "kid": "one"})
    for trust in ({"rs256_key_file": public_file}, {"jwks_file": key_set}):
        with serve(jwt=TRUST | trust).client() as client:
            assert status(client, token) == 401
    assert status(shared, token) == 401


def test_a_public_key_is_no_secret(serve, public_file, key_set, private):
    """The attack that takes the algorithm from the token: HS256 over the text of the public key."""
    pem = public_file.read_bytes()
    attacks = [forged({"alg": "HS256", "kid": "one"}, secret) for secret in (pem, pem.strip())]
    with serve(jwt=TRUST | {"rs256_key_file": public_file}).client() as client:
        assert [status(client, token) for token in attacks] == [401, 401]
        assert status(client, signed(private, "RS256")) == 200
        assert status(client, signed(private, "RS512")) == 401
    with serve(jwt=TRUST | {"jwks_file": key_set}).client() as client:
        assert [status(client, token) for token in attacks] == [401, 401]


def test_a_set_of_keys_is_asked_by_the_tokens_kid(serve, key_set, private, curve):
    with serve(jwt=TRUST | {"jwks_file": key_set}).client() as client:
        assert status(client, signed(private, "RS256", {"kid": "one"})) == 200
        assert status(client, signed(curve, "ES256", {"kid": "two"})) == 200
        for wrong in (
            signed(private, "RS256", {"kid": "none-of-them"}),
            signed(private, "RS256", {"kid": "three"}),
            signed(private, "RS256", {"kid": "two"}),
            signed(private, "RS256"),
        ):
            assert status(client, wrong) == 401


def test_a_key_that_the_set_lacks_is_said_to_be_perhaps_a_new_one(serve, key_set, private):
    with serve(jwt=TRUST | {"jwks_file": key_set}).client() as client:
        answer = client.get("/v1/models", headers=bearer(signed(private, "RS256", {"kid": "newer"})))
    assert "downloads the key set into PAGEGLASS_JWT__JWKS_FILE again" in answer.json()["error"]["message"]


def test_a_set_of_keys_that_changes_is_read_anew(serve, key_set, private, eventually):
    whole = json.loads(key_set.read_text())
    token = signed(private, "RS256", {"kid": "one"})
    with serve(jwt=TRUST | {"jwks_file": key_set}).client() as client:
        assert status(client, token) == 200
        key_set.write_text(json.dumps({"keys": whole["keys"][1:]}))
        eventually(lambda: status(client, token) == 401)


def test_a_fault_that_nobody_thought_of_does_not_end_the_watch(serve, tmp_path, monkeypatch, eventually, caplog):
    keys = tmp_path / "keys.toml"
    entry = f'[keys.acme]\nsha256 = "{hashlib.sha256(b"a-key").hexdigest()}"\n'
    keys.write_text(entry)
    with serve(keys_file=keys).client() as client:
        assert status(client, "a-key") == 200
        with monkeypatch.context() as broken:
            broken.setattr("server.access.key_store.known_keys", lambda *_: 1 // 0)
            keys.write_text(entry + "# changed\n")
            eventually(lambda: "could not be reloaded" in caplog.text)
        keys.write_text("")
        eventually(lambda: status(client, "a-key") == 401)


@pytest.mark.parametrize(
    "token",
    [
        "eyJ.eyJ.x",
        "eyJhbGciOiJIUzI1NiJ9..",
        base64.urlsafe_b64encode(b'{"a":' + b"[" * 5000).decode().rstrip("=") + ".e30.x",
        forged({"alg": "HS256", "kid": ["a"]}, SECRET.encode()),
        forged({"alg": "HS256", "crit": ["b64"]}, SECRET.encode()),
    ],
)
def test_odd_tokens_are_refused_like_any_other(shared, token):
    assert status(shared, token) == 401


def test_baidus_door_takes_keys_and_no_tokens(shared):
    refused = shared.get("/oauth/2.0/token", params={"client_secret": signed()})
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "given",
    [
        {"issuer": "a", "audience": "b"},
        {"hs256_secret": SECRET, "jwks_file": "keys.json"} | TRUST,
        {"hs256_secret": SECRET, "issuer": "a"},
        {"hs256_secret": SECRET, "audience": "a"},
        {"hs256_secret": "short"} | TRUST,
        {"rs256_key_file": "none.pem"} | TRUST,
        {"jwks_file": "none.json"} | TRUST,
    ],
)
def test_what_cannot_work_is_told_at_the_start(serve, given):
    with pytest.raises(ConfigurationError, match="PAGEGLASS_JWT") as caught:
        serve(jwt=given)
    assert "short" not in str(caught.value)


def test_a_file_of_another_kind_is_named_with_its_cure(tmp_path, private, curve):
    of_curve = curve.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    of_ssh = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    file = tmp_path / "key"
    for content, read, words in (
        (of_curve, read_public_key, "PAGEGLASS_JWT__JWKS_FILE instead"),
        (secret, read_public_key, "is a private key"),
        (b"-----BEGIN CERTIFICATE-----\n", read_public_key, "openssl x509"),
        (of_ssh, read_public_key, "ssh-keygen -e -m PKCS8 -f FILE"),
        (of_curve, read_key_set, "is a PEM file"),
        (b"<html>", read_key_set, "jwks_uri"),
    ):
        file.write_bytes(content)
        with pytest.raises(ConfigurationError, match=words):
            read(file)


def test_keys_that_are_not_safe_are_refused_at_the_start(tmp_path, private):
    file = tmp_path / "key"
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()  # noqa: S505
    odd = ec.generate_private_key(ec.SECP256R1()).public_key()
    odd = odd.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    odd = odd.replace(
        bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d030106")
    )  # a curve of no kind
    for pem in (
        b"nothing",
        b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(odd) + b"-----END PUBLIC KEY-----\n",
        weak.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    ):
        file.write_bytes(pem)
        with pytest.raises(ConfigurationError, match="RS256_KEY_FILE"):
            read_public_key(file)
    good = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    for keys in (
        [],
        {},
        "text",
        [good, good],
        [good | {"kid": "a"}, good | {"kid": "a"}],
        [{"kty": "oct", "k": "c2VjcmV0"}],
        [{"kty": "EC", "crv": "P-256"}],
        [RSAAlgorithm.to_jwk(private, as_dict=True)],
        [RSAAlgorithm.to_jwk(weak, as_dict=True)],
    ):
        file.write_text(json.dumps({"keys": keys}))
        with pytest.raises(ConfigurationError, match="JWKS_FILE"):
            read_key_set(file)
    file.write_text(json.dumps({"keys": [good]}))
    assert set(read_key_set(file)) == {None}
