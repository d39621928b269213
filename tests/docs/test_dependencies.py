"""Whatever is installed for the product and its tests is pinned to one version, down to the last dependency."""

from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def needed_by(name, extras=frozenset(), seen=None):
    """Canonical names of what a distribution and its extras need here, all the way down, itself included."""
    seen = {} if seen is None else seen
    known = canonicalize_name(name)
    if known in seen and extras <= seen[known]:
        return seen
    seen[known] = extras | seen.get(known, frozenset())
    for requirement in map(Requirement, distribution(name).requires or ()):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            needed_by(requirement.name, frozenset(requirement.extras), seen)
    return seen


@pytest.fixture(scope="module")
def pins():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and line[0] != "#"]
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}


def test_every_dependency_is_pinned_to_the_version_that_is_tested(pins):
    needed = set(needed_by("pageglass", frozenset({"dev", "examples"}))) - {"pageglass"}
    assert len(needed) > 100
    floating = {name for name in needed if pins.get(name) != distribution(name).version}
    assert floating == set()


def test_pins_are_said_once():
    names = [line.split("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines() if line[:1] != "#"]
    assert len({canonicalize_name(name) for name in names}) == len(names)
