"""Security headers on every answer: no MIME sniffing, no framing, and a content security policy.

Threats: clickjacking, a script injected into a page, and an answer with user text that a browser treats as a page.
"""

from starlette.datastructures import MutableHeaders

_PAGES = {
    # default policy: nothing may be loaded, run or framed
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


def add_security_headers(headers: MutableHeaders) -> None:
    """Add them to the headers of an answer; those that its route has set are kept."""
    headers.setdefault("x-content-type-options", "nosniff")
    if headers.get("content-type", "").startswith("text/html"):
        for name, value in _PAGES.items():
            headers.setdefault(name, value)
