"""Classifies IP addresses as public or not; all others may belong to an internal network.

Sources, as of 2025-10: the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its updates), the IANA
IPv6 Address Space registry (only 2000::/3 is given out), and the clouds' own pages for their metadata services. A block
of the registries is refused whole, even where it is marked as globally reachable: none of them holds pictures.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final, Literal

Address = IPv4Address | IPv6Address
Reach = Literal["public", "private", "forbidden"]

_PRIVATE_V4: Final = tuple(
    map(
        IPv4Network,
        (
            "10.0.0.0/8",  # private, RFC 1918
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",  # carrier-grade NAT, RFC 6598
        ),
    )
)
_UNIQUE_LOCAL: Final = IPv6Network("fc00::/7")  # RFC 4193

_SPECIAL_V4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network, the unspecified address included, RFC 791
            "127.0.0.0/8",  # loopback, RFC 1122
            "169.254.0.0/16",  # link-local, RFC 3927; metadata of nearly every cloud
            "192.0.0.0/24",  # protocol assignments, RFC 6890; metadata of Oracle
            "192.0.2.0/24",  # documentation, RFC 5737
            "192.31.196.0/24",  # AS112, RFC 7535
            "192.52.193.0/24",  # AMT, RFC 7450
            "192.88.99.0/24",  # relays of 6to4, RFC 7526
            "192.175.48.0/24",  # AS112, RFC 7534
            "198.18.0.0/15",  # benchmarks, RFC 2544
            "198.51.100.0/24",  # documentation, RFC 5737
            "203.0.113.0/24",  # documentation, RFC 5737
            "224.0.0.0/4",  # multicast, RFC 1112
            "240.0.0.0/4",  # reserved, RFC 1112; limited broadcast, RFC 919
            "100.100.100.200/32",  # metadata of Alibaba, inside 100.64.0.0/10
            "168.63.129.16/32",  # Azure's host, which answers inside every virtual machine
        ),
    )
)

_GIVEN_OUT: Final = IPv6Network("2000::/3")
"""All else is refused: `::`, `::1`, IPv4-mapped and -compatible, 64:ff9b:1::/48, 100::/64, SRv6 (5f00::/16), unique
local, link-local, site-local, multicast, and what nobody has been given yet."""

_SPECIAL_V6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, RFC 2928: Teredo, benchmarks, AMT, AS112, ORCHID, drone ids
            "2001:db8::/32",  # documentation, RFC 3849
            "2002::/16",  # 6to4, RFC 3056, which carries an IPv4 address
            "2620:4f:8000::/48",  # AS112, RFC 7534
            "3fff::/20",  # documentation, RFC 9637
            "fd00:ec2::/32",  # metadata, names and time of Amazon, inside fc00::/7 as are the next
            "fd20:ce::254/128",  # metadata of Google
            "fd00:c1::a9fe:a9fe/128",  # metadata of Oracle
            "fd00:42::42/128",  # metadata of Scaleway
        ),
    )
)

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052; taken by the IPv4 address it carries, since IPv6-only networks reach all of IPv4 through it."""

_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})
"""RFC 5214: the third quarter of an address under any prefix, before an IPv4 address."""


def is_public(address: Address) -> bool:
    """Tell whether `address` is an ordinary one of the public internet."""
    return reach_of(address) == "public"


def reach_of(address: Address) -> Reach:
    """Sort `address`.

    public: ordinary, on the internet. private: of a network of one's own (RFC 1918, carrier-grade NAT, unique local).
    forbidden: all else (this machine, its link, metadata services, multicast, reserved, addresses that hide others).
    """
    if isinstance(address, IPv4Address):
        return _reach_of_v4(address)
    if address in _NAT64:
        return "public" if _reach_of_v4(IPv4Address(address.packed[12:])) == "public" else "forbidden"
    if any(address in network for network in _SPECIAL_V6) or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return "forbidden"
    if address in _UNIQUE_LOCAL:
        return "private"
    return "public" if address in _GIVEN_OUT else "forbidden"


def _reach_of_v4(address: IPv4Address) -> Reach:
    if any(address in network for network in _SPECIAL_V4):
        return "forbidden"
    if any(address in network for network in _PRIVATE_V4):
        return "private"
    return "public"
