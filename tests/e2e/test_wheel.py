"""The wheel, installed by itself: it serves from another folder, decodes, and brings what vLLM loads."""

import os
import site
import subprocess
import sys
from importlib.metadata import PathDistribution
from pathlib import Path

import httpx
import pytest
from picture_files import as_text
from running_server import serving

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
RECEIPT = ROOT / "tests" / "assets" / "receipt_en.png"
INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index")
NOTE_IMPORTS = """
import os, sys
from importlib.machinery import PathFinder

class Noted:
    def find_spec(name, path=None, target=None):
        if name == "server":
            with open(os.path.join(os.path.dirname(__file__), "imports"), "a") as file:
                file.write(f"{os.getpid()} {PathFinder.find_spec(name, path).origin}\\n")

sys.meta_path.insert(0, Noted)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """An empty folder into which the project's wheel was installed, as users get it."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, *INSTALL, "--no-build-isolation", "--target", str(folder), str(ROOT)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def search_path(installed, tmp_path):
    """What notes imports, the wheel, and the dependencies; an editable install of this tree would come after it."""
    (tmp_path / "sitecustomize.py").write_text(NOTE_IMPORTS)
    return {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(installed), *site.getsitepackages()])}


@pytest.fixture
def noted(tmp_path):
    """Give the file that each process imported `server` from, by the process's id."""
    return lambda: dict(line.split(" ", 1) for line in (tmp_path / "imports").read_text().splitlines())


def points_of(installed):
    (metadata,) = installed.glob("pageglass-*.dist-info")
    return PathDistribution(metadata).entry_points


def test_it_serves_from_another_folder_and_its_decode_worker_answers_a_picture(
    installed, search_path, noted, tmp_path_factory
):
    scripted = {"PAGEGLASS_ENGINE": "fake", "PAGEGLASS_FAKE__TEXT": "READ", "PAGEGLASS_INTAKE_WORKERS": "1"}
    picture = as_text(RECEIPT.read_bytes())
    with serving(tmp_path_factory.mktemp("elsewhere"), **scripted, **search_path) as server:
        answer = httpx.post(f"{server.base_url}/ocr", json={"image": picture}, timeout=60, trust_env=False)
    assert answer.is_success, answer.text
    assert answer.json()["text"] == "READ"
    assert str(server.process.pid) in noted()
    assert len(noted()) == 2  # the server and its decode worker
    assert set(noted().values()) == {str(installed / "server" / "__init__.py")}


def test_what_vllm_loads_comes_from_it(installed, search_path, run_program, tmp_path):
    plugins = points_of(installed).select(group="vllm.general_plugins")
    assert {point.name for point in plugins} == {"pageglass_hunyuan_mend", "pageglass_quiet"}
    script = "import importlib, sys\nfor name in sys.argv[1:]: print(importlib.import_module(name).__file__)"
    modules = [*(point.module for point in plugins), "server.engines.constraint_trial.main"]
    done = run_program(sys.executable, "-c", script, *modules, cwd=tmp_path, **search_path)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(modules)
    assert {Path(file).is_relative_to(installed) for file in done.stdout.splitlines()} == {True}
    load = "import sys\nfrom importlib.metadata import entry_points as e\n"
    load += "for p in e(group='vllm.general_plugins'): print(p.name, callable(p.load()))"
    loaded = run_program(sys.executable, "-c", load, cwd=tmp_path, **search_path)
    assert loaded.stdout.split() == ["pageglass_hunyuan_mend", "True", "pageglass_quiet", "True"], loaded.stderr


def test_the_command_is_in_it(installed, search_path, run_program, tmp_path):
    (command,) = points_of(installed).select(group="console_scripts")
    assert (command.name, command.value) == ("pageglass", "server.cli:main")
    done = run_program(sys.executable, installed / "bin" / "pageglass", "--help", cwd=tmp_path, **search_path)
    assert done.returncode == 0, done.stderr
    assert "serve" in done.stdout
