"""Runs the tricks against a real server in a network of its own, and prints as JSON what each was answered and reached.

The network is a namespace (Linux) in which every IP address is this machine, so that the hosts of the tricks, and the
traps at every other address, are one host on a few ports; its name server is ours. `python url_lab.py` needs unshare
(util-linux), ip (iproute2) and openssl, and root or user namespaces; without them it ends with code 77.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from certificates import make_authority
from name_server import serve_names
from picture_host import PictureHost
from url_tricks import FILES, LISTED, SIX, TRAPS, TRICKS, ZONE

ROOT = Path(__file__).parents[2]
CANNOT = 77
NAME_SERVER = "127.0.0.53"
PORTS = (22, 80, 2375, 6379, 8080, 11211)  # and 443
MODES = {"public": 8000, "allow-list": 8001, "off": 8002}
START_TIMEOUT_S = 120
TEXT = "READ FROM AN ADDRESS"
SYSTEM_FILES = {
    "/etc/resolv.conf": f"nameserver {NAME_SERVER}\noptions timeout:1 attempts:1\n",
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "/etc/nsswitch.conf": "hosts: files dns\n",
}


def enter():
    """Start this program anew in namespaces of its own; gives its exit code."""
    missing = [program for program in ("unshare", "ip", "mount", "openssl") if shutil.which(program) is None]
    if missing:
        sys.stderr.write(f"not installed: {', '.join(missing)}\n")
        return CANNOT
    reasons = []
    for user in (["--map-root-user"], []):  # as root inside a container one may be allowed and the other not
        command = ["unshare", *user, "--net", "--mount", "--"]
        tried = subprocess.run([*command, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
        if tried.returncode == 0:
            return subprocess.run([*command, sys.executable, __file__, "inside"], check=False).returncode
        reasons.append(tried.stderr.strip())
    sys.stderr.write(f"no network of its own can be made: {'; '.join(reasons)}\n")
    return CANNOT


def run_tricks():
    """Set the network up, start host and servers, and try every trick; gives what is printed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _set_network_up(folder)
        names = serve_names(ZONE, NAME_SERVER)
        stack.callback(names.stop)
        authority = make_authority(folder)
        host = stack.enter_context(PictureHost())
        for port in PORTS:
            host.listen("::", port)
        host.listen("::", 443, tls=_certificates(authority))
        control = _reach_the_traps(host)
        logs = [folder / f"{mode}.log" for mode in MODES]
        for (mode, port), log in zip(MODES.items(), logs, strict=True):
            stack.enter_context(_serving(mode, port, authority, log))
        client = stack.enter_context(httpx.Client(trust_env=False, timeout=60))
        results = [_try(trick, client, host) for trick in TRICKS]
        return {"results": results, "control": control, "log": "".join(log.read_text() for log in logs)}


def _set_network_up(folder):
    """Make every address of both families one of this machine, and let names be asked for here only."""
    for command in (
        "ip link set lo up",
        "ip route add local 0.0.0.0/0 dev lo",
        "ip -6 route add local ::/0 dev lo",
    ):
        subprocess.run(command.split(), check=True)
    for name, text in SYSTEM_FILES.items():
        file = folder / Path(name).name
        file.write_text(text)
        file.chmod(0o644)
        if Path(name).exists():
            subprocess.run(["mount", "--bind", file, Path(name).resolve()], check=True)


def _certificates(authority):
    good = ["files.example", "other.example", "six.example", "a.wild.example", FILES, SIX]
    return {
        "": authority.context(*good),
        "expired.example": authority.context("expired.example", days=-1),
        "wrong-name.example": authority.context("elsewhere.example"),
        "selfmade.example": authority.context("selfmade.example", known=False),
    }


def _reach_the_traps(host):
    """Connect to each trap from here: the proof that a trap that a trick reaches is seen."""
    reached = []
    for address in TRAPS:
        try:
            with socket.create_connection((address, 80), timeout=5):
                reached.append(address)
        except OSError:  # multicast, broadcast and link-local without a zone: nobody can
            continue
    while len(host.visits) < len(reached):
        time.sleep(0.01)
    return {"reached": reached, "seen": [visit.address for visit in host.visits]}


@contextmanager
def _serving(mode, port, authority, log):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAGEGLASS_")} | {
        "PAGEGLASS_IMAGE_URLS": mode,
        "PAGEGLASS_FETCH__HOSTS": LISTED if mode == "allow-list" else "",
        "PAGEGLASS_FETCH__CA_FILE": str(authority.file),
        "PAGEGLASS_FETCH__CONNECT_TIMEOUT_S": "3",
        "PAGEGLASS_FAKE__TEXT": TEXT,
        "http_proxy": "http://127.0.0.1:8080",  # which has to be passed by
        "https_proxy": "http://127.0.0.1:8080",
    }
    command = [sys.executable, "-m", "server", "serve", "--engine", "fake", "--host", "127.0.0.1", "--port", str(port)]
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            command, cwd=log.parent, env=environment | {"PYTHONPATH": str(ROOT)}, stderr=stderr
        ) as process,
    ):
        try:
            _wait_until_ready(process, port, log)
            yield
        finally:
            process.terminate()
            process.wait(60)


def _wait_until_ready(process, port, log):
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/ready", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not become ready: {log.read_text()}")


def _try(trick, client, host):
    before = len(host.visits)
    parts = [{"type": "text", "text": "Read."}, {"type": "image_url", "image_url": {"url": trick.url}}]
    body = {"model": "pp-ocrv6-small", "messages": [{"role": "user", "content": parts}]}
    response = client.post(f"http://127.0.0.1:{MODES[trick.mode]}/v1/chat/completions", json=body)
    answer = response.json()
    error = answer.get("error") or {}
    visits = [(visit.address, visit.port) for visit in host.visits[before:]]
    return {
        "name": trick.name,
        "url": trick.url,
        "wanted": trick.wanted,
        "status": response.status_code,
        "code": error.get("code"),
        "param": error.get("param"),
        "message": error.get("message"),
        "text": "" if error else answer["choices"][0]["message"]["content"],
        "reached": len(visits),
        "forbidden": [visit for visit in visits if visit[0] not in trick.may_reach or visit[1] not in {80, 443}],
    }


if __name__ == "__main__":
    if sys.argv[1:] != ["inside"]:
        sys.exit(enter())
    sys.stdout.write(json.dumps(run_tricks()))
