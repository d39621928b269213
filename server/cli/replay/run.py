"""`pageglass replay`: sends a recorded request again and shows how the answer differs."""

from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
from rich.text import Text

from server.api.recording.exchange import Exchange, header, read_exchange
from server.cli.calling import require_callable
from server.cli.console import make_console, print_json
from server.cli.read.endpoint import complete_base_url, without_password
from server.cli.replay.difference import Answer, Difference, differences
from server.errors import ConfigurationError

_OF_THE_CONNECTION: Final = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "expect", "accept-encoding", "x-request-id", "te"}
)
_MASKED: Final = "***"
_TIMEOUT: Final = httpx.Timeout(600, connect=10)


def replay(file: Path, *, base_url: str | None, api_key: str | None, as_json: bool) -> int:
    """Send the request in `file` again; returns the exit code, 1 if the answer differs.

    Raises:
        ConfigurationError: the file is not a complete exchange, or nothing answers.
    """
    exchange = _open(file)
    url = _address(exchange, base_url)
    now = _send(exchange, url, api_key, named=base_url is not None)
    had_key = any(value == _MASKED for _, value in exchange.headers)
    refused = now.status == HTTPStatus.UNAUTHORIZED != exchange.status
    if refused and had_key and not api_key:
        raise ConfigurationError(
            "The server requires a key, and the recorded one is masked. Pass one: --api-key, or PAGEGLASS_API_KEY."
        )
    found = list(differences(_recorded(exchange), now))
    if as_json:
        report = {"file": str(file), "url": without_password(url), "same": not found}
        print_json(report | {"differences": [asdict(one) for one in found]})
    else:
        _print(exchange, without_password(url), found)
    return 1 if found else 0


def _open(file: Path) -> Exchange:
    try:
        exchange = read_exchange(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror or error}.") from None
    except ValueError as error:
        raise ConfigurationError(f"{file} is not an exchange recorded by pageglass serve --record: {error}.") from None
    if exchange.body_cut:
        raise ConfigurationError(
            f"{file}: the request's body is incomplete, so it cannot be sent again: it was larger than "
            "PAGEGLASS_RECORD__MAX_BODY_BYTES, or refused before it was read."
        )
    return exchange


def _address(exchange: Exchange, base_url: str | None) -> str:
    """The URL to send to: under `base_url`, which ends in /v1, or the recorded one."""
    if base_url is None:
        host = header(exchange.headers, "host")
        if not host:
            raise ConfigurationError("The request names no host. Pass --base-url.")
        scheme = "https" if header(exchange.headers, "x-forwarded-proto") == "https" else "http"
        return _under(f"{scheme}://{host}", exchange.target)
    return _under(complete_base_url(base_url).removesuffix("/v1"), exchange.target)


def _under(root: str, target: str) -> str:
    """The URL of `target` at `root`. Threat: the recorded client chose the target, which could name another host."""
    if not target.startswith("/") or target.startswith("//"):
        raise ConfigurationError(f"The request was for {target[:60]!r}, which is not a path, so it is not sent again.")
    return root + target


def _send(exchange: Exchange, url: str, api_key: str | None, *, named: bool) -> Answer:
    """Send again; `named` is whether the operator named the endpoint."""
    headers = [pair for pair in exchange.headers if pair[0] not in _OF_THE_CONNECTION and pair[1] != _MASKED]
    local = urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}
    if api_key and not (local or named):
        raise ConfigurationError(
            f"The recorded request itself names {without_password(url)}, and a key is not sent to an address that a "
            "caller chose. Pass --base-url."
        )
    require_callable(api_key, trust_env=not local)
    if api_key:
        headers.append(("authorization", f"Bearer {api_key}"))
    try:
        with httpx.Client(timeout=_TIMEOUT, trust_env=not local) as client:
            answer = client.request(exchange.method, url, headers=headers, content=exchange.body)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise ConfigurationError(
            f"No answer from {without_password(url)} ({type(error).__name__}). Choose the endpoint with --base-url; "
            "`pageglass doctor` diagnoses the connection."
        ) from None
    pairs = tuple((name.lower(), value) for name, value in answer.headers.multi_items())
    return Answer(status=answer.status_code, headers=pairs, body=answer.content)


def _recorded(exchange: Exchange) -> Answer:
    return Answer(
        status=exchange.status or 0,
        headers=exchange.answer_headers,
        body=exchange.answer,
        whole=exchange.whole and not exchange.answer_cut,
    )


def _print(exchange: Exchange, url: str, found: list[Difference]) -> None:
    console = make_console()
    console.print(Text(f"{exchange.method} {url}, recorded {exchange.began} as {exchange.request_id}", style="bold"))
    for one in found:
        console.print(Text(one.where, style="bold"), soft_wrap=True)
        for line in one.lines():
            style = {"-": "red", "+": "green"}.get(line[:1], "")
            console.print(Text(f"  {line}", style=style), soft_wrap=True)
    summary = {0: "The answer is the same.", 1: "1 difference."}.get(len(found), f"{len(found)} differences.")
    console.print(Text(summary, style="bold"))
