"""What a proxy in front of the API answers by itself, and what is wrong there; Pageglass names no software."""

import re
from typing import Final

import httpx

from server.cli.checks.finding import Finding, fault

_PROXIES: Final = {
    "nginx": "nginx",
    "openresty": "nginx",
    "caddy": "Caddy",
    "envoy": "Envoy",
    "istio": "Envoy",
    "traefik": "Traefik",
    "haproxy": "HAProxy",
    "awselb": "the AWS load balancer",
    "cloudflare": "Cloudflare",
    "apache": "Apache",
}
_PAGES: Final = {  # error pages of proxies that send no Server header
    "<center>nginx": "nginx",
    "upstream connect error": "Envoy",
    "no server is available to handle this request": "HAProxy",
}
_PASSWORD: Final = re.compile(r"(?:basic|digest)\b", re.IGNORECASE)
_NO_CERTIFICATE: Final = ("No required SSL certificate was sent", "The SSL certificate error")
"""nginx's pages for its codes 495 and 496, which it sends as 400."""


def proxy_name(answer: httpx.Response) -> str:
    """The proxy that an answer came through, empty if unknown; Pageglass itself sends no Server header."""
    server = answer.headers.get("server", "").lower()
    named = next((name for word, name in _PROXIES.items() if word in server), "")
    if named or "via" in answer.headers:
        return named or "a proxy"
    if "text/event-stream" in answer.headers.get("content-type", ""):
        return ""  # its body has not arrived yet
    page = answer.text[:2000].lower()
    return next((name for words, name in _PAGES.items() if words in page), "")


def has_meaning(status: int) -> bool:
    """Whether proxies answer with `status` by themselves."""
    return status in _OF_PROXIES


def meaning_of_proxy(answer: httpx.Response, proxy: str, *, reached: bool) -> Finding:
    """Explain an answer that `proxy` wrote; `reached` is whether Pageglass has answered before at this address."""
    status = answer.status_code
    if status == 400 and any(words in answer.text for words in _NO_CERTIFICATE):
        return certificate_wanted(proxy)
    if status == 503 and reached and proxy == "nginx":  # it has no other reason: a lost server is 502 there
        return _own_limit(status, proxy)
    if status == 401 and not _PASSWORD.match(answer.headers.get("www-authenticate", "")):
        return _unauthorized(proxy)
    code, said, cure = _OF_PROXIES[status]
    return fault(code, f"{proxy} itself answers {status}: {said}", cure)


def answered_between(answer: httpx.Response) -> Finding:
    """Explain an answer that is not Pageglass's, at an address where Pageglass has answered before."""
    who, status = proxy_name(answer), answer.status_code
    if status == 500 and answer.request.method == "POST":
        return fault(
            "proxy_cannot_store",
            f"{who or 'a proxy'} itself answers 500 to a body that it has to put on disk; small ones pass, and "
            "Pageglass has answered before",
            "Look into its error log: the folder of its client_body_temp_path cannot be written by its user, or the "
            "disk is full.",
        )
    title = title_of(answer)
    named = f", titled {title!r}" if title else ""
    return fault(
        "answered_between",
        f"{who or 'something in between'} answers {status}{named}, and not Pageglass, which has answered before at "
        "this address",
        "Host and port are right. Look into the log and the rules of what stands in between (a proxy, a firewall, "
        "another server behind the same address).",
    )


def certificate_wanted(who: str) -> Finding:
    """The other side wants a certificate of the client, which none has sent."""
    return fault(
        "client_certificate_wanted",
        f"{who} wants a certificate of the client (mutual TLS), and none was sent",
        "Give the client one (http_client=httpx.Client(cert=(FILE, KEY)) for the SDK, curl --cert FILE --key KEY), or "
        "let it want none, since Pageglass checks keys itself: in nginx ssl_verify_client off; or, where other "
        "locations need it, optional, with a check of $ssl_client_verify there and none for /v1.",
    )


def title_of(answer: httpx.Response) -> str:
    """The title of a web page; empty if there is none."""
    found = re.search(r"<title>([^<]{1,80})", answer.text[:4000])
    return found[1].strip() if found else ""


def _unauthorized(proxy: str) -> Finding:
    """A 401 by the proxy that asks for no password: perhaps it stands for the server's own."""
    return fault(
        "proxy_answers_401",
        f"{proxy} itself answers 401: it wants a sign-in of its own, or replaces the server's answers by its own "
        "pages, and the key may be wrong",
        "Check the key. Let it pass /v1 without a sign-in, and the server's answers as they are (in nginx "
        "proxy_intercept_errors off; for /v1).",
    )


def _own_limit(status: int, proxy: str) -> Finding:
    return fault(
        "proxy_rate_limit",
        f"{proxy} itself answers {status}: its own limit on requests is hit, since one before has passed.",
        "Send fewer, or raise its limit: limit_req (rate=, burst=, nodelay) or limit_conn. limit_req_status 429; and "
        "limit_conn_status 429; tell clients that it is a limit.",
    )


_OF_PROXIES: Final = {
    400: ("proxy_bad_request", "it does not understand the request.", "Check that http or https fits the port."),
    401: ("proxy_wants_password", "it requires its own password.", "Let it pass /v1 without one, or log in there."),
    403: ("proxy_forbids", "it does not admit this address or path.", "Look for deny, allow or a WAF in its rules."),
    404: (
        "proxy_has_no_route",
        "it has no route for this path.",
        "Pass /v1 on: location /v1/ { proxy_pass ...; }. A prefix of its own belongs into base_url: HOST/PREFIX/v1.",
    ),
    413: (
        "proxy_body_limit",
        "its limit on bodies is smaller than the server's.",
        "Raise it: client_max_body_size 65m; in nginx, nginx.ingress.kubernetes.io/proxy-body-size at its ingress.",
    ),
    429: ("proxy_rate_limit", "its own limit on requests is hit.", "Send fewer, or raise its limit (limit_req)."),
    502: (
        "proxy_backend_down",
        "the server behind it does not answer.",
        (
            "Start Pageglass, and check the address in proxy_pass: http://, not https://; inside a container "
            "127.0.0.1 is the container itself."
        ),
    ),
    503: (
        "proxy_refuses",
        "it has no server to pass the request to, or its own limit on requests is hit.",
        "Check its log; in nginx look for limit_req, limit_conn and return 503.",
    ),
    504: (
        "proxy_timeout",
        "it stops waiting before the answer is there.",
        "Raise proxy_read_timeout above PAGEGLASS_REQUEST_TIMEOUT_S (300 s), or stream the answer.",
    ),
}
