"""Troubles that people have with an endpoint, each produced on purpose in `trouble_lab`.

Each says how the call is made, what the caller sees of it (`sees`), and what the doctor has to call it (`doctor`).
"""

from dataclasses import dataclass, field

KEY = "the-right-key-4711"
EXPIRED, FOR_ANOTHER, USED_UP = "sk-expired-key", "sk-of-another-model", "sk-used-up"
OPEN, KEYED, SLOW, EARLY = "127.0.0.1:8000", "127.0.0.1:8001", "127.0.0.1:8002", "127.0.0.1:8003"
CONTAINER, FIREWALLED = "10.77.0.2", "10.77.0.3"
MAPPED_PORT = 9100
NGINX_PORTS = {
    "small bodies": 9001,
    "buffering": 9002,
    "impatient": 9003,
    "backend down": 9004,
    "web page": 9005,
    "self-signed": 9006,
    "expired certificate": 9007,
    "wrong name": 9008,
    "tls": 9009,
    "rate limit": 9010,
    "chat alone": 9011,
    "redirect": 9012,
    "password": 9013,
    "another service": 9014,
    "vllm": 9015,
    "sound": 9017,
}


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One trouble. `call` is how the caller asks; `where` is "here" for the doctor without an address, run in there."""

    name: str
    url: str
    sees: str
    doctor: str
    call: str = "sdk"
    key: str = "none"
    model: str = "pp-ocrv6-small"
    times: int = 1
    trusting: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    where: str = "there"


def _behind(name, *, tls=False):
    return f"http{'s' if tls else ''}://127.0.0.1:{NGINX_PORTS[name]}/v1"


NO_CONNECTION = "APIConnectionError"
TROUBLES = (
    Trouble(name="nothing is wrong", url=f"http://{OPEN}/v1", sees="200", doctor=""),
    Trouble(name="nothing is wrong, behind nginx", url=_behind("sound"), sees="200", doctor=""),
    Trouble(
        name="body sent as a form (requests: data=)",
        url=f"http://{OPEN}/v1",
        call="form",
        sees="415 unsupported_content_type",
        doctor="unsupported_content_type",
    ),
    Trouble(
        name="body compressed (Content-Encoding: gzip)",
        url=f"http://{OPEN}/v1",
        call="gzip",
        sees="415 unsupported_content_encoding",
        doctor="unsupported_content_encoding",
    ),
    Trouble(
        name="base64 without its data: prefix",
        url=f"http://{OPEN}/v1",
        call="bare base64",
        sees="200",
        doctor="prefix_not_needed",
    ),
    Trouble(name="base_url without /v1", url=f"http://{OPEN}", sees="404 not_found", doctor="base_url_without_v1"),
    Trouble(
        name="base_url with /v1 twice", url=f"http://{OPEN}/v1/v1", sees="404 not_found", doctor="base_url_doubled_v1"
    ),
    Trouble(
        name="base_url that names a route",
        url=f"http://{OPEN}/v1/chat/completions",
        sees="404 not_found",
        doctor="base_url_names_endpoint",
    ),
    Trouble(
        name="base_url with a wrong path", url=f"http://{OPEN}/api", sees="404 not_found", doctor="base_url_wrong_path"
    ),
    Trouble(
        name="a model that is not served",
        url=f"http://{OPEN}/v1",
        model="gpt-4o",
        sees="404 model_not_found",
        doctor="model_unknown",
    ),
    Trouble(
        name="no key", url=f"http://{KEYED}/v1", key="", call="no key", sees="401 missing_api_key", doctor="key_missing"
    ),
    Trouble(
        name="a wrong key", url=f"http://{KEYED}/v1", key="sk-wrong-key", sees="401 invalid_api_key", doctor="key_wrong"
    ),
    Trouble(
        name="an expired key",
        url=f"http://{KEYED}/v1",
        key=EXPIRED,
        sees="401 expired_api_key",
        doctor="key_expired",
    ),
    Trouble(
        name="a model that the key is not for",
        url=f"http://{KEYED}/v1",
        key=FOR_ANOTHER,
        sees="403 model_not_allowed",
        doctor="model_not_for_key",
    ),
    Trouble(
        name="a limit on requests hit, the server's own",
        url=f"http://{KEYED}/v1",
        key=USED_UP,
        times=2,
        sees="429 rate_limit_exceeded",
        doctor="rate_limited",
    ),
    Trouble(
        name="a body over the server's own limit",
        url=f"http://{OPEN}/v1",
        call="large",
        sees="413 request_too_large",
        doctor="own_body_limit",
    ),
    Trouble(
        name="a body over a proxy's limit (1 MB)",
        url=_behind("small bodies"),
        call="large",
        sees="413",
        doctor="proxy_body_limit",
    ),
    Trouble(
        name="a limit on requests hit, at a proxy",
        url=_behind("rate limit"),
        times=3,
        sees="429",
        doctor="proxy_rate_limit",
    ),
    Trouble(
        name="a stream held back by a proxy",
        url=_behind("buffering"),
        call="stream",
        sees="200, all at once",
        doctor="stream_buffered",
    ),
    Trouble(name="a proxy that stops waiting", url=_behind("impatient"), sees="504", doctor="proxy_timeout"),
    Trouble(name="nothing behind the proxy", url=_behind("backend down"), sees="502", doctor="proxy_backend_down"),
    Trouble(
        name="a proxy without a route for all of /v1",
        url=_behind("chat alone"),
        sees="200",
        doctor="proxy_has_no_route",
    ),
    Trouble(name="a proxy that redirects to https", url=_behind("redirect"), sees=NO_CONNECTION, doctor="redirected"),
    Trouble(name="a proxy that wants a password", url=_behind("password"), sees="401", doctor="proxy_wants_password"),
    Trouble(name="a web page's port taken for the API's", url=_behind("web page"), sees="405", doctor="web_page"),
    Trouble(name="another service on the port", url=_behind("another service"), sees="404", doctor="another_service"),
    Trouble(name="vLLM's own server on the port", url=_behind("vllm"), sees="404 404", doctor="vllm_server"),
    Trouble(name="nothing listens", url="http://127.0.0.1:8999/v1", sees=NO_CONNECTION, doctor="connection_refused"),
    Trouble(
        name="server on 127.0.0.1 of its container, asked at a mapped port",
        url=f"http://127.0.0.1:{MAPPED_PORT}/v1",
        sees=NO_CONNECTION,
        doctor="connection_dropped",
    ),
    Trouble(
        name="server on 127.0.0.1 of its container, asked from outside",
        url=f"http://{CONTAINER}:8000/v1",
        sees=NO_CONNECTION,
        doctor="connection_refused",
    ),
    Trouble(
        name="the same, asked in the container",
        url=f"http://{CONTAINER}:8000/v1",
        sees=NO_CONNECTION,
        doctor="loopback_in_container",
        where="here",
    ),
    Trouble(
        name="a firewall that drops packets",
        url=f"http://{FIREWALLED}:8001/v1",
        sees="APITimeoutError",
        doctor="connection_timed_out",
    ),
    Trouble(
        name="a name that does not resolve",
        url="http://pageglass.nowhere:8000/v1",
        sees=NO_CONNECTION,
        doctor="name_not_resolved",
    ),
    Trouble(
        name="HTTP_PROXY that swallows localhost",
        url=f"http://{OPEN}/v1",
        environment={"HTTP_PROXY": "http://127.0.0.1:8999"},
        sees=NO_CONNECTION,
        doctor="proxy_swallows_local",
    ),
    Trouble(
        name="a certificate that is not trusted",
        url=_behind("self-signed", tls=True),
        sees=NO_CONNECTION,
        doctor="tls_not_trusted",
    ),
    Trouble(
        name="a certificate that has expired",
        url=_behind("expired certificate", tls=True),
        trusting=True,
        sees=NO_CONNECTION,
        doctor="tls_expired",
    ),
    Trouble(
        name="a certificate for another name",
        url=_behind("wrong name", tls=True),
        trusting=True,
        sees=NO_CONNECTION,
        doctor="tls_wrong_name",
    ),
    Trouble(
        name="https spoken to a port of http", url=f"https://{OPEN}/v1", sees=NO_CONNECTION, doctor="https_to_http_port"
    ),
    Trouble(name="http spoken to a port of https", url=_behind("tls"), sees="400", doctor="http_to_https_port"),
    Trouble(name="clocks an hour apart", url=f"http://{EARLY}/v1", sees="200", doctor="clock_skew"),
)
