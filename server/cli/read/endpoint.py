"""Client of a running Pageglass: reads file by file through its /v1/ocr.

An error that concerns every file (the key, the task, the schema) ends the run at once.
"""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import httpx
from pydantic import ValidationError

from server.cli.calling import require_callable
from server.cli.read.in_process import ReadDocument, ReadingError, flag_of, has_pages
from server.cli.read.question import Question
from server.errors import ConfigurationError
from server.protocol.pageglass.ocr import OcrAnswer

_HINTS: Final = {
    401: " Pass it with --api-key, or as PAGEGLASS_API_KEY.",
    404: " The base URL of a Pageglass endpoint ends in /v1.",
}
_BUSY: Final = frozenset({429, 503})
_TRIES: Final = 5
_MOST_WAIT_S: Final = 60.0
_TIMEOUT: Final = httpx.Timeout(600, connect=10)  # long documents take minutes; the endpoint has its own limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A running endpoint. Without `model`, its main model is used."""

    base_url: str
    api_key: str | None = None
    model: str | None = None


@asynccontextmanager
async def read_there(endpoint: Endpoint, question: Question) -> AsyncIterator[ReadDocument]:
    """Connect to `endpoint` and yield a function that reads one file.

    Raises:
        ConfigurationError: the endpoint cannot be reached, refuses the key, or does not support the request.
    """
    require_callable(endpoint.api_key)
    base_url = complete_base_url(endpoint.base_url)
    headers = {"authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
    async with httpx.AsyncClient(base_url=f"{base_url}/", headers=headers, timeout=_TIMEOUT) as client:
        await _check_endpoint(client, base_url)

        async def read_document(name: str, data: bytes) -> OcrAnswer:  # noqa: ARG001 - the endpoint takes no names
            body = await asyncio.to_thread(_body, endpoint, question, data)
            try:
                answer = await _post(client, body)
            except httpx.TransportError as error:
                reason = str(error) or type(error).__name__
                raise ReadingError(f"The endpoint gave no answer: {without_password(reason)}.") from error
            return await asyncio.to_thread(_answer_of, answer)

        yield read_document


def complete_base_url(base_url: str) -> str:
    """Add the parts that are commonly left out of a base URL: the scheme and ``/v1``.

    Raises:
        ConfigurationError: it is not an http(s) address.
    """
    parts = parse_base_url(base_url, flag="--base-url: ")
    return parts.geturl() if parts.path else f"{parts.geturl()}/v1"


def parse_address(url: str) -> SplitResult | None:
    """Split an http(s) address without its trailing slash, by default an http one; None if it is not an address."""
    url = url.strip()
    try:
        parts = urlsplit((url if "://" in url else f"http://{url}").rstrip("/"))
        known = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # an invalid port, an unmatched bracket
        return None
    # "http:/127.0.0.1:8000", "http//127.0.0.1:8000" and "http://http://127.0.0.1:8000" have a scheme for a host.
    slipped = parts.hostname in {"http", "https"} and parts.port is None
    return parts if known and url.isprintable() and not slipped else None


def parse_base_url(url: str, *, flag: str = "") -> SplitResult:
    """Split the address of an endpoint, as `parse_address`; `flag` stands before what is said of a wrong one.

    Raises:
        ConfigurationError: it is not an http(s) address, or it has a query, in which people write their keys.
    """
    parts = parse_address(url)
    shown = re.sub(r"[?#].*", "", without_password(url.strip()), flags=re.DOTALL)
    if not url.strip():
        raise ConfigurationError(f"{flag}the address is empty. Is the variable that it comes from set?")
    if parts is None:
        raise ConfigurationError(f"{flag}{shown!r} is not an address like http://127.0.0.1:8000/v1.")
    if parts.query or parts.fragment or not set(url).isdisjoint("?#"):
        what = "a query (?...)" if "?" in url.partition("#")[0] else "a fragment (#...)"
        raise ConfigurationError(
            f"{flag}after {shown} there is {what}, which clients do not send as it is meant. Leave it out: an endpoint "
            "takes no settings there. Give a key with --api-key (api_key or OPENAI_API_KEY for the SDK)."
        )
    return parts


def without_password(url: str) -> str:
    """Strip user and password from `url`, for messages."""
    return re.sub(r"(?<=//)[^/]*@", "", url)


async def _check_endpoint(client: httpx.AsyncClient, base_url: str) -> None:
    """Check that the endpoint answers and accepts the key, before any file is read."""
    shown = without_password(base_url)
    try:
        answer = await client.get("models")
    except (httpx.TransportError, httpx.InvalidURL):
        raise ConfigurationError(
            f"--base-url: nothing answers at {shown}; `pageglass doctor {shown}` finds out why"
        ) from None
    if not answer.is_success:
        hint = _HINTS.get(answer.status_code, "")
        raise ConfigurationError(f"--base-url: {shown}/models: {_fault(answer)[0]}{hint}")


async def _post(client: httpx.AsyncClient, body: bytes) -> httpx.Response:
    """Post `body`; retry with backoff while the endpoint is busy, honouring Retry-After."""
    headers = {"content-type": "application/json"}
    for tried in range(1, _TRIES):
        answer = await client.post("ocr", content=body, headers=headers)
        if answer.status_code not in _BUSY:
            return answer
        await asyncio.sleep(_wait_of(answer, tried))
    return await client.post("ocr", content=body, headers=headers)


def _wait_of(answer: httpx.Response, tried: int) -> float:
    """Seconds to wait: those of Retry-After (RFC 9110, 10.2.3), else exponential backoff."""
    said = answer.headers.get("retry-after", "").strip()
    return min(_MOST_WAIT_S, float(said) if re.fullmatch(r"[0-9]{1,9}", said) else 2.0 ** (tried - 1))


def _body(endpoint: Endpoint, question: Question, data: bytes) -> bytes:
    # What it is shows in its bytes.
    image = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    body: dict[str, Any] = {"image": image, "task": question.task}
    if question.pages is not None and has_pages(data):
        body["pages"] = question.pages
    if question.fields:
        body["fields"] = question.fields
    if question.schema is not None:
        body["schema"] = question.schema
    if endpoint.model:
        body["model"] = endpoint.model
    return json.dumps(body, ensure_ascii=False).encode()


def _answer_of(answer: httpx.Response) -> OcrAnswer:
    if not answer.is_success:
        message, param = _fault(answer)
        shown = without_password(str(answer.url))
        if answer.status_code in {401, 403, 404}:
            raise ConfigurationError(f"--base-url: {shown}: {message}{_HINTS.get(answer.status_code, '')}")
        if flag := flag_of(param):
            raise ConfigurationError(f"{flag}{message}")
        raise ReadingError(message)
    try:
        return OcrAnswer.model_validate_json(answer.content)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"])) or "the answer"
        raise ReadingError(f"The endpoint's answer is not an answer of /v1/ocr: {place}: {fault['msg']}.") from error


def _fault(answer: httpx.Response) -> tuple[str, str | None]:
    """The endpoint's own message if it sent one, and the `param` that it refers to."""
    try:
        error = answer.json()["error"]
        return str(error["message"]), error.get("param")
    except (ValueError, TypeError, KeyError, AttributeError):
        said = " ".join(answer.text.split())[:200]
        return f"HTTP {answer.status_code} {answer.reason_phrase}. {said}".strip(), None
