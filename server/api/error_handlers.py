"""Renders errors: as a response, in Baidu's format for its clients; and notes what ends a running stream."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

from server.api.scope import RECORD
from server.errors import (
    EngineUnavailable,
    InternalError,
    InvalidAnswer,
    MethodNotAllowed,
    NotFound,
    PageglassError,
    RequestTimeout,
)
from server.observability.logging import RequestRecord, log_failure
from server.protocol.azure.answer import encode_azure_error
from server.protocol.azure.request import AZURE_PATH
from server.protocol.baidu.ocr import BAIDU_PATH, encode_baidu_error
from server.protocol.common import ErrorBody, ErrorObject
from server.values.wording import CHAT, RESPONSES

RESPONSES_PATH = "/v1/responses"
_OF_RESPONSES = {CHAT.conversation: RESPONSES.conversation, "logprobs": "include"}
_NOT_HERE = {
    "embeddings": "there are no embeddings here. Documents are read at /v1/ocr, /v1/chat/completions and /v1/responses",
    "completions": "there are no completions of bare text here. Use /v1/chat/completions or /v1/responses",
    "audio": "no audio is heard or spoken here. Documents are read at /v1/ocr, /v1/chat/completions and /v1/responses",
    "images": "no pictures are made here; they are read at /v1/ocr, /v1/chat/completions and /v1/responses",
    "moderations": "nothing is moderated here. Documents are read at /v1/ocr, /v1/chat/completions and /v1/responses",
    "rerank": "nothing is ranked here. Documents are read at /v1/ocr, /v1/chat/completions and /v1/responses",
    "assistants": "there are no assistants here. Use /v1/responses or /v1/chat/completions",
    "threads": "there are no threads here. Use /v1/responses with previous_response_id, or send the conversation",
    "vector_stores": "nothing is indexed or searched here. Files are stored at /v1/files",
    "uploads": "files are uploaded whole, at /v1/files",
    "batches": "there are no batches here yet. Send requests at once: they share the engine's batches",
    "fine_tuning": "no models are trained here. GET /v1/models lists those that are served",
    "realtime": "there are no realtime sessions here. Use /v1/responses with stream",
    "conversations": "conversations are kept by previous_response_id at /v1/responses alone",
    "videos": "no videos are made or read here. Send frames as pictures",
    "messages": "Anthropic's messages are not spoken here. Use /v1/chat/completions or /v1/responses",
    "api": "Ollama's API is not spoken here. Use /v1/chat/completions",
    "v1beta": "Gemini's API is not spoken here. Use /v1/chat/completions or /v1/responses",
    "formrecognizer": "use /documentintelligence/, its newer name",
}
_INTERNAL = "The server failed on this request, through no fault of yours. Send its x-request-id to the operator."


def error_response(error: PageglassError, scope: Scope) -> Response:
    """Render `error` as a response, and note it in the request's record."""
    record: RequestRecord = scope[RECORD]
    error = _in_words_of(error, scope)
    record.code, record.param = error.code, error.param
    record.outcome = "error"
    _note_tokens(record, error)
    headers = {"connection": "close"} if isinstance(error, RequestTimeout) else {}  # the body's rest may never come
    if scope["path"].startswith(BAIDU_PATH):  # its clients look at the body alone
        return JSONResponse(encode_baidu_error(error), headers=headers)
    azure = scope["path"].startswith(AZURE_PATH)
    if error.retry_after_s is not None or (error.retryable and error.status in {429, 503}):
        headers["retry-after"] = str(error.retry_after_s or 1)
    if (error.status == 429 or error.status >= 500) and not error.retryable:
        headers["x-should-retry"] = "false"
    body = encode_azure_error(error) if azure else error_body(error).model_dump()
    return JSONResponse(body, status_code=error.status, headers=headers)


def stream_error(error: Exception, scope: Scope) -> PageglassError:
    """Note what ended a stream, and give what its caller is to know; the detail of an unknown one goes to the log."""
    record: RequestRecord = scope[RECORD]
    known = _in_words_of(known_error(error, scope), scope)
    record.code, record.param = known.code, known.param
    record.outcome = "stream_error"
    _note_tokens(record, known)
    return known


def _in_words_of(error: PageglassError, scope: Scope) -> PageglassError:
    """Give the parts that an engine names as chat does the names that the route's door has for them."""
    if scope["path"].startswith(RESPONSES_PATH):
        error.param = _OF_RESPONSES.get(error.param or "", error.param)
    return error


def _note_tokens(record: RequestRecord, error: PageglassError) -> None:
    if isinstance(error, InvalidAnswer):
        record.prompt_tokens, record.completion_tokens = error.prompt_tokens, error.completion_tokens


def error_body(error: PageglassError) -> ErrorBody:
    """The wire form of `error`."""
    return ErrorBody(error=ErrorObject(message=error.message, type=error.type, param=error.param, code=error.code))


def known_error(error: Exception, scope: Scope) -> PageglassError:
    """Stand a fixed message in for an exception that is not ours, whose detail goes to the log."""
    if isinstance(error, PageglassError) and not isinstance(error, InternalError):
        return error
    log_failure(scope[RECORD], error)
    return InternalError(_INTERNAL)


def stopping() -> EngineUnavailable:
    """The error of a request that the server could not finish before it stopped."""
    return EngineUnavailable("The server is stopping and could not finish in time. Try again.", retry_after_s=1)


async def render_known(request: Request, error: Exception) -> Response:
    """Handle every `PageglassError` that a route raises."""
    return error_response(known_error(error, request.scope), request.scope)


async def render_routing(request: Request, error: Exception) -> Response:
    """Handle what the router itself raises: no such path, or not with this method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 405:
        allowed = _allowed(request)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": allowed})
        response = error_response(
            MethodNotAllowed(f"{request.url.path} does not support {request.method}. It supports: {allowed}."),
            request.scope,
        )
        response.headers["allow"] = allowed
        return response
    if status == 404:
        return error_response(NotFound(_nothing_here(request)), request.scope)
    return error_response(known_error(error, request.scope), request.scope)


def _allowed(request: Request) -> str:
    """The methods of all routes with the path: the router itself names those of the first alone."""
    scope = request.scope
    routes = [route for route in request.app.router.routes if route.matches(scope)[0] is not Match.NONE]
    methods = sorted({method for route in routes for method in getattr(route, "methods", None) or ()} - {"HEAD"})
    return ", ".join([*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"])


def _nothing_here(request: Request) -> str:
    path = request.url.path[:200]
    if path == "/":
        return "There is nothing at /. The API is under /v1, and /docs lists all paths."
    known = _paths(request.app.router.routes)
    if f"/v1{path}" in known:
        return f"There is nothing at {path}. Did you mean /v1{path}? The client's base_url must end in /v1."
    doubled = path.replace("/v1/v1/", "/v1/").replace("//", "/")
    if doubled != path and doubled in known:
        return f"There is nothing at {path}. Did you mean {doubled}? Look for a doubled part in the client's base_url."
    if said := _NOT_HERE.get(path.removeprefix("/v1").removeprefix("/").partition("/")[0]):
        return f"There is nothing at {path}. {said[0].upper()}{said[1:]}. All paths are listed at /docs."
    nearest = process.extractOne(path, known, scorer=fuzz.ratio)
    hint = f" The nearest is {nearest[0]}." if nearest else ""
    return f"There is nothing at {path}.{hint} All paths are listed at /docs."


def _paths(routes: Iterable[BaseRoute]) -> list[str]:
    """The paths that answer by themselves: those of mounted folders do not."""
    paths = [str(getattr(route, "path", "{")) for route in routes if not isinstance(route, Mount)]
    return [path for path in paths if "{" not in path]
