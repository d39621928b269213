"""Fetch rules: the operator's allow-list, or the whole public internet.

Every address goes through both checks, as does every target of a redirect: `check` before its name is resolved, and
`check_resolved` with all that it resolves to, of which one wrong one is enough to refuse it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.errors import ConfigurationError
from server.media.fetching.public_addresses import Address, is_public, reach_of
from server.media.fetching.web_address import AddressRefused, Host, WebAddress, parse_host
from server.settings.groups import FetchSettings

_ENTRY: Final = re.compile(r"(\*\.)?(\[[^\]]*\]|[^:\[\]*/]+)(?::([0-9]{1,5}))?")
_SETTING: Final = "PAGEGLASS_FETCH__HOSTS"
_LOOPBACK_NAME: Final = "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedHost:
    """An entry of the allow-list: a host, or with `subdomains` all those below it; on `port`, or on the usual ones."""

    host: Host
    subdomains: bool
    port: int | None

    def covers(self, host: Host) -> bool:
        """Tell whether `host` is meant. IP addresses are compared as such, names as they are written."""
        if self.subdomains:
            return host.literal is None and host.name.endswith("." + self.host.name)
        return host == self.host


class PublicOnly:
    """All of the public internet, and nothing else."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = frozenset(ports)

    def check(self, address: WebAddress) -> None:
        """Raise `AddressRefused` where host or port are refused without resolving."""
        if address.host.literal is not None and not is_public(address.host.literal):
            raise AddressRefused("its host is an address that is not public")
        _check_port(address.port, self._ports)

    def check_resolved(self, _address: WebAddress, found: Sequence[Address]) -> None:
        """Raise `AddressRefused` unless all that was `found` for the host is public."""
        if not all(is_public(address) for address in found):
            raise AddressRefused("its host resolves to an address that is not public")


class AllowList:
    """The hosts that the operator has named; they may be in a private network."""

    def __init__(self, entries: Sequence[ListedHost], ports: Sequence[int]) -> None:
        self._entries = tuple(entries)
        self._ports = frozenset(ports)

    def check(self, address: WebAddress) -> None:
        """Raise `AddressRefused` unless host and port are listed."""
        listed = [entry for entry in self._entries if entry.covers(address.host)]
        if not listed:
            raise AddressRefused(f"its host is not on the list of this server ({_SETTING})")
        ports = {entry.port for entry in listed if entry.port is not None}
        _check_port(address.port, ports | self._ports if any(entry.port is None for entry in listed) else ports)

    def check_resolved(self, address: WebAddress, found: Sequence[Address]) -> None:
        """Raise `AddressRefused` where one that was `found` is neither public, nor private, nor listed as such."""
        if not all(self._may_be(address.host, one) for one in found):
            raise AddressRefused(
                "its host resolves to an address of this machine, its link or a metadata service, "
                f"and that is not itself on the list of this server ({_SETTING})"
            )

    def _may_be(self, host: Host, address: Address) -> bool:
        if host.literal is not None:
            return True  # the entry is that very address, or `check` had refused it
        return reach_of(address) != "forbidden" or (host.name == _LOOPBACK_NAME and address.is_loopback)


FetchRules = PublicOnly | AllowList


def make_rules(mode: str, settings: FetchSettings) -> FetchRules | None:
    """Make the rules of the setting `IMAGE_URLS`; None where nothing is fetched.

    Raises:
        ConfigurationError: the list is malformed, empty where it is asked for, or given where it is not.
    """
    entries = [_parse_entry(entry) for entry in settings.hosts]
    if not all(0 < port <= 65535 for port in settings.ports):
        raise ConfigurationError("PAGEGLASS_FETCH__PORTS: a port is a number from 1 to 65535.")
    if mode == "allow-list":
        if not entries:
            raise ConfigurationError(f"{_SETTING} is empty, and PAGEGLASS_IMAGE_URLS=allow-list needs hosts there.")
        return AllowList(entries, settings.ports)
    if entries and mode == "public":
        raise ConfigurationError(
            f"{_SETTING} lists hosts, and PAGEGLASS_IMAGE_URLS=public fetches from all. Set it to allow-list."
        )
    return PublicOnly(settings.ports) if mode == "public" else None


def _parse_entry(text: str) -> ListedHost:
    cure = "Write host, host:port, *.domain, or an IP address, an IPv6 address in brackets."
    parts = _ENTRY.fullmatch(text)
    if parts is None:
        raise ConfigurationError(f"{_SETTING}: {text!r} is no host. {cure}")
    try:
        host = parse_host(parts[2])
    except AddressRefused as fault:
        raise ConfigurationError(f"{_SETTING}: {text!r} is no host: {fault}. {cure}") from None
    port = int(parts[3]) if parts[3] else None
    if (parts[1] and host.literal) or (port is not None and not 0 < port <= 65535):
        raise ConfigurationError(f"{_SETTING}: {text!r} is no host with a port, nor a domain. {cure}")
    return ListedHost(host=host, subdomains=bool(parts[1]), port=port)


def _check_port(port: int, allowed: frozenset[int] | set[int]) -> None:
    if port not in allowed:
        named = ", ".join(map(str, sorted(allowed)))
        raise AddressRefused(f"its port is none of those connected to: {named} (PAGEGLASS_FETCH__PORTS)")
