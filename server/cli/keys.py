"""`pageglass keys new | list | revoke`: the file of keys, changed while servers read it."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from server.config import load_settings
from server.errors import ConfigurationError

keys_app = typer.Typer(
    help="Make, list and revoke keys in a file that servers read (docs/keys.md).", no_args_is_help=True
)

FileOption = Annotated[
    Path | None, typer.Option("--file", help="File of keys; else PAGEGLASS_KEYS_FILE.", show_default=False)
]
LimitOption = Annotated[int | None, typer.Option(min=0, help="Limit of its own; 0 sets none.", show_default=False)]


@keys_app.command("new")
def new_command(  # noqa: PLR0913 - one parameter per flag
    name: Annotated[str, typer.Argument(help="What the key is called, in logs and messages.")],
    *,
    file: FileOption = None,
    expires: Annotated[
        str | None, typer.Option(help="When it ends: 2027-01-31, 2027-01-31T12:00:00Z, or in days: 90d.")
    ] = None,
    models: Annotated[str | None, typer.Option(help="Models that it may ask for, separated by commas.")] = None,
    requests_per_minute: LimitOption = None,
    requests_per_day: LimitOption = None,
    pages_per_minute: LimitOption = None,
    pages_per_day: LimitOption = None,
    concurrent_requests: LimitOption = None,
) -> None:
    """Make a key, print it once, and write its digest to the file."""
    from server.access.key_writing import add_key  # noqa: PLC0415 - keeps `pageglass --help` quick

    given = {
        "requests_per_minute": requests_per_minute,
        "requests_per_day": requests_per_day,
        "pages_per_minute": pages_per_minute,
        "pages_per_day": pages_per_day,
        "concurrent_requests": concurrent_requests,
    }
    path = chosen_file(file)
    key = add_key(
        path,
        name,
        expires=moment(expires) if expires else None,
        models=tuple(filter(None, (model.strip() for model in (models or "").split(",")))),
        limits={limit: value for limit, value in given.items() if value is not None},
    )
    typer.echo(key)
    typer.echo(f"This is the key {name!r}. Keep it now: {path} holds its digest, and it is not shown again.", err=True)


@keys_app.command("list")
def list_command(
    *, file: FileOption = None, as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False
) -> None:
    """List the keys of the file: names, expiry, models and limits."""
    from rich.table import Table  # noqa: PLC0415 - keeps `pageglass --help` quick
    from rich.text import Text  # noqa: PLC0415

    from server.access.key_file import read_key_file  # noqa: PLC0415
    from server.cli.show import make_console  # noqa: PLC0415

    entries = read_key_file(chosen_file(file))
    rows = [{"name": name} | entry.described(datetime.now(UTC)) for name, entry in entries.items()]
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    table = Table("name", "created", "expires", "models", "limits", box=None, pad_edge=False)
    for row in rows:
        expires = f"{row['expires'] or 'never'}{' (expired)' if row['expired'] else ''}"
        models = "all" if row["models"] is None else ", ".join(row["models"])
        limits = ", ".join(f"{name}={value}" for name, value in row["limits"].items()) or "as set"
        cells = (row["name"], row["created"] or "", expires, models, limits)
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    make_console().print(table)


@keys_app.command("revoke")
def revoke_command(name: Annotated[str, typer.Argument(help="Name of the key.")], *, file: FileOption = None) -> None:
    """Take a key out of the file; running servers let it in no more within a few seconds."""
    from server.access.key_writing import revoke_key  # noqa: PLC0415 - keeps `pageglass --help` quick

    path = chosen_file(file)
    revoke_key(path, name)
    typer.echo(f"{name} is revoked: {path} does not hold it any more.", err=True)


def chosen_file(given: Path | None) -> Path:
    """The file of keys that is meant.

    Raises:
        ConfigurationError: neither the flag nor the setting names one.
    """
    file = given or load_settings().keys_file
    if file is None:
        raise ConfigurationError("Which file of keys? Give --file keys.toml, or set PAGEGLASS_KEYS_FILE.")
    return file


def moment(written: str) -> datetime:
    """A day (its beginning, UTC), a time, or a number of days from now.

    Raises:
        ConfigurationError: it is none of these, or past.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        if days := re.fullmatch(r"(\d{1,5})d", written):
            found = now + timedelta(days=int(days[1]))
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", written):
            found = datetime.combine(date.fromisoformat(written), time.min, UTC)
        else:
            found = datetime.fromisoformat(written)
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"--expires {written[:40]!r} is no time. Write 2027-01-31, 2027-01-31T12:00:00Z, or 90d."
        ) from None
    if found <= now:
        raise ConfigurationError(f"--expires {written} is past, so the key would be of no use.")
    return found
