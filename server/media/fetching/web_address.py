"""The only parser of http(s) addresses: its result is both checked and connected to.

Two parsers that disagree are an attack, so nothing here is guessed or repaired: an address that others might read in
another way (backslashes, white space, credentials, numbers spelled oddly, characters that stand for others) is refused.
"""

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final
from urllib.parse import quote, urljoin

import idna

from server.media.fetching.public_addresses import Address

LONGEST: Final = 8192  # bytes; more is not an address but an attack, and most servers take no more either
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_WHOLE: Final = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{1,5}))?")
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNQUOTED: Final = "%/:@!$&'()*+,;=-._~?[]"
_LONGEST_NAME: Final = 253
_LONGEST_LABEL: Final = 63


class AddressRefused(Exception):
    """An address is not fetched; the message says why, as the end of a sentence, and names neither host nor address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host: `name` in lower case and ASCII, without trailing dot or brackets; `literal` where it is an IP address."""

    name: str
    literal: Address | None = None

    def __str__(self) -> str:
        return f"[{self.name}]" if isinstance(self.literal, IPv6Address) else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAddress:
    """An http(s) address in its parts; `target` is path and query as they are sent, in ASCII."""

    scheme: str
    host: Host
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and port as the `Host` header has them."""
        return str(self.host) if self.port == _DEFAULT_PORTS[self.scheme] else f"{self.host}:{self.port}"

    def follow(self, location: str) -> "WebAddress":
        """Parse where a redirect leads, which may be relative to here.

        Raises:
            AddressRefused: it leads to no http(s) address, to an ambiguous one, or from https to http.
        """
        location = _plain(location)
        here = f"{self.scheme}://{self.authority}"
        if location.startswith("//"):
            location = f"{self.scheme}:{location}"
        elif location.startswith("/"):
            location = here + location
        elif not _SCHEME.match(location):
            location = urljoin(here + self.target, location)
        target = parse_address(location)
        if self.scheme == "https" and target.scheme != "https":
            raise AddressRefused("it leads from https to http")
        return target


def parse_address(text: str) -> WebAddress:
    """Take `text` apart; white space around it and the fragment are dropped.

    Raises:
        AddressRefused: it is not an http(s) address, too long, carries credentials, or can be read in two ways.
    """
    parts = _WHOLE.fullmatch(_plain(text))
    if parts is None:
        raise AddressRefused("it is not a whole http(s) address")
    scheme, authority = parts[1].lower(), parts[2]
    if "@" in authority:
        raise AddressRefused("it carries a user name or a password, or an @ before its path")
    host_and_port = _AUTHORITY.fullmatch(authority)
    if host_and_port is None:
        raise AddressRefused("its host and port are not written as host:port")
    port = int(host_and_port[2] or _DEFAULT_PORTS[scheme])
    if not 0 < port <= 65535:
        raise AddressRefused("its port is not one")
    target = quote((parts[3] or "/") + (parts[4] or ""), safe=_UNQUOTED)
    return WebAddress(scheme=scheme, host=parse_host(host_and_port[1]), port=port, target=target)


def parse_host(text: str) -> Host:
    """Read a host name or an IP address (IPv6 in brackets) as an address has it.

    Raises:
        AddressRefused: it is empty, malformed, or an IP address that is not written in the usual way.
    """
    if text.startswith("[") and text.endswith("]"):
        return _parse_v6(text[1:-1])
    if "%" in text:
        raise AddressRefused("its host has a percent sign")
    labels = [_label(label) for label in text.removesuffix(".").split(".")]
    name = ".".join(labels)
    if _NUMBER.fullmatch(labels[-1]):
        return _parse_v4(name)
    if len(name) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressRefused("its host is not a host name")
    return Host(name=name)


def _plain(text: str) -> str:
    """Drop white space around `text`; refuse what parsers drop, turn into something else, or disagree about."""
    text = text.strip(" \t\r\n")
    if len(text) > LONGEST or len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        raise AddressRefused(f"it is longer than {LONGEST:,} bytes")
    if "\\" in text:
        raise AddressRefused("it has a backslash")
    if any(unicodedata.category(character)[0] in "CZ" for character in text):
        raise AddressRefused("it has white space or a character that cannot be seen in it")
    return text


def _label(label: str) -> str:
    """One part of a host name in lower case; another script in the letters that name servers know (RFC 5891).

    Characters that merely map to others (full-width digits and dots, circled letters, ß in capitals) are not mapped.
    """
    if label.isascii():
        return label.lower()
    try:
        return idna.alabel(label[: _LONGEST_LABEL + 1]).decode("ascii")
    except idna.IDNAError:
        raise AddressRefused(
            "its host has characters that a host name cannot have; write it in small letters, or in its xn-- form"
        ) from None


def _parse_v4(text: str) -> Host:
    try:
        literal = IPv4Address(text)
    except AddressValueError:
        raise AddressRefused(
            "its host is a number, and not an IP address of four decimal numbers without leading zeros"
        ) from None
    return Host(name=str(literal), literal=literal)


def _parse_v6(text: str) -> Host:
    if "%" in text:
        raise AddressRefused("its host is an IPv6 address with a zone")
    try:
        literal = IPv6Address(text)
    except AddressValueError:
        raise AddressRefused("its host is in brackets, and no IPv6 address") from None
    return Host(name=str(literal), literal=literal)
