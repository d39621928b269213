"""Classifies an HTTP answer: written by Pageglass, by a proxy in front of it, or by another service on the port."""

import re
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx

from server.cli.checks.finding import Finding, fault
from server.cli.doctor.changes import explain_change
from server.cli.doctor.proxy_answers import answered_between, has_meaning, meaning_of_proxy, proxy_name, title_of
from server.cli.doctor.refused_key import explain_refused_key

_LOGIN: Final = re.compile(
    r"(?<![a-z])(?:log-?_?in|sign-?_?in|sso|saml2?|oauth2?|oidc|openid|auth|authorize|accounts?|idp|adfs|cas)(?![a-z])",
    re.IGNORECASE,
)
_WAY_BACK: Final = re.compile(
    r"(?:^|&)(?:redirect_ur[il]|redirect|return_?(?:to|url)?|rd|next|continue|response_type|SAMLRequest|service)=",
    re.IGNORECASE,
)
_TLS_PORT: Final = "plain HTTP request was sent to HTTPS port"


def json_of(answer: httpx.Response) -> Any:
    """The JSON of an answer; None if the body is not JSON."""
    try:
        return answer.json()
    except ValueError:
        return None


def models_of(body: Any) -> list[dict[str, Any]]:
    """The model ids, if the body is a list of models."""
    listed = body.get("data") if isinstance(body, dict) else None
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def error_of(answer: httpx.Response) -> dict[str, Any]:
    """OpenAI's error object; empty if the answer has none."""
    body = json_of(answer)
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def is_ours(answer: httpx.Response) -> bool:
    """Whether Pageglass wrote the answer: JSON or events under a request id."""
    kind = answer.headers.get("content-type", "")
    return "x-request-id" in answer.headers and kind.startswith(("application/json", "text/event-stream"))


def meaning_of(answer: httpx.Response, *, reached: bool = False) -> Finding:
    """Explain an answer that is an error, or not Pageglass's.

    `reached` is whether Pageglass has answered before at this address, so that host and port are right.
    """
    not_ours = answered_between if reached else _other_service
    if answer.is_success:
        return not_ours(answer)
    if 300 <= answer.status_code < 400:
        return _redirect(answer)
    if is_ours(answer) and error_of(answer):
        return _our_error(answer)
    if _TLS_PORT in answer.text:
        return plain_to_tls(str(answer.url))
    if (proxy := proxy_name(answer)) and _by_proxy(answer):
        return meaning_of_proxy(answer, proxy, reached=reached)
    return not_ours(answer)


def _by_proxy(answer: httpx.Response) -> bool:
    """Whether a proxy wrote this itself: a page, or the error object that deploy/nginx.conf writes."""
    if error_of(answer):
        return answer.status_code in {400, 413, 429, 502, 503, 504}
    return not json_of(answer) and has_meaning(answer.status_code)


def plain_to_tls(url: str) -> Finding:
    """Plain HTTP was sent to a TLS port."""
    cure = f"Use https: {re.sub('^http:', 'https:', url).removesuffix('/models')}."
    return fault("http_to_https_port", "the port speaks TLS, and the address is http://", cure)


def _other_service(answer: httpx.Response) -> Finding:
    body = json_of(answer)
    cure = "Check host and port: the banner of pageglass serve shows both; the default port is 8000."
    if "html" in answer.headers.get("content-type", ""):
        title = title_of(answer)
        named = f", titled {title!r}" if title else ""
        said = f"a web page answers ({answer.status_code}{named}): this port serves a web page, not the API"
        return fault("web_page", said, cure)
    if _is_vllm(body):
        said = "vLLM's own server answers, not Pageglass in front of it"
        return fault("vllm_server", said, f"Use Pageglass's port. {cure}")
    kind = answer.headers.get("content-type", "nothing").partition(";")[0]
    named = answer.headers.get("server", "")
    said = f"another service answers: {answer.status_code} with {kind}" + (f" by {named[:60]}" if named else "")
    return fault("another_service", said, cure)


def _is_vllm(body: Any) -> bool:
    if any(item.get("owned_by") == "vllm" for item in models_of(body)):
        return True
    return isinstance(body, dict) and body.get("object") == "error" and "message" in body


def _redirect(answer: httpx.Response) -> Finding:
    to = answer.headers.get("location", "")[:200]
    if _leads_to_login(str(answer.url), to):
        return fault(
            "login_page",
            f"{proxy_name(answer) or 'the server'} redirects to a login page, {to.partition('?')[0]} "
            f"({answer.status_code}): a sign-in for people stands before the API, and programs cannot pass it",
            'Let /v1 past it, since Pageglass checks keys itself (in oauth2-proxy: skip_auth_routes = ["^/v1/"]; in '
            "Cloudflare Access: a bypass policy or a service token), or ask the server's own address behind it.",
        )
    return fault(
        "redirected",
        f"{proxy_name(answer) or 'the server'} redirects to {to} ({answer.status_code})",
        f"Set base_url to {to.removesuffix('/models')}: a client that follows a redirect turns a POST into a GET.",
    )


def _leads_to_login(asked: str, to: str) -> bool:
    """Whether a redirect goes to a sign-in: by the words of its path, or because it takes the way back along."""
    here, there = urlsplit(asked), urlsplit(urljoin(asked, to))
    if (there.path.rstrip("/"), there.query) == (here.path.rstrip("/"), here.query):
        return False  # the same page elsewhere: https, another host, a slash
    return bool(_LOGIN.search(there.path) or _LOGIN.search(there.hostname or "") or _WAY_BACK.search(there.query))


def _our_error(answer: httpx.Response) -> Finding:
    error = error_of(answer)
    code, message = str(error.get("code")), str(error.get("message"))
    if "expired" in code or (answer.status_code == 401 and "expired" in message):
        return fault("key_expired", message, "Get a new key from the operator of the server.")
    if code == "invalid_api_key":
        return explain_refused_key(message, answer.request)
    if changed := explain_change(code, message, answer.request, between=proxy_name(answer)):
        return changed
    name, cure = _OF_OURS.get(code, (code, "See docs/errors.md for this code."))
    return fault(name, message, cure)


_OF_OURS: Final = {
    "missing_api_key": ("key_missing", "Give the key: --api-key here, api_key=... or OPENAI_API_KEY for the SDK."),
    "model_not_found": ("model_unknown", "Use one of the models that the message lists."),
    "model_not_allowed": ("model_not_for_key", "Use a model that GET /v1/models lists for this key, or another key."),
    "limits_unavailable": (
        "limits_uncounted",
        "The server's Redis does not count (it is down, or refuses): `pageglass doctor` on the server says why.",
    ),
    "rate_limit_exceeded": ("rate_limited", "Wait as long as Retry-After says, or ask for a higher limit."),
    "insufficient_quota": ("quota_used_up", "Wait until the quota resets, or ask for a larger one."),
    "request_too_large": (
        "own_body_limit",
        "Send fewer or smaller pictures. The operator can raise PAGEGLASS_MAX_BODY_BYTES.",
    ),
    "not_found": ("wrong_path", "Set the client's base_url to the address that ends in /v1."),
    "engine_unavailable": ("engine_not_ready", "Wait until GET /ready succeeds; the server's log shows its progress."),
    "overloaded": ("overloaded", "Send fewer requests at once, or raise the server's queue (PAGEGLASS_MAX_QUEUE)."),
    "too_many_connections": (
        "too_many_connections",
        "Close connections that are idle. The operator can raise PAGEGLASS_CONNECTIONS__MAX_OPEN and MAX_PER_ADDRESS.",
    ),
    "timeout": (
        "engine_timeout",
        "Send fewer or smaller pictures. The operator can raise PAGEGLASS_REQUEST_TIMEOUT_S.",
    ),
    "host_not_allowed": (
        "host_not_allowed",
        "Do what the message says where the server runs, or ask it by its address.",
    ),
    "invalid_json": ("invalid_json", "Something in between changed the request, or it is plain HTTP to a TLS port."),
}
