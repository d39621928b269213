"""Doctor checks where the server runs: the settings, what uses its port, and who can reach that port."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path

import httpx

from server.access.count_store import build_count_store
from server.access.key_store import KeyStore
from server.cli.banner import local_host
from server.cli.doctor.finding import Finding, fault, note, ok
from server.config import Settings
from server.errors import ConfigurationError
from server.machine import in_container

_LISTENING = "0A"  # the state in /proc/net/tcp


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """This machine, and its settings in effect, or the reason why they cannot be read."""

    settings: Settings | None
    fault: ConfigurationError | None = None

    @property
    def valid(self) -> Settings:
        """The settings; checks that use them depend on them being valid."""
        assert self.settings is not None  # noqa: S101
        return self.settings


def check_settings(here: Here) -> Finding:
    """Check that every setting is known and valid, and that there is an engine for the model."""
    if here.fault is not None:
        return fault("settings_invalid", str(here.fault), "Correct it in the environment or in .env.")
    try:
        _find_model(here.valid)
        KeyStore(here.valid)
        build_count_store(here.valid.limits)
    except ConfigurationError as error:
        return fault("settings_invalid", str(error), "Correct it in the environment or in .env.")
    return ok(f"valid; the model is {here.valid.main_model_name}")


def check_port(here: Here) -> Finding:
    """Check whether the port is free, or used by Pageglass or another program."""
    settings = here.valid
    host, port = settings.listen_host, settings.port
    if port == 0:
        return ok("a free port is picked at each start")
    if _is_free(settings):
        return ok(f"{host} port {port} is free", code="port_free")
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
        f"port {port} is used by another program, or {host} is not an address of this machine",
        f"Stop it (ss -ltnp 'sport = :{port}' names it), or choose another port: PAGEGLASS_PORT, --port.",
    )


def check_reach(here: Here) -> Finding:
    """Check who can reach the port: inside a container, only the container itself reaches 127.0.0.1."""
    settings = here.valid
    heard = listening_addresses(settings.port)
    shut = all(ipaddress.ip_address(address).is_loopback for address in heard) if heard else not settings.open_to_others
    where = ", ".join(heard) if heard else settings.listen_host
    if shut and in_container():
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


def _find_model(settings: Settings) -> None:
    """Check that there is an engine and a profile for the model; vLLM itself is not loaded, since that is slow."""
    from server.engines.registry import build_registry, is_embedded  # noqa: PLC0415 - loads the engines
    from server.profiles.families import find_profile  # noqa: PLC0415

    if is_embedded(settings):
        build_registry(settings)
    else:
        find_profile(settings.model, revision=settings.vllm.revision, name=settings.profile)


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


def _is_free(settings: Settings) -> bool:
    from server.cli.serve import take_port  # noqa: PLC0415 - loads the app

    try:
        take_port(settings).close()
    except ConfigurationError:
        return False
    return True
