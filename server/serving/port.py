"""Takes the port: the socket that all HTTP processes accept connections on, and that the doctor tries."""

import errno
import os
import socket

from server.config import Settings
from server.errors import ConfigurationError


class PortTaken(ConfigurationError):
    """Another program has the port, or it may not be taken."""


def take_port(settings: Settings) -> socket.socket:
    """Bind and listen before any model is loaded, so that a port in use fails at once.

    Raises:
        PortTaken: the port is in use or forbidden. ConfigurationError: the host is not an address of this machine.
    """
    host, port = settings.listen_host, settings.port
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        both = family == socket.AF_INET6  # `::` accepts IPv4 as well
        listener = socket.create_server(address, family=family, backlog=2048, dualstack_ipv6=both)
    except socket.gaierror:
        raise ConfigurationError(
            f"PAGEGLASS_HOST: {host!r} is not an address or name that can be looked up. Write one address, or 0.0.0.0 "
            "for all of this machine."
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise ConfigurationError(
                f"PAGEGLASS_HOST: {host} is not an address of this machine (`ip addr` lists them). Use one that is, or "
                "0.0.0.0 for all."
            ) from None
        raise PortTaken(
            f"Cannot listen on {host} port {port}: {os.strerror(error.errno or 0)}. "
            f"Choose another with --port (0 picks a free one) or --host, or stop the program that uses it."
        ) from None
    listener.set_inheritable(True)
    return listener
