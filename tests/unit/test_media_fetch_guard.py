"""Where pictures are not fetched from: certificates that are not right, redirects, and what is not on the list."""

import asyncio
import socket
from ipaddress import ip_address
from pathlib import Path

import pytest
from certificates import make_authority
from fetching import PATH, fetch, refusal, unreachable
from picture_host import PictureHost, picture

from server.config import load_settings
from server.errors import ConfigurationError, ImageUrlRefused
from server.media.fetching.fetch import Fetcher
from server.media.fetching.fetch_rules import make_rules
from server.media.fetching.web_address import AddressRefused, parse_address
from server.settings.groups import FetchSettings

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def host():
    with PictureHost() as host:
        host.port = host.listen()
        yield host


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST."])
def test_https_is_checked_against_the_name(host, authority, name):
    port = host.listen(tls=authority.context("localhost", "127.0.0.1"))
    assert fetch(f"https://{name}:{port}/page.png", ca_file=authority.file) == picture()
    assert host.visits[-1].header("host") == [f"{name.lower().rstrip('.')}:{port}"]


@pytest.mark.parametrize(
    ("names", "options", "said"),
    [
        (["localhost"], {"days": -1}, "showed a certificate that has expired"),
        (["127.0.0.1", "other.example"], {}, "showed a certificate that is for another name"),
        (["localhost"], {"known": False}, "showed a certificate that is signed by itself only"),
    ],
)
def test_certificates_that_are_not_right_are_refused(host, authority, names, options, said):
    port = host.listen(tls=authority.context(*names, **options))
    assert said in unreachable(f"https://localhost:{port}/page.png", ca_file=authority.file)
    assert not host.visits[-1].request, "nothing may be asked before the certificate is right"


def test_an_authority_that_nobody_knows_is_refused(host, authority):
    port = host.listen(tls=authority.context("localhost"))
    assert "authority that is not known here" in unreachable(f"https://localhost:{port}/page.png")


def test_a_port_that_speaks_no_tls_is_said_to(host):
    assert "does not speak TLS as it should" in unreachable(f"https://127.0.0.1:{host.port}/page.png")


def test_a_handshake_that_never_ends_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as listener:  # which takes the connection and says nothing
        said = unreachable(f"https://127.0.0.1:{listener.getsockname()[1]}/", connect_timeout_s=0.3)
    assert "did not take the connection in time" in said


def test_https_does_not_lead_to_http(host, authority):
    port = host.listen(tls=authority.context("127.0.0.1"))
    url = f"https://127.0.0.1:{port}/to?http://127.0.0.1:{host.port}/page.png"
    error = refusal(ImageUrlRefused, url, "127.0.0.1:" + str(port), f"127.0.0.1:{host.port}", ca_file=authority.file)
    assert "the server at 127.0.0.1 redirects to another that is not: it leads from https to http" in error.message
    back = f"http://127.0.0.1:{host.port}/to?https://127.0.0.1:{port}/page.png"
    hosts = (f"127.0.0.1:{port}", f"127.0.0.1:{host.port}")
    assert fetch(back, *hosts, ca_file=authority.file) == picture()


@pytest.mark.parametrize(
    "location", ["http://127.0.0.2/", "https://localhost:1/", "//127.0.0.1:1/", "file:///etc/passwd"]
)
def test_redirects_are_checked_as_the_first_address_was(host, location):
    error = refusal(ImageUrlRefused, f"http://127.0.0.1:{host.port}/to?{location}")
    assert "the server at 127.0.0.1 redirects to another that is not" in error.message
    assert location not in error.message


def test_off_says_what_to_send_instead():
    keeper = Fetcher(load_settings(env_file=None, image_urls="off"))
    with pytest.raises(ImageUrlRefused, match="pictures are not fetched from addresses here") as caught:
        asyncio.run(keeper.fetch("https://example.com/a.png", path=PATH))
    assert caught.value.param == PATH
    assert "data URI" in caught.value.message


@pytest.mark.parametrize(
    ("mode", "fetch_settings", "said"),
    [
        ("allow-list", {}, "HOSTS is empty"),
        ("public", {"hosts": ("example.com",)}, "Set it to allow-list"),
        ("public", {"ports": (0,)}, "PORTS: a port is a number from 1 to 65535"),
        ("public", {"ca_file": Path("/nowhere.pem")}, "CA_FILE: no certificates can be read from /nowhere.pem"),
        ("public", {"ca_file": Path(__file__)}, "CA_FILE: no certificates can be read"),
        *[
            ("allow-list", {"hosts": ("good.example", entry)}, f"HOSTS: {entry!r} is no host")
            for entry in (
                "*", "*.", "https://example.com", "example.com/a", "a b", "a@b", "::1", "[::1", "[::1]:0", "a:99999",
                "a:b", "0x7f.1", "127.1", "*.127.0.0.1", "a..b", "a。b", "*.*.example",
            )
        ],
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant_are_refused_at_the_start(mode, fetch_settings, said):
    with pytest.raises(ConfigurationError) as caught:
        Fetcher(load_settings(env_file=None, image_urls=mode, fetch=FetchSettings(**fetch_settings)))
    assert said in str(caught.value)
    assert str(caught.value).startswith("PAGEGLASS_")


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:{port}/page.png"),
        ("LocalHost.", "http://localhost:{port}/page.png"),
        ("[0:0:0:0:0:0:0:1]", "http://[::1]:{port}/page.png"),
    ],
)
def test_an_entry_of_the_list_is_matched_however_it_is_spelled(host, entry, url):
    port = host.listen("::1") if ":" in entry else host.port
    assert fetch(url.format(port=port), entry, ports=(port,)) == picture()
    assert fetch(url.format(port=port), f"{entry}:{port}") == picture()
    error = refusal(ImageUrlRefused, url.format(port=port), entry)
    assert "its port is none of those connected to: 80, 443" in error.message


def rules(*hosts):
    return make_rules("allow-list", FetchSettings(hosts=hosts))


@pytest.mark.parametrize(
    ("entry", "taken", "refused"),
    [
        ("a.example", ["a.example", "A.Example.", "a.example:443"], ["b.a.example", "xa.example", "a.example:81"]),
        ("a.example:81", ["a.example:81"], ["a.example", "a.example:82"]),
        ("*.a.example", ["b.a.example", "c.b.a.example."], ["a.example", "xa.example", "b.a.example:81"]),
        ("*.a.example:81", ["b.a.example:81"], ["b.a.example"]),
        ("Bücher.example".lower(), ["xn--bcher-kva.example", "bücher.example"], ["bucher.example"]),
        ("10.0.0.5", ["10.0.0.5", "10.0.0.5."], ["10.0.0.6", "[::ffff:10.0.0.5]", "[::a00:5]", "10.0.0.5.example"]),
        ("[FD00::5]:81", ["[fd00:0::5]:81"], ["[fd00::5]", "[fd00::6]:81"]),
        ("[::ffff:10.0.0.5]", ["[::ffff:a00:5]"], ["10.0.0.5"]),
        ("localhost", ["localhost", "localhost."], ["a.localhost", "127.0.0.1", "[::1]"]),
    ],
)
def test_the_list_means_what_it_says(entry, taken, refused):
    for host in taken:
        rules(entry).check(parse_address(f"http://{host}/"))
    for host in refused:
        with pytest.raises(AddressRefused, match=r"not on the list|none of those connected to"):
            rules(entry).check(parse_address(f"http://{host}/"))


@pytest.mark.parametrize(
    ("entry", "host", "taken", "refused"),
    [
        (
            "a.example",
            "a.example",
            "1.1.1.1 10.0.0.5 fd00::5 100.64.0.1",
            "127.0.0.1 ::1 0.0.0.0 169.254.169.254 224.0.0.1",
        ),
        ("*.example", "a.example", "2606:2800::1 192.168.1.1", "fd00:ec2::254 100.100.100.200 fe80::1 ::ffff:10.0.0.5"),
        ("localhost", "localhost", "127.0.0.1 127.1.2.3 ::1 10.0.0.5", "169.254.169.254 0.0.0.0 :: fe80::1"),
        ("*.localhost", "a.localhost", "10.0.0.5", "127.0.0.1 ::1"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", ""),
        ("169.254.169.254", "169.254.169.254", "169.254.169.254", ""),
    ],
)
def test_a_listed_name_may_be_private_but_not_this_machine(entry, host, taken, refused):
    address = parse_address(f"http://{host}/")
    for one in taken.split():
        rules(entry).check_resolved(address, [ip_address(one)])
    for one in refused.split():
        with pytest.raises(AddressRefused, match="this machine"):
            rules(entry).check_resolved(address, [ip_address("1.1.1.1"), ip_address(one)])
