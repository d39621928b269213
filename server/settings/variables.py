"""Variables as they were given, before they become settings: of the environment, and of `.env` below it."""

import os
from pathlib import Path

from pydantic import BaseModel

from server.settings.env_file import read_env_file
from server.settings.names import SettingNames
from server.settings.service import PREFIX
from server.settings.values import is_secret, shown


def given_variables(env_file: Path | None) -> dict[str, str]:
    """All variables by their names in capitals; the environment comes before the file."""
    return _of_file(env_file) | _of_environment()


def overridden_variables(model: type[BaseModel], env_file: Path) -> list[str]:
    """The settings of `model` that the environment has with another value than the file, in words; secrets stay out."""
    names, written, given = SettingNames(model), _of_file(env_file), _of_environment()
    differing = [
        name for name in sorted(written) if names.has(name) and given.get(name, written[name]) != written[name]
    ]
    words = []
    for name in differing:
        steps = name.removeprefix(PREFIX).lower().split("__")
        values = ("", "") if is_secret(model, steps) else (f" ({shown(given[name])})", f" ({shown(written[name])})")
        words.append(f"{name}: the environment{values[0]} overrides {env_file}{values[1]}")
    return words


def _of_file(env_file: Path | None) -> dict[str, str]:
    return {name.upper(): value for name, value in (read_env_file(env_file) if env_file else {}).items()}


def _of_environment() -> dict[str, str]:
    return {name.upper(): value for name, value in os.environ.items()}
