"""`pageglass config` and `pageglass models`: what is set, and what can be served."""

import json
from collections.abc import Iterator
from typing import Any

import typer
from pydantic import BaseModel, SecretStr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from server.config import Settings
from server.engines.registry import EMBEDDED_MODELS


def show_settings(settings: Settings, *, as_json: bool) -> None:
    """Print every setting by the name of its environment variable, secrets masked."""
    rows = list(effective(settings))
    if as_json:
        typer.echo(json.dumps({name: value for name, value, _ in rows}, indent=2, ensure_ascii=False))
        return
    table = Table("setting", "value", "changed", box=None, pad_edge=False)
    for name, value, default in rows:
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        table.add_row(Text(name), Text(shown, overflow="fold"), "" if value == default else "yes")
    _console().print(table)


def effective(settings: BaseModel, prefix: str = "PAGEGLASS_") -> Iterator[tuple[str, Any, Any]]:
    """Yield (environment variable, value, default) for every setting, groups unfolded, secrets masked."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from effective(value, prefix=f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", _plain(value), _plain(field.default)


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return str(value)
    return ",".join(str(item) for item in value) if isinstance(value, tuple) else value


def show_models(settings: Settings, *, as_json: bool) -> None:
    """Print the models that can be served; the one in effect is marked."""
    rows = [
        {
            "id": model,
            "engine": "rapidocr",
            "selected": settings.model == model,
            "licence": profile.licence,
            "description": profile.description,
        }
        for model, profile in EMBEDDED_MODELS.items()
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    table = Table("", "model", "engine", "licence", "what it does", box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            "*" if row["selected"] else "",
            *(str(row[key]) for key in ("id", "engine", "licence")),
            str(row["description"]),
        )
    _console().print(table)


def _console() -> Console:
    """A console on stdout that does not cut lines to 80 columns where its output is piped."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=400)
