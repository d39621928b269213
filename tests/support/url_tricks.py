"""The table of tricks against the guard of addresses, the names they need, and which addresses may be reached.

The hosts stand in a network of their own in which every IP address there is answers (`url_lab`), so whatever a trick
gets the server to connect to is seen.
"""

from dataclasses import dataclass
from urllib.parse import quote

FILES, OTHER, SIX = "93.184.215.14", "151.101.1.91", "2606:2800:21f::1"
PUBLIC = {FILES, OTHER, SIX, "64:ff9b::5db8:d70e"}  # the last is FILES through NAT64
INTERNAL = "10.0.0.5"  # where an entry of the allow-list may lead
LISTED = "files.example,*.wild.example,internal.example,rebinding-listed.example,metadata.example,loop.example,10.0.0.6"
REFUSED, UNREACHABLE, INVALID = "image_url_refused", "image_url_unreachable", "invalid_image_url"
SECRET = "signature=not-to-be-told"


def _words(text):
    return text.split()


_TRAPS = _words("""
    127.0.0.1 127.255.255.254 0.0.0.0 10.0.0.5 172.16.0.5 192.168.1.1 100.64.0.1 100.100.100.200 169.254.169.254
    169.254.1.1 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 192.88.99.1 240.0.0.1 255.255.255.255
    224.0.0.1 168.63.129.16 ::1 :: fd00::5 fd00:ec2::254 fe80::1 fec0::1 ff02::1 ::ffff:127.0.0.1
    ::ffff:169.254.169.254 ::127.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::169.254.169.254
    64:ff9b:1::10.0.0.5 2002:7f00:1:: 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 100::1 3fff::1 5f00::1
    2a00:1450::5efe:10.0.0.5
""")


@dataclass(frozen=True, kw_only=True)
class Trick:
    """One address that a client sends to the server of a mode; `wanted` is the code of the answer, or "read"."""

    name: str
    url: str
    wanted: str = REFUSED
    mode: str = "public"
    may_reach: frozenset = frozenset(PUBLIC)


def _name_of(address):
    kind = "v6-" if ":" in address else "v4-"
    return kind + address.replace(".", "-").replace(":", "-").strip("-") + ".trap.example"


def _literal(address):
    return f"[{address}]" if ":" in address else address


ZONE = {
    "files.example": (FILES,),
    "other.example": (OTHER,),
    "six.example": (SIX,),
    "both.example": (FILES, SIX),
    "alias.example": ("second-alias.example",),
    "second-alias.example": ("files.example",),
    "xn--fsqu00a.example": (FILES,),
    "under_score.example": (FILES,),
    **{f"{fault}.example": (FILES,) for fault in ("expired", "wrong-name", "selfmade")},
    "mute.example": None,
    "addressless.example": (),
    "circle.example": ("circle2.example",),
    "circle2.example": ("circle.example",),
    "mixed-first.example": (FILES, "127.0.0.1"),
    "mixed-last.example": ("10.0.0.5", FILES),
    "mixed-families.example": (FILES, "::1"),
    "mixed-families2.example": ("169.254.169.254", SIX),
    "one-of-many.example": (*[f"151.101.{number}.91" for number in range(1, 20)], "192.168.1.1"),
    "chain.example": ("chain2.example",),
    "chain2.example": ("chain3.example",),
    "chain3.example": ("127.0.0.1",),
    "alias-of-localhost.example": ("localhost",),
    "localhost": ("127.0.0.1", "::1"),
    "rebinding.example": [(FILES,), ("127.0.0.1",)],
    "rebinding-listed.example": [(FILES,), ("127.0.0.1",)],
    "rebinding-redirect.example": [(FILES,), ("169.254.169.254",)],
    "rebinding-six.example": [(SIX,), ("::1",)],
    "rebinding-mixed.example": [(FILES,), (FILES, "10.0.0.5")],
    "rebinding-back.example": [("127.0.0.1",), (FILES,)],
    "metadata.example": ("169.254.169.254",),
    "loop.example": ("127.0.0.1",),
    "internal.example": (INTERNAL,),
    "a.wild.example": (FILES,),
    **{_name_of(address): (address,) for address in _TRAPS},
}

_READ = {
    "http": "http://files.example/page.png",
    "https": "https://files.example/page.png",
    "port said": "https://files.example:443/page.png",
    "port 80 said": "http://files.example:80/page.png",
    "trailing dot": "http://files.example./page.png",
    "capitals and space around": "  HTTP://FILES.Example/page.png\n",
    "IPv4 address": f"http://{FILES}/page.png",
    "IPv6 address": f"http://[{SIX}]/page.png",
    "https to an IPv6 address": f"https://[{SIX}]/page.png",
    "IPv6 by name": "http://six.example/page.png",
    "both families": "http://both.example/page.png",
    "alias of an alias": "http://alias.example/page.png",
    "Chinese name": "http://例子.example/page.png",
    "Chinese name, encoded": "http://xn--fsqu00a.example/page.png",
    "underscore": "http://under_score.example/page.png",
    "fragment": "http://files.example/page.png#@127.0.0.1/",
    "query with an @": "http://files.example/page.png?x=@127.0.0.1:80/",
    "redirect to another host": "http://files.example/to?http://other.example/page.png",
    "redirect to https": "http://files.example/to?https://files.example/page.png",
    "redirect inside": "https://files.example/to?/page.png",
    "redirect without scheme": "https://files.example/to?//files.example/page.png",
    "three redirects": "http://files.example/hops/3",
    "NAT64 of a public address": f"http://[64:ff9b::{FILES}]/page.png",
    "rebinding after the check": "http://rebinding.example/page.png",
    "rebinding after the check, IPv6": "http://rebinding-six.example/page.png",
}
_SPELLED = _words("""
    http://2130706433/ http://0x7f000001/ http://0x7f.0.0.1/ http://017700000001/ http://0177.0.0.1/ http://127.1/
    http://0/ http://127.0.1/ http://127.0.0.1./ http://127.000.000.001/ http://0x7f.1/ http://2852039166/
    http://0xa9fea9fe/ http://0xA9.0xFE.0xA9.0xFE/ http://169.254.43518/ http://4294967297/ http://0251.0376.0251.0376/
    http://127.0.0.1.:80/ http://１２７.０.０.１/ http://127。0。0。1/ http://127．0．0．1/ http://①②⑦.⓪.⓪.①/ http://ｌocalhost/
    http://localhoſt/ http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/ http://%31%32%37.0.0.1/ http://127%2e0.0.1/ http://[::ffff:7f00:1]/
    http://[0:0:0:0:0:ffff:127.0.0.1]/ http://[0000::1]/ http://[::1%25lo]/ http://[::1%lo]/ http://[fe80::1%251]/
    http://[::]:80/ http://[::ffff:0]/ http://localhost/ http://LOCALHOST/ http://localhost./ https://localhost/
    http://localhost:80/ http://[::0.0.0.1]/
""")
_PARSED = {
    "credentials": "http://user:word@files.example/page.png",
    "host as a user name": "http://files.example@127.0.0.1/",
    "host as a password": "http://a:files.example@127.0.0.1/",
    "empty credentials": "http://@127.0.0.1/",
    "two @": "http://a@files.example@127.0.0.1/",
    "encoded @": "http://files.example%40127.0.0.1/",
    "# before @": "http://127.0.0.1#@files.example/",
    "? before @": "http://127.0.0.1?@files.example/",
    "port before @": "http://127.0.0.1:80@files.example/",
    "; before @": "http://127.0.0.1;@files.example/",
    "backslash before @": "http://127.0.0.1\\@files.example/",
    "backslashes": "http:\\\\127.0.0.1\\",
    "backslash as a path": "http://files.example\\.127.0.0.1/",
    "backslashes after the scheme": "http:/\\127.0.0.1/",
    "tab in the host": "http://127.0.\t0.1/",
    "line break in the host": "http://files.example\n.127.0.0.1/",
    "header in the host": "http://files.example\r\nHost: 127.0.0.1/",
    "header in the path": "http://files.example/a HTTP/1.1\r\nHost: 127.0.0.1\r\nX: /page.png",
    "null in the host": "http://files.example\x00.127.0.0.1/",
    "space in the host": "http://127.0.0.1 files.example/",
    "space before the host": "http:// 127.0.0.1/",
    "soft hyphen": "http://local\u00adhost/",
    "zero width": "http://127.0.0.1\u200b/",
    "ideographic full stop": "http://127.0.0.1。files.example@/",
    "no host": "http:///127.0.0.1/",
    "four slashes": "http:////127.0.0.1/",
    "one slash": "http:/127.0.0.1/",
    "no slash": "http:127.0.0.1/",
    "two ports": "http://files.example:80:127.0.0.1/",
    "port with letters": "http://files.example:80x/",
    "port 0": "http://127.0.0.1:0/",
    "port over 65535": "http://127.0.0.1:65616/",
    "bracket trick": "http://[files.example]@127.0.0.1/",
    "brackets inside": "http://[[::1]]/",
    "label too long": f"http://{'a' * 64}.example/",
    "very long": "http://127.0.0.1/" + "a" * 9000,
}
_PORTS = _words("files.example:22 files.example:8080 files.example:6379 files.example:53 127.0.0.1:8000 [::1]:8080")
_RESOLVED = _words("""
    mixed-first mixed-last mixed-families mixed-families2 one-of-many chain alias-of-localhost rebinding-back metadata
    loop
""")
_REDIRECTED = _words("""
    http://localhost/ http://2130706433/ http://0x7f.1/ http://127.0.0.1.:80/ http://[::ffff:7f00:1]/
    http://user@files.example/ http://files.example:8080/ http://files.example@127.0.0.1/ //127.0.0.1/
    ///127.0.0.1/%2e%2e http:\\\\127.0.0.1/ /\\127.0.0.1/ http://metadata.example/latest/meta-data/
    http://mixed-first.example/ http://chain.example/ file:///etc/passwd gopher://127.0.0.1:6379/_INFO ftp://127.0.0.1/
    dict://127.0.0.1:11211/ data:image/png;base64,AAAA javascript:alert(1) http://１２７.0.0.1/ http://127.0.0.1%0d%0aX:/
    http://[::1%25lo]/ http:///127.0.0.1/
""")
_UNREACHABLE = {
    "name that is not there": "http://nowhere.example/",
    "name without addresses": "http://addressless.example/",
    "name that nobody answers for": "http://mute.example/",
    "aliases in a circle": "http://circle.example/",
    "redirects without end": "http://files.example/loop",
    "four redirects": "http://files.example/hops/4",
    "redirect to nowhere": "http://files.example/nowhere",
    "redirect to a name that is not there": "http://files.example/to?http://nowhere.example/",
    "not found": "http://files.example/status/404",
    "expired certificate": "https://expired.example/page.png",
    "certificate for another name": "https://wrong-name.example/page.png",
    "certificate of nobody": "https://selfmade.example/page.png",
    "TLS on a plain port": "https://files.example:80/page.png",
}
_LISTED_READ = {
    "listed": "http://files.example/page.png",
    "listed subdomain": "https://a.wild.example/page.png",
    "listed private name": "http://internal.example/page.png",
    "listed private address": "http://10.0.0.6/page.png",
    "listed, rebinding after the check": "http://rebinding-listed.example/page.png",
    "listed redirect to listed": "http://files.example/to?http://internal.example/page.png",
}
_LISTED_REFUSED = {
    "not listed": "http://other.example/page.png",
    "address of a listed name": f"http://{FILES}/page.png",
    "parent of the wildcard": "http://wild.example/",
    "suffix without dot": "http://notwild.example/",
    "listed as a user name": "http://files.example@other.example/",
    "listed as a subdomain": "http://files.example.other.example/",
    "listed on another port": "http://files.example:8080/",
    "listed name of a metadata service": "http://metadata.example/",
    "listed name of this machine": "http://loop.example/",
    "listed address spelled oddly": "http://[::ffff:10.0.0.6]/",
    "neighbour of a listed address": "http://10.0.0.5/",
    "listed redirect to unlisted": "http://files.example/to?http://other.example/page.png",
    "listed redirect to this machine": "http://files.example/to?http://127.0.0.1/",
    "listed, rebinding the second time": "http://rebinding-listed.example/page.png",
}


def _tricks():
    yield from (Trick(name=name, url=url, wanted="read") for name, url in _READ.items())
    yield from (Trick(name=f"spelled {url}", url=url) for url in _SPELLED)
    yield from (Trick(name=f"parsed: {name}", url=url) for name, url in _PARSED.items())
    yield from (Trick(name=f"port {host}", url=f"http://{host}/") for host in _PORTS)
    for address in _TRAPS:
        yield Trick(name=f"address {address}", url=f"http://{_literal(address)}/latest?{SECRET}")
        yield Trick(name=f"name of {address}", url=f"https://{_name_of(address)}/latest?{SECRET}")
        target = quote(f"http://{_literal(address)}/{SECRET}")
        yield Trick(name=f"redirect to {address}", url=f"http://files.example/to?{target}")
    yield from (Trick(name=f"resolved: {name}", url=f"http://{name}.example/?{SECRET}") for name in _RESOLVED)
    yield from (Trick(name=f"redirect to {url}", url=f"http://files.example/to?{quote(url)}") for url in _REDIRECTED)
    yield Trick(name="redirect of a redirect", url="http://files.example/to?/to%3Fhttp://127.0.0.1/")
    yield Trick(name="redirect from https to http", url="https://files.example/to?http://files.example/page.png")
    yield Trick(name="rebinding the second time", url="http://rebinding.example/page.png")
    again = "http://rebinding-redirect.example/page.png"
    yield Trick(name="rebinding in a redirect", url=f"http://rebinding-redirect.example/to?{again}")
    yield Trick(name="rebinding to a mix", url="http://rebinding-mixed.example/to?/page.png")
    yield from (Trick(name=name, url=url, wanted=UNREACHABLE) for name, url in _UNREACHABLE.items())
    yield Trick(name="file", url="file:///etc/passwd")
    yield Trick(name="gopher", url="gopher://127.0.0.1:6379/_INFO", wanted=INVALID)
    inside = frozenset({*PUBLIC, INTERNAL, "10.0.0.6"})
    for wanted, table in (("read", _LISTED_READ), (REFUSED, _LISTED_REFUSED)):
        yield from (
            Trick(name=name, url=url, wanted=wanted, mode="allow-list", may_reach=inside) for name, url in table.items()
        )
    yield Trick(name="nothing is fetched", url="http://files.example/page.png", mode="off", may_reach=frozenset())


TRICKS = tuple(_tricks())
TRAPS = tuple(_TRAPS)
