"""A model that cannot be served: one readable line with the cure, and exit code 2."""

import json
import shutil
import sys

import pytest
from served_reader import SETTINGS


@pytest.fixture
def start(run_program, tmp_path):
    """Try to serve `model`; gives the last line said, once it is shown to be readable."""

    def run(model, *flags, cwd=tmp_path, **environment):
        command = [sys.executable, "-m", "server", "serve", "--port", "0", "--model", model, *flags]
        done = run_program(*command, cwd=cwd, **(SETTINGS | environment))
        assert done.returncode == 2, done.stderr
        last = done.stderr.splitlines()[-1]
        assert last.startswith("pageglass: "), done.stderr
        assert "Traceback" not in last
        assert len(last) < 1000
        return done.stderr, last

    return run


@pytest.fixture
def folder(model_folder, tmp_path):
    """A copy of the reader, to be spoilt."""
    return shutil.copytree(model_folder, tmp_path / "model")


def quick(said):
    """The line is all there is: nothing was loaded."""
    stderr, last = said
    assert stderr.count("\n") == 1, stderr
    return last


def test_a_folder_that_does_not_exist(start, tmp_path):
    assert "there is no folder" in quick(start(tmp_path / "nothing"))


def test_a_file(start, folder):
    assert "is a file" in quick(start(folder / "config.json"))


def test_a_folder_without_a_model(start, folder):
    (folder / "config.json").unlink()
    assert "holds no config.json" in quick(start(folder))


def test_a_model_without_weights(start, folder):
    (folder / "model.safetensors").unlink()
    assert "holds no weights" in quick(start(folder))


def test_weights_that_are_cut_short(start, folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert "damaged or cut short" in quick(start(folder))


def test_a_config_that_is_cut_short(start, folder):
    config = folder / "config.json"
    config.write_bytes(config.read_bytes()[:100])
    assert "cannot be read as JSON" in quick(start(folder))


def test_several_http_processes(start, folder):
    assert "PAGEGLASS_VLLM__DATA_PARALLEL_SIZE" in quick(start(folder, "--workers", "2"))


def test_an_architecture_that_vllm_does_not_know(start, folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"architectures": ["ImaginaryForReading"]}))
    _, last = start(folder)
    assert "does not know the model's architecture" in last
    assert "ImaginaryForReading" in last


def test_an_argument_that_vllm_does_not_have(start, folder):
    _, last = start(folder, PAGEGLASS_VLLM__EXTRA_ARGS='{"imaginary": 1}')
    assert "PAGEGLASS_VLLM__EXTRA_ARGS" in last
    assert "imaginary" in last


def test_too_little_memory(start, folder):
    """The context wants far more memory than the cache of 1 GiB has."""
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["max_position_embeddings"] = 10**6
    (folder / "config.json").write_text(json.dumps(config))
    _, last = start(folder, PAGEGLASS_VLLM__MAX_MODEL_LEN="1000000")
    assert "too little memory" in last
    assert "PAGEGLASS_VLLM__MAX_MODEL_LEN" in last
