"""The command `pageglass` run in the test's own process, with the scripted engine."""

import os
import sys

from server.cli import main


def use_fake_engine(monkeypatch, text, **settings):
    """Let the command read `text` from every page, and nothing from the environment of whoever runs the tests."""
    for name in [name for name in os.environ if name.upper().startswith("PAGEGLASS_")]:
        monkeypatch.delenv(name)
    for name, value in {"ENGINE": "fake", "FAKE__TEXT": text, "INTAKE_WORKERS": "1", **settings}.items():
        monkeypatch.setenv(f"PAGEGLASS_{name}", value)


def run_command(monkeypatch, capsys, *arguments):
    """Run the command; gives (exit code, stdout, stderr)."""
    monkeypatch.setattr(sys, "argv", ["pageglass", *map(str, arguments)])
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    captured = capsys.readouterr()
    return code, captured.out, captured.err
