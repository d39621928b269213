"""Real servers in processes of their own: started on a free port, stopped by their id, bounded in time."""

import os
import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60


@dataclass(kw_only=True)
class RunningServer:
    """A server under test; `log` grows with what it says on stderr."""

    process: subprocess.Popen
    log: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def base_url(self):
        return f"{self.url}/v1"

    @property
    def said(self):
        return "".join(self.log)

    def has_said(self, text, timeout_s=5):
        """Whether `text` is on stderr, which reaches the log a little later than the answer its client."""
        deadline = time.monotonic() + timeout_s
        while text not in self.said and time.monotonic() < deadline:
            time.sleep(0.02)
        return text in self.said

    def wait_until_working(self, timeout_s=30):
        """Wait until a request is in work."""
        deadline = time.monotonic() + timeout_s
        while not re.search(r"^pageglass_requests_in_flight [1-9]", self.get("/metrics").text, re.MULTILINE):
            assert time.monotonic() < deadline, "no request came into work"
            time.sleep(0.02)

    def get(self, path, **options):
        return httpx.get(self.url + path, timeout=30, trust_env=False, **options)

    def post(self, path, **options):
        return httpx.post(self.url + path, timeout=240, trust_env=False, **options)

    def wait_until_ready(self, timeout_s):
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"this machine\s+(http://\S+)/v1", self.said)
            if found:
                self.url = found.group(1)
                try:
                    if self.get("/ready").is_success:
                        return self
                except httpx.TransportError:
                    pass
            time.sleep(0.05)
        pytest.fail("the server did not become ready:\n" + self.said)

    def stop(self):
        """Ask it to end and wait; gives the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            pytest.fail("the server did not stop:\n" + self.said)


def clean_environment(*, measured=False, **extra):
    """This environment without settings of the person who runs the tests, and without coverage unless `measured`.

    To measure coverage makes the start of a server half as long again.
    """
    unwanted = ("PAGEGLASS_", "OPENAI_", *(() if measured else ("COVERAGE_",)))
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(unwanted)}
    return {**kept, "PYTHONUNBUFFERED": "1", **extra}


@contextmanager
def serving(folder, *flags, start_timeout_s=START_TIMEOUT_S, measured=False, **environment):
    """Run `pageglass serve` on a free port with its working folder in `folder`."""
    command = [sys.executable, "-m", "server", "serve", "--host", "127.0.0.1", "--port", "0", *map(str, flags)]
    environment = clean_environment(measured=measured, **environment)
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
        server = RunningServer(process=process)
        # Read to the end, or a full pipe would stop the server.
        reading = threading.Thread(target=lambda: server.log.extend(process.stderr), daemon=True)
        reading.start()
        try:
            yield server.wait_until_ready(start_timeout_s)
        finally:
            server.stop()
            reading.join(10)
