"""The mark `system`: what opens a network socket, loads the recognizer's model or runs programs.

`make test-fast` leaves such tests out. Folders and fixtures imply the mark, a module or a test may carry it itself, and
a test without it fails when it opens a socket or loads the model.
"""

import importlib
import socket
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
FOLDERS = (TESTS / "api", TESTS / "e2e")
FIXTURES = frozenset({"live", "client", "serve", "start", "endpoint", "redis_server"})
NETWORK = {socket.AF_INET, socket.AF_INET6}
ENGINE = "server.engines.ppocr.page_reader"
RECOGNIZER = "server.engines.ppocr.recognizer"


class SystemGuard:
    """Notes what a test without the mark touched; the test fails for it even where its code hides the error.

    Methods are replaced, not audited: a hook in Python would run inside `sys.settrace`, and threads that start under
    coverage would trip over each other.
    """

    def __init__(self) -> None:
        self.touched: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.touched.clear()
        with pytest.MonkeyPatch.context() as patch:
            if item.get_closest_marker("system") is None:
                self._watch(patch)
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        yield
        if self.touched:
            pytest.fail(f"without the mark `system`: {'; '.join(self.touched)}")

    def _watch(self, patch: pytest.MonkeyPatch) -> None:
        for name in ("connect", "connect_ex", "bind"):
            patch.setattr(socket.socket, name, self._guarded(getattr(socket.socket, name), name))
        if ENGINE in sys.modules:
            self._watch_model(patch)
        elif recognizer := sys.modules.get(RECOGNIZER):  # which imports the engine when it starts
            load = recognizer.RapidOCRRecognizer._load

            def watched(*args: Any) -> None:
                importlib.import_module(ENGINE)
                self._watch_model(patch)
                load(*args)

            patch.setattr(recognizer.RapidOCRRecognizer, "_load", watched)

    def _watch_model(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(sys.modules[ENGINE], "RapidOCR", lambda **_: self._refuse("the recognizer's model is loaded"))

    def _guarded(self, original: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(opened: socket.socket, address: Any) -> Any:
            if opened.family in NETWORK:
                self._refuse(f"{name} {address}")
            return original(opened, address)

        return call

    def _refuse(self, what: str) -> None:
        self.touched.append(what)
        raise RuntimeError(f"{what}: a test that does so needs the mark `system`")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SystemGuard())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FIXTURES & set(getattr(item, "fixturenames", ())) or any(folder in item.path.parents for folder in FOLDERS):
            item.add_marker("system")
