"""The two readers on real vLLM, one server of each for all tests, started by the first that asks for it."""

import importlib.util
import os
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path

import pytest
from served_reader import serving_reader
from transformers_reading import transformers_reading

HERE = Path(__file__).parent
READERS = Path(os.environ.get("PAGEGLASS_TEST_READERS", HERE / "reader"))
START_S = 600  # a test may start a server, and a server takes a minute on a busy machine
ARCHITECTURES = ("qwen3_vl", "hunyuan_vl")

collect_ignore_glob = [] if importlib.util.find_spec("vllm") else ["test_*.py"]


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(START_S))


@pytest.fixture(scope="session")
def shared_readers(tmp_path_factory):
    """Give the shared server of an architecture."""
    with ExitStack() as stack:

        def serve(architecture):
            folder = tmp_path_factory.mktemp(architecture)
            return stack.enter_context(serving_reader(folder, READERS / architecture, architecture))

        yield cache(serve)


@pytest.fixture(scope="session")
def shared_transformers():
    """Give the function that reads with transformers, of an architecture."""
    with ExitStack() as stack:
        yield cache(lambda architecture: stack.enter_context(transformers_reading(READERS / architecture)))


@pytest.fixture
def qwen(shared_readers):
    """The reader of Qwen3-VL's architecture, for all tests."""
    return shared_readers("qwen3_vl")


@pytest.fixture(params=ARCHITECTURES)
def reader(request, shared_readers):
    """Each of the two readers."""
    return shared_readers(request.param)


@pytest.fixture
def read_by_transformers(reader, shared_transformers):
    """Read messages with transformers and the model of `reader`: the text, and the tokens of the prompt."""
    return shared_transformers(reader.architecture)


@pytest.fixture(scope="session")
def start_reader(tmp_path_factory):
    """Start servers of a test's own: `with start_reader(*flags, **environment) as reader`."""
    folder = tmp_path_factory.mktemp("own")
    return partial(serving_reader, folder, READERS / "qwen3_vl", "qwen3_vl")


@pytest.fixture(scope="session")
def model_folder():
    """The folder of the reader of Qwen3-VL's architecture."""
    return READERS / "qwen3_vl"


@pytest.fixture(scope="session")
def samples():
    """The module that draws what the readers are trained on."""
    spec = importlib.util.spec_from_file_location("reader_samples", HERE / "reader" / "samples.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
