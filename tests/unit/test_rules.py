"""Rules of the house that neither linter nor type checker holds."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[2] / "server"
# The settings, and `serve --workers`, which hands its flags to the processes that it starts.
MAY_TOUCH_THE_ENVIRONMENT = {SERVER / "config.py", SERVER / "cli" / "serve.py"}


def test_only_the_settings_read_the_environment():
    reading = {
        file
        for file in SERVER.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
    }
    assert reading <= MAY_TOUCH_THE_ENVIRONMENT


@pytest.mark.parametrize("heavy", ["uvicorn", "fastapi", "openai", "httpx", "rapidocr", "openvino", "cv2"])
def test_help_loads_nothing_heavy(heavy):
    program = f"import sys, server.cli; sys.exit('{heavy}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
