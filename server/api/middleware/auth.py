"""Authentication middleware: keys if they are required, else a guard against web pages and foreign host names.

Threat: without keys the endpoint trusts its network, but web pages of any site run inside that network (CSRF, DNS
rebinding). The browser reveals them: by a page's `Origin`, and by the `Host` of a name that was pointed at this address
after the page was loaded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, QueryParams
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from server.access.caller import Caller
from server.access.key_store import KeyStore
from server.api.baidu_token import BaiduTokens
from server.api.error_handlers import error_response
from server.api.guarded_paths import needs_key
from server.api.middleware.rate_limit_headers import STANDING_HEADERS
from server.api.scope import CALLER, RECORD
from server.errors import Forbidden, PageglassError, Unauthorized
from server.protocol.baidu.ocr import BAIDU_PATH

_DOCS = ("/docs", "/openapi.json")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_OTHER_HEADERS = ("x-api-key", "api-key", "ocp-apim-subscription-key")
_EXPOSED = ("x-request-id", "x-pageglass-ignored", "retry-after", "x-should-retry", *STANDING_HEADERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPaths:
    """Paths outside the API that also require a key."""

    metrics: bool
    docs: bool

    def include(self, path: str) -> bool:
        """Whether `path` is one of them."""
        return (self.metrics and path == "/metrics") or (self.docs and path.startswith(_DOCS))


class KeyGuard:
    """Authenticates the caller on every path of the API except health, and puts it into the scope."""

    def __init__(self, app: ASGIApp, *, keys: KeyStore, baidu_tokens: BaiduTokens, others: OtherPaths) -> None:
        self.app = app
        self._keys = keys
        self._baidu_tokens = baidu_tokens
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it carries a valid key, or none is required."""
        if scope["type"] == "http":
            try:
                caller = self._identify(scope)
            except Unauthorized as error:
                response = error_response(error, scope)
                response.headers["www-authenticate"] = "Bearer"
                await response(scope, receive, send)
                return
            if caller:
                scope[CALLER], scope[RECORD].key = caller, caller.name
        await self.app(scope, receive, send)

    def _identify(self, scope: Scope) -> Caller | None:
        """The caller; None if the path needs none."""
        path, headers = scope["path"], Headers(scope=scope)
        if path.startswith(BAIDU_PATH):  # its clients use their own access tokens
            token = QueryParams(scope["query_string"]).get("access_token", "")
            return self._baidu_tokens.check(token, headers.get("authorization", ""))
        if needs_key(path) or self._others.include(path):
            return self._keys.identify(_given_keys(headers))
        return None


class BrowserGuard:
    """Without keys, refuses foreign host names and pages of other sites; allowed origins get CORS headers.

    With keys, host names are checked if an allow-list is set, and pages of any site may try: they have no key.
    """

    def __init__(
        self, app: ASGIApp, *, closed: bool, allowed_hosts: Iterable[str], allowed_origins: Iterable[str]
    ) -> None:
        self.app = app
        self._closed = closed
        self._hosts = frozenset(host.lower() for host in allowed_hosts)
        self._origins = frozenset(origin.lower().rstrip("/") for origin in allowed_origins)
        self._cors = CORSMiddleware(
            app, allow_origin_regex=".*", allow_methods=["*"], allow_headers=["*"], expose_headers=_EXPOSED
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if its host and origin are allowed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        allowed = origin is not None and origin.lower() in self._origins
        error = self._check(headers, None if allowed else origin)
        if error is not None:
            await error_response(error, scope)(scope, receive, send)
            return
        await (self._cors if allowed else self.app)(scope, receive, send)

    def _check(self, headers: Headers, origin: str | None) -> PageglassError | None:
        host = headers.get("host", "")
        bare = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]  # without its port
        name = bare.lower().rstrip(".")
        known = name == "localhost" or name in self._hosts or _is_address(name)
        if host and (self._closed or self._hosts) and not known:
            why, cure = (", because no API keys are set", ", or set PAGEGLASS_API_KEYS") if self._closed else ("", "")
            return Forbidden(
                f"Requests to the host name {name[:100]!r} are refused{why}. "
                f"Use localhost or an address, or add the name to PAGEGLASS_ALLOWED_HOSTS{cure}.",
                code="host_not_allowed",
            )
        if self._closed and origin is not None and not _same_site(origin, host):
            return Forbidden(
                f"Pages of {origin[:100]!r} may not call this server, because no API keys are set. "
                "Add the origin to PAGEGLASS_ALLOWED_ORIGINS, or set PAGEGLASS_API_KEYS.",
                code="origin_not_allowed",
            )
        return None


def _given_keys(headers: Headers) -> list[bytes]:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    given = [token.strip()] if scheme.lower() == "bearer" else []
    given += [headers.get(name, "").strip() for name in _OTHER_HEADERS]
    return [key.encode("latin-1") for key in given if key]


def _is_address(name: str) -> bool:
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _same_site(origin: str, host: str) -> bool:
    """Whether a page of `origin` calls the very host it came from; a port left out is the scheme's own."""
    try:
        page, own = urlsplit(origin), urlsplit(f"//{host}")
        default = _DEFAULT_PORTS.get(page.scheme)
        same_port = (page.port or default) == (own.port or default)
    except ValueError:
        return False
    return page.scheme in _DEFAULT_PORTS and page.hostname == own.hostname and same_port
