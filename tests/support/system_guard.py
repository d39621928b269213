"""The mark `system`: what opens a network socket, loads the recognizer's model or runs programs.

`make test-fast` leaves such tests out. Folders and fixtures imply the mark, a module or a test may carry it itself, and
a test without it fails when it opens a socket or loads the model.
"""

import socket
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
FOLDERS = (TESTS / "api", TESTS / "e2e")
FIXTURES = frozenset({"live", "client", "serve", "start", "endpoint", "redis_server"})
NETWORK = {socket.AF_INET, socket.AF_INET6}
ENGINE_FILE = "rapidocr/config.yaml"


class SystemGuard:
    """Notes what a test without the mark touched; the test fails for it even where its code hides the error."""

    def __init__(self) -> None:
        self.watching = False
        self.touched: list[str] = []
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.watching:
            return
        if event in {"socket.connect", "socket.bind"} and arguments[0].family in NETWORK:
            self._refuse(f"{event} {arguments[1]}")
        elif event == "open" and str(arguments[0]).endswith(ENGINE_FILE):
            self._refuse("the recognizer's model was loaded")

    def _refuse(self, what: str) -> None:
        self.touched.append(what)
        raise RuntimeError(f"{what}: a test that does so needs the mark `system`")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.touched.clear()
        self.watching = item.get_closest_marker("system") is None
        try:
            return (yield)
        finally:
            self.watching = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        yield
        if self.touched:
            pytest.fail(f"without the mark `system`: {'; '.join(self.touched)}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SystemGuard())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FIXTURES & set(getattr(item, "fixturenames", ())) or any(folder in item.path.parents for folder in FOLDERS):
            item.add_marker("system")
