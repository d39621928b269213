"""What listens at the address of a Redis that did not answer as asked: TLS or not. Sends no password."""

import socket
import ssl
from typing import Final, Literal

_Speaks = Literal["TLS", "plain", "unknown"]
_LONGEST: Final = 64


def spoken_at(host: str, port: int, timeout_s: float) -> _Speaks:
    """Whether Redis at that port speaks TLS or not; "unknown" if neither can be seen."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as plain:
            plain.sendall(b"PING\r\n")
            if plain.recv(_LONGEST).startswith((b"+", b"-")):  # a pong, or that a password is wanted
                return "plain"
    except OSError:
        pass  # a port that speaks TLS closes such a connection, or waits for more
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # no secret is sent
    try:
        with (
            socket.create_connection((host, port), timeout=timeout_s) as raw,
            context.wrap_socket(raw, server_hostname=host),
        ):
            return "TLS"
    except OSError:
        return "unknown"
