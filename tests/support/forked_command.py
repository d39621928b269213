"""The command `pageglass` in processes forked from one that has loaded its modules: real processes, begun at once."""

import multiprocessing
import os
import sys

from server.cli import main

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["pytest", "forked_command", "server.cli.doctor.examination", "server.cli.serve", "server.access.redis_store"]
)


class ForkedCommand:
    """A running command; what it prints goes to files beside `folder`, its working folder."""

    def __init__(self, folder, environment, *arguments):
        self._out, self._err = (folder.with_name(f"{folder.name}-{arguments[0]}.{name}") for name in ("out", "err"))
        self._process = _CONTEXT.Process(target=_run, args=(arguments, folder, environment, self._out, self._err))
        self._process.start()

    def ended(self, timeout_s):
        """Wait for its end; gives (exit code, stdout, stderr)."""
        self._process.join(timeout_s)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        return self._process.exitcode, self._out.read_text(), self._err.read_text()


def _run(arguments, folder, environment, out, err):
    for number, file in ((1, out), (2, err)):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["pageglass", *arguments]
    main()
