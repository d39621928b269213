"""Bytes that are no HTTP request, in words: what has been sent instead, where its first bytes tell."""

import logging
from typing import Final

from server.errors import InvalidRequest
from server.observability.minute_log import MinuteLog

MOST_BEGIN: Final = 16
"""As many of the first bytes of a connection as tell it."""
NO_HTTP: Final = InvalidRequest(
    "The bytes received are not an HTTP/1.1 request, or its head is longer than 16 KiB. Use an HTTP client, and an "
    "address that begins with http://, not https://."
)
_PROXY_PROTOCOL: Final = InvalidRequest(
    "The bytes received are not an HTTP request: they begin with the PROXY protocol, which this server does not speak. "
    "Turn send-proxy / proxy_protocol off at the load balancer."
)
_SAID: Final = "a load balancer sends the PROXY protocol: turn send-proxy / proxy_protocol off there"
_PROXY_BEGINS: Final = (b"PROXY TCP", b"PROXY UNKNOWN", b"\r\n\r\n\x00\r\nQUIT\n")
"""Of its versions 1 and 2."""
_LOG: Final = MinuteLog(logging.getLogger(__name__))


def fault_of(begin: bytes) -> InvalidRequest:
    """The refusal of what begins with `begin`; what an operator has to mend is logged as well."""
    if not begin.startswith(_PROXY_BEGINS):
        return NO_HTTP
    _LOG.happened(_SAID)
    return _PROXY_PROTOCOL
