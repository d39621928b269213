"""Doctor checks of the network: proxy variables, DNS, and whether anything accepts the connection."""

import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from server.cli.calling import unusable_proxy
from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.doctor.visit import Target, Visit
from server.cli.read.endpoint import without_password

_MOST_ADDRESSES: Final = 4
_LOOPBACKS: Final = frozenset({"127.0.0.1", "::1"})
_QUIET_S: Final = 0.5
_OWN_SUFFIXES: Final = (".localhost", ".local", ".internal", ".lan", ".svc")


def look_at_proxies(visit: Visit) -> Finding:
    """Check whether HTTP_PROXY and the like redirect requests; for the local network they should not."""
    if unusable := unusable_proxy():
        said, cure = unusable
        return fault("proxy_unusable", f"{said}. The steps below go there directly.", cure)
    target = visit.target
    proxies = getproxies()
    proxy = proxies.get(target.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(target.host):
        return ok("no proxy" if proxies else "none set")
    shown = without_password(proxy)
    if is_own_network(target.host):
        return fault(
            "proxy_swallows_local",
            f"{target.scheme.upper()}_PROXY (or ALL_PROXY) is set, so clients ask the proxy {shown} for {target.host}, "
            f"which it cannot reach. The steps below go there directly.",
            f"Set NO_PROXY={target.host} (in addition to its present value, separated by commas), or use a client with "
            "trust_env=False.",
        )
    visit.proxy = proxy if "://" in proxy else f"http://{proxy}"
    return note(f"requests go through the proxy {shown}", code="through_proxy")


def look_up_name(visit: Visit) -> Finding:
    """Resolve the name of the host, or of the proxy in front of it."""
    host, port = _next_hop(visit)
    try:
        found = _addresses(host, port)
    except (OSError, UnicodeError) as error:  # a label that is too long raises UnicodeError
        said = getattr(error, "strerror", None) or str(error)
        silent = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
        return fault(
            "name_not_resolved",
            f"the name {host!r} does not resolve: {said}" + (" (the name server does not answer)" if silent else ""),
            "Check the spelling and this machine's DNS. Between containers the name is the service's, on one network; "
            "from a container to its host it is host.docker.internal, which on Linux needs "
            "--add-host=host.docker.internal:host-gateway.",
        )
    return ok(f"{host} is {', '.join(address for _, address in found)}")


def connect(visit: Visit) -> Finding:
    """Open a TCP connection to each address; refused, timed out and unreachable have different causes."""
    host, port = _next_hop(visit)
    failures: list[tuple[str, OSError]] = []
    for family, address in _addresses(host, port):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.settimeout(visit.target.connect_timeout_s)
                probe.connect((address, port))
        except OSError as error:
            failures.append((address, error))
            continue
        if failures:
            tried = ", ".join(refused for refused, _ in failures)
            return note(
                f"{address} port {port} accepts connections, {tried} does not: clients may lose time there",
                code="one_address_silent",
                cure=f"Use {address} in place of {host}, or listen on all addresses (--host ::).",
            )
        return ok(f"{address} port {port} accepts connections")
    if visit.proxy is None and (other := other_loopback(failures, port, visit.target.connect_timeout_s)):
        return _listens_there(failures[0][0], other, port)
    return _no_connection(visit.target, *failures[0], port=port)


def says_anything(target: Target) -> bool:
    """Whether a plain-text request is answered with any bytes at all, HTTP or not."""
    request = f"GET /v1/models HTTP/1.1\r\nhost: {target.host}\r\nconnection: close\r\n\r\n"
    try:
        with socket.create_connection((target.host, target.port), timeout=target.connect_timeout_s) as probe:
            probe.sendall(request.encode())
            return bool(probe.recv(64))
    except OSError:
        return False


def stays_open(target: Target) -> bool:
    """Whether a connection is kept while nothing is sent: a mapped port without a listener closes it at once."""
    try:
        with socket.create_connection((target.host, target.port), timeout=target.connect_timeout_s) as probe:
            probe.settimeout(_QUIET_S)
            probe.recv(1)
    except TimeoutError:
        return True
    except OSError:
        return False
    return False


def other_loopback(failures: list[tuple[str, OSError]], port: int, timeout_s: float) -> str:
    """The address of this machine itself in the other version of IP, if that one accepts connections; else empty."""
    refused = {address for address, error in failures if isinstance(error, ConnectionRefusedError)}
    for other in _LOOPBACKS - refused if refused & _LOOPBACKS else ():
        try:
            socket.create_connection((other, port), timeout=timeout_s).close()
        except OSError:
            continue
        return other
    return ""


def is_own_network(host: str) -> bool:
    """Whether `host` is on this machine or in its own network, where no proxy should be used."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_OWN_SUFFIXES)
    return address.is_loopback or address.is_private or address.is_link_local


def _next_hop(visit: Visit) -> tuple[str, int]:
    if visit.proxy is None:
        return visit.target.host, visit.target.port
    parts = urlsplit(visit.proxy)
    return parts.hostname or "", parts.port or 80


def _addresses(host: str, port: int) -> list[tuple[int, str]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    different = dict.fromkeys((int(family), str(address[0])) for family, _, _, _, address in found)
    return list(different)[:_MOST_ADDRESSES]


def _no_connection(target: Target, address: str, error: OSError, *, port: int) -> Finding:
    where = f"{address} port {port}"
    if isinstance(error, ConnectionRefusedError):
        return fault(
            "connection_refused", f"{where} refuses the connection: no program listens there", _refused(target)
        )
    if isinstance(error, TimeoutError):
        return fault(
            "connection_timed_out",
            f"{where} does not answer within {target.connect_timeout_s:g} s: the packets are dropped",
            "A firewall or security group drops them, or the address is wrong. Open the port there (and in the cloud's "
            "rules), or try from the machine itself: pageglass doctor http://127.0.0.1:PORT/v1.",
        )
    return fault(
        "host_unreachable",
        f"{where} cannot be reached: {error.strerror or error}",
        "There is no route to it. Check the address, the VPN, and on which network the container is.",
    )


def _listens_there(refused: str, other: str, port: int) -> Finding:
    host = f"[{other}]" if ":" in other else other
    return fault(
        "other_loopback",
        f"{refused} port {port} refuses the connection, and {other} accepts it: the program there listens on that "
        "address alone",
        f"Ask it there, http://{host}:{port}/v1, or start it with --host {refused}.",
    )


def _refused(target: Target) -> str:
    local = target.host == "localhost" or target.host.startswith("127.") or target.host == "::1"
    if local:
        return (
            "Start it (pageglass serve), check the port, and for a container map the port: docker run -p 8000:8000. "
            "`pageglass doctor` without an address checks what runs here. Inside a container localhost is the "
            "container itself: use the service's name, or host.docker.internal for the host."
        )
    return (
        "The machine answers, so either nothing runs there, or its port is not mapped (docker run -p 8000:8000), or "
        "the server listens on 127.0.0.1 of its machine or container alone: start it with --host 0.0.0.0. "
        "`pageglass doctor` without an address, run there, says which."
    )
