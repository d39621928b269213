"""Doctor checks of the service: who answers, the right base_url, clock skew, liveness, readiness, models."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpx

from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.doctor.answers import (
    error_of,
    is_ours,
    json_of,
    meaning_of,
    models_of,
    plain_to_tls,
)
from server.cli.doctor.changes import arrived_path
from server.cli.doctor.later import (
    cached_in_between,
    explain,
    is_cached,
    key_of_some_servers,
    knows_key_at_times,
    models_in_some_lists,
    other_models,
)
from server.cli.doctor.proxy_answers import certificate_wanted, proxy_name
from server.cli.doctor.tls import speaks_tls, wants_certificate
from server.cli.doctor.visit import Target, Visit
from server.cli.doctor.way import says_anything, stays_open

_MOST_SKEW_S: Final = 60
_ENDPOINTS: Final = re.compile(r"/(chat/completions|completions|responses|models|ocr|embeddings)$")
_REACHED: Final = frozenset({401, 403, 429, 503})  # the path is right, even if access is refused


def find_api(visit: Visit) -> Finding:
    """Request the models where a client would, then at likely paths, to find what is wrong with a base_url."""
    answers: list[httpx.Response] = []
    for base_url in _candidates(visit.target):
        try:
            answer = visit.ask("GET", f"{base_url}/models")
        except httpx.RequestError as error:
            return _no_answer(visit.target, error)
        answers.append(answer)
        if _is_api(answer, base_url):
            visit.answer, visit.base_url, visit.behind = answer, base_url, proxy_name(answer)
            return _found(visit)
    return meaning_of(_most_telling(answers))


def compare_clocks(visit: Visit) -> Finding:
    """Check clock skew by the answer's Date; tokens with times (JWT) are refused if the clocks differ."""
    said = visit.answer.headers.get("date", "") if visit.answer else ""
    try:
        there = parsedate_to_datetime(said)
    except ValueError:
        return note("the answer has no Date to compare with")
    ahead = (there.replace(tzinfo=there.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    if abs(ahead) <= _MOST_SKEW_S:
        return ok("both clocks agree")
    by = f" ({visit.behind} writes it)" if visit.behind else ""
    return fault(
        "clock_skew",
        f"the other clock is {abs(ahead):,.0f} s {'ahead of' if ahead > 0 else 'behind'} this one{by}",
        "Set both by NTP (timedatectl set-ntp true): keys and tokens that expire are judged by the server's clock.",
    )


def ask_health(visit: Visit) -> Finding:
    """Check liveness."""
    answer = visit.ask("GET", f"{visit.base_url}/health")
    body = json_of(answer)
    if answer.is_success and isinstance(body, dict) and body.get("status") == "ok":
        return ok("the process is alive")
    return explain(visit, answer)


def ask_readiness(visit: Visit) -> Finding:
    """Check readiness of the engine; a proxy that passes only /v1 hides it."""
    answer = visit.ask("GET", f"{visit.base_url.removesuffix('/v1')}/ready")
    if answer.is_success and is_ours(answer):
        return ok("the engine is ready")
    if is_ours(answer) and answer.status_code != 404:
        return explain(visit, answer)
    arrived = arrived_path(str(error_of(answer).get("message"))) if is_ours(answer) else ""
    how = f" as it is: the server is asked for {arrived}" if arrived else ""
    return note(f"the proxy in front does not pass /ready on{how}", code="ready_hidden")


def ask_models(visit: Visit) -> Finding:
    """List the models with the key, and choose one."""
    answer = visit.ask("GET", f"{visit.base_url}/models")
    cached = is_cached(visit, answer)
    if not cached and knows_key_at_times(visit, answer):
        return key_of_some_servers()
    if not answer.is_success:
        found = explain(visit, answer)
        return _try_another_header(visit, found) if found.code in {"key_lost", "key_wrong"} else found
    names = [str(item.get("id")) for item in models_of(json_of(answer))]
    wanted = visit.target.model
    if cached or (differing := other_models(visit, set(names))):
        visit.model = wanted or next(iter(names), "")  # the steps that follow call it all the same
        return cached_in_between(visit) if cached else models_in_some_lists(differing)
    if wanted and wanted not in names:
        alias = visit.ask("GET", f"{visit.base_url}/models/{wanted}")
        if not alias.is_success:
            return explain(visit, alias)
    elif not names:
        return fault("no_models", "no model is listed for this key", "Ask the operator of the server what it may use.")
    visit.model = wanted or names[0]
    return ok(f"key: {_how_taken(visit)}; models: {', '.join(names)}")


def _how_taken(visit: Visit) -> str:
    """What became of the key; one that is not required proves nothing of the key."""
    if not visit.target.api_key:
        return "none sent, none required"
    if visit.without_key().ask("GET", f"{visit.base_url}/models").is_success:
        return "sent and not required" + (f", unless {visit.behind} adds one of its own" if visit.behind else "")
    return "accepted"


def _try_another_header(visit: Visit, lost: Finding) -> Finding:
    """Add to the finding of a lost or refused key whether it arrives in x-api-key, which the server takes as well."""
    answer = visit.ask("GET", f"{visit.base_url}/models", headers={"x-api-key": str(visit.target.api_key)})
    if not answer.is_success:
        return lost
    if lost.code == "key_wrong":
        return fault(
            "key_replaced",
            f"the key is right, and it does not arrive in Authorization: {visit.behind or 'something in between'} puts "
            "another value there",
            "Let it pass that header on unchanged (nginx: remove proxy_set_header Authorization), or send the key in "
            "the header x-api-key: default_headers={'x-api-key': KEY} for the SDK.",
        )
    also = "In the header x-api-key it does arrive: default_headers={'x-api-key': KEY} for the SDK."
    return replace(lost, cure=f"{lost.cure} {also}")


def _most_telling(answers: list[httpx.Response]) -> httpx.Response:
    """The first answer, unless it is not the server's and a later one is: best at a path that a client can mean."""

    def worth(answer: httpx.Response) -> tuple[bool, bool]:
        return is_ours(answer), is_ours(answer) and answer.request.url.path.endswith("/v1/models")

    return max(answers, key=worth)


def _candidates(target: Target) -> list[str]:
    """Base URLs to try, the given one first; one without a scheme may also lack /v1."""
    given = target.url
    cut = _ENDPOINTS.sub("", given)
    single = re.sub(r"(/v1)+", "/v1", cut)
    with_v1 = single if single.endswith("/v1") else f"{single}/v1"
    first = with_v1 if target.bare and not urlsplit(given).path else given
    # A proxy may serve it all under a prefix that is named like a route: /ocr.
    under = given if given.endswith("/v1") else f"{given}/v1"
    return list(dict.fromkeys([first, cut, single, with_v1, f"{target.origin}/v1", under]))


def _is_api(answer: httpx.Response, base_url: str) -> bool:
    """Whether this is the list of models, or an error of Pageglass at a path that can be right."""
    body = json_of(answer)
    if answer.is_success:
        listed = isinstance(body, dict) and body.get("object") == "list" and "x-request-id" in answer.headers
        return bool(listed) and not any(item.get("owned_by") == "vllm" for item in models_of(body))
    plausible = base_url.endswith("/v1") and not base_url.endswith("/v1/v1")
    return plausible and answer.status_code in _REACHED and is_ours(answer) and bool(error_of(answer))


def _found(visit: Visit) -> Finding:
    given, right = visit.target.url, visit.base_url
    between = f", behind {visit.behind}" if visit.behind else ""
    path = urlsplit(given).path
    cure = f"Set base_url to {right}."
    if given == right or (visit.target.bare and not path):
        return _found_as_given(visit, f"Pageglass answers at {right}{between}", cure)
    if "/v1/v1" in path:
        return fault("base_url_doubled_v1", f"base_url has /v1 twice: {visit.target.shown}", cure, blocks=False)
    if right == f"{given}/v1":
        return fault("base_url_without_v1", f"base_url lacks /v1: {visit.target.shown}", cure, blocks=False)
    if _ENDPOINTS.search(path):
        return fault(
            "base_url_names_endpoint", "base_url names a route, and clients add it themselves", cure, blocks=False
        )
    return fault("base_url_wrong_path", f"no route has the path {path}", cure, blocks=False)


def _found_as_given(visit: Visit, said: str, cure: str) -> Finding:
    """The address leads to the API: the doctor adds http:// to one that lacks it, and clients do not."""
    if not visit.target.bare:
        return ok(said)
    if visit.base_url != visit.target.url:  # host and port alone, which nobody takes for a base_url
        return note(f"{said}; clients need all of that address", code="base_url_in_short", cure=cure)
    typed = visit.target.shown.removeprefix("http://")
    return fault(
        "base_url_without_scheme", f"base_url lacks http://, and clients refuse it: {typed}", cure, blocks=False
    )


def _no_answer(target: Target, error: httpx.RequestError) -> Finding:
    """Something accepted the connection but sent no HTTP."""
    if target.scheme == "http" and speaks_tls(target):
        return plain_to_tls(target.shown)
    if wants_certificate(error):
        return certificate_wanted("the port")
    if isinstance(error, httpx.ProxyError):
        return fault("proxy_failed", f"the proxy does not go there: {error}", "Check HTTP_PROXY, or set NO_PROXY.")
    if isinstance(error, httpx.TimeoutException):
        return fault(
            "no_answer",
            "the connection is accepted, but no answer comes",
            "The process hangs or is stopped, or its connection backlog is full. Check its log.",
        )
    dropped = isinstance(error, httpx.ReadError) or "without sending a response" in str(error)
    if dropped and not says_anything(target):
        return _dropped(target)
    return fault(
        "not_http",
        f"the answer is not HTTP: {type(error).__name__}",
        "Another service has this port. Check host and port: the banner of pageglass serve shows both.",
    )


def _dropped(target: Target) -> Finding:
    """The connection was closed without an answer."""
    if stays_open(target):
        return fault(
            "request_dropped",
            "the connection is closed as soon as a request has come, without an answer",
            "A proxy does this for names that it does not serve (nginx: return 444): ask it by a name in its "
            f"server_name, or add {target.host} there. Or the port expects the PROXY protocol (listen ... "
            "proxy_protocol), which load balancers speak and clients do not. A server that crashes on requests does so "
            "too: see its log.",
        )
    return fault(
        "connection_dropped",
        "the connection is accepted and closed without an answer",
        "A mapped port (docker run -p) without a listener behind it does this: the server in there listens on the "
        "container's own 127.0.0.1 (start it with --host 0.0.0.0), on another port, or has ended.",
    )
