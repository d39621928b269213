"""The shipped nginx.conf in a real nginx of a test's own, on a free loopback port, ended by its id."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

CONF = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
_MAIN_LOCATION = "location / {\n        proxy_pass http://pageglass;\n    }"
_MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/main.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A running nginx; `logs` is the folder of its logs."""

    url: str
    logs: Path

    def client(self, **options):
        return httpx.Client(base_url=self.url, timeout=60, trust_env=False, **options)

    @property
    def logged(self):
        return "".join(file.read_text() for file in sorted(self.logs.glob("*.log")))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _rendered(text, changes):
    """The shipped file with these places changed, each of which must be there."""
    for old, new in changes.items():
        assert old in text, f"{old!r} is not in deploy/nginx.conf"
        text = text.replace(old, new)
    return text


@contextmanager
def proxied(folder, *backend_ports, rules="", locations="", outside="", listening="", **changes):
    """Run nginx in front of `backend_ports`; `changes` replace directives, such as `proxy_read_timeout="1s"`.

    `rules` stand at the begin of its main location, or `locations` in place of it; `outside` before its server, and
    `listening` behind the address that it listens at, such as `ssl; ssl_certificate ...`.
    """
    folder.chmod(0o755)
    port = free_port()
    replaced = {
        "listen 80;": f"listen 127.0.0.1:{port} {listening};",
        "server 127.0.0.1:8000;": " ".join(f"server 127.0.0.1:{backend};" for backend in backend_ports),
        "/var/log/nginx/": f"{folder}/",
        _MAIN_LOCATION: locations or _MAIN_LOCATION.replace("{", f"{{ {rules}"),
    }
    site = _rendered(CONF.read_text(), replaced)
    for name, value in changes.items():
        (line,) = [line for line in site.splitlines() if line.strip().startswith(f"{name} ")]
        site = site.replace(line, f"{name} {value};")
    (folder / "site.conf").write_text(f"{outside}\n{site}")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, user=user))
    command = [NGINX, "-e", str(folder / "main.log"), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_until_listening(process, port, folder)
        yield Proxy(url=f"{'https' if listening.startswith('ssl') else 'http'}://127.0.0.1:{port}", logs=folder)
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_listening(process, port, folder):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None, (folder / "main.log").read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("nginx does not listen")
