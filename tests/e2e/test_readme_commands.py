import json
import re
import shutil
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
DEFAULT_URL = "http://127.0.0.1:8000"


def blocks(language, page="README.md"):
    """The code blocks of a page in one language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), flags=re.DOTALL)


def test_the_python_of_the_readme_and_of_the_chat_page_runs_from_top_to_bottom(endpoint, run_program):
    pages = ("README.md", "docs/chat.md", "docs/responses.md")
    program = "\n".join(block for page in pages for block in blocks("python", page)).replace(DEFAULT_URL, endpoint.url)
    assert endpoint.url in program
    assert "stream=True" in program
    assert "application/pdf" in program
    assert "with_structured_output" in program
    done = run_program(sys.executable, "-W", "ignore::ResourceWarning", "-", stdin=program)
    assert done.returncode == 0, done.stderr
    text = next(json.loads(line) for line in (ROOT / "tests/assets/truth.jsonl").read_text().splitlines())
    assert text["image"]
    assert done.stdout.count("company=") == 3
    pages = run_program(sys.executable, "-m", "server", "read", "tests/assets/scan.pdf", "--pages", "1-3").stdout
    assert pages.splitlines()[0] in done.stdout


def test_the_commands_of_the_page_on_reading_do_what_they_say(endpoint, run_program, tmp_path):
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    calls = blocks("sh", "docs/read.md")[0].replace(".venv/bin/pageglass", f"{sys.executable} -m server")
    done = run_program("bash", "-ec", calls.replace(DEFAULT_URL, endpoint.url), cwd=tmp_path, PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr
    assert "NORTHGATE HARDWARE LTD" in done.stdout
    assert "MAPLE LANE BAKERY" in (tmp_path / "receipts.csv").read_text()
    assert len(list((tmp_path / "results").rglob("*.boxes.png"))) == 2


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_call_of_the_readme_answers(endpoint, run_program):
    call = next(block for block in blocks("sh") if "/v1/chat/completions" in block)
    done = run_program("bash", "-c", call.replace(DEFAULT_URL, endpoint.url))
    assert json.loads(done.stdout)["choices"][0]["message"]["content"], done.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_form_call_of_the_readme_answers(endpoint, run_program):
    call = next(block for block in blocks("sh") if "/v1/ocr" in block)
    done = run_program("bash", "-c", call.replace(DEFAULT_URL, endpoint.url))
    assert json.loads(done.stdout)["fields"]["total"] == "19.90", done.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_call_that_the_banner_offers_answers(endpoint, run_program, tmp_path):
    shutil.copy(ROOT / "tests" / "assets" / "receipt_en.png", tmp_path / "page.png")
    call = re.search(r"^curl .*?^EOF$", "".join(endpoint.log), flags=re.MULTILINE | re.DOTALL)
    assert call, "".join(endpoint.log)
    done = run_program("bash", "-c", call.group(0), cwd=tmp_path)
    assert json.loads(done.stdout)["choices"][0]["message"]["content"], done.stderr
