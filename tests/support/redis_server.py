"""A Redis of a test's own, on a socket in a folder of its own; ended by its id."""

import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import redis


class RunningRedis:
    """A Redis that can be stopped, stalled and started again."""

    def __init__(self, folder: Path, environment: dict[str, str], flags=()):
        self._environment = environment
        self._flags = flags
        self._socket = folder / "redis.sock"
        self.url = f"unix://{self._socket}"
        self._process = None

    def start(self):
        flags = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--dir", str(self._socket.parent)]
        flags += self._flags
        self._process = subprocess.Popen(
            ["redis-server", *flags], stdout=subprocess.DEVNULL, env=os.environ | self._environment
        )
        with redis.Redis.from_url(self.url) as client:
            for _ in range(500):
                try:
                    client.ping()
                except redis.AuthenticationError:
                    return
                except redis.ConnectionError:
                    time.sleep(0.02)
                else:
                    return
        raise AssertionError("Redis did not start")

    def send_signal(self, number):
        self._process.send_signal(number)

    def ahead_s(self):
        """By how much its clock is ahead of this process's, in seconds."""
        with redis.Redis.from_url(self.url) as client:
            return client.time()[0] - time.time()

    def stop(self):
        if self._process:
            self._process.kill()
            self._process.wait(20)
            self._process = None


@contextmanager
def running_redis(folder, *flags, **environment):
    """A Redis with `flags`, of which the last of a name counts, and `environment`."""
    server = RunningRedis(Path(folder), environment, flags)
    try:
        server.start()
        yield server
    finally:
        server.stop()
