"""Makes every trouble of `troubles` in a network of its own; prints as JSON what the caller sees and the doctor says.

The network is a namespace (Linux) with a second one in it that plays a container. `python trouble_lab.py` needs nginx,
unshare and nsenter (util-linux), ip (iproute2) and openssl, and root or user namespaces; without them it ends with
code 77.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path

from certificates import make_authority
from trouble_calls import ask
from trouble_places import environment, mapped_port, nginx, serve_command, servers
from troubles import CONTAINER, FIREWALLED, TROUBLES

CANNOT = 77
PROGRAMS = ("nginx", "unshare", "nsenter", "ip", "mount", "openssl")
FILES = {
    "/etc/resolv.conf": "",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/nsswitch.conf": "hosts: files\n",
}


def enter():
    """Start this program anew in namespaces of its own; gives its exit code."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        sys.stderr.write(f"not installed: {', '.join(missing)}\n")
        return CANNOT
    reasons = []
    for user in ([], ["--map-root-user"]):  # as root inside a container one may be allowed and the other not
        command = ["unshare", *user, "--net", "--mount", "--"]
        tried = subprocess.run([*command, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
        if tried.returncode == 0:
            return subprocess.run([*command, sys.executable, __file__, "inside"], check=False).returncode
        reasons.append(tried.stderr.strip())
    sys.stderr.write(f"no network of its own can be made: {'; '.join(reasons)}\n")
    return CANNOT


def run_troubles():
    """Set all places up and make every trouble; gives the rows in their order."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _set_network_up(folder)
        authority = make_authority(folder)
        container = stack.enter_context(_container(folder))
        stack.enter_context(servers(folder))
        stack.enter_context(nginx(folder, authority))
        stack.enter_context(mapped_port())
        return [_row(trouble, authority, container) for trouble in TROUBLES]


def _set_network_up(folder):
    _run("ip link set lo up")
    for name, text in FILES.items():
        file = folder / Path(name).name
        file.write_text(text)
        file.chmod(0o644)
        if Path(name).exists():
            subprocess.run(["mount", "--bind", file, Path(name).resolve()], check=True)


@contextmanager
def _container(folder):
    """A network namespace with two servers in it: one on its 127.0.0.1, one on all addresses, of which one is shut.

    Gives the command prefix that runs a program in there.
    """
    with subprocess.Popen(["unshare", "--net", "--mount", "--", "sleep", "600"]) as inside:
        prefix = ["nsenter", "-t", str(inside.pid), "-n", "-m", "--"]
        try:
            _until(lambda: _network(inside.pid) != _network("self"))
            _run(f"ip link add outer type veth peer name inner netns {inside.pid}")
            _run("ip addr add 10.77.0.1/24 dev outer")
            _run("ip link set outer up")
            for command in (
                "ip link set lo up",
                f"ip addr add {CONTAINER}/24 dev inner",
                f"ip addr add {FIREWALLED}/24 dev inner",
                "ip link set inner up",
                f"ip rule add from {FIREWALLED} blackhole",  # what is answered from there is lost
                "mount -t tmpfs none /run",
                "touch /run/.containerenv",
            ):
                _run(*prefix, *command.split())
            with _in_there(prefix, folder, "127.0.0.1", "8000"), _in_there(prefix, folder, "0.0.0.0", "8001"):
                yield prefix
        finally:
            inside.terminate()


@contextmanager
def _in_there(prefix, folder, host, port):
    log = folder / f"container-{port}.log"
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            [*prefix, *serve_command(host, port)], cwd=folder, env=environment(), stderr=stderr
        ) as process,
    ):
        try:
            _until(lambda: "this machine" in log.read_text())
            yield
        finally:
            process.terminate()
            process.wait(60)


def _row(trouble, authority, container):
    """Make one trouble; gives what was seen and said of it."""
    extra = dict(trouble.environment) | ({"SSL_CERT_FILE": str(authority.file)} if trouble.trusting else {})
    with _environment(extra):
        for _ in range(trouble.times):
            seen = ask(trouble)
        report = _examine_in(container) if trouble.where == "here" else _examine(trouble)
    named = [step for step in report["steps"] if step["outcome"] == "fault"]
    explained = [step for step in report["steps"] if step["code"] == trouble.doctor]
    step = (named or explained or [{"code": "", "said": "", "cure": "", "step": ""}])[0]
    said = {name: report[name] for name in ("faults", "exit", "told")}
    return {"name": trouble.name, "url": trouble.url, "doctor": step, **seen, **said}


def _examine(trouble):
    """Run `pageglass doctor` with the caller's address, key and model."""
    from server.cli import main

    flags = ["--json", "--connect-timeout", "2", "--timeout", "10", "--model", trouble.model]
    flags += ["--api-key", trouble.key] if trouble.key != "none" and trouble.key else []
    told = io.StringIO()
    sys.argv = ["pageglass", "doctor", trouble.url, *flags]
    with redirect_stdout(told):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
    return json.loads(told.getvalue()) | {"exit": code, "told": told.getvalue()}


def _examine_in(container):
    command = [*container, sys.executable, "-m", "server", "doctor", "--json"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=60)
    return json.loads(done.stdout) | {"exit": done.returncode, "told": done.stdout}


@contextmanager
def _environment(extra):
    before = dict(os.environ)
    os.environ.update(extra)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _network(process):
    return Path(f"/proc/{process}/ns/net").readlink()


def _run(*command):
    subprocess.run(command[0].split() if len(command) == 1 else command, check=True)


def _until(condition):
    deadline = time.monotonic() + 120
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("a place of the troubles did not come up")
        time.sleep(0.05)


if __name__ == "__main__":
    if sys.argv[1:] != ["inside"]:
        sys.exit(enter())
    for name in [name for name in os.environ if name.upper().startswith(("PAGEGLASS_", "OPENAI_"))]:
        del os.environ[name]
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)
    rows = run_troubles()
    sys.stdout.write(json.dumps(rows))
