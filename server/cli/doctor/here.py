"""Doctor checks where the server runs: what uses its port, and who can reach that port."""

import ipaddress
from pathlib import Path

import httpx

from server.cli.banner import local_host
from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.checks.here import CORRECT, Here
from server.config import Settings, overridden
from server.errors import ConfigurationError
from server.machine import in_container
from server.serving.port import PortTaken, take_port

_LISTENING = "0A"  # the state in /proc/net/tcp


def check_port(here: Here) -> Finding:
    """Check whether the port is free, or used by Pageglass or another program."""
    settings = here.valid
    host, port = settings.listen_host, settings.port
    try:
        take_port(settings).close()
    except PortTaken:
        pass
    except ConfigurationError as error:
        return fault("host_unfit", str(error), CORRECT)
    else:
        free = f"{host} port {port} is free" if port else "a free port is picked at each start"
        return ok(free, code="port_free")
    try:
        with httpx.Client(trust_env=False, timeout=5) as client:
            answer = client.get(f"http://{local_host(settings)}:{port}/health")
        ours = answer.is_success and answer.json().get("status") == "ok" and "x-request-id" in answer.headers
    except (httpx.TransportError, ValueError, AttributeError):
        ours = False
    if ours:
        return ok(f"Pageglass runs at {host} port {port}", code="port_ours")
    return fault(
        "port_taken",
        f"port {port} of {host} is used by another program, or may not be taken",
        f"Stop it (ss -ltnp 'sport = :{port}' names it), or choose another port: PAGEGLASS_PORT, --port.",
    )


def check_overridden(_here: Here) -> Finding:
    """Check whether `.env` says one thing and the environment another, which is in force."""
    if words := overridden():
        return note("; ".join(words), code="environment_overrides", cure="Remove the one that is not meant.")
    return ok("none in .env is overridden")


def check_reach(here: Here) -> Finding:
    """Check who can reach the port: inside a container, only the container itself reaches 127.0.0.1."""
    settings = here.valid
    heard = listening_addresses(settings.port)
    shut = all(ipaddress.ip_address(address).is_loopback for address in heard) if heard else not settings.open_to_others
    where = ", ".join(heard) if heard else settings.listen_host
    if shut and in_container() and not _behind_local_proxy(settings):
        return fault(
            "loopback_in_container",
            f"this is a container, and the server listens only on {where}: no mapped port reaches it",
            "Start it with --host 0.0.0.0 (PAGEGLASS_HOST=0.0.0.0), and with PAGEGLASS_API_KEYS if others can connect.",
        )
    if shut:
        return note(
            f"{where}: only this machine can connect", code="loopback", cure="To accept others: --host 0.0.0.0."
        )
    if not settings.wants_keys:
        return note(f"{where}: anyone who can connect may use it", code="no_keys", cure="Set PAGEGLASS_API_KEYS.")
    return ok(f"{where}: others can connect, with a key")


def listening_addresses(port: int) -> list[str]:
    """The addresses with a listener at `port`; empty if there are none, or the system does not show them."""
    found: list[str] = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            local, state = row.split()[1], row.split()[3]
            address, _, number = local.partition(":")
            if state == _LISTENING and int(number, 16) == port:
                found.append(_address(address))
    return sorted(set(found))


def _address(written: str) -> str:
    """An address as /proc/net/tcp writes it: words of four bytes, each in the machine's order."""
    words = [bytes.fromhex(written[at : at + 8])[::-1] for at in range(0, len(written), 8)]
    return str(ipaddress.ip_address(b"".join(words)))


def _behind_local_proxy(settings: Settings) -> bool:
    """Whether a proxy on this machine is believed, so that nobody else has to reach the port."""
    return any(ipaddress.ip_network(one, strict=False).is_loopback for one in settings.forwarded_allow_ips)
