"""Names that others rely on as they are today: metrics, settings, errors, commands and their flags, exit codes.

Where a change is meant: `PAGEGLASS_TEST_WRITE_GOLDEN=1 pytest tests/contract` writes tests/contract/golden/ anew.
"""

import gc
import json
import re
import socket
from functools import partial
from pathlib import Path

import pytest
import typer
from command_line import run_command, use_fake_engine
from golden import compare, kinds
from picture_files import saved
from PIL import Image
from prometheus_client import Histogram
from prometheus_client.metrics import MetricWrapperBase

SCAN = Path(__file__).parents[1] / "assets" / "scan.pdf"
WORDS = {"description", "title", "default"}


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command in this process, in a folder of its own; gives (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return partial(run_command, monkeypatch, capsys)


def test_metrics(client):
    """From all of the process that count for us, as /metrics names no labels of what was not counted yet."""
    shown = dict(re.findall(r"^# TYPE (pageglass_\w+) (\w+)$", client.get("/metrics").text, re.MULTILINE))
    made = {one._name: one for one in gc.get_objects() if type(one) in MetricWrapperBase.__subclasses__()}
    seen = {}
    for name, kind in shown.items():
        metric = made[name.removesuffix("_total")]
        buckets = {"buckets": list(metric._upper_bounds[:-1])} if isinstance(metric, Histogram) else {}
        seen[name] = {"type": kind, "labels": list(metric._labelnames)} | buckets
    compare("metrics", seen)


def test_settings(run, settings):
    code, out, _ = run("config", "--json")
    assert code == 0
    rules = dict(_rules(type(settings).model_json_schema()))
    defaults = json.loads(out)
    assert set(rules) == set(defaults)
    compare("settings", {name: {"default": value, "rule": rules[name]} for name, value in defaults.items()})


def _rules(schema, prefix="PAGEGLASS_", parts=None):
    parts = parts or schema.get("$defs", {})
    for name, rule in schema["properties"].items():
        group = parts.get(rule.get("$ref", "").rpartition("/")[2])
        if group:
            yield from _rules(group, f"{prefix}{name.upper()}__", parts)
        else:
            yield f"{prefix}{name.upper()}", {key: value for key, value in rule.items() if key not in WORDS}


def test_errors(live):
    """By their common base, wherever it is kept."""
    (root,) = [kind for kind in Exception.__subclasses__() if kind.__name__ == "PageglassError"]
    kinds_of_error, left = {}, [root]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        bases = [base.__name__ for base in kind.__mro__[1:] if issubclass(base, root)]
        told = {"status": kind.status, "type": kind.type, "codes": list(kind.codes), "retryable": kind.retryable}
        kinds_of_error[kind.__name__] = told | {"below": bases}
    compare("errors", kinds_of_error)


def test_commands(run, monkeypatch):
    found = []

    def kept(application):
        found.append(application)

    monkeypatch.setattr(typer.Typer, "__call__", kept)
    run("--help")
    compare("commands", dict(_commands(typer.main.get_command(found[0]))))


def _commands(command, path="pageglass"):
    yield path, {one.opts[-1]: _flag(one) for one in command.params} or "no flags"
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, f"{path} {name}")


def _flag(one):
    wanted = ("required", "multiple", "default", "min", "max", "envvar", "metavar")
    told = {name: value for name in wanted if (value := getattr(one, name)) not in (None, False)}
    told |= {"many": True} if one.nargs != 1 else {}
    annotation = one.type_descriptor.annotation
    kind = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    return told | {"kind": one.param_type_name, "type": kind, "names": [*one.opts, *one.secondary_opts]}


@pytest.mark.system
def test_exit_codes(run, monkeypatch, tmp_path):
    use_fake_engine(monkeypatch, "TOTAL 19.90", INTAKE_WORKERS="1")
    (tmp_path / "page.png").write_bytes(saved(Image.new("RGB", (200, 100), "white"), "PNG"))
    (tmp_path / "bad.png").write_bytes(b"this is no picture")
    (tmp_path / "odd.json").write_text("{}")
    seen = {}
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        seen["serve, port in use"] = run("serve", "--port", port)
    nowhere = f"http://127.0.0.1:{port}/v1"
    asked = {
        "version": ("--version",),
        "unknown flag": ("serve", "--prot", "8000"),
        "no such command": ("sreve",),
        "serve, port out of range": ("serve", "--port", "99999"),
        "serve, unknown model": ("serve", "--engine", "rapidocr", "--model", "gpt-4o", "--port", "0"),
        "read": ("read", "page.png"),
        "read, missing file": ("read", "nothing.png"),
        "read, a file that is no picture": ("read", "page.png", "bad.png"),
        "read, page out of range": ("read", SCAN, "--pages", "4"),
        "read, unknown task": ("read", "page.png", "--task", "reed"),
        "read, no schema file": ("read", "page.png", "--schema", "none.json"),
        "read, flags that exclude each other": ("read", "page.png", "--json", "--format", "csv"),
        "read, nothing answers": ("read", "page.png", "--base-url", nowhere),
        "doctor, nothing answers": ("doctor", nowhere, "--connect-timeout", "1"),
        "doctor, no address": ("doctor", "ftp://example.com"),
        "replay, no such file": ("replay", "none.json"),
        "replay, no exchange": ("replay", "odd.json"),
        "keys list, no file named": ("keys", "list"),
        "keys new, no time": ("keys", "new", "acme", "--file", "keys.toml", "--expires", "soon"),
        "keys new": ("keys", "new", "acme", "--file", "keys.toml"),
        "keys revoke, no such key": ("keys", "revoke", "nobody", "--file", "keys.toml"),
        "models": ("models",),
    }
    seen |= {case: run(*arguments) for case, arguments in asked.items()}
    monkeypatch.setenv("PAGEGLASS_MAX_QUEUE", "many")
    seen["a bad setting"] = run("config")
    monkeypatch.delenv("PAGEGLASS_MAX_QUEUE")
    monkeypatch.setenv("PAGEGLASS_PROT", "80")
    seen["a misspelt setting"] = run("config")
    told = {}
    for case, (code, out, err) in seen.items():
        told[case] = {"exit code": code, "says on": [name for name, text in (("stdout", out), ("stderr", err)) if text]}
    compare("exit_codes", told)


def test_what_commands_print_as_json(run, monkeypatch, tmp_path, serve):
    use_fake_engine(monkeypatch, "TOTAL 19.90", INTAKE_WORKERS="1")
    server = serve(max_body_bytes=2**20, fake={"text": "PAGEGLASS"})
    (tmp_path / "page.png").write_bytes(saved(Image.new("RGB", (200, 100), "white"), "PNG"))
    run("keys", "new", "acme", "--file", "keys.toml", "--models", "a", "--requests-per-day", "9")
    monkeypatch.setattr("server.cli.show.installed_packs", lambda _: ("rus",))  # whatever is installed here
    asked = {
        "read": ("read", "page.png", "--json"),
        "read, fields": ("read", "page.png", "--fields", "total", "--json"),
        "read, json lines": ("read", "page.png", "--fields", "total", "--format", "jsonl"),
        "doctor": ("doctor", f"{server.url}/v1", "--json"),
        "keys list": ("keys", "list", "--file", "keys.toml", "--json"),
        "models": ("models", "--json"),
    }
    seen = {case: json.loads(run(*arguments)[1]) for case, arguments in asked.items()}
    steps = {step.pop("step"): step["code"] for step in seen["doctor"]["steps"]}
    told = {case: kinds(one[0] if isinstance(one, list) else one) for case, one in seen.items()}
    told["doctor"]["steps"] = kinds(seen["doctor"]["steps"][0])
    compare(
        "printed", told | {"models that are known": [row["name"] for row in seen["models"]], "doctor's steps": steps}
    )
