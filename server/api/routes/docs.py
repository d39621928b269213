"""GET /docs: Swagger UI with bundled scripts, so that it works offline."""

import base64
import hashlib
import re

from fastapi import Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


async def show_docs(request: Request) -> HTMLResponse:
    """Serve Swagger UI over `/openapi.json`, with a policy that lets its own scripts run and no others."""
    root = request.scope.get("root_path", "")
    page = get_swagger_ui_html(
        openapi_url=f"{root}/openapi.json",
        title=f"{request.app.title} API",
        swagger_js_url=f"{root}/docs/assets/swagger-ui-bundle.js",
        swagger_css_url=f"{root}/docs/assets/swagger-ui.css",
        swagger_favicon_url=f"{root}/docs/assets/favicon.png",
    )
    page.headers["content-security-policy"] = _policy(bytes(page.body))
    return page


def _policy(page: bytes) -> str:
    """Allow the scripts that stand in the page by their hashes; Swagger UI sets styles on its elements as it goes."""
    digests = (hashlib.sha256(script).digest() for script in _INLINE_SCRIPT.findall(page))
    scripts = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


routes = [
    Route("/docs", show_docs, include_in_schema=False),
    Mount("/docs/assets", StaticFiles(packages=[("fastapi_offline", "static")])),
]
