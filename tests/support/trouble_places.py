"""The places where troubles are made: a real nginx with faults of all kinds, and real servers behind and beside it."""

import hashlib
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from troubles import (
    CONTAINER,
    EARLY,
    EXPIRED,
    FOR_ANOTHER,
    KEY,
    KEYED,
    MAPPED_PORT,
    NGINX_PORTS,
    OPEN,
    SLOW,
    USED_UP,
)

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 120
TEXT = "PAGEGLASS\nTOTAL 19.90\nTHANK YOU"
AHEAD = "import time; real = time.time; time.time = lambda: real() + 3600; from server.cli import main; main()"
_VLLM = '{"object":"list","data":[{"id":"m","object":"model","created":1,"owned_by":"vllm"}]}'
_PASS = f"proxy_pass http://{OPEN}; proxy_set_header Host $http_host; proxy_buffering off; client_max_body_size 64m;"


def nginx_conf(folder, authority):
    """The configuration: one server a fault, each on its own port."""
    names = {"self-signed": {"known": False}, "expired certificate": {"days": -1}, "tls": {}}
    certificates = {name: authority.issue("127.0.0.1", **how) for name, how in names.items()}
    certificates["wrong name"] = authority.issue("elsewhere.example")
    (folder / "users").write_text("someone:{PLAIN}else\n")
    faults = {
        "sound": f"location / {{ {_PASS} }}",
        "small bodies": f"location / {{ proxy_pass http://{OPEN}; client_max_body_size 1m; }}",
        "buffering": f"location / {{ proxy_pass http://{OPEN}; proxy_ignore_headers X-Accel-Buffering; "
        "client_max_body_size 64m; }",
        "impatient": f"location / {{ proxy_pass http://{SLOW}; proxy_read_timeout 1s; client_max_body_size 64m; }}",
        "backend down": "location / { proxy_pass http://127.0.0.1:8998; }",
        "web page": "location / { default_type text/html; if ($request_method = POST) { return 405; } "
        'return 200 "<html><title>Scans</title></html>"; }',
        "rate limit": f"location / {{ limit_req zone=few; limit_req_status 429; {_PASS} }}",
        "chat alone": f"location /v1/chat/ {{ {_PASS} }} location / {{ return 404; }}",
        "redirect": f"location / {{ return 301 https://127.0.0.1:{NGINX_PORTS['self-signed']}$request_uri; }}",
        "password": f"auth_basic closed; auth_basic_user_file {folder}/users; location / {{ {_PASS} }}",
        "another service": 'location / { default_type application/json; return 404 \'{"detail":"Not Found"}\'; }',
        "vllm": f"location /v1/models {{ default_type application/json; return 200 '{_VLLM}'; }} "
        'location / { default_type application/json; return 404 \'{"object":"error","message":"no","code":404}\'; }',
    }
    faults |= dict.fromkeys(certificates, f"location / {{ {_PASS} }}")
    servers = "\n".join(_server(name, faults[name], certificates.get(name)) for name in NGINX_PORTS)
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; user root root; pid {folder}/nginx.pid; error_log stderr; worker_processes 1;\n"
        f"events {{ worker_connections 256; }}\nhttp {{ access_log off; {temporary}\n"
        f"limit_req_zone $server_port zone=few:1m rate=1r/m;\n{servers}\n}}\n"
    )


def key_file():
    """Keys of the server that wants one: one of each trouble that a key can have."""
    tables = {EXPIRED: "expires = 2026-01-01", FOR_ANOTHER: 'models = ["another-model"]', USED_UP: ""}
    limits = {USED_UP: "[keys.k2.limits]\nrequests_per_minute = 1\n"}
    return "".join(
        f'[keys.k{number}]\nsha256 = "{hashlib.sha256(key.encode()).hexdigest()}"\n{table}\n{limits.get(key, "")}'
        for number, (key, table) in enumerate(tables.items())
    )


def _server(name, rules, certificate):
    tls = f"ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]};" if certificate else ""
    return f"server {{ listen 127.0.0.1:{NGINX_PORTS[name]}{' ssl' if certificate else ''}; {tls} {rules} }}"


@contextmanager
def nginx(folder, authority):
    """Run nginx with all faults until the block is left."""
    (folder / "nginx.conf").write_text(nginx_conf(folder, authority))
    command = ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with (folder / "nginx.log").open("w") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            _wait(f"http://127.0.0.1:{NGINX_PORTS['web page']}/", process, folder / "nginx.log")
            yield
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def mapped_port():
    """Map a port to the server in the container as Docker's proxy does: taken first, then tried inside."""

    class Forward(socketserver.BaseRequestHandler):
        def handle(self):
            with suppress(OSError), socket.create_connection((CONTAINER, 8000), timeout=5):
                raise AssertionError("that server should listen on its 127.0.0.1 alone")

    with socketserver.ThreadingTCPServer(("127.0.0.1", MAPPED_PORT), Forward) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@contextmanager
def servers(folder):
    """Run the servers that troubles are about, all started at once."""
    keys = folder / "keys.toml"
    keys.write_text(key_file())
    settings = {
        OPEN: {"PAGEGLASS_FAKE__DELAY_S": "0.1"},
        KEYED: {"PAGEGLASS_API_KEYS": KEY, "PAGEGLASS_KEYS_FILE": str(keys)},
        SLOW: {"PAGEGLASS_FAKE__DELAY_S": "1.5"},
        EARLY: {},
    }
    with _started(folder, settings) as processes:
        for place, process in processes.items():
            _wait(f"http://{place}/ready", process, folder / f"{place}.log")
        yield


@contextmanager
def _started(folder, settings):
    processes, logs = {}, []
    try:
        for place, chosen in settings.items():
            logs.append((folder / f"{place}.log").open("w"))
            processes[place] = subprocess.Popen(
                serve_command(*place.split(":"), ahead=place == EARLY),
                cwd=folder,
                env=environment(**chosen),
                stderr=logs[-1],
            )
        yield processes
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait(60)
        for log in logs:
            log.close()


def serve_command(host, port, *, ahead=False):
    """The command that serves the scripted engine, with a clock that is an hour `ahead` or not."""
    program = ["-c", AHEAD] if ahead else ["-m", "server"]
    return [sys.executable, *program, "serve", "--engine", "fake", "--host", host, "--port", port]


def environment(**extra):
    """The environment of a server: ours without settings and proxies."""
    unwanted = ("PAGEGLASS_", "OPENAI_", "HTTP", "ALL_PROXY", "NO_PROXY", "SSL_CERT")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(unwanted)}
    scripted = {"PAGEGLASS_FAKE__TEXT": TEXT, "PAGEGLASS_MAX_BODY_BYTES": str(4 * 2**20)}
    return kept | {"PYTHONPATH": str(ROOT)} | scripted | extra


def _wait(url, process, log):
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} did not answer: {log.read_text()}")
