"""Takes the port: the socket that all HTTP processes accept connections on, and that the doctor tries."""

import os
import socket

from server.config import Settings
from server.errors import ConfigurationError


def take_port(settings: Settings) -> socket.socket:
    """Bind and listen before any model is loaded, so that a port in use fails at once.

    Raises:
        ConfigurationError: the port is in use or forbidden, or the host is not an address of this machine.
    """
    host, port = settings.listen_host, settings.port
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        both = family == socket.AF_INET6  # `::` accepts IPv4 as well
        listener = socket.create_server(address, family=family, backlog=2048, dualstack_ipv6=both)
    except socket.gaierror:
        raise ConfigurationError(f"PAGEGLASS_HOST: {host!r} is not an address or name that can be looked up.") from None
    except OSError as error:
        raise ConfigurationError(
            f"Cannot listen on {host} port {port}: {os.strerror(error.errno or 0)}. "
            f"Choose another with --port (0 picks a free one) or --host, or stop the program that uses it."
        ) from None
    listener.set_inheritable(True)
    return listener
