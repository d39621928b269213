"""Rules of the house that neither linter nor type checker holds."""

import ast
import subprocess
import sys
from pathlib import Path

SERVER = Path(__file__).parents[2] / "server"
# The settings, what is handed to other programs, and `serve --workers`, which hands its flags to its processes.
MAY_TOUCH_THE_ENVIRONMENT = {
    SERVER / "settings" / "variables.py",
    SERVER / "environment.py",
    SERVER / "cli" / "serve.py",
}


def test_only_the_settings_read_the_environment():
    reading = {
        file
        for file in SERVER.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
    }
    assert reading <= MAY_TOUCH_THE_ENVIRONMENT


def loaded(module, names):
    """Which of `names` a new process has loaded once it has imported `module`."""
    program = f"import sys, {module}; print(*set({names!r}) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_help_loads_nothing_heavy():
    heavy = ["uvicorn", "fastapi", "openai", "httpx", "rapidocr", "openvino", "cv2"]
    assert loaded("server.cli", [*heavy, "typer"]) == {"typer"}


def test_a_server_of_another_engine_loads_no_embedded_one():
    heavy = ["rapidocr", "openvino", "onnxruntime", "cv2", "wordfreq"]
    assert loaded("server.app", [*heavy, "fastapi"]) == {"fastapi"}


def test_what_is_checked_before_a_start_needs_no_http_client():
    assert loaded("server.cli.checks.start", ["httpx", "pydantic"]) == {"pydantic"}


def test_a_doctor_whose_port_is_looked_at_loads_no_app(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAGEGLASS_ENGINE", "fake")
    program = "import sys; from server.cli.doctor.examination import *; list(examine(Here(settings=load_settings()), "
    program += "CHECKS_HERE)); print('server.app' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_fields_need_no_server_no_settings_and_no_engine():
    program = """
import sys
from server.fields.extraction import answer_fields
from server.fields.schema.shapes import compile_schema
from server.values.lines import Line, Lines

box = ((0, 0), (200, 0), (200, 20), (0, 20))
page = Lines(page=0, width=400, height=300, lines=(Line(text="TOTAL: 19.90", score=1.0, box=box),))
schema = compile_schema({"type": "object", "properties": {"total": {"type": "number"}}}, path="schema")
assert answer_fields([page], schema).value == {"total": 19.9}
loaded = {name.split(".")[1] for name in sys.modules if name.startswith("server.")}
assert loaded == {"fields", "values", "errors"}, loaded
"""
    subprocess.run([sys.executable, "-c", program], check=True)
