"""`pageglass doctor URL` through a real nginx: the shipped file, one line of it changed, and a sign-in before it."""

import json
import shutil
from functools import partial

import pytest
from certificates import make_authority
from command_line import run_command, use_fake_engine
from proxy import NGINX, proxied

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(NGINX is None, reason="no nginx on this machine (Debian: apt-get install nginx-light)"),
]

MIB = 2**20
KEY, OTHER = "sk-the-callers-own-4711", "sk-another-4712"
READS = {"fake": {"text": "PAGE\nGLASS\nPAGEGLASS", "delay_s": 0.1}}


@pytest.fixture
def steps(monkeypatch, capsys, tmp_path, serve):
    """Examine a server behind nginx, `steps(settings, rules=..., **directives)`; gives each step and all `faults`.

    `base_url` is what follows the address of nginx, `flags` are those of the doctor, `beside` the settings of a second
    server behind it; `lost` is the name of a folder of nginx that vanishes.
    """
    use_fake_engine(monkeypatch, "PAGEGLASS")
    monkeypatch.chdir(tmp_path)
    run = partial(run_command, monkeypatch, capsys, "doctor", "--json", "--connect-timeout", "1")

    def examine(settings, *flags, base_url="/v1", beside=None, lost=None, **nginx):
        servers = [serve(**READS, **one) for one in (settings, beside) if one is not None]
        with proxied(tmp_path, *(server.port for server in servers), **nginx) as proxy:
            if lost:
                shutil.rmtree(tmp_path / lost)
            _, out, err = run(f"{proxy.url}{base_url}", *flags)
        assert err == ""
        found = json.loads(out)["steps"]
        faults = [step for step in found if step["outcome"] == "fault"]
        return {step["step"]: step for step in found} | {"faults": faults}

    return examine


def test_the_shipped_file_before_the_default_limits_is_sound(steps):
    found = steps({"max_body_bytes": 64 * MIB})
    assert found["faults"] == []
    large = found["large bodies"]
    assert (large["outcome"], large["code"]) == ("ok", "own_body_limit")
    assert "bodies of 63.75 MiB pass; the limit is the server's own, 64 MiB" in large["said"]


def test_a_proxy_that_takes_less_than_the_server_is_named_with_the_line_that_helps(steps):
    large = steps({"max_body_bytes": 8 * MIB}, client_max_body_size="5m")["large bodies"]
    assert (large["outcome"], large["code"]) == ("fault", "proxy_body_limit")
    assert "a proxy refuses those of more than about 5 MiB" in large["said"]
    assert "client_max_body_size" in large["cure"]


def test_a_server_with_a_larger_limit_behind_the_shipped_file_is_a_note(steps):
    large = steps({"max_body_bytes": 100 * MIB})["large bodies"]
    assert large["outcome"] == "note"
    assert "bodies of 64.25 MiB pass, and a proxy refuses those of more than about 65 MiB" in large["said"]


@pytest.mark.parametrize("buffering", ["off", "on"])
@pytest.mark.parametrize(("limit", "line"), [(1 * MIB, "65m"), (3 * MIB, "4m"), (50 * MIB, "51m"), (64 * MIB, "65m")])
def test_the_servers_own_limit_is_measured_through_a_proxy_that_takes_more(steps, limit, line, buffering):
    nginx = {"client_max_body_size": line, "proxy_request_buffering": buffering}
    large = steps({"max_body_bytes": limit}, **nginx)["large bodies"]
    assert (large["outcome"], large["code"]) == ("ok", "own_body_limit")
    assert f"the limit is the server's own, {limit // MIB} MiB" in large["said"]


@pytest.mark.parametrize(
    "to",
    [
        "https://login.example/oauth2/authorize?client_id=1&response_type=code",
        "/oauth2/start?rd=%2Fv1%2Fmodels",
        "https://team.cloudflareaccess.example/cdn-cgi/access/login/docs",
        "/users/sign_in",
        "https://accounts.example/?continue=https://docs.example/v1/models",
    ],
)
def test_a_sign_in_before_the_api_is_not_taken_for_a_new_address(steps, to):
    found = steps({}, rules=f'return 302 "{to}";')
    assert found["answer"]["code"] == "login_page"
    assert "Set base_url" not in found["answer"]["cure"]
    assert "/v1" in found["answer"]["cure"]


@pytest.mark.parametrize("to", ["https://docs.example$request_uri", "http://127.0.0.1:9/api/v1/models"])
def test_another_address_is_not_taken_for_a_sign_in(steps, to):
    assert steps({}, rules=f"return 301 {to};")["answer"]["code"] == "redirected"


@pytest.mark.parametrize(
    ("base_url", "locations", "code", "words"),
    [
        (
            "/ocr/v1",
            "location /ocr/ { proxy_pass http://pageglass; }",
            "proxy_keeps_prefix",
            ["nginx passes /ocr on", "location /ocr/ { proxy_pass http://HOST:PORT/; }"],
        ),
        (
            "/ocr",
            "location /ocr/ { proxy_pass http://pageglass; }",
            "proxy_keeps_prefix",
            ["nginx passes /ocr on", "end proxy_pass with a slash"],
        ),
        (
            "/v1",
            "location /v1/ { proxy_pass http://pageglass/; }",
            "proxy_cuts_path",
            ["nginx takes /v1 away: /v1/models was asked, and /models arrived", "neither slash nor path"],
        ),
        (
            "",
            "location /v1/ { proxy_pass http://pageglass/; }",
            "proxy_cuts_path",
            ["nginx takes /v1 away", "neither slash nor path"],
        ),
        (
            "/ocr/v1",
            "location /ocr/v1/ { proxy_pass http://pageglass/; }",
            "proxy_cuts_path",
            ["nginx takes /ocr/v1 away", "location /ocr/ { proxy_pass http://HOST:PORT/; }"],
        ),
        (
            "/v1",
            "location / { proxy_pass http://pageglass/v1/; }",
            "proxy_adds_path",
            ["nginx adds /v1 to the path: /v1/models was asked, and /v1/v1/models arrived", "Leave /v1 out of"],
        ),
        (
            "/v1",
            "location /v1/ { proxy_pass http://pageglass/api/; }",
            "proxy_changes_path",
            ["/v1/models was asked, and /api/models arrived", "location /v1/ { proxy_pass http://HOST:PORT; }"],
        ),
    ],
)
def test_a_path_that_a_proxy_changes_is_named_with_the_line_that_helps(steps, base_url, locations, code, words):
    found = steps({}, base_url=base_url, locations=locations)["answer"]
    assert found["code"] == code
    assert words[0] in found["said"]
    assert words[1] in found["cure"]


@pytest.mark.parametrize(
    ("base_url", "locations"),
    [
        ("/ocr/v1", "location /ocr/ { proxy_pass http://pageglass/; }"),
        ("", "location / { proxy_pass http://pageglass/v1/; }"),
    ],
)
def test_a_prefix_that_the_proxy_handles_is_sound(steps, base_url, locations):
    found = steps({"max_body_bytes": MIB}, base_url=base_url, locations=locations)
    assert found["faults"] == [], found
    if not base_url:
        assert found["ready"]["code"] == "ready_hidden"
        assert "the server is asked for /v1/ready" in found["ready"]["said"]


def test_a_prefix_named_like_a_route_lacks_v1_as_any_other(steps):
    found = steps({}, base_url="/ocr", locations="location /ocr/ { proxy_pass http://pageglass/; }")["answer"]
    assert (found["outcome"], found["code"]) == ("fault", "base_url_without_v1")
    assert found["cure"].endswith("/ocr/v1.")


@pytest.mark.parametrize(
    ("header", "also"), [("", True), ('"Basic bWU6aXQ="', True), ('""; proxy_set_header X-API-Key ""', False)]
)
def test_a_key_that_a_proxy_takes_away_was_sent(steps, header, also):
    rules = f"proxy_set_header Host $http_host; proxy_set_header Authorization {header or chr(34) * 2};"
    found = steps({"api_keys": KEY}, "--api-key", KEY, rules=rules)["key and model"]
    assert (found["outcome"], found["code"]) == ("fault", "key_lost")
    assert "the key was sent and did not arrive: nginx removes or replaces the header Authorization" in found["said"]
    assert ("x-api-key" in found["cure"]) == also


def test_a_host_that_a_proxy_changes_is_not_taken_for_the_one_asked(steps):
    found = steps(
        {"api_keys": KEY, "allowed_hosts": "ocr.example.com"},
        "--api-key",
        KEY,
        rules="proxy_set_header Host pageglass_upstream;",
    )["health"]
    assert (found["outcome"], found["code"]) == ("fault", "host_changed")
    assert "changes the host that was asked, 127.0.0.1, to 'pageglass_upstream'" in found["said"]
    assert "proxy_set_header Host $http_host;" in found["cure"]


def test_tls_towards_a_server_without_it_is_a_cause_of_502(steps):
    found = steps({}, locations="location / { proxy_pass https://pageglass; }")["answer"]
    assert found["code"] == "proxy_backend_down"
    assert "http://, not https://" in found["cure"]


def test_a_certificate_of_the_client_that_is_wanted_is_named(steps, tmp_path, monkeypatch):
    authority = make_authority(tmp_path)
    certificate, key = authority.issue("127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    files = f"ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_client_certificate {authority.file}"
    found = steps({}, listening=f"ssl; {files}; ssl_verify_client on")
    assert found["TLS"]["outcome"] == "ok"
    assert found["answer"]["code"] == "client_certificate_wanted"
    assert "nginx wants a certificate of the client" in found["answer"]["said"]
    assert "ssl_verify_client off" in found["answer"]["cure"]


def test_a_body_that_nginx_cannot_store_is_not_taken_for_a_web_page(steps):
    found = steps({}, lost="body", proxy_request_buffering="on")
    (step,) = found["faults"]
    assert step["code"] == "proxy_cannot_store"
    assert "nginx itself answers 500 to a body that it has to put on disk" in step["said"]
    assert "client_body_temp_path" in step["cure"]


def test_a_page_after_pageglass_has_answered_is_not_taken_for_another_port(steps):
    page = "default_type text/html; return 200 '<title>Are you a robot?</title>';"
    found = steps({}, locations=f"location / {{ proxy_pass http://pageglass; }} location /v1/chat/ {{ {page} }}")
    assert found["picture"]["code"] == "answered_between"
    assert "nginx answers 200, titled 'Are you a robot?', and not Pageglass" in found["picture"]["said"]
    assert "Host and port are right" in found["picture"]["cure"]


@pytest.mark.parametrize("burst", [0, 2, 4])
def test_a_limit_of_nginx_that_answers_503_is_told_from_a_server_that_is_lost(steps, burst):
    rules = f"limit_req zone=few burst={burst} nodelay;" if burst else "limit_req zone=few;"
    found = steps({}, outside="limit_req_zone $binary_remote_addr zone=few:1m rate=1r/m;", rules=rules)
    (step,) = found["faults"]
    assert step["code"] == "proxy_rate_limit"
    assert "limit_req (rate=, burst=, nodelay)" in step["cure"]


@pytest.mark.parametrize(
    ("keys", "code"),
    [((KEY, OTHER), "key_of_some_servers"), ((OTHER, KEY), "key_of_some_servers"), ((OTHER, OTHER), "key_wrong")],
)
@pytest.mark.parametrize("away", ["", 'location = /v1/health { return 200 \'{"status": "ok"}\'; }'])
def test_servers_with_different_keys_behind_one_address_are_told_from_a_wrong_key(steps, keys, code, away):
    locations = f"{away} location / {{ proxy_pass http://pageglass; }}"
    found = steps({"api_keys": keys[0]}, "--api-key", KEY, beside={"api_keys": keys[1]}, locations=locations)
    (step,) = found["faults"]
    assert step["code"] == code


def test_a_key_that_a_proxy_replaces_by_its_own_is_told_from_a_wrong_key(steps):
    rules = 'proxy_set_header Host $http_host; proxy_set_header Authorization "Bearer sk-of-the-proxy-4713";'
    found = steps({"api_keys": KEY}, "--api-key", KEY, rules=rules)["key and model"]
    assert (found["outcome"], found["code"]) == ("fault", "key_replaced")
    assert "nginx puts another value there" in found["said"]


@pytest.mark.parametrize(
    ("settings", "said"), [({"api_keys": KEY}, "key: accepted"), ({}, "key: sent and not required")]
)
def test_a_key_that_is_not_required_is_not_called_accepted(steps, settings, said):
    assert said in steps(settings, "--api-key", KEY)["key and model"]["said"]


def test_servers_with_different_models_behind_one_address_are_named(steps):
    locations = "location / { proxy_pass http://pageglass; }"
    found = steps({}, beside={"model": "reader/other"}, locations=locations)
    assert [step["code"] for step in found["faults"]][:1] == ["models_of_some_servers"]
    assert "reader/fake-1, reader/other is in some lists only" in found["key and model"]["said"]


def test_a_proxy_that_closes_for_names_it_does_not_serve_is_told_from_a_port_without_a_listener(steps):
    found = steps({}, locations="location / { return 444; }")["answer"]
    assert (found["outcome"], found["code"]) == ("fault", "request_dropped")
    assert "server_name" in found["cure"]


@pytest.mark.parametrize("flags", [(), ("--model", "reader/other")])
def test_servers_with_different_models_are_called_by_the_model_that_was_asked_for(steps, flags):
    locations = "location / { proxy_pass http://pageglass; }"
    found = steps({}, *flags, beside={"model": "reader/other"}, locations=locations)
    assert {step["code"] for step in found["faults"]} == {"models_of_some_servers"}
    assert found["key and model"]["outcome"] == "fault"


CACHE = "proxy_cache_path cache keys_zone=kept:1m; proxy_cache_valid any 1m;"


@pytest.mark.parametrize("flags", [(), ("--api-key", KEY)])
@pytest.mark.parametrize("ignored", [False, True])
def test_a_cache_that_answers_in_the_servers_place_is_named(steps, ignored, flags):
    ignore = "proxy_ignore_headers Cache-Control Vary;" if ignored else ""
    rules = f"proxy_set_header Host $http_host; proxy_cache kept; {ignore}"
    found = steps({"api_keys": KEY} if flags else {}, *flags, outside=CACHE, rules=rules)
    assert [step["code"] for step in found["faults"]] == ["answers_cached"] * ignored
    if ignored:
        assert "proxy_cache off" in found["key and model"]["cure"]
        assert found["picture"]["outcome"] == "ok"


@pytest.mark.parametrize("basic", [False, True])
def test_a_page_in_the_place_of_the_servers_401_is_not_taken_for_a_password_of_the_proxy(steps, tmp_path, basic):
    (tmp_path / "users").touch()
    own = f"auth_basic x; auth_basic_user_file {tmp_path}/users;" if basic else ""
    page = "proxy_intercept_errors on; error_page 401 /no;"
    locations = f"location / {{ proxy_pass http://pageglass; {page} {own} }} location = /no {{ return 401; }}"
    found = steps({"api_keys": KEY}, "--api-key", OTHER, locations=locations)["answer"]
    assert found["code"] == ("proxy_wants_password" if basic else "proxy_answers_401")
    assert ("proxy_intercept_errors off" in found["cure"]) != basic


def test_a_port_that_expects_the_proxy_protocol_is_a_cause_of_dropped_requests(steps):
    found = steps({}, listening="proxy_protocol")["answer"]
    assert (found["outcome"], found["code"]) == ("fault", "request_dropped")
    assert "expects the PROXY protocol (listen ... proxy_protocol)" in found["cure"]
