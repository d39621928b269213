"""Which IP addresses are public, how an http(s) address is taken apart, and what is refused because it is ambiguous."""

from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.media.fetching.fetch_rules import make_rules
from server.media.fetching.public_addresses import is_public, reach_of
from server.media.fetching.web_address import LONGEST, AddressRefused, parse_address
from server.settings.groups import FetchSettings

PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.215.14 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
    168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0
    192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 203.0.112.255 203.0.114.0 223.255.255.255
    2000::1 2001:200::1 2001:4860:4860::8888 2001:db7:ffff::1 2001:db9::1 2003::1 2606:2800:21f::1 2620:4f:7fff::1
    2a00:1450::5efe:0:0:1 3ffe:ffff::1 3fff:1000::1 64:ff9b::1.1.1.1 64:ff9b::808:808
"""
PRIVATE = """
    10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.1 192.168.255.255 100.64.0.0 100.100.100.199
    100.127.255.255 fc00::1 fd00::5 fd00:ec1::254 fd20:ce::253 fdff:ffff::1
"""
FORBIDDEN = """
    0.0.0.0 0.1.2.3 127.0.0.1 127.255.255.254 169.254.0.0 169.254.169.254 169.254.255.255 192.0.0.8 192.0.0.170
    192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.7
    203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 100.100.100.200 168.63.129.16
    :: ::1 ::2 ::7f00:1 ::1.1.1.1 ::ffff:127.0.0.1 ::ffff:10.0.0.5 ::ffff:1.1.1.1 ::ffff:0:1.1.1.1 64:ff9b::7f00:1
    64:ff9b::10.0.0.5 64:ff9b::169.254.169.254 64:ff9b::168.63.129.16 64:ff9b:1::1.1.1.1 64:ff9b:0:1::1 100::1
    100:0:0:1::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:4:112::1 2001:10::1 2001:20::1 2001:1ff::1
    2001:db8::1 2002:7f00:1:: 2002:101:101::1 2620:4f:8000::1 3fff::1 3fff:fff::1 4000::1 5f00::1 fd00:ec2::254
    fd00:ec2::23 fd20:ce::254 fd00:c1::a9fe:a9fe fd00:42::42 fe80::1 fe80::a9fe:a9fe fe80::1%1 febf::1 fec0::1 feff::1
    ff02::1 ff0e::1 2a00:1450::5efe:127.0.0.1 2a00:1450::200:5efe:10.0.0.5 fd00::5efe:1.1.1.1 1fff::1 e000::1
"""


@pytest.mark.parametrize(
    ("reach", "address"),
    [
        (reach, address)
        for reach, block in (("public", PUBLIC), ("private", PRIVATE), ("forbidden", FORBIDDEN))
        for address in block.split()
    ],
)
def test_every_block_and_what_lies_beside_it(reach, address):
    assert reach_of(ip_address(address)) == reach
    assert is_public(ip_address(address)) == (reach == "public")


@given(st.ip_addresses())
@example(IPv4Address("192.0.0.9"))
@example(IPv6Address("2001:1::1"))
def test_nothing_is_public_that_python_calls_special(address):
    if is_public(address):
        meant = IPv4Address(address.packed[-4:]) if address.packed[:4] == b"\x00\x64\xff\x9b" else address
        assert meant.is_global
        kinds = ("private", "loopback", "link_local", "multicast", "reserved", "unspecified")
        assert not any(getattr(meant, f"is_{kind}") for kind in kinds)


@pytest.mark.parametrize(
    ("text", "scheme", "authority", "target"),
    [
        ("http://example.com", "http", "example.com", "/"),
        ("HTTPS://Example.COM./a/../b?x=1#frag", "https", "example.com", "/a/../b?x=1"),
        ("\n https://example.com:443/\t", "https", "example.com", "/"),
        ("http://example.com:8080?x#y?z", "http", "example.com:8080", "/?x"),
        ("https://example.com:80/", "https", "example.com:80", "/"),
        ("http://1.2.3.4./", "http", "1.2.3.4", "/"),
        ("http://[2606:2800:21F:0::1]:81/", "http", "[2606:2800:21f::1]:81", "/"),
        ("http://[::ffff:1.2.3.4]/", "http", "[::ffff:102:304]", "/"),
        ("http://例子.中国/发票.png?名=1", "http", "xn--fsqu00a.xn--fiqs8s", "/%E5%8F%91%E7%A5%A8.png?%E5%90%8D=1"),
        ("http://bücher.example/", "http", "xn--bcher-kva.example", "/"),
        ("http://xn--bcher-kva.example/", "http", "xn--bcher-kva.example", "/"),
        ("http://a_b-c.example/", "http", "a_b-c.example", "/"),
        ("http://127.0.0.1.example/", "http", "127.0.0.1.example", "/"),
        ("http://0xg.example/", "http", "0xg.example", "/"),
        ("http://a.example/@b:c/%2e%zz?d=//e@f", "http", "a.example", "/@b:c/%2e%zz?d=//e@f"),
        ('http://a.example/"<>^`{|}', "http", "a.example", "/%22%3C%3E%5E%60%7B%7C%7D"),
    ],
)
def test_an_address_is_taken_apart(text, scheme, authority, target):
    address = parse_address(text)
    assert (address.scheme, address.authority, address.target) == (scheme, authority, target)


BAD_HOSTS = {
    "not a host name": """
        . a..b .a.example -a.example a-.example a.example.. a,b a;b a!b a*b a'b a|b a^b a{b} "a" <a> a=b a&b a+b $a ~a
    """,
    "characters that a host name cannot have": """
        １２７.0.0.1 127。0。0。1 127．0．0．1 ①②⑦.0.0.1 ⓛocalhost ｌocalhost localhoſt Bücher.example a。example
        a／b ℀.example exam℗le.example ☃.example
    """,
    "number, and not an IP address of four decimal numbers": """
        0 2130706433 017700000001 0x7f000001 0x7F.1 127.1 127.0.1 0177.0.0.1 127.0.0.01 127.0.0.1.1 256.1.1.1 1.2.3.0x
        a.example.0 127.0.0.0x1 1.2.3.4.5. 00.0.0.0 127.0.0.1234 0.0 0x0 1.2.3.4294967297
    """,
    "brackets, and no IPv6 address": """
        [] [127.0.0.1] [::1::] [v1.a] [:::1] [localhost] [[::1] [::ffff:127.1] [::ffff:0x7f.0.0.1] [12345::] [::127.1]
    """,
    "IPv6 address with a zone": "[fe80::1%eth0] [fe80::1%25eth0] [::1%1]",
    "percent sign": "%31%32%37.0.0.1 localhost%00.example a%2eexample",
    "user name or a password": """
        user@a.example user:word@a.example @a.example a.example@127.0.0.1 a@b@c a.example%2f@b.example a:80@b:80
    """,
    "not written as host:port": """
        a.example: a.example:80:80 a.example:http a.example:+80 ::1 ::1:80 [::1]80 [::1]] a[::1] a:８０ a:000080 a:-1
    """,
    "port is not one": "a.example:0 a.example:00000 a.example:65536 a.example:99999",
}
BAD_TEXTS = {
    "not a whole http(s) address": [
        "http:example.com", "http:/example.com", "//example.com", "ftp://a.example/", "http//a", "", "file:///a"
    ],
    "not a host name": ["http:///", "http://?a", f"http://{'a' * 64}/", f"http://{'a.' * 127}example/"],
    "characters that a host name cannot have": ["http://\u212a.example/", f"http://{'é' * 200}/", "http://a\u0300\u0301/"],
    "backslash": ["http:\\\\a.example", "http://a.example\\@b.example/", "http://a/b\\c"],
    "white space or a character that cannot be seen": [
        "http://a.example/b c", "http://a.ex\tample/", "http://a.example\n.b.example/", "http://a\x00.example/",
        "http://a\x7f/", "http://a/\u200b", "http://\u202ea.example/", "http://a/\u3000", "http://a\xad/", "http://a/\ud800",
        "http://a/\x85", "ht\ntp://a/", "http://a.example /",
    ],
    "longer than 8,192 bytes": ["http://a.example/" + "b" * LONGEST, "http://a.example/" + "é" * (LONGEST // 2)],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "why"),
    [(f"http://{host}/page.png", why) for why, hosts in BAD_HOSTS.items() for host in hosts.split()]
    + [(text, why) for why, texts in BAD_TEXTS.items() for text in texts],
)
def test_what_is_no_address_or_two_at_once_is_refused(text, why):
    with pytest.raises(AddressRefused) as caught:
        parse_address(text)
    assert why in str(caught.value)


_ODD = st.sampled_from(
    [
        "@",
        ":",
        "/",
        "\\",
        "#",
        "?",
        "%",
        ".",
        "[",
        "]",
        "127.0.0.1",
        "::1",
        "localhost",
        "a.example",
        "0x7f",
        "%2e",
        "80",
    ]
)


@settings(max_examples=500)
@given(st.lists(_ODD | st.characters(max_codepoint=0x10000), max_size=8).map("".join))
@example("a.example#@b.example")
@example("a.example?@b.example")
def test_no_other_parser_finds_another_host_in_what_is_taken(text):
    text = f"http://{text}"
    try:
        address = parse_address(text)
    except AddressRefused:
        return
    with suppress(httpx.InvalidURL):  # one that refuses the address (U+13A0 by its idna) finds no other host in it
        assert httpx.URL(text.strip()).raw_host.decode().rstrip(".") == address.host.name
    if address.host.literal is None and text.isascii():
        assert urlsplit(text).hostname.rstrip(".") == address.host.name
    assert address.target.isascii()
    assert address.target.startswith("/")


@given(st.lists(_ODD | st.characters(), max_size=8).map("".join))
def test_redirects_lead_to_an_address_or_are_refused(location):
    here = parse_address("https://a.example/b?c")
    try:
        assert here.follow(location).scheme == "https"
    except AddressRefused:
        return


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("/b", "https://a.example/b"),
        ("c?d", "https://a.example/x/c?d"),
        ("?e", "https://a.example/x/y?e"),
        ("//b.example", "https://b.example/"),
        ("HTTPS://b.example:8443/f#g", "https://b.example:8443/f"),
        ("/h//i/../j;k", "https://a.example/h//i/../j;k"),
        ("../l", "https://a.example/l"),
        ("/https://b.example", "https://a.example/https://b.example"),
    ],
)
def test_redirects_may_be_relative(location, leads_to):
    assert parse_address("https://a.example/x/y?z").follow(location) == parse_address(leads_to)


@pytest.mark.parametrize(
    "location",
    ["http://a.example/", "ftp://a.example/", "file:///etc/passwd", "data:,a", "javascript:1", "gopher://a.example/",
     "https://[", "https://a.example\\@b.example", "//user@b.example", "/a b", "/\tb", "https://０.0.0.0", "x" * 9000,
     "https://a.example:port/", "/[\\", "//", "///a.example", "https://℀.example/", "https:/a", "https:a", "a:b"],
)  # fmt: skip
def test_redirects_to_elsewhere_are_refused(location):
    with pytest.raises(AddressRefused):
        parse_address("https://a.example/").follow(location)


@pytest.mark.parametrize("spoiler", (PRIVATE + FORBIDDEN).split())
def test_one_address_that_is_not_public_spoils_all(spoiler):
    public = make_rules("public", FetchSettings())
    address = parse_address("http://a.example/")
    public.check_resolved(address, [ip_address("1.1.1.1"), ip_address("2606:2800:21f::1")])
    with pytest.raises(AddressRefused, match="resolves to an address that is not public"):
        public.check_resolved(address, [ip_address("1.1.1.1"), ip_address(spoiler)])
