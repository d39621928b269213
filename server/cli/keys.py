"""`pageglass keys new | list | revoke`: edits the key file while servers are reading it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from server.config import load_settings
from server.errors import ConfigurationError

keys_app = typer.Typer(
    help="Create, list and revoke keys in a file that servers read (docs/keys.md).", no_args_is_help=True
)

FileOption = Annotated[
    Path | None, typer.Option("--file", help="Key file; by default PAGEGLASS_KEYS_FILE.", show_default=False)
]
LimitOption = Annotated[
    int | None, typer.Option(min=0, help="The key's own limit; 0 means unlimited.", show_default=False)
]


@keys_app.command("new")
def new_command(  # noqa: PLR0913 - one parameter per flag
    name: Annotated[str, typer.Argument(help="Name of the key in logs and messages.")],
    *,
    file: FileOption = None,
    expires: Annotated[
        str | None, typer.Option(help="Expiry: 2027-01-31, 2027-01-31T12:00:00Z, or in days: 90d.")
    ] = None,
    models: Annotated[str | None, typer.Option(help="Models that the key may use, separated by commas.")] = None,
    requests_per_minute: LimitOption = None,
    requests_per_day: LimitOption = None,
    pages_per_minute: LimitOption = None,
    pages_per_day: LimitOption = None,
    concurrent_requests: LimitOption = None,
) -> None:
    """Create a key, print it once, and write its digest to the file."""
    from server.access.key_writing import add_key  # noqa: PLC0415 - keeps `pageglass --help` quick

    limits = {
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
        limits={limit: value for limit, value in limits.items() if value is not None},
    )
    typer.echo(key)
    typer.echo(
        f"This is the key {name!r}. Save it now: {path} holds only its digest, and it is not shown again.", err=True
    )


@keys_app.command("list")
def list_command(
    *, file: FileOption = None, as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False
) -> None:
    """List the keys in the file: names, expiry, models and limits."""
    from rich.table import Table  # noqa: PLC0415 - keeps `pageglass --help` quick
    from rich.text import Text  # noqa: PLC0415

    from server.access.key_file import read_key_file  # noqa: PLC0415
    from server.cli.console import make_console, print_json  # noqa: PLC0415

    entries = read_key_file(chosen_file(file))
    rows = [{"name": name} | entry.described(datetime.now(UTC)) for name, entry in entries.items()]
    if as_json:
        print_json(rows)
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
    """Remove a key from the file; running servers reject it within a few seconds."""
    from server.access.key_writing import revoke_key  # noqa: PLC0415 - keeps `pageglass --help` quick

    path = chosen_file(file)
    revoke_key(path, name)
    typer.echo(f"{name} is revoked and no longer in {path}.", err=True)


def chosen_file(flag: Path | None) -> Path:
    """The key file: the flag, or else the setting.

    Raises:
        ConfigurationError: neither the flag nor the setting names one.
    """
    file = flag or load_settings().keys_file
    if file is None:
        raise ConfigurationError("Which key file? Pass --file keys.toml, or set PAGEGLASS_KEYS_FILE.")
    return file


def moment(written: str) -> datetime:
    """Parse an expiry: a day (its beginning, UTC), a time, or a number of days from now.

    Raises:
        ConfigurationError: `written` has another form, or is in the past.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        if days := re.fullmatch(r"(\d{1,5})d", written):
            expiry = now + timedelta(days=int(days[1]))
        else:
            expiry = datetime.fromisoformat(written)
            expiry = expiry if expiry.tzinfo else expiry.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"--expires {written[:40]!r} is not a date or time. Write 2027-01-31, 2027-01-31T12:00:00Z, or 90d."
        ) from None
    if expiry <= now:
        raise ConfigurationError(f"--expires {written} is in the past, so the key could not be used.")
    return expiry
