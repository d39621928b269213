"""GET /docs: the API to read and to try, with scripts of its own, so that it works without the internet."""

from fastapi import Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles


async def show_docs(request: Request) -> HTMLResponse:
    """Serve Swagger UI over `/openapi.json`."""
    root = request.scope.get("root_path", "")
    return get_swagger_ui_html(
        openapi_url=f"{root}/openapi.json",
        title=f"{request.app.title} API",
        swagger_js_url=f"{root}/docs/assets/swagger-ui-bundle.js",
        swagger_css_url=f"{root}/docs/assets/swagger-ui.css",
        swagger_favicon_url=f"{root}/docs/assets/favicon.png",
    )


routes = [
    Route("/docs", show_docs, include_in_schema=False),
    Mount("/docs/assets", StaticFiles(packages=[("fastapi_offline", "static")])),
]
