"""The console of commands on stdout, and JSON in place of their tables."""

import json
from typing import Any

import typer
from rich.console import Console


def make_console() -> Console:
    """A console on stdout that does not truncate lines to 80 columns when its output is piped."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=400)


def print_json(value: Any) -> None:
    """Print `value` as indented JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
