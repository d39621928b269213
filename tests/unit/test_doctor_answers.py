import json

import httpx
import pytest

from server.cli.doctor.answers import meaning_of
from server.cli.doctor.proxy_answers import proxy_name

NGINX = (
    "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr><center>nginx</center></body></html>"
)
OURS = {"content-type": "application/json", "x-request-id": "req_1"}
HTML = {"content-type": "text/html"}


def answer(status, headers, body):
    request = httpx.Request("GET", "http://front.example/v1/models")
    text = json.dumps(body) if isinstance(body, dict) else body
    return httpx.Response(status, headers=headers, text=text, request=request)


def error(code, message="why"):
    return {"error": {"message": message, "type": "t", "param": None, "code": code}}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (answer(413, HTML, NGINX.format("413 Request Entity Too Large")), "proxy_body_limit"),
        (answer(413, {"server": "cloudflare", **HTML}, "<html>413 Payload Too Large</html>"), "proxy_body_limit"),
        (
            answer(413, {"server": "nginx"} | {"content-type": "application/json"}, error("request_too_large")),
            "proxy_body_limit",
        ),
        (
            answer(502, {"server": "nginx", "content-type": "application/json"}, error("engine_unavailable")),
            "proxy_backend_down",
        ),
        (answer(502, {"server": "awselb/2.0", **HTML}, "<html>502</html>"), "proxy_backend_down"),
        (
            answer(503, {"server": "envoy"}, "upstream connect error or disconnect/reset before headers"),
            "proxy_refuses",
        ),
        (
            answer(
                503, HTML, "<html><body><h1>503 Service Unavailable</h1>No server is available to handle this request."
            ),
            "proxy_refuses",
        ),
        (answer(504, HTML, NGINX.format("504 Gateway Time-out")), "proxy_timeout"),
        (answer(401, {"via": "1.1 caddy", **HTML}, "no"), "proxy_answers_401"),
        (answer(401, {"via": "1.1 caddy", "www-authenticate": "Bearer", **HTML}, "no"), "proxy_answers_401"),
        (answer(401, {"via": "1.1 caddy", "www-authenticate": 'Basic realm="x"'}, "no"), "proxy_wants_password"),
        (answer(401, {"server": "Apache", "www-authenticate": "Digest realm=x", **HTML}, "no"), "proxy_wants_password"),
        (answer(400, HTML, "<center>The plain HTTP request was sent to HTTPS port</center>"), "http_to_https_port"),
        (answer(308, {"location": "https://front.example/v1/models"}, ""), "redirected"),
        (answer(404, HTML, "<html><title>Home</title></html>"), "web_page"),
        (answer(404, {"content-type": "application/json"}, {"detail": "Not Found"}), "another_service"),
        (answer(404, {"content-type": "application/json"}, {"object": "error", "message": "no"}), "vllm_server"),
        (answer(401, OURS, error("missing_api_key")), "key_missing"),
        (answer(401, OURS, error("expired_api_key")), "key_expired"),
        (answer(401, OURS, error("invalid_api_key", "The token has expired.")), "key_expired"),
        (answer(403, OURS, error("model_not_allowed")), "model_not_for_key"),
        (answer(429, OURS, error("insufficient_quota")), "quota_used_up"),
        (answer(503, OURS, error("engine_unavailable")), "engine_not_ready"),
        (answer(502, {"server": "nginx", **OURS}, error("invalid_answer")), "invalid_answer"),
    ],
)
def test_who_wrote_an_answer_and_why(given, code):
    meaning = meaning_of(given)
    assert meaning.code == code
    assert meaning.said
    assert meaning.cure


def test_pageglass_itself_names_no_software():
    assert proxy_name(answer(200, OURS, {"object": "list"})) == ""
    assert proxy_name(answer(200, OURS | {"server": "openresty/1.25"}, {"object": "list"})) == "nginx"


def asked(path, headers=None):
    return httpx.Request("GET", f"http://me:pass@front.example{path}", headers=headers)


@pytest.mark.parametrize(
    ("request_", "code", "message", "meant"),
    [
        (asked("/ocr/v1/models"), "not_found", "There is nothing at /ocr/v1/models. All", "proxy_keeps_prefix"),
        (asked("/v1/models"), "not_found", "There is nothing at /models. Did you", "proxy_cuts_path"),
        (asked("/v1/models"), "not_found", "There is nothing at /v1/v1/models. Did you", "proxy_adds_path"),
        (asked("/v1/models"), "not_found", "There is nothing at /api/models. All", "proxy_changes_path"),
        (asked("/v1/models"), "not_found", "There is nothing at /v1/models. All", "wrong_path"),
        (asked("/models"), "not_found", "There is nothing at /models. Did you", "wrong_path"),
        (asked("/v1/models"), "not_found", f"There is nothing at /{'x' * 199}. All", "wrong_path"),
        (asked("/v1/models"), "not_found", "other words", "wrong_path"),
        (asked("/v1/models", {"authorization": "Bearer k"}), "missing_api_key", "none", "key_lost"),
        (asked("/v1/models", {"authorization": "Basic k"}), "missing_api_key", "none", "key_missing"),
        (asked("/v1/models"), "missing_api_key", "none", "key_missing"),
        (asked("/v1/models"), "host_not_allowed", "Requests to the host name 'other' are refused.", "host_changed"),
        (
            asked("/v1"),
            "host_not_allowed",
            "Requests to the host name 'front.example' are refused.",
            "host_not_allowed",
        ),
    ],
)
def test_what_was_sent_is_compared_with_what_arrived(request_, code, message, meant):
    found = meaning_of(httpx.Response(404, headers=OURS, json=error(code, message), request=request_))
    assert found.code == meant
    assert found.cure
    assert "me:pass" not in found.said + found.cure
