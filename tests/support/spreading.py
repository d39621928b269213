"""How pytest-xdist spreads the tests over processes: what shares a fixture of its module stays together.

A file of quick tests is one unit. Of files with servers each test is a unit of its own, unless it shares a fixture of
its module or class. What takes longest comes first, so that no process is left with it at the end. Tests on vLLM share
one server for each architecture: all tests of one server are one unit, and so is each file whose tests start their own.
"""

from pathlib import Path

import pytest

E2E = Path(__file__).parents[1] / "e2e"
LONGEST = (  # files of tests/e2e, by what one unit of them takes
    "test_memory_bound",
    "test_troubles",
    "test_large_pages",
    "test_schemathesis",
    "test_lies",
    "test_hostile_intake",
    "test_url_guard",
    "test_limits",
    "test_stop",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)
    for item in items:
        if item.path.parent != E2E or _shares_a_fixture(item):
            item.add_marker(pytest.mark.xdist_group(_shared_reader(item) or item.path.stem))


def _turn(item: pytest.Item) -> int:
    if item.path.parent != E2E:
        return len(LONGEST) + 1
    return LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST)


def _shared_reader(item: pytest.Item) -> str | None:
    """Name the architecture whose server on vLLM the test shares with other files, if any."""
    if not isinstance(item, pytest.Function) or "shared_readers" not in item.fixturenames:
        return None
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return parameters.get("reader", "qwen3_vl")


def _shares_a_fixture(item: pytest.Item) -> bool:
    definitions = getattr(item, "_fixtureinfo").name2fixturedefs.values()  # noqa: B009 - pytest has no public name
    return any(found[-1].scope in {"module", "class"} for found in definitions)
