import json
import re
import shutil
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
DEFAULT_URL = "http://127.0.0.1:8000"


def blocks(language):
    """The README's code blocks in one language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)


def test_the_python_of_the_readme_runs_from_top_to_bottom(endpoint, run_program):
    program = "\n".join(blocks("python")).replace(DEFAULT_URL, endpoint.url)
    assert endpoint.url in program
    done = run_program(sys.executable, "-W", "ignore::ResourceWarning", "-", stdin=program)
    assert done.returncode == 0, done.stderr
    text = next(json.loads(line) for line in (ROOT / "tests/assets/truth.jsonl").read_text().splitlines())
    assert text["image"]
    assert done.stdout.count("company=") == 2


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_call_of_the_readme_answers(endpoint, run_program):
    call = next(block for block in blocks("sh") if block.startswith("curl"))
    done = run_program("bash", "-c", call.replace(DEFAULT_URL, endpoint.url))
    assert json.loads(done.stdout)["choices"][0]["message"]["content"], done.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_call_that_the_banner_offers_answers(endpoint, run_program, tmp_path):
    shutil.copy(ROOT / "tests" / "assets" / "receipt_en.png", tmp_path / "page.png")
    call = re.search(r"^curl .*?^EOF$", "".join(endpoint.log), flags=re.MULTILINE | re.DOTALL)
    assert call, "".join(endpoint.log)
    done = run_program("bash", "-c", call.group(0), cwd=tmp_path)
    assert json.loads(done.stdout)["choices"][0]["message"]["content"], done.stderr
