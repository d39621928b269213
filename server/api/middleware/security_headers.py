"""Security headers on every answer: no MIME sniffing, no framing, a content security policy, and no cache in between.

Threats: clickjacking, a script injected into a page, an answer with user text that a browser treats as a page, and a
cache in a proxy that gives the answer for one key to another.
"""

from starlette.datastructures import MutableHeaders

from server.api.guarded_paths import is_for_one_caller

_PAGES = {
    # default policy: nothing may be loaded, run or framed
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


def add_security_headers(headers: MutableHeaders, path: str) -> None:
    """Add them to the headers of the answer at `path`; those that its route has set are kept."""
    headers.setdefault("x-content-type-options", "nosniff")
    if headers.get("content-type", "").startswith("text/html"):
        for name, value in _PAGES.items():
            headers.setdefault(name, value)
    if is_for_one_caller(path):
        headers.setdefault("cache-control", "no-store")
        headers.add_vary_header("Authorization")
