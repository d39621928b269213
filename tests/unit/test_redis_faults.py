"""What is wrong with the address of Redis: its letters, the password, TLS, the database."""

import datetime as dt
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from redis_server import running_redis

from server.access.redis_store import open_redis, ping_redis
from server.errors import ConfigurationError
from server.settings.callers import LimitSettings

SETTINGS = LimitSettings(redis_timeout_s=5)
pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed"),
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Files of a certificate for 127.0.0.1 that signs itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis")]), dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + dt.timedelta(days=1))
    folder = tmp_path_factory.mktemp("tls")
    (folder / "crt").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / "key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "crt", folder / "key"


@pytest.fixture(scope="module")
def ports(certificate):
    """The ports of one Redis that wants a password: plain, and with TLS."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        plain, tls = one.getsockname()[1], two.getsockname()[1]
    files = ("--tls-cert-file", str(certificate[0]), "--tls-key-file", str(certificate[1]))
    flags = ("--bind", "127.0.0.1", "--port", str(plain), "--requirepass", "hunter2")
    with (
        tempfile.TemporaryDirectory() as folder,
        running_redis(folder, *flags, "--tls-port", str(tls), *files, "--tls-auth-clients", "no"),
    ):
        yield {"PLAIN": str(plain), "TLS": str(tls)}


@pytest.mark.parametrize(
    ("url", "said", "cure"),
    [
        ("redis://127.0.0.1:PLAIN/0", "wants a password", "redis://:PASSWORD@"),
        ("redis://:wrong@127.0.0.1:PLAIN/0", "refuses the user or password", "Correct"),
        ("redis://:hunter2@127.0.0.1:PLAIN/99", "has no database 99", "0 to 15"),
        ("rediss://:hunter2@127.0.0.1:PLAIN/0", "does not speak it", "redis://"),
        ("redis://:hunter2@127.0.0.1:TLS/0", "speaks TLS", "rediss://"),
        ("rediss://:hunter2@127.0.0.1:TLS/0", "TLS with Redis fails", "ssl_ca_certs"),
        ("redis://127.0.0.1:9/0", "does not answer", "Start it"),
    ],
)
def test_a_redis_that_cannot_count_is_told_with_the_cure(ports, url, said, cure):
    for name, port in ports.items():
        url = url.replace(name, port)
    fault = ping_redis(url, SETTINGS)
    assert said in fault.said
    assert cure in fault.cure
    assert "hunter2" not in str(fault)


def test_a_redis_that_counts_has_no_fault(ports):
    assert ping_redis(f"redis://:hunter2@127.0.0.1:{ports['PLAIN']}/15", SETTINGS) is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://:hun#ter2@host/0", "write # as %23"),
        ("redis://:hun/t?er2@host/0", r"write / as %2F, \? as %3F"),
        ("redis://:12#4@host/0", "write # as %23"),  # a client reads port 12 of this machine
        ("'redis://host/0'", "stands in quotes"),
        ("redis://[::1/0", r"must be redis://"),
    ],
)
def test_an_address_with_letters_to_be_escaped_is_told_how(url, words):
    with pytest.raises(ConfigurationError, match=words) as caught:
        open_redis(url, SETTINGS)
    assert "ter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["redis://:a%23b@host/0", "redis://host/0?client_name=a@b", "unix://a@/run/redis.sock"])
def test_an_address_that_can_be_read_is_taken(url):
    open_redis(url, SETTINGS)


@pytest.fixture
def own_redis():
    """Start a Redis with flags of a test's own; it ends with the test."""
    with ExitStack() as stack:
        yield lambda *flags: stack.enter_context(
            running_redis(stack.enter_context(tempfile.TemporaryDirectory()), *flags)
        )


def test_a_replica_that_may_only_be_read_is_named(own_redis):
    assert ping_redis(own_redis().url, SETTINGS) is None
    fault = ping_redis(own_redis("--replicaof", "127.0.0.1", "9").url, SETTINGS)
    assert "a replica that may only be read" in fault.said
    assert "primary" in fault.cure


def test_a_user_that_may_not_run_scripts_is_named_with_what_to_allow(own_redis):
    server = own_redis()
    url = server.url.replace("//", "//ocr:pw@", 1)
    with redis.Redis.from_url(server.url) as admin:
        admin.execute_command("ACL", "SETUSER", "ocr", "on", ">pw", "~pageglass:*", "+@read", "+@write", "+@connection")
        fault = ping_redis(url, SETTINGS)
        assert "may not count" in fault.said
        granted = fault.cure.split("SETUSER NAME ")[1].rstrip(".").split()
        admin.execute_command("ACL", "SETUSER", "ocr", *granted)
    assert ping_redis(url, SETTINGS) is None


def test_a_full_redis_is_named(own_redis):
    fault = ping_redis(own_redis("--maxmemory", "1", "--maxmemory-policy", "noeviction").url, SETTINGS)
    assert fault.said == "Redis's memory is full"


@pytest.mark.parametrize("number", [0, 3])
def test_a_sentinel_is_told_from_redis(tmp_path, number):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    (tmp_path / "sentinel.conf").write_text(f"bind 127.0.0.1\nport {port}\ndir {tmp_path}\n")
    command = ["redis-server", str(tmp_path / "sentinel.conf"), "--sentinel"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(500):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.02)
        fault = ping_redis(f"redis://127.0.0.1:{port}/{number}", SETTINGS)
    finally:
        process.terminate()
        process.wait(20)
    assert fault.said == "this is a Sentinel, not Redis"
    assert "SENTINEL get-master-addr-by-name" in fault.cure


def test_a_redis_that_cannot_save_is_named(own_redis, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    server = own_redis("--dir", str(folder), "--save", "3600 1")
    folder.rmdir()
    with redis.Redis.from_url(server.url) as admin:
        admin.bgsave()
        for _ in range(500):
            if admin.info("persistence")["rdb_last_bgsave_status"] == "err":
                break
            time.sleep(0.02)
    assert "cannot save to its disk" in ping_redis(server.url, SETTINGS).said
